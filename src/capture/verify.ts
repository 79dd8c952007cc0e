/**
 * Reads a whole capture file and says in what state it is: what is damaged, what the recorder had
 * to leave out, whether the index fits the records.
 *
 * Memory: some numbers for each association of the file.
 */
import { RECORDS_BLOCK } from "./block.ts";
import type { BlockFound } from "./block_finder.ts";
import { type Damage, readBlocks } from "./block_reader.ts";
import type { ByteSource } from "./byte_source.ts";
import type { CaptureHeader } from "./header.ts";
import { type IndexEntry, readIndex } from "./index_block.ts";
import { unreadable } from "./reader.ts";
import { type CaptureRecord, trafficOf } from "./record.ts";
import { RecordReader } from "./record_reader.ts";

export interface FileReport {
  /** Octets. */
  readonly size: number;
  /** One, or several where files were joined. */
  readonly captures: readonly CaptureReport[];
  /** The first places of damage, `MAX_PLACES` at most. */
  readonly damage: readonly Damage[];
  readonly damages: number;
  /** Octets of the file that cannot be read. */
  readonly damagedOctets: number;
  /** No damage, and no index that is wrong. A capture that was not closed is sound. */
  readonly sound: boolean;
  /** No traffic is missing: nothing damaged, no gaps. What was cut on request is not missing. */
  readonly complete: boolean;
}

export interface CaptureReport {
  /** Place in the file. */
  readonly offset: number;
  readonly header: CaptureHeader | undefined;
  readonly blocks: number;
  /**
   * As `repairCapture` counts them. Without `position`, which says nothing of its own: a writer
   * makes as many as it makes blocks.
   */
  readonly records: number;
  /** Records of kinds that this version does not know. */
  readonly unknownRecords: number;
  readonly associations: number;
  /** Associations without an end: still going on, or nobody recorded it. */
  readonly openAssociations: number;
  /** Octets of traffic in the records. */
  readonly octets: number;
  readonly gaps: number;
  /** Octets that were forwarded and not recorded. */
  readonly gapOctets: number;
  /** Octets left out on request. */
  readonly cutOctets: number;
  /** Microseconds on the capture's clock, first and last record. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
  readonly closed: boolean;
  /**
   * `missing`: the capture was not closed, or its index is damaged; readers take longer.
   * `wrong`: it names other associations or places than the records do.
   */
  readonly index: "sound" | "missing" | "wrong";
}

/** Throws `CaptureError` where `source` is no capture, or one that must not be read. */
export function verifyCapture(
  source: ByteSource,
  options: { readonly progress?: (position: number) => void } = {},
): FileReport {
  const indexes = new Map(readIndex(source)?.map((capture) => [capture.offset, capture.entries]));
  const captures: CaptureReport[] = [];
  const damage: Damage[] = [];
  let damages = 0;
  let damagedOctets = 0;
  let check = new Check(0, undefined);
  const note = (found: Damage | undefined) => {
    if (found === undefined) return;
    if (damage.length < MAX_PLACES) damage.push(found);
    damages += 1;
    damagedOctets += found.length;
  };
  for (const item of readBlocks(source)) {
    switch (item.item) {
      case "capture":
        check = new Check(item.offset, item.header);
        check.expect(indexes.get(item.offset));
        break;
      case "block":
        options.progress?.(item.offset);
        note(check.block(item));
        break;
      case "damage":
        note(item);
        break;
      case "end":
        captures.push(check.report(item.closed));
        break;
      default:
        item satisfies never;
    }
  }
  const sound = damages === 0 && captures.every((capture) => capture.index !== "wrong");
  const complete = damages === 0 && captures.every((capture) => capture.gapOctets === 0);
  return { size: source.size, captures, damage, damages, damagedOctets, sound, complete };
}

const MAX_PLACES = 1_000;

class Check {
  readonly #offset: number;
  readonly #header: CaptureHeader | undefined;
  readonly #open = new Set<number>();
  readonly #seen = new Set<number>();
  #index: Map<number, IndexEntry> | undefined;
  #wrong = false;
  #blocks = 0;
  #records = 0;
  #unknown = 0;
  #octets = 0;
  #gaps = 0;
  #gapOctets = 0;
  #cutOctets = 0;
  #firstAt: number | undefined;
  #lastAt: number | undefined;

  constructor(offset: number, header: CaptureHeader | undefined) {
    this.#offset = offset;
    this.#header = header;
  }

  expect(entries: readonly IndexEntry[] | undefined): void {
    if (entries === undefined) return;
    this.#index = new Map(entries.map((entry) => [entry.association, entry]));
    this.#wrong = this.#index.size !== entries.length;
  }

  block(block: BlockFound): Damage | undefined {
    this.#blocks += 1;
    if (block.kind !== RECORDS_BLOCK) return undefined;
    const reader = new RecordReader(block.payload);
    const here = new Set<number>();
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      this.#record(record);
      if ("association" in record) here.add(record.association);
    }
    this.#unknown += reader.skipped;
    for (const association of here) {
      this.#seen.add(association);
      if (this.#index !== undefined) this.#wrong ||= !this.#isIndexed(association, block);
    }
    return reader.position < block.payload.length
      ? unreadable(block.offset, block.payload, reader)
      : undefined;
  }

  report(closed: boolean): CaptureReport {
    const indexed = this.#index;
    if (indexed !== undefined && indexed.size !== this.#seen.size) this.#wrong = true;
    return {
      offset: this.#offset,
      header: this.#header,
      blocks: this.#blocks,
      records: this.#records,
      unknownRecords: this.#unknown,
      associations: this.#seen.size,
      openAssociations: this.#open.size,
      octets: this.#octets,
      gaps: this.#gaps,
      gapOctets: this.#gapOctets,
      cutOctets: this.#cutOctets,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      closed,
      index: indexed === undefined ? "missing" : this.#wrong ? "wrong" : "sound",
    };
  }

  #record(record: CaptureRecord): void {
    if (record.kind !== "position") this.#records += 1;
    this.#firstAt ??= record.at;
    this.#lastAt = record.at;
    if (record.kind === "data") this.#octets += trafficOf(record);
    else if (record.kind === "cut") this.#cutOctets += record.length;
    else if (record.kind === "gap" || record.kind === "lost") {
      this.#gaps += 1;
      this.#gapOctets += record.length;
    } else if (record.kind === "open") this.#open.add(record.association);
    else if (record.kind === "close") this.#open.delete(record.association);
  }

  #isIndexed(association: number, block: BlockFound): boolean {
    const places = this.#index?.get(association)?.places ?? [];
    const at = block.offset - this.#offset;
    for (let i = 0; i + 1 < places.length; i += 2) {
      if ((places[i] ?? 0) <= at && at < (places[i + 1] ?? 0)) return true;
    }
    return false;
  }
}
