/** `dicomtap verify`: reads captures from the first octet to the last and says in what state they are. */
import { CaptureError } from "../capture/capture_error.ts";
import { type CaptureReport, type FileReport, verifyCapture } from "../capture/verify.ts";
import { escapeControls } from "../escape.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { FileSource } from "../io/file_source.ts";
import { formatCount, formatSize, plural } from "../units.ts";
import { defineCommand, JSON_OPTION } from "./command.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import type { Paint } from "./paint.ts";
import { clockDate, clockTime } from "./show_list.ts";
import { explainSystemError } from "./system_error.ts";

export const command = defineCommand({
  name: "verify",
  summary: "Check captures for damage",
  usage: "CAPTURE...",
  about:
    "CAPTURE is a file, or a directory of them. Ends with exit code 1 where one is damaged or cannot " +
    "be read. Gaps are no damage: the recorder says itself what it had to leave out.",
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: {
    complete: { kind: "flag", help: "Exit code 1 also where traffic is missing (gaps)" },
    json: JSON_OPTION,
  },
  examples: [
    { run: "dicomtap verify captures", does: "Check every capture in the directory" },
    { run: "dicomtap verify --complete x.dcap", does: "Nothing damaged and nothing left out?" },
  ],
  run: async ({ options, operands }, context) => {
    const files = capturePaths(operands);
    if (files.length === 0)
      throw usageError(escapeControls(`There is no capture in ${operands.join(", ")}`));
    let bad = 0;
    for (const path of files) {
      const report = verifyFile(path, context);
      const failed = report instanceof CaptureError || !report.sound;
      if (failed || (options.complete && !report.complete)) bad += 1;
      if (options.json) context.out.json(jsonOf(path, report));
      else for (const line of linesOf(path, report, context.paint)) context.out.line(line);
      await context.out.room();
    }
    if (!options.json && files.length > 1) {
      const count = plural(files.length, "capture");
      context.out.line(bad === 0 ? `${count}, all sound` : `${count}, ${bad} not sound`);
    }
    return bad === 0 ? 0 : 1;
  },
});

function verifyFile(path: string, context: Context): FileReport | CaptureError {
  let source: FileSource | undefined;
  try {
    source = new FileSource(path);
    const shown = context.progress(`Checking ${escapeControls(path)}`, source.size);
    try {
      return verifyCapture(source, { progress: (position) => shown.at(position) });
    } finally {
      shown.done();
    }
  } catch (error) {
    if (error instanceof CaptureError) return error;
    const told = explainSystemError(error, path);
    if (told === undefined) throw error;
    return new CaptureError(told.message, "unreadable");
  } finally {
    source?.close();
  }
}

function linesOf(path: string, report: FileReport | CaptureError, paint: Paint): string[] {
  const name = escapeControls(path);
  if (report instanceof CaptureError) return [`${name}: ${paint.red(report.message)}`];
  const lines = [`${name}: ${verdict(report, paint)}, ${formatSize(report.size)}`];
  for (const capture of report.captures) lines.push(...captureLines(capture, paint));
  for (const { offset, length, blocks, what } of report.damage.slice(0, SHOWN_PLACES)) {
    const missing = blocks === undefined || blocks === 0 ? "" : `, ${plural(blocks, "block")}`;
    lines.push(`  octet ${formatCount(offset)}: ${formatCount(length)} octets${missing}: ${what}`);
  }
  const more = report.damages - SHOWN_PLACES;
  if (more > 0) lines.push(`  and ${plural(more, "more place")} (--json names them)`);
  const isBad = !report.sound;
  if (isBad) lines.push(`  to keep what is readable: dicomtap repair ${name} -o repaired.dcap`);
  return lines;
}

const SHOWN_PLACES = 10;

function verdict(report: FileReport, paint: Paint): string {
  if (report.damages > 0) {
    const octets = `${formatSize(report.damagedOctets)} not readable`;
    return paint.red(`damaged at ${plural(report.damages, "place")}, ${octets}`);
  }
  if (!report.sound) return paint.red("the index does not fit the records");
  return report.complete ? paint.green("sound") : `${paint.green("sound")}, with gaps`;
}

function captureLines(capture: CaptureReport, paint: Paint): string[] {
  const lines: string[] = [];
  const records = plural(capture.records, "record");
  const traffic = `${formatSize(capture.octets)} of traffic`;
  lines.push(
    `  ${plural(capture.associations, "association")}, ${records}, ${traffic}${times(capture)}`,
  );
  if (capture.gapOctets > 0) {
    const octets = formatCount(capture.gapOctets);
    const what = `${plural(capture.gaps, "gap")}: ${octets} octets were forwarded and not recorded`;
    lines.push(`  ${paint.yellow(what)}`);
  }
  if (capture.cutOctets > 0) {
    lines.push(`  ${formatSize(capture.cutOctets)} of data sets left out on request`);
  }
  if (capture.unknownRecords > 0) {
    lines.push(`  ${plural(capture.unknownRecords, "record")} of kinds that a later version wrote`);
  }
  if (!capture.closed) {
    lines.push("  not closed: still being recorded, or the recorder was stopped the hard way");
  }
  return lines;
}

function times({ header, firstAt, lastAt }: CaptureReport): string {
  if (header === undefined || firstAt === undefined || lastAt === undefined) return "";
  const from = wall(header.started_wall_us + firstAt - header.started_at_us);
  const to = wall(header.started_wall_us + lastAt - header.started_at_us);
  const day = clockDate(to) === clockDate(from) ? "" : `${clockDate(to)} `;
  return `, ${clockDate(from)} ${clockTime(from)} to ${day}${clockTime(to)}`;
}

/** Null where the number is no time at all: it comes from a file. */
function wall(microseconds: number): string | null {
  const date = new Date(microseconds / 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function jsonOf(path: string, report: FileReport | CaptureError): unknown {
  if (report instanceof CaptureError) {
    const { reason, message } = report;
    return { kind: "verified", capture: path, sound: false, complete: false, reason, message };
  }
  const { sound, complete, size, damages, damagedOctets, damage } = report;
  return {
    kind: "verified",
    capture: path,
    sound,
    complete,
    size,
    captures: report.captures.map(captureJson),
    damages,
    damaged_octets: damagedOctets,
    damage: damage.map(({ item: _item, ...facts }) => facts),
  };
}

function captureJson(capture: CaptureReport): unknown {
  const { header } = capture;
  return {
    offset: capture.offset,
    version: header?.version ?? null,
    product: header?.product ?? null,
    runtime: header?.runtime ?? null,
    host: header?.host ?? null,
    started: header === undefined ? null : wall(header.started_wall_us),
    payload: header?.payload ?? null,
    redaction: header?.redaction ?? null,
    closed: capture.closed,
    index: capture.index,
    blocks: capture.blocks,
    records: capture.records,
    unknown_records: capture.unknownRecords,
    associations: capture.associations,
    open_associations: capture.openAssociations,
    octets: capture.octets,
    gaps: capture.gaps,
    gap_octets: capture.gapOctets,
    cut_octets: capture.cutOctets,
  };
}
