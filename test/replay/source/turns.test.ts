import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { openRecordings } from "../../../replay/source/recordings.ts";
import { Turns } from "../../../replay/source/turns.ts";
import { isFilterError } from "../../../src/filter/filter.ts";
import { parseFilter } from "../../../src/filter/parse_filter.ts";
import { someRecords, writeCapture } from "../../support/captures.ts";
import { inScope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";

const SERVICES = join(ROOT, "test/captures/services");

describe("Turns", () => {
  test("lets others run between two pieces, and ends with the reason of its signal", async () => {
    const stop = new AbortController();
    const turns = new Turns({ signal: stop.signal, turnMs: 0 });
    let others = 0;
    for (let piece = 1; piece <= 3; piece++) {
      setImmediate(() => {
        others++;
      });
      await turns.take();
      assert.equal(others, piece);
    }
    setImmediate(() => stop.abort("SIGINT"));
    await assert.rejects(turns.take(), (reason) => reason === "SIGINT");
    await assert.rejects(
      new Turns({ signal: stop.signal }).take(),
      (reason) => reason === "SIGINT",
    );
  });
});

describe("Recordings.inTurns()", () => {
  test("gives the same associations as at once", async () => {
    using recordings = openRecordings([SERVICES]);
    const inTurns: string[] = [];
    for await (const { capture, id } of recordings.inTurns({ turnMs: 0 })) {
      inTurns.push(`${capture} ${id}`);
    }
    const atOnce = [...recordings.associations()].map(({ capture, id }) => `${capture} ${id}`);
    assert.ok(atOnce.length > 10);
    assert.deepEqual(inTurns, atOnce);
  });

  test("can be stopped where a filter takes none of what is read", async () => {
    const filter = parseFilter("~calling NOBODY");
    assert.ok(filter !== undefined && !isFilterError(filter));
    using recordings = openRecordings([SERVICES], { filter });
    const stop = new AbortController();
    setImmediate(() => stop.abort("SIGINT"));
    const all = recordings.inTurns({ signal: stop.signal, turnMs: 0 });
    await assert.rejects(all.next(), (reason) => reason === "SIGINT");
    assert.deepEqual([...recordings.associations()], []);
  });

  test("can be stopped before the first association of a capture without index is read", async () => {
    await inScope(async (scope) => {
      const path = join(scope.tempDir(), "x.dcap");
      const records = someRecords({ count: 3, chunks: 60, size: 300 });
      const isOpen = ({ association }: { association?: number }) => association === 1;
      const open = records.filter((record) => !(record.kind === "close" && isOpen(record)));
      writeFileSync(path, writeCapture(open, { blockSize: 1_024, unfinished: true }));
      using recordings = openRecordings([path]);
      const stop = new AbortController();
      let turns = 0;
      const others = (): void => {
        if (++turns === 5) stop.abort("SIGINT");
        else setImmediate(others);
      };
      setImmediate(others);
      const all = recordings.inTurns({ signal: stop.signal, turnMs: 0 });
      await assert.rejects(all.next(), (reason) => reason === "SIGINT");
      assert.equal([...recordings.associations()].length, 3);
    });
  });
});
