/** Small synthetic captures for tests: everything in them is made here, and always the same. */

import { MemorySource } from "../../src/capture/byte_source.ts";
import { CaptureWriter } from "../../src/capture/capture_writer.ts";
import type { CaptureFacts } from "../../src/capture/header.ts";
import { type CaptureItem, readCapture } from "../../src/capture/reader.ts";
import { type CaptureRecord, encodeRecord } from "../../src/capture/record.ts";
import type { Role } from "../../src/role.ts";

/** Microseconds: 2026-02-03T14:15:02.123456Z. */
export const STARTED_WALL_US = 1_770_128_102_123_456;

export function captureFacts(seed = 1): CaptureFacts {
  return {
    capture_id: Uint8Array.from({ length: 16 }, (_, i) => (seed * 37 + i * 11) & 0xff),
    product: "dicomtap 0.1.0",
    runtime: "test",
    host: "test-host",
    routes: [{ listen: "127.0.0.1:11112", to: "127.0.0.1:104" }],
    payload: "full",
    started_wall_us: STARTED_WALL_US,
    started_at_us: 5_000_000,
    part: 1,
    redaction: "none",
  };
}

/** Records of `count` associations, interleaved, each with `chunks` chunks of `size` octets. */
export function someRecords(options: {
  count: number;
  chunks: number;
  size: number;
  seed?: number;
}): CaptureRecord[] {
  const random = mulberry32(options.seed ?? 1);
  const records: CaptureRecord[] = [];
  let at = 5_000_000;
  for (let association = 1; association <= options.count; association++) {
    const facts = {
      requestor: `127.0.0.1:${50_000 + association}`,
      acceptor: "127.0.0.1:104",
      wall_us: STARTED_WALL_US + association,
    };
    records.push({ kind: "open", association, at: at++, facts });
  }
  for (let chunk = 0; chunk < options.chunks; chunk++) {
    for (let association = 1; association <= options.count; association++) {
      const sender: Role = chunk % 2 === 0 ? "requestor" : "acceptor";
      const bytes = Uint8Array.from({ length: options.size }, () => random() * 256);
      records.push({ kind: "data", association, sender, at: at++, bytes });
    }
  }
  for (let association = 1; association <= options.count; association++) {
    records.push({ kind: "end", association, sender: "requestor", at: at++, how: "fin" });
    records.push({ kind: "close", association, at: at++, how: "fin", by: "requestor" });
  }
  return records;
}

export interface WriteOptions {
  facts?: CaptureFacts;
  blockSize?: number;
  /** Without index and trailer, as after `kill -9`. */
  unfinished?: boolean;
  summary?: (association: number) => unknown;
  /** An association that the index does not name. */
  unindexed?: number;
  /** Octets of a record that this version does not know, behind the record of that number. */
  strange?: { after: number; bytes: Uint8Array };
}

/** A whole capture of these records, as the recorder writes it. */
export function writeCapture(
  records: readonly CaptureRecord[],
  options: WriteOptions = {},
): Uint8Array {
  const writer = new CaptureWriter(options.facts ?? captureFacts(), {
    blockSize: options.blockSize ?? 65_536,
  });
  const parts: Uint8Array[] = [];
  const put = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return;
    parts.push(bytes.slice());
    writer.written();
  };
  const opened = new Map<number, number>();
  const close = (association: number, closedAt: number) => {
    const openedAt = opened.get(association) ?? 0;
    opened.delete(association);
    if (association === options.unindexed) return;
    const summary = options.summary?.(association) ?? null;
    writer.close(association, { openedAt, closedAt, summary });
  };
  put(writer.take());
  for (const [i, record] of records.entries()) {
    const bytes = encodeRecord(record);
    if (!writer.hasRoom(bytes.length)) put(writer.take());
    writer.add(record, bytes);
    if (options.strange?.after === i) writer.addUnknown(options.strange.bytes);
    if (record.kind === "open") opened.set(record.association, record.at);
    if (record.kind === "close") close(record.association, record.at);
  }
  put(writer.take());
  for (const association of opened.keys()) close(association, 0);
  if (options.unfinished !== true) {
    while (writer.indexSize > 0) put(writer.takeIndex());
    put(writer.takeTrailer(0));
  }
  return concat(...parts);
}

export function readAll(bytes: Uint8Array): CaptureItem[] {
  return [...readCapture(new MemorySource(bytes))];
}

/** The records that were given to the writer: without the positions, which it adds itself. */
export function recordsOf(items: readonly CaptureItem[]): CaptureRecord[] {
  return items.flatMap((item) =>
    item.item === "record" && item.record.kind !== "position" ? [item.record] : [],
  );
}

export function damageOf(items: readonly CaptureItem[]) {
  return items.flatMap((item) => (item.item === "damage" ? [item] : []));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

/** A seeded generator of numbers from 0 to 1. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
