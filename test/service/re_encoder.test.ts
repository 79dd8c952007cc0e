import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  DEFLATED_LITTLE,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { canReEncode, reEncoded } from "../../src/service/re_encoder.ts";
import { arbitraryDataSet } from "../support/arbitrary_data_set.ts";
import { fuzzRounds } from "../support/fuzz.ts";
import { meaning } from "../support/same_data_set.ts";

const PLAIN = [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG] as const;
const syntax = fc.constantFrom(...PLAIN);

describe("reEncoded()", () => {
  test("keeps every element and value between the uncompressed syntaxes, however it is cut", async () => {
    const seen = { dataSets: 0, octets: 0 };
    await fc.assert(
      fc.asyncProperty(
        arbitraryDataSet,
        syntax,
        syntax,
        fc.integer({ min: 1, max: 300 }),
        async (dataSet, from, to, size) => {
          const bytes = encodeDataSet(dataSet, { syntax: from });
          const other = await gathered(reEncoded(cut(bytes, size), { from, to }));
          const read = readDataSet(other, { syntax: to });
          assert.deepEqual(read.findings, []);
          const before = readDataSet(bytes, { syntax: from }).dataSet;
          assert.deepEqual(withoutLengths(read.dataSet), withoutLengths(before));
          seen.dataSets++;
          seen.octets += bytes.length;
        },
      ),
      { numRuns: fuzzRounds(300, 10_000), seed: 5 },
    );
    console.log(`re-encoded ${seen.dataSets} data sets, ${seen.octets} octets, 0 differences`);
  });

  test("swaps long values by their units, across chunks, and pads odd ones", async () => {
    const pixels = Uint8Array.from({ length: 200_001 }, (_, at) => at & 0xff);
    const head = Uint8Array.of(0xe0, 0x7f, 0x10, 0, ...[0x4f, 0x57, 0, 0], ...[0x41, 0x0d, 3, 0]);
    const bytes = new Uint8Array([...head, ...pixels]);
    const to = EXPLICIT_BIG;
    const other = await gathered(reEncoded(cut(bytes, 777), { from: EXPLICIT_LITTLE, to }));
    assert.deepEqual(
      [...other.subarray(0, 12)],
      [0x7f, 0xe0, 0, 0x10, 0x4f, 0x57, 0, 0, 0, 3, 13, 0x42],
    );
    assert.equal(other.length, 12 + 200_002);
    assert.deepEqual([...other.subarray(12, 18)], [1, 0, 3, 2, 5, 4]);
  });

  test("leaves the source alone, also where it is a Buffer, whose slices are views", async () => {
    const bytes = Buffer.from("28001000555302000102", "hex");
    async function* once() {
      yield bytes;
    }
    const to = EXPLICIT_BIG;
    const other = await gathered(reEncoded(once(), { from: EXPLICIT_LITTLE, to }));
    assert.equal(Buffer.from(other).toString("hex"), "00280010555300020201");
    assert.equal(bytes.toString("hex"), "28001000555302000102");
  });

  test("refuses what breaks off, and what is compressed", async () => {
    const cutOff = Uint8Array.of(0x10, 0, 0x10, 0, 0x50, 0x4e, 8, 0, 0x41);
    const from = EXPLICIT_LITTLE;
    const to = IMPLICIT_LITTLE;
    await assert.rejects(gathered(reEncoded(cut(cutOff, 4), { from, to })), /it breaks off at/);
    const long = Uint8Array.of(0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0, 0, 2, 0, 1, 2, 3);
    await assert.rejects(gathered(reEncoded(cut(long, 4), { from, to })), /ends inside it/);
    const jpeg = transferSyntax("1.2.840.10008.1.2.4.50") as TransferSyntax;
    assert.equal(canReEncode(jpeg, to), false);
    assert.equal(canReEncode(to, jpeg), false);
    assert.equal(canReEncode(DEFLATED_LITTLE, to), true);
    assert.equal(canReEncode(to, DEFLATED_LITTLE), false);
    const fragments = Uint8Array.of(0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 255, 255, 255, 255);
    await assert.rejects(gathered(reEncoded(cut(fragments, 99), { from: jpeg, to })), /compressed/);
  });
});

/** Sequences and items get undefined length; VRs are lost in Implicit VR. */
function withoutLengths(dataSet: Parameters<typeof meaning>[0]): string[] {
  return meaning(dataSet, false).map((line) => line.replace(" undefined", ""));
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(Buffer.concat(parts));
}
