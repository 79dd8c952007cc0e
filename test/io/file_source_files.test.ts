import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { SourceWindow } from "../../src/capture/byte_source.ts";
import { CaptureError } from "../../src/capture/capture_error.ts";
import { NewFile } from "../../src/io/file_new.ts";
import { FileSource } from "../../src/io/file_source.ts";

const folder = mkdtempSync(join(tmpdir(), "dicomtap-"));
const BYTES = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
const path = join(folder, "source");
writeFileSync(path, BYTES);
afterAll(() => rmSync(folder, { recursive: true }));

describe("FileSource", () => {
  test("gives what is asked for, and less at the end", () => {
    using source = new FileSource(path);
    assert.equal(source.size, BYTES.length);
    for (const [position, length] of [
      [0, 10],
      [4_999_990, 100],
      [1_234_567, 2_000_000],
      [5_000_000, 5],
      [6_000_000, 5],
    ] as const) {
      const same = BYTES.subarray(position, position + length);
      assert.deepEqual(Buffer.from(source.read(position, length)), Buffer.from(same));
    }
  });

  test.each([{ passing: false }, { passing: true }])(
    "SourceWindow gives the same views in any order, passing: $passing",
    ({ passing }) => {
      using source = new FileSource(path);
      const window = new SourceWindow(source, { passing });
      for (let n = 0; n < 300; n++) {
        const position = (n * 7_919_113) % BYTES.length;
        const length = (n * 1_013) % 300_000;
        const same = BYTES.subarray(position, position + length);
        assert.ok(Buffer.from(window.view(position, length)).equals(Buffer.from(same)), `${n}`);
      }
    },
  );

  test("gives less, and never hangs, when the file is cut off meanwhile", () => {
    const shrinking = join(folder, "shrinking");
    writeFileSync(shrinking, BYTES.subarray(0, 10_000));
    using source = new FileSource(shrinking);
    truncateSync(shrinking, 4_000);
    assert.equal(source.read(0, 10_000).length, 4_000);
    assert.equal(source.read(5_000, 100).length, 0);
  });

  test("refuses what is no plain file, without waiting for it", () => {
    assert.throws(() => new FileSource(folder), CaptureError);
    assert.throws(() => new FileSource(join(folder, "nothing")), { code: "ENOENT" });
    const pipe = join(folder, "pipe");
    if (spawnSync("mkfifo", [pipe]).status !== 0) return;
    assert.throws(() => new FileSource(pipe), /no plain file/);
  });
});

describe("NewFile", () => {
  test("is there whole, for its owner alone, or not at all", () => {
    const empty = mkdtempSync(join(folder, "empty-"));
    const made = new NewFile(join(empty, "made"));
    made.write(BYTES.subarray(0, 1_000));
    made.write(BYTES.subarray(1_000, 3_000));
    made.finish();
    assert.equal(made.size, 3_000);
    assert.deepEqual(readFileSync(made.path), Buffer.from(BYTES.subarray(0, 3_000)));
    assert.equal(statSync(made.path).mode & 0o777, 0o600);
    assert.throws(() => new NewFile(made.path), { code: "EEXIST" });
    const dropped = new NewFile(join(empty, "dropped"));
    dropped.write(BYTES);
    dropped.discard();
    assert.equal(existsSync(dropped.path), false);
  });
});
