/**
 * What cannot be written just now. Octets of traffic become gaps; what tells the story (opened,
 * ended, closed) is kept, within a limit, so that it can be written later with the gaps in it.
 *
 * Rule: every octet that comes in is in a gap that comes out, or counted in the `lost` record.
 * What the records of others tell (a gap because the queue was full) counts like one of our own.
 */

import {
  type CaptureRecord,
  type CutRecord,
  type DataRecord,
  encodeRecord,
  type GapRecord,
  trafficOf,
} from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import type { Role } from "../../src/role.ts";

export class DeferredRecords {
  readonly #limit: number;
  readonly #waiting = new Map<number | undefined, Waiting>();
  #size = 0;
  #lost: Lost | undefined;

  /** `limit`: octets of kept records, and of the bookkeeping for gaps. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0 && this.#lost === undefined;
  }

  /** What waits, as gaps or in the count of what is lost. */
  get octets(): Untold {
    const octets = { requestor: 0, acceptor: 0, either: this.#lost?.length ?? 0 };
    for (const { records, gaps } of this.#waiting.values()) {
      for (const [sender, { length }] of gaps) octets[sender] += length;
      for (const bytes of records) {
        const record = new RecordReader(bytes).next();
        if (record !== undefined) addUntold(octets, record);
      }
    }
    return octets;
  }

  /**
   * `bytes` is the encoded `record`; it is copied where it is kept. `known`: earlier records of its
   * association are in a file or wait here, so its traffic and its end are kept beyond the limit:
   * there are only so many associations. False where the record is lost.
   */
  add(
    record: CaptureRecord,
    { bytes, why, known }: { bytes: Uint8Array; why: string; known: boolean },
  ): boolean {
    if (record.kind === "lost") {
      this.lose(record, why);
      return false;
    }
    const story = record.kind === "connect" || record.kind === "end" || record.kind === "close";
    if (this.#size >= this.#limit && !(known && (story || isTraffic(record)))) {
      this.lose(record, why);
      return false;
    }
    const association = "association" in record ? record.association : undefined;
    let waiting = this.#waiting.get(association);
    if (waiting === undefined) {
      waiting = { records: [], gaps: new Map() };
      this.#waiting.set(association, waiting);
      this.#size += BOOKKEEPING;
    }
    if (isTraffic(record)) {
      widen(waiting.gaps, record, why);
      return true;
    }
    if (association !== undefined) this.#settle(association, waiting);
    waiting.records.push(bytes.slice());
    this.#size += bytes.length;
    return true;
  }

  /** Counts a record that cannot be told of in any better way. */
  lose(record: CaptureRecord, why: string): void {
    this.#lost ??= { at: record.at, length: 0, records: 0, why };
    // What was counted before, and could not be written either, is counted on.
    const isCount = record.kind === "lost";
    this.#lost.length += isCount ? record.length : trafficOf(record);
    this.#lost.records += isCount ? record.records : 1;
  }

  /** Gives everything back as encoded records, in order within each association, and forgets it. */
  take(): Uint8Array[] {
    const records: Uint8Array[] = [];
    for (const [association, waiting] of this.#waiting) {
      if (association !== undefined) this.#settle(association, waiting);
      records.push(...waiting.records);
    }
    if (this.#lost !== undefined) records.push(encodeRecord({ kind: "lost", ...this.#lost }));
    this.#waiting.clear();
    this.#size = 0;
    this.#lost = undefined;
    return records;
  }

  /** The same for one association. */
  takeOf(association: number): Uint8Array[] {
    const waiting = this.#waiting.get(association);
    if (waiting === undefined) return [];
    this.#settle(association, waiting);
    this.#waiting.delete(association);
    for (const record of waiting.records) this.#size -= record.length;
    this.#size -= BOOKKEEPING;
    return waiting.records;
  }

  /** Turns the gaps so far into records, because something else comes behind them. */
  #settle(association: number, waiting: Waiting): void {
    for (const [sender, gap] of waiting.gaps) {
      const record = encodeRecord({ kind: "gap", association, sender, ...gap });
      waiting.records.push(record);
      this.#size += record.length;
    }
    waiting.gaps.clear();
  }
}

/** Octets that were forwarded and are not told of, by who sent them where that is known. */
export interface Untold {
  requestor: number;
  acceptor: number;
  either: number;
}

/** Counts what a record tells that is in no file. */
export function addUntold(octets: Untold, record: CaptureRecord): void {
  if (record.kind === "lost") octets.either += record.length;
  else if ("sender" in record) octets[record.sender] += trafficOf(record);
}

interface Waiting {
  readonly records: Uint8Array[];
  readonly gaps: Map<Role, Gap>;
}

interface Gap {
  readonly at: number;
  until: number;
  length: number;
  readonly why: string;
}

interface Lost {
  readonly at: number;
  length: number;
  records: number;
  readonly why: string;
}

/** What an association costs while something of it waits, about. */
const BOOKKEEPING = 200;

function isTraffic(record: CaptureRecord): record is DataRecord | CutRecord | GapRecord {
  return record.kind === "data" || record.kind === "cut" || record.kind === "gap";
}

function widen(
  gaps: Map<Role, Gap>,
  record: DataRecord | CutRecord | GapRecord,
  why: string,
): void {
  const gap = gaps.get(record.sender);
  const length = trafficOf(record);
  const until = record.kind === "gap" ? (record.until ?? record.at) : record.at;
  if (gap === undefined) {
    gaps.set(record.sender, { at: record.at, until, length, why });
  } else {
    gap.length += length;
    gap.until = until;
  }
}
