import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "vitest";
import { nodeFileSystem } from "../../src/io/file_system.ts";

const scratch: string[] = [];
afterEach(() => {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dicomtap-files-"));
  scratch.push(path);
  return path;
}

describe("nodeFileSystem.makeDirectory()", () => {
  test("makes those above it too, for their owner alone, and takes what is there", () => {
    const base = folder();
    const path = join(base, "a", "b", "c");
    for (let twice = 0; twice < 2; twice++) nodeFileSystem.makeDirectory(path);
    for (const made of [path, join(base, "a")]) assert.equal(statSync(made).mode & 0o777, 0o700);
    const link = join(base, "link");
    symlinkSync(path, link);
    nodeFileSystem.makeDirectory(join(link, "d"));
    assert.ok(statSync(join(path, "d")).isDirectory());
  });

  test("throws where a file is in the way, and where the system has no room for one", () => {
    const base = folder();
    const file = join(base, "file");
    writeFileSync(file, "");
    for (const path of [file, join(file, "below")]) {
      assert.throws(() => nodeFileSystem.makeDirectory(path), { code: /^(EEXIST|ENOTDIR)$/ });
    }
    // Seen with mkdir's own `recursive` on Node 20: no error, but an endless loop.
    const nowhere = existsSync("/proc/self") ? "/proc/dicomtap/captures" : undefined;
    if (nowhere === undefined) console.log("no /proc here: its refusal is not tried");
    else assert.throws(() => nodeFileSystem.makeDirectory(nowhere), { code: "ENOENT" });
  });
});
