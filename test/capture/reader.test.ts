import assert from "node:assert/strict";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, test } from "vitest";
import { type BlockItem, readBlockRange, readBlocks } from "../../src/capture/block_reader.ts";
import { type ByteSource, MemorySource, SourceWindow } from "../../src/capture/byte_source.ts";
import { CaptureError } from "../../src/capture/capture_error.ts";
import { encodeHeader } from "../../src/capture/header.ts";
import { readIndex } from "../../src/capture/index_block.ts";
import { packValue } from "../../src/capture/msgpack.ts";
import { type CaptureRecord, encodeRecord, trafficOf } from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import {
  captureFacts,
  concat,
  damageOf,
  mulberry32,
  readAll,
  recordsOf,
  someRecords,
  writeCapture,
} from "../support/captures.ts";
import { fuzzRounds } from "../support/fuzz.ts";

/** Records compared by their encoding: fast, and exact. */
function keys(records: readonly CaptureRecord[]): string[] {
  return records.map((record) => Buffer.from(encodeRecord(record)).toString("latin1"));
}

const small = someRecords({ count: 3, chunks: 6, size: 100 });
const foursKB = writeCapture(small, { blockSize: 512 });

describe("readCapture()", () => {
  test("gives the records that were written, whatever the size of the blocks", () => {
    const records = someRecords({ count: 5, chunks: 20, size: 700 });
    for (const blockSize of [1, 100, 5_000, 65_536, 1_048_576]) {
      const items = readAll(writeCapture(records, { blockSize }));
      assert.deepEqual(keys(recordsOf(items)), keys(records));
      assert.deepEqual(damageOf(items), []);
      const last = items.at(-1);
      assert.ok(last?.item === "end" && last.closed);
    }
  });

  test("R-17: the header names format, product, runtime, host, routes, mode, key, redaction", () => {
    const [start] = readAll(foursKB);
    assert.ok(start?.item === "capture" && start.header !== undefined);
    const header = start.header;
    assert.deepEqual(header.version, [1, 0]);
    const facts = captureFacts();
    for (const [name, value] of Object.entries(facts)) {
      assert.deepEqual(plain(header[name]), plain(value), name);
    }
    assert.equal(header.encryption, null);
    assert.equal(header.compression, "none");
    console.log(`R-17: ${Object.keys(facts).length + 3} facts about the file, all read back`);
  });

  test("R-02: damage of every octet of a 4 KB file is detected", () => {
    const bytes = foursKB;
    assert.ok(bytes.length > 3_500 && bytes.length < 5_000, `${bytes.length} octets`);
    const whole = keys(recordsOf(readAll(bytes)));
    let detected = 0;
    for (let i = 0; i < bytes.length; i++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const damaged = bytes.slice();
        damaged[i] = (bytes[i] ?? 0) ^ mask;
        const result = readOrError(damaged);
        if (result instanceof CaptureError || damageOf(result).length > 0) detected += 1;
        if (result instanceof CaptureError) continue;
        for (const key of keys(recordsOf(result))) assert.ok(whole.includes(key), `octet ${i}`);
      }
    }
    console.log(
      `R-02: ${detected} of ${3 * bytes.length} damages detected (${bytes.length} octets)`,
    );
    assert.equal(detected, 3 * bytes.length);
  });

  test("R-03: after damage at 1,000 places all later whole blocks are read", () => {
    const records = someRecords({ count: 10, chunks: 40, size: 300 });
    const bytes = writeCapture(records, { blockSize: 4_096 });
    const blocks = blockPlaces(bytes);
    const random = mulberry32(3);
    let recovered = 0;
    let expected = 0;
    for (let n = 0; n < 1_000; n++) {
      const at = Math.floor(random() * bytes.length);
      const length = 1 + Math.floor(random() * 6_000);
      const damaged = bytes.slice();
      for (let i = at; i < Math.min(at + length, bytes.length); i++) damaged[i] = random() * 256;
      const items = readAll(damaged);
      const alive = blocks.filter((b) => b.offset + b.size <= at || b.offset >= at + length);
      const expectedKeys = alive.flatMap((b) => b.keys);
      const got = keys(recordsOf(items));
      expected += expectedKeys.length;
      recovered += got.length;
      assert.deepEqual(got, expectedKeys, `damage of ${length} octets at ${at}`);
      const holes = damageOf(items);
      assert.ok(holes.length > 0, `damage of ${length} octets at ${at} was not reported`);
      const last = Math.min(at + length, bytes.length) - 1;
      const first = holes[0];
      const reach = holes.at(-1);
      assert.ok(first && first.offset <= at, `hole begins at ${first?.offset}, damage at ${at}`);
      assert.ok(reach && reach.offset + reach.length > last);
    }
    const percent = ((100 * recovered) / expected).toFixed(1);
    console.log(`R-03: 1,000 places, ${recovered} of ${expected} records recovered (${percent} %)`);
    assert.equal(recovered, expected);
  });

  test("R-04: a capture inside a capture's payload gives no false records", () => {
    const inner = writeCapture(someRecords({ count: 2, chunks: 3, size: 50, seed: 9 }), {
      facts: captureFacts(99),
      blockSize: 300,
    });
    const outer: CaptureRecord[] = [];
    for (let n = 0; n < 12; n++) {
      outer.push({ kind: "data", association: 1, sender: "requestor", at: n, bytes: inner });
    }
    const bytes = writeCapture(outer, { blockSize: 4_000 });
    const known = new Set(keys(outer));
    let falseRecords = 0;
    let reads = 0;
    const count = (damaged: Uint8Array) => {
      const result = readOrError(damaged);
      reads += 1;
      if (result instanceof CaptureError) return;
      falseRecords += keys(recordsOf(result)).filter((key) => !known.has(key)).length;
      const starts = result.filter((item) => item.item === "capture");
      assert.equal(starts.length, 1, "one capture");
    };
    for (const { offset, size } of blockPlaces(bytes)) {
      for (const at of [0, 3, 15, 31, 36, 42, 44, 45, 60, size - 50, size - 1]) {
        const damaged = bytes.slice();
        damaged[offset + at] = (damaged[offset + at] ?? 0) ^ 0xff;
        count(damaged);
        count(damaged.subarray(0, offset + size + 20));
      }
    }
    for (let end = 0; end < bytes.length; end += 7) count(bytes.subarray(0, end));
    const damagedHeader = bytes.slice();
    damagedHeader[20] = 0;
    damagedHeader[damagedHeader.length - 2] = 0; // and the trailer that would have named the capture
    count(damagedHeader);
    console.log(`R-04: ${reads} damaged files with captures inside, ${falseRecords} false records`);
    assert.equal(falseRecords, 0);
  });

  test("R-05: every truncation of a 64 kB file is read, with all earlier records", () => {
    const records = someRecords({ count: 3, chunks: 15, size: 1_440 });
    const bytes = writeCapture(records, { blockSize: 4_096 });
    assert.ok(bytes.length > 64_000 && bytes.length < 72_000, `${bytes.length} octets`);
    const blocks = blockPlaces(bytes);
    const all = keys(records);
    let exceptions = 0;
    for (let end = 0; end < bytes.length; end++) {
      const result = readOrError(bytes.subarray(0, end));
      if (result instanceof CaptureError) {
        exceptions += 1; // only where there is no whole block yet: nothing to read
        assert.ok(end < (blocks[0]?.offset ?? 0), `offset ${end}: ${result.message}`);
        continue;
      }
      let whole = 0;
      for (const block of blocks) if (block.offset + block.size <= end) whole += block.keys.length;
      const got = recordsOf(result);
      assert.equal(got.length, whole, `offset ${end}`);
      if (end % 997 === 0) assert.deepEqual(keys(got), all.slice(0, whole));
      const sound = blocks.some((b) => b.offset === end || b.offset + b.size === end);
      assert.equal(damageOf(result).length, sound ? 0 : 1, `offset ${end}`);
    }
    const refused = `${exceptions} inside the header refused in words`;
    console.log(`R-05: ${bytes.length} offsets, 0 exceptions, ${refused}`);
  });

  test("reads joined files as so many captures, also behind one that was cut off", () => {
    const a = writeCapture(small, { facts: captureFacts(1), blockSize: 512 });
    const b = writeCapture(small, { facts: captureFacts(2), blockSize: 512 });
    const third = blockPlaces(a)[2]?.offset ?? 0;
    for (const [name, joined, holes] of [
      ["a b", concat(a, b), 0],
      ["a a", concat(a, a), 0],
      ["a cut off in the head of a block, b", concat(a.subarray(0, third + 40), b), 1],
      ["a without trailer, b", concat(writeCapture(small, { unfinished: true }), b), 0],
    ] as const) {
      const items = readAll(joined);
      const starts = items.filter((item) => item.item === "capture");
      assert.equal(starts.length, 2, name);
      assert.equal(damageOf(items).length, holes, name);
      const ends = items.flatMap((item, i) => (item.item === "end" ? [i] : []));
      const second = items.slice(ends[0]);
      assert.deepEqual(keys(recordsOf(second)), keys(small), name);
    }
  });

  test("points at what may be a joined capture but may as well be recorded traffic", () => {
    const a = writeCapture(small, { facts: captureFacts(1), blockSize: 512 });
    const b = writeCapture(small, { facts: captureFacts(2), blockSize: 512 });
    const end = (blockPlaces(a)[2]?.offset ?? 0) + 300;
    const items = readAll(concat(a.subarray(0, end), b));
    assert.equal(items.filter((item) => item.item === "capture").length, 1);
    assert.match(
      damageOf(items)[0]?.what ?? "",
      new RegExp(`from octet ${end} on .* cut it there`),
    );
  });

  test("reads what follows a joined capture whose header is damaged", () => {
    const a = writeCapture(small, { facts: captureFacts(1) });
    const b = writeCapture(small, { facts: captureFacts(2) });
    b[30] = (b[30] ?? 0) ^ 0xff;
    const items = readAll(concat(a, b));
    assert.equal(recordsOf(items).length, 2 * small.length);
    assert.equal(damageOf(items).length, 1);
  });

  test("a missing block is reported although no octet is damaged", () => {
    const places = blockPlaces(foursKB);
    const third = places[2];
    assert.ok(third);
    const without = concat(
      foursKB.subarray(0, third.offset),
      foursKB.subarray(third.offset + third.size),
    );
    const [hole] = damageOf(readAll(without));
    assert.deepEqual(
      { ...hole },
      {
        item: "damage",
        kind: "missing",
        offset: third.offset,
        length: 0,
        blocks: 1,
        what: "1 block is missing",
      },
    );
  });

  test("after damage the next block says how many octets of each AE are missing", () => {
    const records = someRecords({ count: 3, chunks: 30, size: 100 });
    const bytes = writeCapture(records, { blockSize: 1_000 });
    const places = blockPlaces(bytes);
    let positions = 0;
    for (const [n, place] of places.slice(0, -2).entries()) {
      const damaged = bytes.slice();
      damaged[place.offset + 50] = (damaged[place.offset + 50] ?? 0) ^ 1;
      const told = new Map<string, number>();
      for (const item of readAll(damaged)) {
        if (item.item !== "record" || !("association" in item.record)) continue;
        const { record } = item;
        for (const sender of ["requestor", "acceptor"] as const) {
          const key = `${record.association} ${sender}`;
          if (record.kind === "position") {
            positions += 1;
            assert.ok(record[sender] >= (told.get(key) ?? 0));
            told.set(key, record[sender]);
          } else if ("sender" in record && record.sender === sender) {
            told.set(key, (told.get(key) ?? 0) + trafficOf(record));
          }
        }
      }
      for (const [key, octets] of told) {
        const last = n >= places.length - 5; // what nothing follows, nothing tells
        assert.ok(last || octets === 1_500, `block ${n}: ${key} ${octets}`);
      }
    }
    assert.ok(positions > 0);
  });

  test("a block that comes twice counts once", () => {
    const third = blockPlaces(foursKB)[2];
    assert.ok(third);
    const end = third.offset + third.size;
    const twice = concat(
      foursKB.subarray(0, end),
      foursKB.subarray(third.offset, end),
      foursKB.subarray(end),
    );
    const items = readAll(twice);
    assert.deepEqual(keys(recordsOf(items)), keys(small));
    assert.equal(damageOf(items)[0]?.length, third.size);
  });

  test("octets behind the end of a closed capture are damage, not another capture", () => {
    for (const tail of [new Uint8Array(5_000), Uint8Array.of(1, 2, 3)]) {
      const items = readAll(concat(foursKB, tail));
      assert.deepEqual(keys(recordsOf(items)), keys(small));
      assert.deepEqual(
        damageOf(items).map((d) => [d.offset, d.length]),
        [[foursKB.length, tail.length]],
      );
    }
  });

  test("refuses empty, foreign and newer files in words", () => {
    const cases: [string, Uint8Array, string, RegExp][] = [
      ["empty", new Uint8Array(0), "empty", /empty file: 0 octets/],
      ["pcap", Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0), "foreign", /looks like a pcap/],
      ["text", new TextEncoder().encode("hello\n"), "foreign", /looks like text/],
      ["other MessagePack", packValue({ format: "other" }), "foreign", /Cannot read as a capture/],
      ["zeros", new Uint8Array(100_000), "foreign", /zeros only/],
      ["newer", withVersion([2, 3]), "newer", /format version 2\.3.*up to 1\.x/],
    ];
    for (const [name, bytes, reason, message] of cases) {
      const error = readOrError(bytes);
      assert.ok(error instanceof CaptureError, name);
      assert.equal(error.reason, reason, name);
      assert.match(error.message, message, name);
    }
  });

  test("R-18: a newer minor version is read", () => {
    const items = readAll(withVersion([1, 77]));
    assert.ok(items[0]?.item === "capture");
    assert.deepEqual(items[0].header?.version, [1, 77]);
  });

  test("D-01: random and mutated files give items or a CaptureError, in bounded time", () => {
    const random = mulberry32(5);
    let slowest = 0;
    const rounds = fuzzRounds(1_500, 50_000);
    for (let n = 0; n < rounds; n++) {
      const bytes = mutated(foursKB, random);
      const begin = performance.now();
      readOrError(bytes);
      slowest = Math.max(slowest, performance.now() - begin);
    }
    console.log(`D-01: ${rounds} mutated captures, 0 throws, slowest ${slowest.toFixed(0)} ms`);
  });

  test("a file full of octets that only look like blocks costs linear time", () => {
    const head = blockPlaces(foursKB)[0];
    assert.ok(head);
    const fake = foursKB.slice(head.offset, head.offset + 45);
    new DataView(fake.buffer).setUint32(41, 4_194_304); // each claims the greatest payload
    const header = foursKB.subarray(0, head.offset);
    const body = new Uint8Array(6_000_000);
    for (let at = 0; at + 45 <= body.length; at += 45) body.set(fake, at);
    const items = readAll(concat(header, body));
    assert.equal(damageOf(items).length, 1);
  });
});

describe("readBlocks()", () => {
  test("gives the same through a window whose views pass, whatever is damaged", () => {
    const records = someRecords({ count: 3, chunks: 10, size: 40_000 });
    const parts = [1, 2, 3].map((seed) => writeCapture(records, { facts: captureFacts(seed) }));
    const whole = concat(...parts);
    const torn = whole.subarray(0, whole.length - 70_000);
    const bent = whole.slice();
    for (let at = 300_000; at < bent.length; at += 900_000) bent.fill(0x55, at, at + 100);
    for (const bytes of [whole, torn, bent]) {
      const memory = new MemorySource(bytes);
      const source: ByteSource = {
        size: bytes.length,
        read: (position, length) => memory.read(position, length),
        readInto: (position, into) => {
          const read = memory.read(position, into.length);
          into.set(read);
          return read.length;
        },
      };
      const told = (items: Iterable<BlockItem>) =>
        Array.from(items, (item) => {
          if (item.item !== "block") return plain(item);
          const { payload, captureId, ...facts } = item;
          return { ...facts, captureId: [...captureId], sum: crc32(payload) };
        });
      const passing = readBlocks(source, new SourceWindow(source, { passing: true }));
      assert.deepEqual(told(passing), told(readBlocks(memory)));
    }
  });
});

describe("readIndex()", () => {
  test("lists associations with the places of their records", () => {
    const records = someRecords({ count: 7, chunks: 9, size: 400 });
    const bytes = writeCapture(records, {
      blockSize: 2_000,
      summary: (n) => ({ calling: `A${n}` }),
    });
    const source = new MemorySource(bytes);
    const [capture] = readIndex(source) ?? [];
    assert.ok(capture);
    assert.deepEqual(
      capture.entries.map((entry) => entry.association),
      [1, 2, 3, 4, 5, 6, 7],
    );
    for (const entry of capture.entries) {
      assert.deepEqual(entry.summary, { calling: `A${entry.association}` });
      const found: CaptureRecord[] = [];
      for (let i = 0; i < entry.places.length; i += 2) {
        const from = capture.offset + (entry.places[i] ?? 0);
        const to = capture.offset + (entry.places[i + 1] ?? 0);
        const captureId = capture.header.capture_id;
        for (const block of readBlockRange(source, { captureId, from, to })) {
          if (block.kind !== 0) continue;
          const reader = new RecordReader(block.payload);
          for (let record = reader.next(); record !== undefined; record = reader.next()) {
            if (record.kind === "position" || !("association" in record)) continue;
            if (record.association === entry.association) found.push(record);
          }
        }
      }
      const expected = records.filter(
        (record) => "association" in record && record.association === entry.association,
      );
      assert.deepEqual(keys(found), keys(expected));
    }
  });

  test("serves joined captures and says undefined where there is no whole index", () => {
    const a = writeCapture(small, { facts: captureFacts(1) });
    const b = writeCapture(small, { facts: captureFacts(2) });
    assert.deepEqual(
      readIndex(new MemorySource(concat(a, b)))?.map((capture) => capture.offset),
      [0, a.length],
    );
    for (const bytes of [
      new Uint8Array(0),
      a.subarray(0, a.length - 1),
      writeCapture(small, { unfinished: true }),
      concat(a.subarray(0, 500), b),
    ]) {
      assert.equal(readIndex(new MemorySource(bytes)), undefined);
    }
  });

  test("never throws, whatever the file", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        const bytes = mutated(foursKB, mulberry32(seed));
        try {
          readIndex(new MemorySource(bytes));
        } catch (error) {
          assert.ok(error instanceof CaptureError);
        }
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? [...v] : v)));
}

function readOrError(bytes: Uint8Array) {
  try {
    return readAll(bytes);
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
}

interface BlockPlace {
  offset: number;
  size: number;
  keys: string[];
}

/** Places of all blocks and the records in them. */
function blockPlaces(bytes: Uint8Array): BlockPlace[] {
  const [capture] = readAll(bytes);
  assert.ok(capture?.item === "capture" && capture.header !== undefined);
  const places: BlockPlace[] = [];
  const range = { captureId: capture.header.capture_id, from: 0, to: bytes.length };
  for (const block of readBlockRange(new MemorySource(bytes), range)) {
    const place: BlockPlace = { offset: block.offset, size: block.size, keys: [] };
    const reader = new RecordReader(block.kind === 0 ? block.payload : new Uint8Array(0));
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      if (record.kind !== "position") place.keys.push(...keys([record]));
    }
    places.push(place);
  }
  return places;
}

function withVersion(version: [number, number]): Uint8Array {
  const own = encodeHeader(captureFacts());
  const at = own.findIndex((octet, i) => octet === 0x92 && own[i + 1] === 1 && own[i + 2] === 0);
  own[at + 1] = version[0];
  own[at + 2] = version[1];
  new DataView(own.buffer, own.byteOffset).setUint32(
    own.length - 4,
    crc32(own.subarray(0, own.length - 5)),
  );
  return own;
}

function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const pick = (limit: number) => Math.floor(random() * limit);
  let result: Uint8Array = bytes.slice();
  for (let n = 1 + pick(4); n > 0; n--) {
    const at = pick(result.length);
    const length = pick(200);
    const how = pick(5);
    if (how === 0) result[at] = pick(256);
    else if (how === 1) result.fill(pick(256), at, at + length);
    else if (how === 2) result = concat(result.subarray(0, at), result.subarray(at + length));
    else if (how === 3) result = concat(result.subarray(0, at + length), result.subarray(at));
    else result.set(bytes.subarray(0, Math.min(length, result.length - at)), at);
  }
  return result;
}
