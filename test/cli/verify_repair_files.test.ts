import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import type { Context } from "../../src/cli/context.ts";
import { run } from "../../src/cli/main.ts";
import { Output } from "../../src/cli/output.ts";
import { createPaint } from "../../src/cli/paint.ts";
import { Progress } from "../../src/cli/progress.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { someRecords, writeCapture } from "../support/captures.ts";

const directory = mkdtempSync(join(tmpdir(), "dicomtap-"));
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
};
const WHOLE = writeCapture(someRecords({ count: 4, chunks: 20, size: 500 }), { blockSize: 4_000 });
const whole = file("whole.dcap", WHOLE);
const torn = file("torn.dcap", WHOLE.subarray(0, 20_000));
const damaged = file(
  "damaged.dcap",
  WHOLE.map((octet, i) => (i === 9_000 ? octet ^ 1 : octet)),
);
const unfinished = file(
  "unfinished.dcap",
  writeCapture(someRecords({ count: 2, chunks: 3, size: 10 }), { unfinished: true }),
);
const foreign = file("foreign.dcap", Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0));
file("empty.dcap", new Uint8Array(0));

/** A directory that nothing is in: what is repaired is never written over a file. */
const empty = (): string => mkdtempSync(join(directory, "empty-"));

afterAll(() => rmSync(directory, { recursive: true }));

describe("dicomtap verify", () => {
  test("says what is sound and what is damaged, where, and what to do", async () => {
    const sound = await dicomtap("verify", whole);
    assert.equal(sound.code, 0);
    assert.match(sound.out, /whole\.dcap: sound, \d+/);
    // Days are local ones: the next has begun where clocks are 10 hours or more ahead.
    assert.match(sound.out, /4 associations, \d+ records, 39\.1 KiB of traffic, 2026-02-0[34]/);

    const open = await dicomtap("verify", unfinished);
    assert.equal(open.code, 0);
    assert.match(open.out, /not closed: still being recorded/);

    const bad = await dicomtap("verify", damaged);
    assert.equal(bad.code, 1);
    assert.match(bad.out, /damaged at 1 place, .* not readable/);
    assert.match(bad.out, /octet [\d,]+: [\d,]+ octets, 1 block: damaged/);
    assert.match(bad.out, /dicomtap repair .*damaged\.dcap -o repaired\.dcap/);

    const cut = await dicomtap("verify", torn);
    assert.equal(cut.code, 1);
    assert.match(cut.out, /the capture ends inside a block/);
  });

  test("checks a directory and says which files are none", async () => {
    const all = await dicomtap("verify", directory);
    assert.equal(all.code, 1);
    assert.match(all.out, /foreign\.dcap: .*looks like a pcap recording/);
    assert.match(all.out, /empty\.dcap: Cannot read an empty file: 0 octets/);
    assert.match(all.out, /6 captures, 4 not sound/);
  });

  test("--json gives one object for each file", async () => {
    const { out } = await dicomtap("verify", "--json", whole, damaged, foreign);
    const [first, second, third] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      [first.kind, first.sound, first.captures[0].index],
      ["verified", true, "sound"],
    );
    assert.deepEqual([second.sound, second.damages, second.damage[0].blocks], [false, 1, 1]);
    assert.deepEqual([third.sound, third.reason], [false, "foreign"]);
  });

  test("mistakes of usage end with exit code 2 and words", async () => {
    assert.equal((await dicomtap("verify")).code, 2);
    const missing = await dicomtap("verify", join(directory, "nothing.dcap"));
    assert.equal(missing.code, 2);
    assert.match(missing.err, /Cannot find .*nothing\.dcap/);
  });
});

describe("dicomtap repair", () => {
  test("writes a capture that verify accepts", async () => {
    for (const [n, input] of [damaged, torn, unfinished, whole].entries()) {
      const output = join(empty(), `mended${n}.out`);
      const { code, out } = await dicomtap("repair", input, "-o", output);
      assert.equal(code, 0, out);
      assert.match(out, /^Wrote .*: \d+ associations, \d+ records/);
      const report = await dicomtap("verify", output);
      assert.equal(report.code, 0, report.out);
      assert.doesNotMatch(report.out, /not closed/);
      const shown = await dicomtap("show", output);
      assert.equal(shown.code, 0);
    }
  });

  test("says what it left out", async () => {
    const output = join(empty(), "told.out");
    const { out } = await dicomtap("repair", "--json", damaged, "-o", output);
    const told = JSON.parse(out);
    assert.deepEqual([told.kind, told.damages, told.associations], ["repaired", 1, 4]);
    assert.ok(told.missing_octets > 0 && told.damaged_octets > told.missing_octets);
  });

  test("writes an index that says what the records say", async () => {
    const output = join(empty(), "day.out");
    assert.equal((await dicomtap("repair", dayCapturePath(), "-o", output)).code, 0);
    const indexed = await dicomtap("show", "--json", output);
    assert.doesNotMatch(indexed.err, /index/);
    assert.match(indexed.out, /mpps-state/, "a finding that takes a look at a data set");
    const scanned = await dicomtap("show", "--json", "--scan", output);
    assert.deepEqual(jsonLines(indexed.out), jsonLines(scanned.out));
  });

  test("makes a new index where another version made the old one, of which show says so", async () => {
    const outdated = file(
      "outdated.out",
      writeCapture(someRecords({ count: 2, chunks: 3, size: 10 }), {
        summary: (id) => ({ kind: "association", version: 1, id }),
      }),
    );
    const shown = await dicomtap("show", "--json", outdated);
    assert.equal(shown.code, 0);
    assert.match(shown.err, /outdated\.out: another version made its index.*dicomtap repair/);
    const output = join(empty(), "new.out");
    await dicomtap("repair", outdated, "-o", output);
    const again = await dicomtap("show", "--json", output);
    assert.equal(again.err, "");
    const expected = shown.out.replaceAll(outdated, output);
    assert.deepEqual(jsonLines(again.out), jsonLines(expected));
    const compared = await dicomtap("diff", outdated, output);
    assert.equal(compared.code, 0, compared.out + compared.err);
    assert.match(compared.err, /^.*outdated\.out: another version made its index[^\n]*\n$/);
  });

  test("never writes over a file, and leaves none where it fails", async () => {
    const before = readFileSync(whole);
    const over = await dicomtap("repair", damaged, "-o", whole);
    assert.equal(over.code, 2);
    assert.match(over.err, /it exists already/);
    assert.deepEqual(readFileSync(whole), before);
    const output = join(empty(), "none.out");
    const failed = await dicomtap("repair", foreign, "-o", output);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /looks like a pcap recording/);
    assert.equal(existsSync(output), false);
    const noOption = await dicomtap("repair", whole);
    assert.equal(noOption.code, 2);
    assert.match(noOption.err, /The option -o is missing/);
    assert.equal((await dicomtap("repair", empty(), "-o", output)).code, 1);
  });
});

function jsonLines(out: string): unknown[] {
  const lines = out.trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

async function dicomtap(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({
    writableNeedDrain: false,
    write(text: string, done?: () => void) {
      texts[name] += text;
      done?.();
      return true;
    },
    once() {},
    on() {},
    off() {},
  });
  const out = new Output(stream("out"));
  const err = new Output(stream("err"));
  const context: Context = {
    out,
    err,
    paint: createPaint(false),
    errPaint: createPaint(false),
    width: Number.POSITIVE_INFINITY,
    env: {},
    progress: (label, total) => new Progress(err, { label, total, shown: false }),
    stopSignal: () => new AbortController().signal,
  };
  const code = await run(args, context);
  await Promise.all([out.flush(), err.flush()]);
  return { code, ...texts };
}
