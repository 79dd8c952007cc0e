import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, test } from "vitest";
import { DataSet } from "../../src/dataset/data_set.ts";
import { encodeDataSet, encodeDataSetPieces } from "../../src/dataset/encode_data_set.ts";
import { makeElement, makeOctets, makeSequence } from "../../src/dataset/make_element.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  DEFLATED_LITTLE,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { arbitraryDataSet } from "../support/arbitrary_data_set.ts";
import { explicit, hex } from "../support/data_set_bytes.ts";
import { fuzzRounds } from "../support/fuzz.ts";
import { meaning } from "../support/same_data_set.ts";
import { sampleDataSet } from "../support/sample_data_set.ts";

const RUNS = { numRuns: fuzzRounds(400, 20_000), seed: 11 };

describe("encodeDataSet()", () => {
  test("gives the octets that were read", () => {
    const bytes = sampleDataSet();
    const { dataSet, findings } = readDataSet(bytes, { syntax: EXPLICIT_LITTLE, valueLimit: 100 });
    assert.deepEqual(findings, []);
    const bulk = (offset: number, length: number) => bytes.subarray(offset, offset + length);
    assert.equal(hex(encodeDataSet(dataSet, { syntax: EXPLICIT_LITTLE, bulk })), hex(bytes));
  });

  test("and the reader are inverse in each uncompressed encoding", () => {
    fc.assert(
      fc.property(
        arbitraryDataSet,
        fc.constantFrom(EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE),
        (dataSet, syntax) => {
          const bytes = encodeDataSet(dataSet, { syntax });
          const read = readDataSet(bytes, { syntax });
          assert.deepEqual(read.findings, []);
          const vrs = syntax.explicit;
          assert.deepEqual(meaning(read.dataSet, vrs), meaning(dataSet, vrs));
          assert.equal(hex(encodeDataSet(read.dataSet, { syntax })), hex(bytes));
        },
      ),
      RUNS,
    );
  });

  test("moves a data set between the uncompressed encodings and back without loss", () => {
    fc.assert(
      fc.property(
        arbitraryDataSet,
        fc.array(fc.constantFrom(EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE), {
          minLength: 1,
          maxLength: 4,
        }),
        (dataSet, ways) => {
          let moved = dataSet;
          for (const syntax of ways) {
            moved = readDataSet(encodeDataSet(moved, { syntax }), { syntax }).dataSet;
          }
          assert.deepEqual(meaning(moved), meaning(dataSet));
        },
      ),
      RUNS,
    );
    console.log(
      `re-encoding: ${RUNS.numRuns} data sets through the three encodings, 0 differences`,
    );
  });

  test("pads odd values by their VR (PS3.5 6.2)", () => {
    const text = { ...makeOctets(0x00100010, new Uint8Array(0), "PN"), bytes: Uint8Array.of(0x41) };
    const uid = { ...makeOctets(0x00080018, new Uint8Array(0), "UI"), bytes: Uint8Array.of(0x31) };
    const bytes = encodeDataSet(new DataSet([uid, text]), { syntax: IMPLICIT_LITTLE });
    assert.equal(hex(bytes), "08001800020000003100" + "10001000020000004120");
  });

  test("writes a value that its VR's length cannot hold as UN (PS3.5 6.2.2)", () => {
    const long = makeOctets(0x00280009, new Uint8Array(70_000), "AT");
    const bytes = encodeDataSet(new DataSet([long]), { syntax: EXPLICIT_LITTLE });
    assert.equal(hex(bytes.subarray(0, 12)), "28000900" + "554e0000" + "70110100");
  });

  test("gives bulk in pieces of at most 1 MiB, swapped and padded", () => {
    const length = 5 * 2 ** 20 + 2;
    const asked: number[] = [];
    const pixels = {
      kind: "bulk",
      tag: 0x7fe00010,
      vr: "OW",
      offset: 0,
      length,
      bigEndian: true,
    } as const;
    const bulk = (offset: number, size: number) => {
      asked.push(size);
      return Uint8Array.from({ length: size }, (_, at) => (offset + at) & 0xff);
    };
    const pieces = [
      ...encodeDataSetPieces(new DataSet([pixels]), { syntax: EXPLICIT_LITTLE, bulk }),
    ];
    assert.deepEqual(asked, [...Array(5).fill(2 ** 20), 2]);
    const bytes = new Uint8Array(Buffer.concat(pieces));
    assert.equal(bytes.length, 12 + length);
    for (let at = 0; at < length; at += 1023) {
      assert.equal(bytes[12 + at], (at ^ 1) & 0xff);
    }
    assert.throws(
      () => encodeDataSetPieces(new DataSet([]), { syntax: DEFLATED_LITTLE }),
      RangeError,
    );
  });

  test("deflates with what it is given, to an even length (PS3.5 A.5)", () => {
    const dataSet = new DataSet([makeElement(0x00100020, ["P1"], { vr: "LO" })]);
    for (const extra of [0, 1]) {
      const deflate = (bytes: Uint8Array) =>
        new Uint8Array([...deflateRawSync(bytes), ...new Uint8Array(extra)]);
      const bytes = encodeDataSet(dataSet, { syntax: DEFLATED_LITTLE, deflate });
      assert.equal(bytes.length % 2, 0);
      const read = readDataSet(bytes, { syntax: DEFLATED_LITTLE });
      assert.equal(read.dataSet.text("PatientID"), "P1");
      assert.deepEqual(read.findings, []);
    }
    assert.throws(
      () => encodeDataSet(dataSet, { syntax: DEFLATED_LITTLE }),
      /no deflate was given/,
    );
  });

  test("writes unknown tags of group FFFE without a VR, as they came (PS3.5 7.5)", () => {
    const bytes = Uint8Array.of(0xfe, 0xff, 0xfe, 0xe0, 2, 0, 0, 0, 1, 2);
    const { dataSet } = readDataSet(bytes, { syntax: EXPLICIT_LITTLE });
    assert.equal(hex(encodeDataSet(dataSet, { syntax: EXPLICIT_LITTLE })), hex(bytes));
  });

  test("swaps the pixels alone in the private syntax of GE", () => {
    const syntax = transferSyntax("1.2.840.113619.5.2");
    assert.ok(syntax !== undefined);
    const source = readDataSet(
      Uint8Array.of(...explicit(0x00280010, "US", [1, 0]), ...explicit(0x7fe00010, "OW", [1, 2])),
      { syntax: EXPLICIT_LITTLE },
    );
    const bytes = encodeDataSet(source.dataSet, { syntax });
    assert.equal(hex(bytes), "28001000020000000100" + "e07f1000020000000201");
    assert.deepEqual(meaning(readDataSet(bytes, { syntax }).dataSet), meaning(source.dataSet));
  });

  test("refuses bulk without a source, and sequences nested too deep", () => {
    const read = readDataSet(sampleDataSet(), { syntax: EXPLICIT_LITTLE, valueLimit: 100 });
    assert.throws(
      () => encodeDataSet(read.dataSet, { syntax: EXPLICIT_LITTLE }),
      /Cannot write 300 octets of bulk data: no source was given/,
    );
    let deep = new DataSet([]);
    for (let depth = 0; depth < 65; depth++) deep = new DataSet([makeSequence(0x00081110, [deep])]);
    assert.throws(() => encodeDataSet(deep, { syntax: EXPLICIT_LITTLE }), RangeError);
  });
});
