import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { packValue, unpackValue, valueEnd } from "../../src/capture/msgpack.ts";
import {
  type CaptureRecord,
  dataRecordSize,
  encodeRecord,
  writeDataRecord,
} from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import { concat } from "../support/captures.ts";

const association = fc.integer({ min: 0, max: 0xffff_ffff });
const at = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const sender = fc.constantFrom("requestor" as const, "acceptor" as const);
const bytes = fc.uint8Array({ maxLength: 400, size: "max" });
const address = fc.string({ maxLength: 30 });

const record: fc.Arbitrary<CaptureRecord> = fc.oneof(
  fc.record({
    kind: fc.constant("open" as const),
    association,
    at,
    facts: fc.record({ requestor: address, acceptor: address, listen: address, wall_us: at }),
  }),
  fc.record({
    kind: fc.constant("connect" as const),
    association,
    at,
    facts: fc.record({ acceptor: address }),
  }),
  fc.record({
    kind: fc.constant("position" as const),
    association,
    at,
    requestor: at,
    acceptor: at,
  }),
  fc.record({ kind: fc.constant("data" as const), association, sender, at, bytes }),
  fc.record({
    kind: fc.constant("gap" as const),
    association,
    sender,
    at,
    length: at,
    why: address,
  }),
  fc.record({ kind: fc.constant("cut" as const), association, sender, at, length: at }),
  fc.record({
    kind: fc.constant("digest" as const),
    association,
    sender,
    at,
    length: at,
    sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  }),
  fc.record({
    kind: fc.constant("end" as const),
    association,
    sender,
    at,
    how: fc.constantFrom("fin" as const, "reset" as const),
  }),
  fc.record({ kind: fc.constant("close" as const), association, at, how: address, by: address }),
  fc.record({ kind: fc.constant("clock" as const), at, wallUs: at }),
  fc.record({ kind: fc.constant("note" as const), at, facts: fc.record({ text: address }) }),
  fc.record({ kind: fc.constant("lost" as const), at, length: at, records: at, why: address }),
);

function readRecords(payload: Uint8Array): CaptureRecord[] {
  const reader = new RecordReader(payload);
  const records: CaptureRecord[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) records.push(next);
  assert.equal(reader.position, payload.length);
  assert.equal(reader.skipped, 0);
  return records;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? [...v] : v)));
}

describe("encodeRecord()", () => {
  test("is the inverse of RecordReader for records of every kind", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const payload = concat(...records.map(encodeRecord));
        assert.deepEqual(plain(readRecords(payload)), plain(records));
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test("writes what any MessagePack decoder reads", () => {
    const encoded = encodeRecord({
      kind: "gap",
      association: 3,
      sender: "acceptor",
      at: 2 ** 40,
      length: 2 ** 33,
      why: "disk full",
    });
    assert.deepEqual(unpackValue(encoded), ["gap", 3, 1, 2 ** 40, 2 ** 33, "disk full"]);
    assert.equal(valueEnd(encoded, 0), encoded.length);
  });

  test("writeDataRecord() writes the same into shared memory, at any place", () => {
    const chunk = Uint8Array.of(1, 2, 3);
    const size = dataRecordSize(chunk.length);
    const shared = new Uint8Array(new SharedArrayBuffer(64));
    const end = writeDataRecord(
      shared,
      new DataView(shared.buffer),
      7,
      9,
      "acceptor",
      2 ** 45,
      chunk,
    );
    assert.equal(end, 7 + size);
    const expected = encodeRecord({
      kind: "data",
      association: 9,
      sender: "acceptor",
      at: 2 ** 45,
      bytes: chunk,
    });
    assert.deepEqual(Array.from(shared.subarray(7, end)), Array.from(expected));
  });
});

describe("RecordReader", () => {
  test("passes over kinds it does not know and ignores additional elements", () => {
    const payload = concat(
      packValue(["teleport", 1, { anything: [1, 2] }]),
      packValue(["clock", 5, 6, "and more", { of: "it" }]),
      packValue("no list at all"),
      packValue(["data", 1]),
    );
    const reader = new RecordReader(payload);
    assert.deepEqual(reader.next(), { kind: "clock", at: 5, wallUs: 6 });
    assert.equal(reader.next(), undefined);
    assert.equal(reader.skipped, 3);
    assert.equal(reader.position, payload.length);
  });

  test("reads data records in every width of MessagePack", () => {
    const reader = new RecordReader(packValue(["data", 1, 0, 70, Uint8Array.of(1)]));
    assert.deepEqual(plain(reader.next()), {
      kind: "data",
      association: 1,
      sender: "requestor",
      at: 70,
      bytes: [1],
    });
  });

  test("D-03: octets that are no records give no exception and no growth", () => {
    let seed = 1;
    const hostile = [
      Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff), // an array of 2^32 elements
      Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff), // a map of them
      Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff), // 4 GiB of bytes
      new Uint8Array(100_000).fill(0x91), // 100,000 arrays inside each other
      Uint8Array.of(0xc1),
    ];
    for (let i = 0; i < 3_000; i++) {
      hostile.push(
        Uint8Array.from({ length: 40 }, () => {
          seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
          return seed >>> 24;
        }),
      );
    }
    for (const payload of hostile) {
      const reader = new RecordReader(payload);
      while (reader.next() !== undefined);
      assert.ok(reader.position <= payload.length);
    }
    console.log(`D-03: ${hostile.length} hostile payloads, 0 exceptions`);
  });
});
