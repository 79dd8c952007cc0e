import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type BlockHead, readBlockHead, sealBlock } from "../../src/capture/block.ts";
import { SoundBlocks } from "../../src/capture/sound_blocks.ts";

describe("SoundBlocks", () => {
  test("has() tells what a checksum tells, at each place by itself", () => {
    const sound = new SoundBlocks();
    const block = sealed(1);
    assert.equal(sound.has(0, block, headOf(block)), true);
    assert.equal(sound.has(0, block, headOf(block)), true, "again");
    const damaged = block.slice();
    damaged[60] = 0xff;
    assert.equal(sound.has(500, damaged, headOf(damaged)), false);
    assert.equal(sound.has(500, block, headOf(block)), true, "as it was before the damage");
  });

  test("has() takes no block that is another one by now, or is cut off, for the one it has seen", () => {
    const sound = new SoundBlocks();
    const first = sealed(1);
    assert.equal(sound.has(0, first, headOf(first)), true);
    assert.equal(sound.has(0, first.subarray(0, 70), headOf(first)), false, "cut off");
    const second = sealed(2);
    second[60] = 0xff;
    assert.equal(sound.has(0, second, headOf(second)), false, "written anew, and damaged");
  });
});

function sealed(sequence: number): Uint8Array {
  const block = new Uint8Array(150);
  sealBlock(block, { captureId: new Uint8Array(16).fill(7), sequence, kind: 0 });
  return block;
}

function headOf(block: Uint8Array): BlockHead {
  const head = readBlockHead(block);
  assert.ok(head !== undefined);
  return head;
}
