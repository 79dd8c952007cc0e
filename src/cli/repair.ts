/** `dicomtap repair`: copies what is readable of a capture into a new one that is sound. */
import { randomBytes } from "node:crypto";
import { CaptureError } from "../capture/capture_error.ts";
import { type RepairReport, repairCapture } from "../capture/repair.ts";
import { escapeControls } from "../escape.ts";
import { packSummary } from "../inspect/index_summary.ts";
import { RecordObserver, SUMMARY_HEAD_LENGTH } from "../inspect/record_observer.ts";
import { NewFile } from "../io/file_new.ts";
import { FileSource } from "../io/file_source.ts";
import { formatCount, formatSize, plural } from "../units.ts";
import { defineCommand, JSON_OPTION } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";

export const command = defineCommand({
  name: "repair",
  summary: "Copy what is readable of a damaged capture into a sound one",
  usage: "IN -o OUT",
  about:
    "The old file is not touched. Where something is missing, the new one says how much. A capture " +
    "that was not closed gets its index this way too.",
  operands: { min: 1, max: 1 },
  options: {
    output: { kind: "string", short: "o", value: "FILE", help: "The new capture" },
    json: JSON_OPTION,
  },
  examples: [{ run: "dicomtap repair x.dcap -o mended.dcap", does: "Keep what can be read" }],
  run: async ({ options, operands }, context) => {
    const [input = ""] = operands;
    const { output } = options;
    if (output === undefined) {
      throw usageError("The option -o is missing", `Say where to: dicomtap repair ${input} -o OUT`);
    }
    const { report, size } = repairFile(input, { output, context });
    if (options.json) context.out.json(jsonOf({ input, output, size, report }));
    else for (const line of linesOf({ input, output, size, report })) context.out.line(line);
    return 0;
  },
});

interface Repaired {
  readonly input: string;
  readonly output: string;
  readonly size: number;
  readonly report: RepairReport;
}

function repairFile(
  input: string,
  { output, context }: { output: string; context: Context },
): { report: RepairReport; size: number } {
  let source: FileSource | undefined;
  let file: NewFile | undefined;
  try {
    source = new FileSource(input);
    const shown = context.progress(`Repairing ${escapeControls(input)}`, source.size);
    file = new NewFile(output);
    const made = file;
    const report = repairCapture(source, {
      write: (bytes) => made.write(bytes),
      captureId: () => new Uint8Array(randomBytes(16)),
      progress: (position) => shown.at(position),
      ...summaries(),
    });
    shown.done();
    file.finish();
    file = undefined;
    return { report, size: made.size };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new CommandError(`${escapeControls(input)}: ${error.message}`, { exitCode: 1 });
  } finally {
    source?.close();
    file?.discard();
  }
}

/** The observer that summarises associations for the new index, as the recorder does. */
function summaries() {
  const ended = new Map<number, unknown>();
  const observer = new RecordObserver({
    capture: "",
    headLength: SUMMARY_HEAD_LENGTH,
    ended: (association) => ended.set(association.id, packSummary(association.summary())),
  });
  return {
    record: observer.consume.bind(observer),
    summarise: (association: number): unknown => {
      const open = observer.get(association);
      const summary = ended.get(association) ?? (open && packSummary(open.summary()));
      ended.delete(association);
      return summary ?? null;
    },
    ended: () => {
      observer.finish();
      ended.clear();
    },
  };
}

function linesOf({ output, size, report }: Repaired): string[] {
  const { records, associations, damages, damagedOctets, missingOctets } = report;
  const what = `${plural(associations, "association")}, ${plural(records, "record")}`;
  const lines = [`Wrote ${escapeControls(output)}: ${what}, ${formatSize(size)}`];
  if (damages === 0) lines.push("Nothing was damaged; the index is new");
  else {
    lines.push(`Left out: ${plural(damages, "damaged place")}, ${formatSize(damagedOctets)}`);
    const octets = formatCount(missingOctets);
    if (missingOctets > 0)
      lines.push(`Known to be missing: ${octets} octets of traffic, told as gaps`);
  }
  return lines;
}

function jsonOf({ input, output, size, report }: Repaired): unknown {
  return {
    kind: "repaired",
    input,
    output,
    size,
    captures: report.captures,
    associations: report.associations,
    records: report.records,
    damages: report.damages,
    damaged_octets: report.damagedOctets,
    missing_octets: report.missingOctets,
  };
}
