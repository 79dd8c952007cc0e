import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { MemorySource } from "../../src/capture/byte_source.ts";
import { CaptureError } from "../../src/capture/capture_error.ts";
import { readIndex } from "../../src/capture/index_block.ts";
import { packValue } from "../../src/capture/msgpack.ts";
import { type CaptureRecord, encodeRecord, trafficOf } from "../../src/capture/record.ts";
import { repairCapture } from "../../src/capture/repair.ts";
import { verifyCapture } from "../../src/capture/verify.ts";
import {
  captureFacts,
  concat,
  mulberry32,
  readAll,
  recordsOf,
  someRecords,
  writeCapture,
} from "../support/captures.ts";

const RECORDS = someRecords({ count: 8, chunks: 25, size: 400 });
const WHOLE = writeCapture(RECORDS, { blockSize: 4_000 });

function verify(bytes: Uint8Array) {
  return verifyCapture(new MemorySource(bytes));
}

function repair(bytes: Uint8Array) {
  const parts: Uint8Array[] = [];
  let ids = 100;
  const report = repairCapture(new MemorySource(bytes), {
    write: (part) => parts.push(part.slice()),
    captureId: () => captureFacts(ids++).capture_id,
    summarise: (association) => ({ association }),
  });
  return { report, bytes: concat(...parts) };
}

describe("verifyCapture()", () => {
  test("finds a whole capture sound and complete, and counts what is in it", () => {
    const report = verify(WHOLE);
    assert.equal(report.sound && report.complete, true);
    const [capture] = report.captures;
    assert.equal(capture?.associations, 8);
    assert.equal(capture?.openAssociations, 0);
    assert.equal(capture?.octets, 8 * 25 * 400);
    assert.deepEqual([capture?.closed, capture?.index, capture?.gaps], [true, "sound", 0]);
  });

  test("R-10: gaps and losses are told apart from damage", () => {
    const gap: CaptureRecord = {
      kind: "gap",
      association: 1,
      sender: "acceptor",
      at: 6_000_000,
      length: 70,
      why: "disk full",
    };
    const lost: CaptureRecord = { kind: "lost", at: 6_000_000, length: 30, records: 2, why: "" };
    const report = verify(writeCapture([...RECORDS.slice(0, 20), gap, lost]));
    assert.equal(report.sound, true);
    assert.equal(report.complete, false);
    assert.deepEqual([report.captures[0]?.gaps, report.captures[0]?.gapOctets], [2, 100]);
    assert.equal(report.captures[0]?.openAssociations, 8);
  });

  test("a capture that was not closed is sound, without an index", () => {
    const report = verify(writeCapture(RECORDS, { unfinished: true }));
    assert.equal(report.sound, true);
    assert.deepEqual(
      report.captures.map(({ closed, index }) => ({ closed, index })),
      [{ closed: false, index: "missing" }],
    );
  });

  test("an index that does not fit the records is wrong", () => {
    const report = verify(writeCapture(RECORDS, { blockSize: 4_000, unindexed: 3 }));
    assert.equal(report.captures[0]?.index, "wrong");
    assert.equal(report.sound, false);
    assert.equal(report.damages, 0);
  });

  test("keeps the first thousand places of damage and counts all", () => {
    const many = writeCapture(someRecords({ count: 2, chunks: 2_400, size: 10 }), { blockSize: 1 });
    const damaged = many.slice();
    for (let at = 1_000; at < many.length - 1_000; at += 250) damaged[at] = (many[at] ?? 0) ^ 255;
    const report = verify(damaged);
    assert.ok(report.damages > 1_000);
    assert.equal(report.damage.length, 1_000);
    assert.equal(report.sound, false);
  });
});

describe("repairCapture()", () => {
  test("makes a sound capture with an index of whatever damage, with all that is readable", () => {
    const random = mulberry32(21);
    let readable = 0;
    let damages = 0;
    for (let n = 0; n < 300; n++) {
      let damaged: Uint8Array = WHOLE.slice();
      const at = Math.floor(random() * damaged.length);
      const length = 1 + Math.floor(random() * 9_000);
      const how = n % 3;
      if (how === 0) damaged.fill(n, at, at + length);
      else if (how === 1) damaged = damaged.subarray(0, at);
      else damaged = concat(damaged.subarray(0, at), damaged.subarray(at + length));
      let before: CaptureRecord[];
      try {
        before = recordsOf(readAll(damaged));
      } catch (error) {
        assert.ok(error instanceof CaptureError);
        continue;
      }
      const mended = repair(damaged);
      const report = verify(mended.bytes);
      assert.equal(report.damages, 0);
      assert.equal(report.captures[0]?.index, "sound", `${n}`);
      assert.equal(report.captures[0]?.closed, true);
      assert.equal(report.captures[0]?.records, mended.report.records);
      const after = recordsOf(readAll(mended.bytes));
      const own = after.filter((record) => record.kind !== "lost" && record.kind !== "gap");
      assert.deepEqual(own.map(hex), before.map(hex));
      readable += own.length;
      damages += mended.report.damages;
    }
    assert.ok(damages > 150);
    console.log(`repair: ${damages} damages, ${readable} records readable before and after`);
  });

  test("counts the records of a sound capture as verifyCapture() does, however its blocks are cut", () => {
    for (const blockSize of [2_000, 4_000, 64_000]) {
      const whole = writeCapture(RECORDS, { blockSize });
      const { report, bytes } = repair(whole);
      const counts = [verify(whole), verify(bytes)].map(({ captures }) => captures[0]?.records);
      assert.deepEqual([report.records, ...counts], Array(3).fill(RECORDS.length));
    }
  });

  test("says how many octets of each AE are missing where later blocks tell", () => {
    const items = readAll(WHOLE);
    const offsets = [
      ...new Set(items.flatMap((i) => (i.item === "record" ? [i.blockOffset] : []))),
    ];
    const at = (offsets[4] ?? 0) + 60;
    const damaged = WHOLE.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const mended = repair(damaged);
    const told = new Map<string, number>();
    for (const record of recordsOf(readAll(mended.bytes))) {
      if (!("sender" in record)) continue;
      const key = `${record.association} ${record.sender}`;
      told.set(key, (told.get(key) ?? 0) + trafficOf(record));
    }
    assert.deepEqual(new Set(told.values()), new Set([13 * 400, 12 * 400]));
    assert.ok(mended.report.missingOctets > 2_000);
    const lost = recordsOf(readAll(mended.bytes)).filter((record) => record.kind === "lost");
    assert.match(lost[0]?.why ?? "", /^repaired: damaged, \d+ octets at octet \d+ of the file$/);
  });

  test("mends joined captures one by one, and one without a header", () => {
    const b = writeCapture(RECORDS, { facts: captureFacts(2), unfinished: true });
    const headless = WHOLE.slice();
    headless[40] = (headless[40] ?? 0) ^ 1;
    const { bytes, report } = repair(concat(headless, b));
    assert.equal(report.captures, 2);
    assert.equal(recordsOf(readAll(bytes)).length, 2 * RECORDS.length + 1);
    const index = readIndex(new MemorySource(bytes));
    assert.deepEqual(
      index?.map((capture) => [capture.header.product, capture.entries.length]),
      [
        ["unknown", 8],
        ["dicomtap 0.1.0", 8],
      ],
    );
    assert.deepEqual(index?.[1]?.entries[2]?.summary, { association: 3 });
    assert.deepEqual(
      Array.from((index?.[1]?.header["repaired_from"] as Uint8Array) ?? []),
      Array.from(captureFacts(2).capture_id),
    );
  });

  test("keeps records of later versions as they are", () => {
    const strange = packValue(["teleport", 5, { to: "elsewhere" }]);
    const records = RECORDS.slice(0, 10);
    const known = records.map(encodeRecord);
    const bytes = writeCapture(records, { strange: { after: 5, bytes: strange } });
    assert.equal(verify(bytes).captures[0]?.unknownRecords, 1);
    const { bytes: mended } = repair(bytes);
    assert.equal(verify(mended).captures[0]?.unknownRecords, 1);
    assert.ok(Buffer.from(mended).includes(Buffer.from(concat(known[5] ?? strange, strange))));
  });
});

function hex(record: CaptureRecord): string {
  return Buffer.from(encodeRecord(record)).toString("hex");
}
