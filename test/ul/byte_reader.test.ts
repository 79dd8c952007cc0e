import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { ByteReader, shortageError } from "../../src/ul/byte_reader.ts";

const EIGHT = Uint8Array.of(1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc);

describe("ByteReader", () => {
  test("reads big endian and counts offsets in the stream", () => {
    const reader = new ByteReader(EIGHT, 5_000_000_000);
    assert.equal(reader.u8("a"), 1);
    assert.equal(reader.u16("b"), 0x0203);
    assert.equal(reader.left, 5);
    assert.equal(reader.u32("c"), 0x04ff_fefd);
    assert.equal(reader.offset, 5_000_000_007);
    assert.deepEqual(reader.rest(), Uint8Array.of(0xfc));
    assert.equal(new ByteReader(EIGHT.subarray(4), 0).u32("d"), 0xfffe_fdfc);
  });

  test("remembers the first read that was short, and gives nothing from there on", () => {
    const reader = new ByteReader(EIGHT, 100);
    reader.bytes(6, "head");
    assert.equal(reader.u32("Reason/Diag."), 0);
    assert.equal(reader.u8("another"), 0);
    assert.deepEqual(reader.bytes(1, "third"), new Uint8Array(0));
    assert.deepEqual(reader.shortage, { field: "Reason/Diag.", needed: 4, left: 2, offset: 106 });
    assert.ok(reader.shortage);
    const error = shortageError(reader.shortage, "PS3.8 9.3.8");
    assert.equal(error.message, "Cannot read Reason/Diag.: 4 bytes needed, 2 left (PS3.8 9.3.8)");
    assert.equal(error.offset, 106);
    assert.equal(error.abortReason, 6);
  });

  test("a sub-reader cannot outrun its parent", () => {
    const reader = new ByteReader(EIGHT, 0);
    const sub = reader.sub(3, "item");
    assert.equal(sub.u32("inside"), 0);
    assert.deepEqual(sub.shortage, { field: "inside", needed: 4, left: 3, offset: 0 });
    assert.equal(reader.u8("next"), 4);
    const overrunning = reader.sub(5, "second item");
    assert.equal(overrunning.left, 0);
    assert.deepEqual(reader.shortage, { field: "second item", needed: 5, left: 4, offset: 4 });
  });
});
