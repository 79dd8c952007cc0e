/** Reads a capture from the first record to the last, whatever state its file is in. */
import { RECORDS_BLOCK } from "./block.ts";
import { type CaptureEnd, type CaptureStart, type Damage, readBlocks } from "./block_reader.ts";
import type { ByteSource } from "./byte_source.ts";
import type { CaptureRecord } from "./record.ts";
import { RecordReader } from "./record_reader.ts";

/**
 * For each capture in the file one `capture`, then its records and damage in the order of the file,
 * then one `end`. Bytes in records are views: copy what you keep for long.
 */
export type CaptureItem = CaptureStart | RecordFound | Damage | CaptureEnd;

export interface RecordFound {
  readonly item: "record";
  readonly record: CaptureRecord;
  /** Place of the block in the file. */
  readonly blockOffset: number;
}

/** Throws `CaptureError` where `source` is no capture, or one that must not be read. */
export function* readCapture(source: ByteSource): Generator<CaptureItem, void, undefined> {
  for (const item of readBlocks(source)) {
    if (item.item !== "block") {
      yield item;
    } else if (item.kind === RECORDS_BLOCK) {
      const records = new RecordReader(item.payload);
      const blockOffset = item.offset;
      for (let record = records.next(); record !== undefined; record = records.next()) {
        yield { item: "record", record, blockOffset };
      }
      if (records.position < item.payload.length)
        yield unreadable(item.offset, item.payload, records);
    }
  }
}

/** A sound block whose writer put something else than records into it: its fault, not the disk's. */
export function unreadable(offset: number, payload: Uint8Array, records: RecordReader): Damage {
  const length = payload.length - records.position;
  const what = "the rest of a sound block holds no records";
  return { item: "damage", kind: "damaged", offset, length, blocks: undefined, what };
}
