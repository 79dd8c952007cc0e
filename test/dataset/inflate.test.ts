import assert from "node:assert/strict";
import { constants, deflateRawSync, deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, test } from "vitest";
import { Inflater } from "../../src/dataset/inflate.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";

function inflate(bytes: Uint8Array, size = bytes.length): { output: Uint8Array; problem: string } {
  const inflater = new Inflater();
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) {
    parts.push(...inflater.receive(bytes.slice(at, at + size)));
  }
  return { output: new Uint8Array(Buffer.concat(parts)), problem: inflater.end()?.text ?? "" };
}

const TEXT = new TextEncoder().encode("SOPInstanceUID 1.2.840.10008 ".repeat(400));

describe("Inflater", () => {
  test("gives back what any strategy and level of deflate made, in chunks of any size", () => {
    const strategies = [
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FIXED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
    ];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 5000, size: "max" }),
        fc.nat(3),
        fc.nat(9),
        fc.integer({ min: 1, max: 600 }),
        (random, strategy, level, size) => {
          const plain = new Uint8Array(
            Buffer.concat([random, TEXT.subarray(0, size * 10), random]),
          );
          const bytes = new Uint8Array(
            deflateRawSync(plain, { level, strategy: strategies[strategy] ?? 0 }),
          );
          const { output, problem } = inflate(bytes, size);
          assert.equal(problem, "");
          assert.deepEqual(output, plain);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  test("gives back more than its window and buffer hold", () => {
    const plain = Uint8Array.from({ length: 700_000 }, (_, at) => (at * at) >>> 7);
    const { output, problem } = inflate(new Uint8Array(deflateRawSync(plain)), 1000);
    assert.equal(problem, "");
    assert.equal(Buffer.compare(output, plain), 0);
  });

  test("copies short and long matches from any distance", () => {
    const parts: Uint8Array[] = [new Uint8Array(300_000)];
    for (const distance of [1, 2, 3, 31, 32, 33, 257, 258, 259, 5_000, 32_768]) {
      const unit = Uint8Array.from({ length: distance }, (_, at) => (at * 31 + distance) >>> 2);
      for (let copy = 0; copy < 4; copy++) parts.push(unit, unit.subarray(0, distance >> 1));
      parts.push(new Uint8Array(70).fill(distance));
    }
    const plain = new Uint8Array(Buffer.concat([...parts, ...parts]));
    for (const size of [7, 1_000, 1_000_000]) {
      const { output, problem } = inflate(new Uint8Array(deflateRawSync(plain)), size);
      assert.equal(problem, "");
      assert.equal(Buffer.compare(output, plain), 0, `${size}`);
    }
  });

  test("tells of every prefix that it is one", () => {
    const bytes = new Uint8Array(deflateRawSync(TEXT));
    for (let length = 1; length < bytes.length; length++) {
      const { output, problem } = inflate(bytes.subarray(0, length));
      assert.match(problem, /ends before its last block/);
      assert.deepEqual(output, TEXT.subarray(0, output.length));
    }
  });

  test("takes the padding octet of PS3.5 A.5", () => {
    const bytes = new Uint8Array([...deflateRawSync(TEXT), 0]);
    assert.deepEqual(inflate(bytes), { output: TEXT, problem: "" });
  });

  test("reads a stream with a zlib header, and says so", () => {
    assert.deepEqual(inflate(new Uint8Array(deflateSync(TEXT))), { output: TEXT, problem: "" });
    const inflater = new Inflater();
    for (const _output of inflater.receive(new Uint8Array(deflateSync(TEXT))));
    assert.equal(inflater.zlibHeader, true);
  });

  // Invariant: any octets give output and perhaps one problem, never an exception.
  test("on mutated streams", () => {
    const bytes = new Uint8Array(deflateRawSync(TEXT));
    const rounds = fuzzRounds(1000, 100_000);
    for (let seed = 1; seed <= rounds; seed++) {
      const { output } = inflate(mutated(bytes, seededRandom(seed)), 50);
      assert.ok(output.length <= 1032 * (bytes.length + 64));
    }
  });
});
