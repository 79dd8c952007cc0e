/**
 * What goes to another file when one turns out to be broken: its associations are opened again there,
 * with a gap for what the broken file has, then come the records that it does not have.
 */
import {
  type CaptureRecord,
  encodeRecord,
  type OpenRecord,
  trafficOf,
} from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import type { CaptureFile } from "../../src/io/capture_file.ts";
import type { Role } from "../../src/role.ts";

/** An association that is being recorded. */
export interface RecordedAssociation {
  readonly open: OpenRecord;
  /** Where its records go; undefined until the first one is written. */
  file: CaptureFile | undefined;
  closedAt: number;
  /** Traffic of it passed that its file does not have. */
  hasLoss: boolean;
}

/** A record with its encoding. */
export interface Kept {
  readonly record: CaptureRecord;
  readonly bytes: Uint8Array;
}

/** Takes the associations of `file` away from it; what is returned opens them in the next one. */
export function continueElsewhere(
  file: CaptureFile,
  options: {
    /** Records that were given to `file` and are not in it. */
    readonly unwritten: readonly Kept[];
    readonly associations: ReadonlyMap<number, RecordedAssociation>;
  },
): Kept[] {
  const { unwritten, associations } = options;
  const why = `in ${file.path.slice(file.path.lastIndexOf("/") + 1)}: ${file.broken}`;
  const missing = new Map<number, Record<Role, number>>();
  for (const { record } of unwritten) {
    if (!("sender" in record)) continue;
    const sum = missing.get(record.association) ?? { requestor: 0, acceptor: 0 };
    sum[record.sender] += trafficOf(record);
    missing.set(record.association, sum);
  }
  const again: CaptureRecord[] = [];
  for (const [number, association] of associations) {
    if (association.file !== file) continue;
    association.file = undefined;
    association.hasLoss = true;
    const { open } = association;
    again.push({ ...open, facts: { ...open.facts, continues: file.writer.captureId } });
    const told = file.writer.told(number);
    for (const sender of ["requestor", "acceptor"] as const) {
      const length = told[sender] - (missing.get(number)?.[sender] ?? 0);
      if (length === 0) continue;
      again.push({ kind: "gap", association: number, sender, at: open.at, length, why });
    }
  }
  return [...again.map((record) => ({ record, bytes: encodeRecord(record) })), ...unwritten];
}

/** The records of a payload, without positions: those are of the file that they were made for. */
export function recordsIn(payload: Uint8Array): Kept[] {
  const reader = new RecordReader(payload);
  const records: Kept[] = [];
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    if (record.kind === "position") continue;
    records.push({ record, bytes: payload.subarray(reader.start, reader.position) });
  }
  return records;
}
