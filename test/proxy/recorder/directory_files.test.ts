import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { fileOwner } from "../../../src/io/file_owner.ts";
import { mulberry32, readAll, recordsOf } from "../../support/captures.ts";
import { faultyFileSystem, RecorderBench } from "../../support/recorder_bench.ts";

const isRoot = process.getuid?.() === 0;

describe("Recorder and its directory", () => {
  test("R-21: a link, a pipe, a file, another user's, everybody's directory is refused in words", () => {
    let refused = 0;
    const setUps: [string, RegExp, (path: string) => boolean][] = [
      ["symbolic link", /it is a symbolic link/, (path) => made(() => linkTo(path))],
      ["pipe", /it is no directory/, (path) => spawnSync("mkfifo", [path]).status === 0],
      ["file", /it is no directory/, (path) => made(() => writeFileSync(path, ""))],
      ["another user's", /it belongs to user 12345/, (path) => isRoot && made(() => give(path))],
      ["everybody's", /everybody may write to it; .*chmod o-w/, (path) => made(() => open(path))],
    ];
    for (const [name, words, setUp] of setUps) {
      using bench = new RecorderBench();
      if (!setUp(bench.directory)) {
        console.log(`R-21: ${name} could not be set up here`);
        continue;
      }
      const before = existsSync(bench.directory) && readdirSync(bench.parent);
      bench.recorder.open();
      bench.associate(1, { chunks: 3, size: 500 });
      const { state, reason, lost } = bench.recorder.status();
      assert.equal(state, "refused", name);
      assert.match(reason ?? "", words);
      assert.deepEqual(lost, { requestor: 1_000, acceptor: 500 });
      assert.deepEqual(readdirSync(bench.parent), before, `${name}: nothing was written`);
      refused += 1;
    }
    console.log(`R-21: ${refused} of ${setUps.length} set-ups refused`);
    assert.ok(refused >= 4 || !isRoot);
  });

  test("a directory that can be used later is used then, and what passed meanwhile is a gap", () => {
    using bench = new RecorderBench();
    mkdirSync(bench.directory);
    chmodSync(bench.directory, 0o777);
    bench.recorder.open();
    bench.open(1);
    bench.data(1, 300);
    chmodSync(bench.directory, 0o700);
    bench.second(3);
    bench.data(1, 20);
    bench.close(1);
    bench.recorder.close();
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    assert.equal(reading.gaps, 300);
  });

  test("R-20: a second recorder on the same directory is refused, and goes on when the first ends", () => {
    using first = new RecorderBench();
    first.recorder.open();
    first.associate(1, { chunks: 2, size: 100 });
    const owner = fileOwner();
    using second = new RecorderBench({ directory: first.directory });
    second.wall = statSync(join(first.directory, ".dicomtap.lock")).mtimeMs * 1000; // by the same clock
    second.recorder.open();
    assert.equal(second.recorder.status().state, "refused");
    assert.match(
      second.recorder.status().reason ?? "",
      new RegExp(`process ${owner.pid} .*records there; choose another directory with --record`),
    );
    second.open(5);
    second.data(5, 70);
    assert.equal(second.recorder.status().lost.requestor, 70);
    first.recorder.close();
    second.second(3);
    assert.equal(second.recorder.status().state, "ok");
    second.close(5);
    second.recorder.close();
    assert.equal(second.read().gaps, 70);
    console.log("R-20: second recorder refused while the first runs, 70 of 70 octets counted");
  });

  test("R-20: a lock left behind by a crash is taken over; one of a live process or host is not", () => {
    const owner = fileOwner();
    const me = owner.started(owner.pid) ?? "";
    const now = Date.now();
    const cases: [string, string, number, boolean][] = [
      ["a process that is gone", lock({ pid: 2 ** 30 }), now, true],
      ["an earlier boot", lock({ boot: "another" }), now, true],
      ["the same number, started at another time", lock({ started: "1" }), now, me !== ""],
      ["this process", lock({}), now, false],
      ["a thread of this process that died", lock({}), now - 10_000, true],
      ["another host, renewed lately", lock({ host: "elsewhere" }), now, false],
      ["another host, long ago", lock({ host: "elsewhere" }), now - 3_600_000, true],
      ["cut off by a crash, long ago", "{", now - 3_600_000, true],
      ["being written", "", now, false],
    ];
    for (const [name, text, changed, taken] of cases) {
      if (name.startsWith("the same number") && me === "") continue; // no such thing on this system
      using bench = new RecorderBench();
      bench.wall = now * 1000;
      mkdirSync(bench.directory, { mode: 0o700 });
      const path = join(bench.directory, ".dicomtap.lock");
      writeFileSync(path, text);
      utimesSync(path, changed / 1000, changed / 1000);
      bench.recorder.open();
      assert.equal(bench.recorder.status().state, taken ? "ok" : "refused", name);
      bench.recorder.close();
      assert.equal(existsSync(path), !taken, `${name}: released`);
    }
    console.log(`R-20: ${cases.length} kinds of locks left behind, all judged right`);

    function lock(change: object): string {
      const { pid, host, boot } = owner;
      return JSON.stringify({ pid, host, boot, started: me, ...change });
    }
  });

  test("R-13: 100 files of random octets are set aside while recording goes on", () => {
    using bench = new RecorderBench();
    mkdirSync(bench.directory, { mode: 0o700 });
    const random = mulberry32(13);
    for (let n = 0; n < 100; n++) {
      const size = Math.floor(random() * 20_000);
      const bytes = Uint8Array.from({ length: size }, () => random() * 256);
      writeFileSync(join(bench.directory, `dicomtap-x-${n}.dcap`), bytes);
    }
    writeFileSync(join(bench.directory, "notes.txt"), "not ours");
    const begin = performance.now();
    bench.recorder.open();
    const opened = performance.now() - begin;
    assert.equal(bench.recorder.status().state, "ok");
    assert.equal(bench.names().length, 100, "nothing was read yet");
    bench.associate(1, { chunks: 2, size: 100 });
    for (let i = 0; i < 200 && bench.names().length > 1; i++) bench.second();
    const aside = readdirSync(bench.directory).filter((name) => name.endsWith(".unreadable"));
    assert.equal(aside.length, 100);
    assert.equal(bench.names().length, 1);
    assert.equal(bench.reports.length, 100);
    bench.recorder.close();
    assert.equal(bench.read().damage, 0);
    assert.ok(existsSync(join(bench.directory, "notes.txt")));
    console.log(
      `R-13: 100 bad files, recording after ${opened.toFixed(1)} ms, 100 set aside later`,
    );
  });

  test("captures that were cut off stay where they are", () => {
    using bench = new RecorderBench();
    bench.associate(1, { chunks: 2, size: 1_000 });
    bench.second();
    const [file] = bench.files();
    bench.recorder.close();
    const path = join(bench.directory, "dicomtap-19990101T000000Z-0001.dcap");
    writeFileSync(path, (file?.bytes ?? new Uint8Array(0)).subarray(0, 900));
    using next = new RecorderBench({ directory: bench.directory });
    next.wall = Date.now() * 1000;
    next.recorder.open();
    next.second(3);
    assert.ok(existsSync(path));
    assert.deepEqual(next.reports, []);
  });

  test("a directory that is removed while recording: a new file, and gaps tell what is gone", () => {
    using bench = new RecorderBench();
    bench.open(1);
    bench.data(1, 5_000);
    bench.second();
    rmSync(bench.directory, { recursive: true });
    bench.data(1, 40);
    bench.second(4);
    bench.data(1, 2);
    bench.close(1);
    bench.recorder.close();
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    assert.equal(reading.gaps, 5_000, "what was in the removed file");
    assert.match(bench.reports.join("\n"), /was removed or replaced by somebody else/);
  });

  test("R-09: a disk that reports errors for ever costs no growth, and all that is dropped is counted", () => {
    using bench = new RecorderBench({
      fileSystem: faultyFileSystem((operation, count) =>
        operation === "write" && count > 2 ? "EIO" : undefined,
      ),
    });
    bench.recorder.open();
    let most = 0;
    for (let n = 1; n <= 3_000; n++) {
      bench.associate(n, { chunks: 4, size: 2_000 });
      if (n % 50 === 0) bench.second();
      most = Math.max(most, bench.recorder.status().deferred);
    }
    assert.equal(bench.recorder.status().state, "paused");
    assert.match(bench.recorder.status().reason ?? "", /the disk reports an error/);
    assert.ok(most < 1_200_000, `${most} octets kept for later`);
    const { lost, suspects } = bench.recorder.status();
    assert.ok(suspects < 40, `${suspects} files given up: the tries become rare`);
    assert.ok(lost.requestor + lost.acceptor > 20_000_000);
    bench.recorder.close();
    const sent = [...bench.sent.values()].reduce((sum, octets) => sum + octets, 0);
    const after = bench.recorder.status().lost;
    const dropped = after.requestor + after.acceptor;
    assert.equal(dropped, sent);
    const { requestor, acceptor, either } = bench.recorder.unrecorded;
    assert.equal(requestor + acceptor + either, sent);
    console.log(`R-09: ${dropped} octets dropped = ${sent} sent, at most ${most} octets kept`);
  });

  test("R-10: with any write or sync failing, what is told adds up to what was sent", () => {
    let checked = 0;
    for (const code of ["ENOSPC", "EIO"]) {
      for (const operation of ["write", "sync", "create", "truncate"] as const) {
        for (let n = 1; n <= 12; n++) {
          let failed = 0;
          const fileSystem = faultyFileSystem((what, count) => {
            if (what === "truncate" && operation === "truncate")
              return failed++ < 1 ? "EIO" : undefined;
            const target = operation === "truncate" ? "write" : operation;
            return what === target && count >= n + 2 && failed++ < 2 ? code : undefined;
          });
          using bench = new RecorderBench({
            fileSystem,
            blockSize: 2_000,
            fsync: "flush",
            rotateSize: 9_000,
          });
          bench.recorder.open();
          for (let association = 1; association <= 8; association++) {
            bench.open(association);
            bench.data(association, 1_500);
            if (association % 2 === 0) bench.second();
            bench.data(association, 300, "acceptor");
            if (association > 3) bench.close(association - 3);
          }
          bench.second(90);
          for (let association = 6; association <= 8; association++) bench.close(association);
          bench.second();
          bench.recorder.close();
          const sound = bench.read();
          const label = `${operation} ${n} ${code}`;
          for (const [key, octets] of bench.sent) {
            // A suspect file may say the same again: never less than was sent.
            assert.ok(
              (sound.told.get(key) ?? 0) >= octets,
              `${label}: ${key} ${sound.told.get(key)}`,
            );
          }
          if (bench.recorder.status().suspects === 0)
            assert.deepEqual(sound.told, bench.sent, label);
          checked += 1;
        }
      }
    }
    console.log(`R-10: ${checked} places of failure, 0 octets unreported`);
  });

  test("R-14: the order of records does not follow a wall clock that jumps", () => {
    using bench = new RecorderBench();
    bench.open(1);
    let errors = 0;
    for (const day of [1, -1]) {
      bench.wall += day * 86_400_000_000;
      bench.give({ kind: "clock", at: bench.tick(), wallUs: bench.wall });
      bench.data(1, 100);
      bench.second();
    }
    bench.close(1);
    bench.recorder.close();
    const { records } = bench.read();
    for (let i = 1; i < records.length; i++) {
      if ((records[i]?.at ?? 0) < (records[i - 1]?.at ?? 0)) errors += 1;
    }
    const clocks = records.filter((record) => record.kind === "clock");
    assert.equal(clocks.length, 2);
    assert.equal(errors, 0);
    console.log(`R-14: 2 jumps of a day noted, ${errors} order errors`);
  });

  test("R-15: at most one block and what came since the last flush waits in memory", () => {
    using bench = new RecorderBench({ blockSize: 262_144 });
    bench.open(1);
    let most = 0;
    let sent = 0;
    for (let i = 0; i < 400; i++) {
      bench.data(1, 10_000);
      sent += 10_000;
      if (i % 60 === 59) bench.second();
      const onDisk = bench.files()[0]?.bytes ?? new Uint8Array(0);
      const readable = onDisk.length === 0 ? 0 : octets(onDisk);
      most = Math.max(most, sent - readable);
      if (i % 60 === 59) assert.equal(readable, sent, "after a flush all is on disk");
    }
    assert.ok(most <= 262_144 + 10_000, `${most}`);
    console.log(`R-15: at most ${most} octets wait (block 262144), 0 after each flush`);
  });
});

function octets(bytes: Uint8Array): number {
  return recordsOf(readAll(bytes)).reduce(
    (sum, record) => sum + (record.kind === "data" ? record.bytes.length : 0),
    0,
  );
}

function made(action: () => void): boolean {
  action();
  return true;
}

function linkTo(path: string): void {
  mkdirSync(`${path}.real`, { mode: 0o700 });
  symlinkSync(`${path}.real`, path);
}

function give(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  chownSync(path, 12_345, 12_345);
}

function open(path: string): void {
  mkdirSync(path);
  chmodSync(path, 0o777);
}
