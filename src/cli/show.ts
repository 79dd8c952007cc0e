/** `dicomtap show`: what happened, from the list of associations down to the octets. */
import { CaptureError } from "../capture/capture_error.ts";
import { escapeControls } from "../escape.ts";
import type { Filter } from "../filter/filter.ts";
import { associationMatches } from "../inspect/association_facts.ts";
import { OUTDATED } from "../inspect/index_summary.ts";
import {
  type CaptureDone,
  type ListedAssociation,
  listAssociations,
} from "../inspect/list_associations.ts";
import { narrateAssociation } from "../inspect/narrate_association.ts";
import { AssociationReader } from "../inspect/read_association.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { FileSource } from "../io/file_source.ts";
import { StepStates } from "../meaning/step_states.ts";
import { StoryBook } from "../meaning/story.ts";
import { storyJson } from "../meaning/story_json.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { formatCount, formatSize, plural } from "../units.ts";
import { type CommandArguments, defineCommand, type ExitCode, JSON_OPTION } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import type { Progress } from "./progress.ts";
import { filterHelp, readFilter, splitOperands } from "./read_filter.ts";
import { jsonLines, textLines } from "./show_association.ts";
import { clockDate, LIST_COLUMNS, listNote, listRow } from "./show_list.ts";
import { storyLines, storyNotes } from "./show_story.ts";
import { explainSystemError } from "./system_error.ts";
import { tableLines } from "./table.ts";

const OPTIONS = {
  verbose: {
    kind: "count",
    short: "v",
    help: "-v: negotiation, messages and what they mean; -vv: PDUs and data sets too",
  },
  story: { kind: "flag", help: "What belongs together, across associations and captures" },
  hex: { kind: "flag", help: "The octets of each PDU; those of data sets only with --show-phi" },
  "show-phi": { kind: "flag", help: "Show names and identifiers of patients, and their octets" },
  scan: { kind: "flag", help: "Read the records even where the capture has an index" },
  json: JSON_OPTION,
} as const;

export type ShowOptions = CommandArguments<typeof OPTIONS>["options"];

export const command = defineCommand({
  name: "show",
  summary: "Print the associations and messages of captures",
  usage: "CAPTURE... [FILTER]",
  about: "CAPTURE is a file, or a directory of them.",
  notes: filterHelp(),
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: OPTIONS,
  examples: [
    { run: "dicomtap show captures", does: "List all associations" },
    { run: "dicomtap show -v captures '~rj | ~abort'", does: "What went wrong, by message" },
    { run: "dicomtap show captures '~m C-STORE ~c failure'", does: "Stores that failed" },
    { run: "dicomtap show --story captures", does: "Worklist, images, commitment of each study" },
    { run: "dicomtap show --json -v x.dcap", does: "For programs: one JSON object a line" },
  ],
  run: async ({ options, operands }, context) => {
    const { paths, filter } = splitOperands(operands);
    const files = capturePaths(paths);
    if (files.length === 0)
      throw usageError(escapeControls(`There is no capture in ${paths.join(", ")}`));
    const show = new Show(options, {
      context,
      filter: filter === undefined ? undefined : readFilter(filter),
    });
    for (const file of files) {
      // Of several captures, one that cannot be read costs no other.
      if (files.length === 1) await show.file(file);
      else await show.file(file).catch((error: unknown) => show.leftOut(error));
    }
    return show.finish();
  },
});

interface Opened {
  readonly association: ListedAssociation;
  readonly reader: AssociationReader;
}

/** Rows of a list that are aligned with one another. */
const ROWS_AT_ONCE = 1_000;

class Show {
  readonly #options: ShowOptions;
  readonly #context: Context;
  readonly #filter: Filter | undefined;
  /** With `--story`: everything is read before the first line is printed. */
  readonly #book: StoryBook | undefined;
  readonly #states = new StepStates();
  #rows: AssociationJson[] = [];
  #day: string | undefined;
  #seen = 0;
  #shown = 0;
  #damaged = false;
  /** Of the file that is read: its line goes before anything is printed. */
  #progress: Progress | undefined;

  constructor(
    options: ShowOptions,
    { context, filter }: { readonly context: Context; readonly filter: Filter | undefined },
  ) {
    this.#options = options;
    this.#context = context;
    this.#filter = filter;
    this.#book = options.story ? new StoryBook() : undefined;
  }

  async file(path: string): Promise<void> {
    const name = escapeControls(path);
    try {
      const source = new FileSource(path);
      try {
        await this.#capture(path, source);
      } finally {
        source.close();
      }
    } catch (error) {
      if (error instanceof CaptureError) {
        throw new CommandError(`${name}: ${error.message}`, { exitCode: 1 });
      }
      throw explainSystemError(error, path) ?? error;
    }
  }

  /** Throws on what is not the fault of a file. */
  leftOut(error: unknown): void {
    if (!(error instanceof CommandError)) throw error;
    this.#damaged = true;
    const { err, errPaint } = this.#context;
    err.line(errPaint.red(error.message));
    if (error.hint !== undefined) err.line(error.hint);
  }

  async #capture(path: string, source: FileSource): Promise<void> {
    const { out, paint } = this.#context;
    const { json, verbose, hex, scan } = this.#options;
    const name = escapeControls(path);
    const progress = this.#context.progress(`Reading ${name}`, source.size);
    this.#progress = progress;
    const reader = new AssociationReader(source);
    try {
      for (const item of listAssociations(source, {
        name: path,
        scan,
        progress: (position) => progress.at(position),
      })) {
        if (item.item === "end") this.#ended(name, item);
        if (item.item === "damage") {
          this.#damaged = true;
          const what = `${item.what} (${formatSize(item.length)} at octet ${item.offset})`;
          this.#warn(`${name}: ${what}: what can be read is shown`);
        }
        if (item.item !== "association") continue;
        const { association } = item;
        this.#seen += 1;
        if (this.#filter && !associationMatches(this.#filter, { association, reader })) continue;
        this.#shown += 1;
        if (this.#book !== undefined) {
          await this.#narrate(this.#book, { association, reader });
        } else if (json) {
          for (const line of jsonLines(association, {
            ...this.#options,
            reader,
            states: this.#states,
          })) {
            progress.done();
            out.json(line);
            await out.room();
          }
        } else if (verbose === 0 && !hex) {
          await this.#row(association.summary);
        } else {
          progress.done();
          if (this.#shown > 1) out.line();
          const options = { ...this.#options, reader, paint, states: this.#states };
          for (const line of textLines(association, options)) {
            out.line(line);
            await out.room();
          }
        }
      }
    } finally {
      progress.done();
    }
  }

  async finish(): Promise<ExitCode> {
    await this.#flushRows();
    if (this.#book !== undefined && this.#shown > 0) await this.#tell(this.#book);
    if (this.#shown === 0 && !this.#options.json) {
      const what = this.#seen === 0 ? "No association is recorded" : "No association matches";
      this.#context.err.line(this.#seen === 0 ? what : `${what}, of ${formatCount(this.#seen)}`);
    }
    return this.#damaged ? 1 : 0;
  }

  async #narrate(book: StoryBook, { association, reader }: Opened): Promise<void> {
    const { summary } = association;
    const showPatient = this.#options["show-phi"];
    const telling = { reader, showPatient, states: this.#states };
    for (const { sentence, at, endAt } of narrateAssociation(association, telling)) {
      book.add(sentence, {
        capture: summary.capture,
        captureId: association.captureId.join("."),
        association: summary.id,
        callingAeTitle: summary.calling_ae_title ?? "?",
        calledAeTitle: summary.called_ae_title ?? "?",
        at,
        endAt,
      });
    }
    await this.#context.out.room();
  }

  async #tell(book: StoryBook): Promise<void> {
    const { out, paint } = this.#context;
    const { stories, alone } = book.stories();
    for (const [at, story] of stories.entries()) {
      if (this.#options.json) out.json(storyJson(story, at + 1));
      else for (const line of storyLines(story, { number: at + 1, paint })) out.line(line);
      await out.room();
    }
    if (this.#options.json) return;
    for (const note of storyNotes(book, { stories: stories.length, alone })) {
      this.#context.err.line(note);
    }
  }

  /** Rows of one day stand below its date. */
  async #row(association: AssociationJson): Promise<void> {
    const day = clockDate(association.started);
    if (day !== this.#day) {
      await this.#flushRows();
      this.#day = day;
    }
    this.#rows.push(association);
    if (this.#rows.length >= ROWS_AT_ONCE) await this.#flushRows();
  }

  async #flushRows(): Promise<void> {
    const { out, paint, width } = this.#context;
    if (this.#rows.length === 0) return;
    this.#progress?.done();
    out.line(paint.bold(this.#day ?? ""));
    const cells = this.#rows.map((association) => listRow(association, paint));
    const [titles = "", ...lines] = tableLines(LIST_COLUMNS, cells, { width, head: paint.dim });
    out.line(titles);
    for (const [i, association] of this.#rows.entries()) {
      out.line(lines[i]);
      const note = listNote(association, paint);
      if (note !== undefined) out.line(note);
    }
    this.#rows = [];
    await out.room();
  }

  #ended(name: string, { closed, lost, outdated }: CaptureDone): void {
    if (outdated === true) this.#note(`${name}: ${OUTDATED}`);
    if (!closed) this.#warn(`${name}: not closed yet, or its recorder was killed: no index`);
    if (lost > 0) this.#warn(`${name}: ${plural(lost, "octet")} passed and are not recorded`);
  }

  #warn(text: string): void {
    this.#note(this.#context.errPaint.yellow(text));
  }

  #note(text: string): void {
    this.#progress?.done();
    this.#context.err.line(text);
  }
}
