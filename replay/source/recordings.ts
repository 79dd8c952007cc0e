/**
 * The captures that a replay plays, as associations in the order in which they opened.
 *
 * Rule: what can be read is replayed, the rest is named in `problems`: a file that is no capture, or
 * encrypted, or gone, and damage inside of one.
 *
 * Rule: nothing is read before it is asked for, and captures may be larger than memory.
 */

import { readBlocks } from "../../src/capture/block_reader.ts";
import type { ByteSource } from "../../src/capture/byte_source.ts";
import type { CaptureHeader } from "../../src/capture/header.ts";
import type { Filter } from "../../src/filter/filter.ts";
import { associationMatches } from "../../src/inspect/association_facts.ts";
import { OUTDATED } from "../../src/inspect/index_summary.ts";
import { type ListItem, listAssociations } from "../../src/inspect/list_associations.ts";
import { capturePaths } from "../../src/io/capture_paths.ts";
import { isoMicros } from "../../src/observe/build_summary.ts";
import type { RecordedAssociation } from "../recorded.ts";
import { CapturedAssociation } from "./captured_association.ts";
import { merged } from "./merge_associations.ts";
import { OctetCache } from "./octet_cache.ts";
import { OpenFiles } from "./open_files.ts";
import { type TurnOptions, Turns } from "./turns.ts";

export interface RecordingProblem {
  readonly path: string;
  /** In words. */
  readonly what: string;
}

export interface RecordingsOptions {
  /** Associations that it does not hold of are left out. */
  readonly filter?: Filter | undefined;
}

/** `paths`: captures, and directories that stand for the captures in them. Never throws. */
export function openRecordings(
  paths: readonly string[],
  options: RecordingsOptions = {},
): Recordings {
  return new Recordings(paths, options);
}

export class Recordings {
  readonly #captures: Capture[] = [];
  readonly #problems = new Map<string, RecordingProblem>();
  readonly #outdated = new Set<string>();
  readonly #ids = new Map<string, Uint8Array>();
  readonly #cache = new OctetCache();
  readonly #files = new OpenFiles();
  readonly #filter: Filter | undefined;

  /** Use `openRecordings`. */
  constructor(paths: readonly string[], { filter }: RecordingsOptions = {}) {
    this.#filter = filter;
    for (const path of this.#expand(paths)) this.#open(path);
  }

  /** Paths of the captures that are read. */
  get captures(): readonly string[] {
    return this.#captures.map(({ path }) => path);
  }

  /** Those of their headers; the later ones of joined captures once associations were gone through. */
  get captureIds(): readonly Uint8Array[] {
    return [...this.#ids.values()];
  }

  /** What cannot be read; damage is found while associations are gone through. */
  get problems(): readonly RecordingProblem[] {
    return [...this.#problems.values()];
  }

  /** What only takes longer than it need: captures of which all is read, for want of an index. */
  get notes(): readonly RecordingProblem[] {
    return [...this.#outdated].map((path) => ({ path, what: OUTDATED }));
  }

  /**
   * Each association once, in the order in which they opened: within a capture as it says, captures
   * among one another by the wall clock. Can be gone through again, and is read again then.
   */
  *associations(): Generator<RecordedAssociation, void, undefined> {
    for (const one of this.#merged()) if (one !== undefined) yield one;
  }

  /** The same while others have their turn (turns.ts). */
  async *inTurns(options: TurnOptions = {}): AsyncGenerator<RecordedAssociation, void, undefined> {
    const turns = new Turns(options);
    for (const one of this.#merged()) {
      await turns.take();
      if (one !== undefined) yield one;
    }
  }

  [Symbol.dispose](): void {
    this.#cache.clear();
    this.#captures.length = 0;
    this.#files.close();
  }

  #merged(): Generator<RecordedAssociation | undefined, void, undefined> {
    return merged(
      this.#captures.map((capture) => ({
        notBefore: capture.notBefore,
        associations: { [Symbol.iterator]: () => this.#associationsOf(capture) },
      })),
    );
  }

  *#associationsOf(capture: Capture): Generator<RecordedAssociation | undefined, void, undefined> {
    const { path, source } = capture;
    const files = this.#files;
    let header: CaptureHeader | undefined;
    try {
      for (const item of listAssociations(source, { name: path })) {
        if (item.item === "capture") header = item.header;
        this.#note(path, item);
        if (item.item !== "association") {
          yield undefined;
          continue;
        }
        const { association } = item;
        const reader = files.reader(path);
        if (this.#filter && !associationMatches(this.#filter, { association, reader })) {
          yield undefined;
          continue;
        }
        const redaction = header?.redaction;
        yield new CapturedAssociation(association, {
          get reader() {
            return files.reader(path);
          },
          cache: this.#cache,
          redaction,
        });
      }
    } catch (error) {
      this.#problem(path, error instanceof Error ? error.message : String(error));
    }
  }

  #note(path: string, item: ListItem): void {
    if (item.item === "capture" && item.header !== undefined) {
      this.#ids.set(item.header.capture_id.join(), item.header.capture_id);
    } else if (item.item === "damage") {
      const { what, length, offset } = item;
      this.#problem(path, `${what} (${length} octets at ${offset}): the rest is read`);
    } else if (item.item === "end") {
      if (item.outdated === true) this.#outdated.add(path);
      if (item.lost > 0) {
        this.#problem(path, `${item.lost} octets passed that its recorder could not write`);
      }
    }
  }

  #expand(paths: readonly string[]): string[] {
    return paths.flatMap((path) => {
      try {
        const found = capturePaths([path]);
        if (found.length === 0) this.#problem(path, "There is no capture in it");
        return found;
      } catch (error) {
        this.#problem(path, (error as Error).message);
        return [];
      }
    });
  }

  #open(path: string): void {
    try {
      const source = this.#files.source(path);
      // A file that is none is refused before its first item
      const [first] = readBlocks(source);
      const header = first?.item === "capture" ? first.header : undefined;
      if (header !== undefined) this.#ids.set(header.capture_id.join(), header.capture_id);
      const began = header?.started_wall_us ?? Number.NaN;
      const isKnown = Number.isSafeInteger(began) && began > SLACK;
      this.#captures.push({ path, source, notBefore: isKnown ? isoMicros(began - SLACK) : "" });
    } catch (error) {
      this.#problem(path, (error as Error).message);
    }
  }

  #problem(path: string, what: string): void {
    this.#problems.set(`${path}\n${what}`, { path, what });
  }
}

/**
 * Microseconds. A file is begun when the first record is written, which may have waited for room on
 * the disk.
 */
const SLACK = 600_000_000;

interface Capture {
  readonly path: string;
  readonly source: ByteSource;
  /** See `DatedCapture`. */
  readonly notBefore: string;
}
