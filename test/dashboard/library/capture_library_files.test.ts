import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import {
  BLOCK_HEAD_SIZE,
  BLOCK_TAIL_SIZE,
  INDEX_BLOCK,
  sealBlock,
  TRAILER_BLOCK,
} from "../../../src/capture/block.ts";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import { encodeHeader } from "../../../src/capture/header.ts";
import { encodeIndexEntry, encodeIndexStart } from "../../../src/capture/index_block.ts";
import { encodeTrailer } from "../../../src/capture/trailer.ts";
import type { AssociationDetailJson } from "../../../src/dashboard/api_types.ts";
import { CaptureLibrary } from "../../../src/dashboard/library/capture_library.ts";
import { summaryOf } from "../../../src/dashboard/library/entry.ts";
import { EntryList } from "../../../src/dashboard/library/entry_list.ts";
import { SummaryShelf } from "../../../src/dashboard/library/summary_shelf.ts";
import { DashboardState } from "../../../src/dashboard/state.ts";
import { packSummary } from "../../../src/inspect/index_summary.ts";
import { listAssociations } from "../../../src/inspect/list_associations.ts";
import { FileSource } from "../../../src/io/file_source.ts";
import { captureFacts, concat, someRecords, writeCapture } from "../../support/captures.ts";
import { associationJson, testDashboard } from "../../support/dashboard.ts";
import { inScope } from "../../support/process.ts";

const GOLDEN = ["test/captures/v1", "test/captures/services"];

async function stateOf(places: readonly string[]): Promise<DashboardState> {
  const state = new DashboardState({ places });
  await state.library.refresh();
  return state;
}

function keysOf(state: DashboardState): string[] {
  return state.list
    .newestFirst()
    .map(({ key }) => key)
    .sort();
}

describe("CaptureLibrary", () => {
  test("lists the golden captures as show does", async () => {
    const state = await stateOf(GOLDEN);
    let compared = 0;
    for (const place of GOLDEN) {
      for (const name of readdirSync(place).filter((file) => file.endsWith(".dcap"))) {
        const source = new FileSource(join(place, name));
        let part = 0;
        for (const item of listAssociations(source, { name })) {
          if (item.item === "capture") part += 1;
          if (item.item !== "association") continue;
          const capture = part === 1 ? name : `${name}@${part}`;
          const entry = state.list.get(`${capture}/${item.association.id}`);
          assert.ok(entry !== undefined, `${capture}/${item.association.id}`);
          const summary = summaryOf(entry);
          const { contexts } = summary;
          const expected = { ...item.association.summary, capture };
          assert.deepEqual(
            { ...summary, contexts },
            { ...expected, contexts: item.association.summary.contexts },
          );
          assert.deepEqual(entry.found?.places, item.association.places);
          compared += 1;
        }
        source.close();
      }
    }
    assert.equal(state.list.size, compared);
    console.log(`golden captures: ${compared} associations listed alike`);
  });

  test("lists damaged captures with what is wrong, and foreign files too", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      writeFileSync(join(folder, "empty.dcap"), "");
      writeFileSync(join(folder, "foreign.dcap"), "this is no capture at all".repeat(100));
      mkdirSync(join(folder, "folder.dcap"));
      // with an index nobody would look at the damaged block
      const damaged = readFileSync("test/captures/v1/damaged.dcap");
      writeFileSync(join(folder, "damaged.dcap"), damaged.subarray(0, -10));
      const state = await stateOf([folder, join(folder, "gone")]);
      const { captures, problems } = state.captures();
      const of = (name: string) => captures.find(({ capture }) => capture === name);
      assert.match(of("empty.dcap")?.problems.join() ?? "", /empty file/);
      assert.equal(of("foreign.dcap")?.state, "unreadable");
      assert.match(of("folder.dcap")?.problems.join() ?? "", /no plain file/);
      assert.match(of("damaged.dcap")?.problems.join() ?? "", /at octet \d+/);
      assert.ok((of("damaged.dcap")?.associations ?? 0) > 0);
      assert.match(problems.join(), /gone/);
    });
  });

  test("finds damage that an index does not tell of, and says whose records it is among", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 1, chunks: 40, size: 2_000 });
      const whole = writeCapture(records, { blockSize: 8_192 });
      writeFileSync(join(folder, "sound.dcap"), whole);
      const damaged = whole.slice();
      const at = Math.floor(whole.length / 2);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      writeFileSync(join(folder, "damaged.dcap"), damaged);
      const state = await stateOf([folder]);
      const of = (name: string) =>
        state.captures().captures.find(({ capture }) => capture === name);
      for (const name of ["sound.dcap", "damaged.dcap"]) {
        const { state: how, checked, problems } = of(name) ?? {};
        assert.deepEqual([how, checked, problems], ["indexed", false, []], "listed at once");
      }
      await state.library.check();
      assert.deepEqual([of("sound.dcap")?.checked, of("sound.dcap")?.problems], [true, []]);
      assert.equal(of("damaged.dcap")?.checked, true);
      const [problem, ...others] = of("damaged.dcap")?.problems ?? [];
      assert.match(problem ?? "", /^damaged \(.* at octet \d+\)$/);
      assert.deepEqual(others, []);
      const damagedOf = (key: string) => {
        const entry = state.list.get(key);
        return entry === undefined ? undefined : state.library.damagedOf(entry);
      };
      assert.equal(damagedOf("sound.dcap/1"), 0);
      assert.ok((damagedOf("damaged.dcap/1") ?? 0) > 0);
      // written anew, it is read anew
      writeFileSync(join(folder, "damaged.dcap"), concat(whole, whole));
      await state.library.refresh();
      assert.deepEqual([of("damaged.dcap")?.checked, of("damaged.dcap")?.problems], [false, []]);
    });
  });

  test("reads on what grows, wherever it was cut, and takes the index in the end", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "grows.dcap");
      const records = someRecords({ count: 30, chunks: 8, size: 400 });
      const facts = captureFacts(7);
      const whole = writeCapture(records, { facts, blockSize: 8_192 });
      writeFileSync(path, whole.subarray(0, 10));
      const state = await stateOf([folder]);
      const seen: number[] = [];
      for (let end = 10; end < whole.length; end += 2_777) {
        appendFileSync(path, whole.subarray(end, end + 2_777));
        await state.library.refresh();
        seen.push(state.list.size);
      }
      assert.equal(state.list.size, 30);
      assert.ok(seen.includes(30) && seen.indexOf(30) < seen.length - 1, "before it is closed");
      const [capture] = state.captures().captures;
      assert.equal(capture?.state, "indexed");
      assert.deepEqual(capture?.problems, []);
      for (const entry of state.list.newestFirst()) assert.notEqual(entry.outcome, "open");
      console.log(`growing capture: ${seen.length} readings, 30 of 30 associations`);
    });
  });

  test("forgets what an index named that breaks off later, and takes the records once", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 3, chunks: 2, size: 50 });
      const facts = captureFacts(4);
      const body = writeCapture(records, { facts, unfinished: true });
      const entry = { openedAt: 0, closedAt: 1, places: [0, body.length] };
      const summary = packSummary(associationJson(77));
      const entries = [
        encodeIndexEntry({ ...entry, association: 77, summary }),
        encodeIndexEntry({ ...entry, association: -1, summary }),
      ];
      const end = indexAndTrailer(entries, { captureId: facts.capture_id, offset: body.length });
      writeFileSync(join(folder, "a.dcap"), concat(body, end));
      const state = new DashboardState({ places: [folder] });
      const told: string[] = [];
      state.listen({ entry: ({ key }) => told.push(key), gone: (key) => told.push(`no ${key}`) });
      await state.library.refresh();
      const all = ["a.dcap/1", "a.dcap/2", "a.dcap/3"];
      assert.deepEqual(keysOf(state), all);
      assert.deepEqual(told, ["a.dcap/77", ...all, "no a.dcap/77"]);
      const [capture] = state.captures().captures;
      assert.deepEqual([capture?.state, capture?.associations], ["scanned", 3]);
    });
  });

  test("forgets the associations that are not in a file any more", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      const of = (count: number) => someRecords({ count, chunks: 2, size: 50 });
      writeFileSync(path, writeCapture(of(4)));
      const state = await stateOf([folder]);
      assert.equal(state.list.size, 4);
      const whole = writeCapture(of(2));
      for (const bytes of [
        whole,
        writeCapture(of(1), { unfinished: true }),
        concat(whole, whole),
      ]) {
        writeFileSync(path, bytes);
        await state.library.refresh();
        const listed = [...listAssociations(new MemorySource(bytes), { name: "a.dcap" })];
        const count = listed.filter(({ item }) => item === "association").length;
        assert.equal(state.list.size, count);
        assert.equal(state.captures().captures[0]?.associations, count);
      }
    });
  });

  test("says of a capture that cannot be read now that it told of it before, until it can be", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      const bytes = writeCapture(someRecords({ count: 3, chunks: 2, size: 50 }));
      writeFileSync(path, bytes);
      const { state, request, json } = await testDashboard({ places: [folder] });
      const association = "/api/associations/a.dcap/1";
      for (const seenBy of ["a look at the directory", "who opens an association"]) {
        rmSync(path);
        symlinkSync("a.dcap", path); // leads to itself: not even root can open it
        if (seenBy === "a look at the directory") await state.library.refresh();
        const answer = await request(`${association}/messages`);
        assert.equal(answer.status, 503, seenBy);
        assert.match(((await answer.json()) as { error: string }).error, /a\.dcap cannot be read/);
        const { state: found, problems, associations } = state.captures().captures[0] ?? {};
        assert.deepEqual([found, associations, state.list.size], ["unreadable", 3, 3], seenBy);
        assert.match(problems?.[0] ?? "", /ELOOP|symbolic/i);
        assert.equal(problems?.[1], "What is told of its 3 associations was read before");
        const { missing } = await json<AssociationDetailJson>(association);
        assert.match(missing.join(), /cannot be read now/);
        rmSync(path);
        writeFileSync(path, bytes);
        await state.library.refresh();
        const [after] = state.captures().captures;
        assert.deepEqual([after?.state, after?.problems], ["indexed", []], seenBy);
        assert.equal((await request(`${association}/messages`)).status, 200);
      }
    });
  });

  test("says of a file that is written anew what its new header says, and nothing of the old one", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "a.dcap");
      const records = someRecords({ count: 2, chunks: 1, size: 50 });
      const of = (product: string) => ({ facts: { ...captureFacts(3), product } });
      writeFileSync(path, writeCapture(records, of("first 1.0")));
      const state = await stateOf([folder]);
      const told: unknown[] = [];
      for (const bytes of [
        writeCapture(records, { ...of("second 2.0"), unfinished: true }),
        writeCapture(records, of("third 3.0.0")),
        concat(writeCapture(records, of("fourth 4")), Uint8Array.of(0xc1)),
        Uint8Array.from({ length: 500 }, (_, at) => at & 0xff),
      ]) {
        writeFileSync(path, bytes);
        await state.library.refresh();
        const [capture] = state.captures().captures;
        told.push([capture?.state, capture?.product, state.list.size]);
      }
      assert.deepEqual(told, [
        ["growing", "second 2.0", 2],
        ["indexed", "third 3.0.0", 2],
        ["scanned", "fourth 4", 2],
        ["unreadable", null, 0],
      ]);
    });
  });

  test("O-08 pauses between many small files as it does within a large one", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const whole = writeCapture(someRecords({ count: 1, chunks: 1, size: 10 }), {
        summary: (id) => packSummary(associationJson(id)),
      });
      const files = 100;
      for (let i = 0; i < files; i++) writeFileSync(join(folder, `${i}.dcap`), whole);
      writeFileSync(join(folder, "foreign.dcap"), "this is no capture at all");
      const list = new EntryList(() => true);
      let ms = 0;
      let version = 0;
      let inOneTurn = 0;
      let most = 0;
      const library = new CaptureLibrary({
        places: [folder],
        list,
        shelf: new SummaryShelf(),
        nextVersion: () => ++version,
        put: (entry) => list.put(entry),
        gone: (key) => list.delete(key),
        capturesChanged: () => {
          inOneTurn += 1;
          most = Math.max(most, inOneTurn);
        },
        checkRest: 1,
        now: () => ++ms, // a look at the clock takes a millisecond: no slice has 20 files
      });
      const turn = () => {
        inOneTurn = 0;
        others = setImmediate(turn);
      };
      let others = setImmediate(turn);
      await library.refresh();
      const read = most;
      most = 0;
      await library.check();
      clearImmediate(others);
      assert.equal(list.size, files);
      assert.equal(library.json().captures.filter(({ checked }) => checked).length, files);
      // a timer may be late enough to leave out the turn of the others, but not each time
      assert.ok(read <= files / 2, `${read} files read in one turn`);
      assert.ok(most <= files / 2, `${most} files checked in one turn`);
      console.log(`O-08: of ${files} files ${read} read and ${most} checked in one turn at most`);
    });
  });

  test("forgets the associations of a capture that is deleted, and tells of it", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 3, chunks: 2, size: 50 });
      writeFileSync(join(folder, "a.dcap"), writeCapture(records));
      mkdirSync(join(folder, "more"));
      const other = writeCapture(records, { facts: captureFacts(2) });
      writeFileSync(join(folder, "more/a.dcap"), other);
      const state = await stateOf([folder, join(folder, "more")]);
      assert.deepEqual(
        keysOf(state),
        ["a.dcap/1", "a.dcap/2", "a.dcap/3", "a.dcap~2/1", "a.dcap~2/2", "a.dcap~2/3"],
        "files of one name are told apart",
      );
      const gone: string[] = [];
      state.listen({ gone: (key) => gone.push(key) });
      rmSync(join(folder, "a.dcap"));
      await state.library.refresh();
      assert.equal(state.list.size, 3);
      assert.deepEqual(gone.sort(), ["a.dcap/1", "a.dcap/2", "a.dcap/3"]);
    });
  });

  test("reads the records of a capture whose index another version made", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 3, chunks: 2, size: 50 });
      const summary = (id: number) => {
        const own = packSummary(associationJson(id)) as object;
        return id === 1 ? own : { ...own, version: 1 };
      };
      writeFileSync(join(folder, "a.dcap"), writeCapture(records, { summary }));
      const state = await stateOf([folder]);
      const [capture] = state.captures().captures;
      assert.deepEqual([capture?.state, capture?.associations], ["scanned", 3]);
      const told = state.list.newestFirst().map(({ messages }) => messages);
      assert.deepEqual(told, [0, 0, 0], "the first one is read again too");
    });
  });

  test("lists a capture of 5 GB through its index alone", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const count = 2_000;
      writeSparseCapture(join(folder, "large.dcap"), { size: 5 * 2 ** 30, count });
      const before = performance.now();
      const state = await stateOf([folder]);
      const ms = performance.now() - before;
      assert.equal(state.list.size, count);
      const [capture] = state.captures().captures;
      assert.equal(capture?.state, "indexed");
      assert.ok((capture?.size ?? 0) > 5 * 2 ** 30);
      console.log(`5 GiB capture: ${count} associations listed in ${ms.toFixed(0)} ms`);
    });
  });

  test("keeps the newest associations of too many", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 50, chunks: 1, size: 10 });
      writeFileSync(join(folder, "a.dcap"), writeCapture(records));
      const state = new DashboardState({ places: [folder], maxEntries: 20 });
      await state.library.refresh();
      assert.ok(state.list.size <= 22, `${state.list.size} kept`);
      assert.equal(state.list.size + state.list.left, 50);
      assert.ok(state.list.get("a.dcap/50") !== undefined);
    });
  });
});

/** An index and a trailer behind a hole: as long as a real one, without the octets. */
function writeSparseCapture(
  path: string,
  { size, count }: { readonly size: number; readonly count: number },
): void {
  const facts = captureFacts(9);
  const header = encodeHeader(facts);
  writeFileSync(path, header);
  truncateSync(path, size);
  const entries = Array.from({ length: count }, (_, i) =>
    encodeIndexEntry({
      association: i + 1,
      openedAt: i,
      closedAt: i + 1,
      places: [header.length, size],
      summary: packSummary(associationJson(i + 1)),
    }),
  );
  appendFileSync(path, indexAndTrailer(entries, { captureId: facts.capture_id, offset: size }));
}

/** What closes a capture that has one block, or a hole, up to `offset`. */
function indexAndTrailer(
  entries: readonly Uint8Array[],
  { captureId, offset }: { readonly captureId: Uint8Array; readonly offset: number },
): Uint8Array {
  const seal = (payload: Uint8Array, { sequence, kind }: { sequence: number; kind: number }) => {
    const block = new Uint8Array(BLOCK_HEAD_SIZE + payload.length + BLOCK_TAIL_SIZE);
    block.set(payload, BLOCK_HEAD_SIZE);
    sealBlock(block, { captureId, sequence, kind });
    return block;
  };
  const index = seal(concat(encodeIndexStart(0), ...entries), { sequence: 1, kind: INDEX_BLOCK });
  const trailer = (captureSize: number) =>
    seal(encodeTrailer({ captureSize, indexOffset: offset, lost: 0 }), {
      sequence: 2,
      kind: TRAILER_BLOCK,
    });
  return concat(index, trailer(offset + index.length + trailer(0).length));
}
