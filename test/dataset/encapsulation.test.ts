import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type Frames, framesOf } from "../../src/dataset/encapsulation.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { EXPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { explicit, item, join, SEQUENCE_END, UNDEFINED } from "../support/data_set_bytes.ts";

interface Pixels {
  readonly frames: number;
  /** Entries of the Basic Offset Table. */
  readonly basic?: readonly number[];
  /** Entries of the Extended Offset Table. */
  readonly extended?: readonly number[];
  /** Octets of each fragment. */
  readonly lengths: readonly number[];
}

function read(pixels: Pixels): Frames {
  const table = pixels.extended ?? [];
  const bytes = join(
    explicit(0x00280008, "IS", `${pixels.frames} `.slice(0, 2)),
    ...(pixels.extended === undefined ? [] : [explicit(0x7fe00001, "OV", octets(table, 8))]),
    explicit(0x7fe00010, "OB", [], UNDEFINED),
    item(octets(pixels.basic ?? [], 4)),
    ...pixels.lengths.map((length) => item(new Uint8Array(length))),
    SEQUENCE_END,
  );
  const { dataSet, findings } = readDataSet(bytes, { syntax: EXPLICIT_LITTLE });
  assert.deepEqual(findings, []);
  const element = dataSet.element("PixelData");
  assert.ok(element?.kind === "fragments");
  return framesOf(element, dataSet);
}

function octets(numbers: readonly number[], size: number): Uint8Array {
  const bytes = new Uint8Array(numbers.length * size);
  for (const [at, number] of numbers.entries()) {
    new DataView(bytes.buffer).setUint32(at * size, number, true);
  }
  return bytes;
}

function lengths({ frames }: Frames): number[][] | undefined {
  return frames?.map((frame) => frame.map((fragment) => fragment.length));
}

describe("framesOf() (PS3.5 A.4)", () => {
  test("takes all fragments for a single frame, and one each where the numbers agree", () => {
    assert.deepEqual(lengths(read({ frames: 1, lengths: [4, 6] })), [[4, 6]]);
    assert.deepEqual(lengths(read({ frames: 2, lengths: [4, 6] })), [[4], [6]]);
  });

  test("goes by the Basic Offset Table", () => {
    const frames = read({ frames: 2, basic: [0, 26], lengths: [4, 6, 8] });
    assert.deepEqual(frames.findings, []);
    assert.deepEqual(lengths(frames), [[4, 6], [8]]);
  });

  test("goes by the Extended Offset Table", () => {
    const frames = read({ frames: 2, extended: [0, 12], lengths: [4, 6, 8] });
    assert.deepEqual(frames.findings, []);
    assert.deepEqual(lengths(frames), [[4], [6, 8]]);
  });

  test("says when nothing tells which fragments belong together", () => {
    assert.equal(read({ frames: 2, lengths: [4, 6, 8] }).frames, undefined);
  });

  test("tells of a table that is wrong, and counts instead", () => {
    const rows: readonly [Pixels, RegExp][] = [
      [{ frames: 2, basic: [0, 11], lengths: [4, 6] }, /not the start of a fragment/],
      [{ frames: 2, basic: [12, 12], lengths: [4, 6] }, /not the start of a fragment/],
      [{ frames: 2, extended: [0, 999], lengths: [4, 6] }, /Extended Offset Table is not/],
    ];
    for (const [pixels, text] of rows) {
      const frames = read(pixels);
      assert.match(frames.findings.map((finding) => finding.text).join(), text);
      assert.deepEqual(lengths(frames), [[4], [6]]);
    }
    const three = read({ frames: 3, basic: [0], lengths: [4, 6] });
    assert.match(three.findings[0]?.text ?? "", /has 1 entries for 3 frames/);
  });
});
