import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { describe, test } from "vitest";
import { DataSetBuilder } from "../../src/dataset/data_set_builder.ts";
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { explicit, implicit, item, join, UNDEFINED } from "../support/data_set_bytes.ts";

const DEFLATED = transferSyntax("1.2.840.10008.1.2.1.99") ?? EXPLICIT_LITTLE;

/** Sequences in sequences, none of which ends. */
function nested(depth: number): Uint8Array {
  const level = join(explicit(0x00081110, "SQ", [], UNDEFINED), item(join(), UNDEFINED));
  const bytes = new Uint8Array(level.length * depth);
  for (let at = 0; at < depth; at++) bytes.set(level, at * level.length);
  return bytes;
}

function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let { dataSet } = readDataSet(bytes, { syntax: EXPLICIT_LITTLE });
  for (; dataSet.items("ReferencedStudySequence")[0] !== undefined; depth++) {
    dataSet = dataSet.items("ReferencedStudySequence")[0] as typeof dataSet;
  }
  return depth;
}

describe("DataSetReader keeps to its limits", () => {
  test("D-04: sequences nested 1 to 100,000 deep", () => {
    const depths = [1, 2, 63, 64, 65, 100, 1000, 100_000];
    for (const depth of depths) {
      const bytes = nested(depth);
      const read = readDataSet(bytes, { syntax: EXPLICIT_LITTLE });
      const ids = read.findings.map((finding) => finding.id);
      assert.equal(read.length, bytes.length);
      assert.equal(depthOf(bytes), Math.min(depth, 64));
      assert.deepEqual(ids, [depth > 64 ? "data-set-too-deep" : "data-set-truncated"]);
    }
    console.log(`D-04: depths ${depths.join(" ")}, no stack overflow, told from 65 on`);
  });

  test("D-04: element count and item count", () => {
    const many = new Uint8Array(8 * 1001);
    for (let at = 0; at < 1001; at++) many.set(implicit(0x00100000 + at, []), at * 8);
    const elements = readDataSet(many, { syntax: IMPLICIT_LITTLE, maxElements: 1000 });
    assert.equal(elements.dataSet.elements.length, 1000);
    assert.deepEqual(elements.findings.at(-1)?.id, "data-set-too-many");

    const items = new Uint8Array(8 * 1001);
    for (let at = 0; at < 1001; at++) items.set(item(join()), at * 8);
    const sequence = readDataSet(join(explicit(0x00081110, "SQ", items)), {
      syntax: EXPLICIT_LITTLE,
      maxItems: 1000,
    });
    assert.equal(sequence.dataSet.items("ReferencedStudySequence").length, 1000);
    assert.deepEqual(sequence.findings.at(-1)?.id, "data-set-too-many");
    const fragments = readDataSet(join(explicit(0x7fe00010, "OB", [], UNDEFINED), items), {
      syntax: EXPLICIT_LITTLE,
      maxItems: 1000,
    });
    const [pixelData] = fragments.dataSet.elements;
    assert.ok(pixelData?.kind === "fragments" && pixelData.fragments.length === 1000);
    console.log(
      "D-04: 1,001 elements, items and fragments against a limit of 1,000: told, 1,000 kept",
    );
  });

  test("D-03: lengths of 4 GiB allocate nothing", () => {
    const before = process.memoryUsage().arrayBuffers;
    let cases = 0;
    for (const length of [0xfffffffe, 0x7fffffff, 0x80000000, 0x10000]) {
      for (const vr of ["OB", "UT", "UN", "SQ"]) {
        for (let round = 0; round < 63; round++) {
          const reader = new DataSetReader(new DataSetBuilder({ syntax: EXPLICIT_LITTLE }), {
            syntax: EXPLICIT_LITTLE,
          });
          reader.receive(explicit(0x00420011, vr, [1], length));
          reader.end();
          cases++;
        }
      }
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 64 * 2 ** 20, `${grown} octets`);
    console.log(
      `D-03: ${cases} declared lengths up to 4 GiB, array buffers grew ${grown >> 10} KiB`,
    );
  });

  test("values kept in all are bounded, the rest is bulk", () => {
    const value = explicit(0x00204000, "LT", new Uint8Array(1000).fill(0x41));
    const bytes = new Uint8Array(value.length * 10);
    for (let at = 0; at < 10; at++) bytes.set(value, at * value.length);
    const read = readDataSet(bytes, { syntax: EXPLICIT_LITTLE, maxKept: 4500 });
    const kinds = read.dataSet.elements.map((element) => element.kind);
    assert.deepEqual(kinds, [...Array(4).fill("value"), ...Array(6).fill("bulk")]);
  });
});

describe("DataSetReader inflates (PS3.5 A.5)", () => {
  const id = explicit(0x00100020, "LO", "P1");

  test("a deflated data set", () => {
    const read = readDataSet(new Uint8Array(deflateRawSync(id)), { syntax: DEFLATED });
    assert.equal(read.dataSet.text("PatientID"), "P1");
    assert.deepEqual(read.findings, []);
    assert.equal(read.whole, true);
  });

  test("D-05: a bomb of 1:1000 stops at the limit", () => {
    const size = 64 * 2 ** 20;
    const zeros = explicit(0x7fe00010, "OB", [0, 0], 0x7ffffffe);
    const bomb = new Uint8Array(deflateRawSync(join(zeros, []), { level: 9 }));
    assert.ok(bomb.length > 0);
    const plain = new Uint8Array(size);
    plain.set(zeros);
    const deflated = new Uint8Array(deflateRawSync(plain, { level: 9 }));
    const before = process.memoryUsage().rss;
    const byRatio = readDataSet(deflated, { syntax: DEFLATED });
    assert.deepEqual(byRatio.findings.map((one) => one.id).slice(-1), ["data-set-deflate-limit"]);
    assert.ok(byRatio.length < size, `${byRatio.length}`);
    const bySize = readDataSet(deflated, {
      syntax: DEFLATED,
      maxInflated: 2 ** 20,
    });
    assert.deepEqual(bySize.findings.map((one) => one.id).slice(-1), ["data-set-deflate-limit"]);
    assert.ok(bySize.length <= 2 ** 20);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 100 * 2 ** 20, `${grown} octets`);
    console.log(
      `D-05: ${deflated.length} octets for ${size}: stopped at ${byRatio.length} (ratio) and ${bySize.length} (size), RSS grew ${grown >> 20} MiB`,
    );
  });

  test("D-05: deflated frames are fragments and are never inflated", () => {
    const syntax = transferSyntax("1.2.840.10008.1.2.8.1");
    assert.ok(syntax?.encapsulated === true && !syntax.deflated);
    const frame = new Uint8Array(deflateRawSync(new Uint8Array(2 ** 20)));
    const bytes = join(explicit(0x7fe00010, "OB", [], UNDEFINED), item(join()), item(frame));
    assert.equal(readDataSet(bytes, { syntax }).length, bytes.length);
  });
});
