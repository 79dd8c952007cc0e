/**
 * Copies everything that is readable of a capture file into a new one that is sound: every whole
 * block's records in their order, with a new index.
 *
 * Rule: nothing is invented. Where octets of an AE are missing, a `gap` record says how many, as far
 * as the positions in later blocks tell; where a hole is, a `lost` record says how large it was.
 *
 * Joined captures stay joined: each is mended on its own.
 */
import { RECORDS_BLOCK } from "./block.ts";
import type { BlockFound } from "./block_finder.ts";
import { type CaptureStart, type Damage, readBlocks } from "./block_reader.ts";
import type { ByteSource } from "./byte_source.ts";
import { CaptureWriter } from "./capture_writer.ts";
import type { CaptureFacts } from "./header.ts";
import { type CaptureRecord, encodeRecord, trafficOf } from "./record.ts";
import { RecordReader } from "./record_reader.ts";

export interface RepairOptions {
  /** Takes the octets of the new file, in order. Views: valid until it returns. */
  readonly write: (bytes: Uint8Array) => void;
  /** 16 octets that no capture has. */
  readonly captureId: () => Uint8Array;
  /** Sees each record that is copied; with `summarise` it makes the new index. */
  readonly record?: (record: CaptureRecord) => void;
  /** What the index says about an association whose last record has been seen. */
  readonly summarise?: (association: number) => unknown;
  /** One of the captures in the file is done; numbers of associations begin anew. */
  readonly ended?: () => void;
  readonly progress?: (position: number) => void;
}

export interface RepairReport {
  readonly captures: number;
  /** In the new file, as `verifyCapture` counts them: without `position`. */
  readonly records: number;
  readonly associations: number;
  readonly damages: number;
  /** Octets of the old file that could not be read. */
  readonly damagedOctets: number;
  /** Octets of traffic that are known to be missing because of it. */
  readonly missingOctets: number;
}

/** Throws `CaptureError` where `source` is no capture, or one that must not be read. */
export function repairCapture(source: ByteSource, options: RepairOptions): RepairReport {
  const report = {
    captures: 0,
    records: 0,
    associations: 0,
    damages: 0,
    damagedOctets: 0,
    missingOctets: 0,
  };
  let copy: Copy | undefined;
  for (const item of readBlocks(source)) {
    switch (item.item) {
      case "capture":
        report.captures += 1;
        copy = new Copy(item, { ...options, report });
        break;
      case "block":
        options.progress?.(item.offset);
        if (item.kind === RECORDS_BLOCK) copy?.block(item);
        break;
      case "damage":
        report.damages += 1;
        report.damagedOctets += item.length;
        copy?.damage(item);
        break;
      case "end":
        copy?.end();
        copy = undefined;
        options.ended?.();
        break;
      default:
        item satisfies never;
    }
  }
  return report;
}

interface Open {
  readonly openedAt: number;
  /** Octets that the records so far account for, gaps that were added included. */
  readonly told: { requestor: number; acceptor: number };
}

interface CopyOptions extends RepairOptions {
  readonly report: { -readonly [K in keyof RepairReport]: number };
}

class Copy {
  readonly #writer: CaptureWriter;
  readonly #options: CopyOptions;
  readonly #open = new Map<number, Open>();
  #lost = 0;
  #at = 0;
  /** What there is to say about holes before the next record. */
  #holes: Damage[] = [];

  constructor(start: CaptureStart, options: CopyOptions) {
    this.#options = options;
    const { header } = start;
    const more = header && { repaired_from: header.capture_id };
    const facts = { ...(header ?? UNKNOWN_FACTS), ...more, capture_id: options.captureId() };
    this.#writer = new CaptureWriter(facts);
    this.#at = start.header?.started_at_us ?? 0;
    this.#put(this.#writer.take());
  }

  block(block: BlockFound): void {
    const reader = new RecordReader(block.payload);
    let done = 0;
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      this.#unknown(block.payload.subarray(done, reader.start));
      this.#copy(record, block.payload.subarray(reader.start, reader.position));
      done = reader.position;
    }
    this.#unknown(block.payload.subarray(done, reader.position));
  }

  damage(damage: Damage): void {
    this.#holes.push(damage);
  }

  end(): void {
    this.#tellHoles(this.#at);
    for (const association of [...this.#open.keys()]) this.#close(association, this.#at);
    this.#flush();
    while (this.#writer.indexSize > 0) this.#put(this.#writer.takeIndex());
    this.#put(this.#writer.takeTrailer(this.#lost));
  }

  #copy(record: CaptureRecord, bytes: Uint8Array): void {
    this.#tellHoles(record.at);
    this.#at = record.at;
    if (!("association" in record)) {
      if (record.kind === "lost") this.#lost += record.length;
      this.#add(record, bytes);
      return;
    }
    const { association } = record;
    let open = this.#open.get(association);
    if (open === undefined) {
      open = { openedAt: record.at, told: { requestor: 0, acceptor: 0 } };
      this.#open.set(association, open);
      this.#options.report.associations += 1;
    }
    if (record.kind === "position") {
      this.#tellMissing(record, open);
      return;
    }
    if ("sender" in record) open.told[record.sender] += trafficOf(record);
    if (record.kind === "gap") this.#lost += record.length;
    this.#add(record, bytes);
    if (record.kind === "close") this.#close(association, record.at);
  }

  #tellMissing(position: CaptureRecord & { kind: "position" }, open: Open): void {
    const { association, at } = position;
    for (const sender of ["requestor", "acceptor"] as const) {
      const length = position[sender] - open.told[sender];
      if (length <= 0) continue;
      open.told[sender] += length;
      this.#options.report.missingOctets += length;
      this.#lost += length;
      this.#make({ kind: "gap", association, sender, at, length, why: "the capture was damaged" });
    }
  }

  #tellHoles(at: number): void {
    const holes = this.#holes;
    this.#holes = [];
    for (const { offset, length, what } of holes) {
      const why = `repaired: ${what}, ${length} octets at octet ${offset} of the file`;
      // How much traffic that was, positions tell: here it would be counted twice.
      this.#make({ kind: "lost", at, length: 0, records: 0, why });
    }
  }

  #make(record: CaptureRecord): void {
    this.#add(record, encodeRecord(record));
  }

  #add(record: CaptureRecord, bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#writer.add(record, bytes);
    this.#options.report.records += 1;
    this.#options.record?.(record);
  }

  /** Records of later versions, copied as they are. */
  #unknown(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#room(bytes.length);
    this.#writer.addUnknown(bytes);
  }

  #room(size: number): void {
    if (!this.#writer.hasRoom(size)) this.#flush();
  }

  #close(association: number, closedAt: number): void {
    const openedAt = this.#open.get(association)?.openedAt ?? closedAt;
    this.#open.delete(association);
    const summary = this.#options.summarise?.(association) ?? null;
    this.#writer.close(association, { openedAt, closedAt, summary });
  }

  #flush(): void {
    this.#put(this.#writer.take());
    while (this.#writer.indexSize > INDEX_BLOCK_SIZE) this.#put(this.#writer.takeIndex());
  }

  #put(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    this.#options.write(bytes);
    this.#writer.written();
  }
}

const INDEX_BLOCK_SIZE = 262_144;

/** Where the old header is damaged: what it said, nobody knows any more. */
const UNKNOWN_FACTS: Omit<CaptureFacts, "capture_id"> = {
  product: "unknown",
  runtime: "unknown",
  host: "unknown",
  routes: [],
  payload: "full",
  started_wall_us: 0,
  started_at_us: 0,
  part: 0,
  redaction: "unknown",
};
