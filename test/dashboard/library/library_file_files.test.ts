import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { Entry } from "../../../src/dashboard/library/entry.ts";
import { LibraryFile } from "../../../src/dashboard/library/library_file.ts";
import { SummaryShelf } from "../../../src/dashboard/library/summary_shelf.ts";
import { DashboardState } from "../../../src/dashboard/state.ts";
import { FileSource } from "../../../src/io/file_source.ts";
import { captureFacts, someRecords, writeCapture } from "../../support/captures.ts";
import { inScope } from "../../support/process.ts";

describe("LibraryFile", () => {
  test("is not read again and again where it opens and cannot be read to its end", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      const records = someRecords({ count: 3, chunks: 50, size: 20_000 });
      writeFileSync(path, writeCapture(records, { unfinished: true }));
      const bad = badPlace(2_500_000);
      try {
        const state = new DashboardState({ places: [folder] });
        let changes = 0;
        state.listen({ captures: () => (changes += 1) });
        await state.library.refresh();
        const [capture] = state.captures().captures;
        assert.deepEqual([capture?.state, capture?.problems[0]], ["unreadable", bad.message]);
        assert.ok(bad.readings > 1, "what is before the bad place was read");
        const before = [bad.readings, changes];
        await state.library.refresh();
        assert.deepEqual([bad.readings, changes], before, "nothing is read, nothing is told");
        bad.isBad = false;
        writeFileSync(path, writeCapture(records));
        await state.library.refresh();
        assert.equal(state.captures().captures[0]?.state, "indexed");
      } finally {
        bad.restore();
      }
    });
  });

  test("keeps nothing of a growing capture that another one has replaced", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      const growing = (seed: number, { count, product }: { count: number; product: string }) =>
        writeCapture(someRecords({ count, chunks: 2, size: 50 }), {
          facts: { ...captureFacts(seed), product },
          unfinished: true,
        });
      const state = new DashboardState({ places: [folder] });
      const told: unknown[] = [];
      for (const bytes of [
        growing(1, { count: 3, product: "first 1.0" }),
        growing(2, { count: 5, product: "longer 2.0" }),
        growing(3, { count: 2, product: "shorter 3.0" }),
      ]) {
        writeFileSync(path, bytes);
        await state.library.refresh();
        const [capture] = state.captures().captures;
        told.push([capture?.state, capture?.product, capture?.problems, state.list.size]);
      }
      assert.deepEqual(told, [
        ["growing", "first 1.0", [], 3],
        ["growing", "longer 2.0", [], 5],
        ["growing", "shorter 3.0", [], 2],
      ]);
    });
  });

  test("is unreadable where that was found while it was being read", async () => {
    await inScope(async (scope) => {
      const path = join(scope.tempDir(), "a.dcap");
      writeFileSync(path, writeCapture(someRecords({ count: 3, chunks: 2, size: 50 })));
      const entries = new Map<string, Entry>();
      const file = new LibraryFile({
        ...{ path, name: "a.dcap", shelf: new SummaryShelf(), nextVersion: () => 1 },
        put: (entry) => entries.set(entry.key, entry),
        gone: (key) => entries.delete(key),
      });
      const refused = new Error("EMFILE: too many open files");
      const reading = file.read();
      reading.next();
      assert.equal(file.bar(refused), true);
      while (reading.next().done !== true);
      assert.equal(file.bar(refused), true, "the reading said since that all is well");
      assert.equal(file.json().state, "unreadable");
      assert.equal(file.bar(refused), false);
      for (const _step of file.read());
      assert.deepEqual(
        [file.json().state, file.json().problems, file.shut],
        ["indexed", [], false],
      );
      assert.equal(entries.size, 3);
    });
  });

  test("drops what it told where something that is no file has taken its place", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      writeFileSync(path, writeCapture(someRecords({ count: 3, chunks: 2, size: 50 })));
      const state = new DashboardState({ places: [folder] });
      const told: unknown[] = [];
      const look = async () => {
        await state.library.refresh();
        const [capture] = state.captures().captures;
        told.push([capture?.state, state.list.size]);
      };
      await look();
      rmSync(path);
      symlinkSync("a.dcap", path); // leads to itself: not even root can open it
      await look();
      rmSync(path);
      mkdirSync(path);
      await look();
      const [capture] = state.captures().captures;
      assert.match(capture?.problems.join() ?? "", /^[^,]*no plain file$/);
      assert.deepEqual(told, [
        ["indexed", 3],
        ["unreadable", 3],
        ["unreadable", 0],
      ]);
    });
  });
});

interface BadPlace {
  readonly message: string;
  readings: number;
  isBad: boolean;
  restore(): void;
}

/** No file can be read there, as on a disk with a bad sector, which a test cannot have. */
function badPlace(place: number): BadPlace {
  const { readInto } = FileSource.prototype;
  const bad: BadPlace = {
    message: "EIO: i/o error, read",
    readings: 0,
    isBad: true,
    restore: () => {
      FileSource.prototype.readInto = readInto;
    },
  };
  FileSource.prototype.readInto = function (position, memory) {
    bad.readings += 1;
    if (!bad.isBad || position > place || position + memory.length <= place) {
      return readInto.call(this, position, memory);
    }
    throw Object.assign(new Error(bad.message), { code: "EIO" });
  };
  return bad;
}
