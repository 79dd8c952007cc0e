import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import { readIndex } from "../../../src/capture/index_block.ts";
import { findTrailer } from "../../../src/capture/trailer.ts";
import { mulberry32, readAll } from "../../support/captures.ts";
import { missing } from "../../support/partner.ts";
import { faultyFileSystem, RecorderBench } from "../../support/recorder_bench.ts";

const canMount = canMountDisks();

describe("Recorder", () => {
  test("writes what it was given, with index and trailer, and nothing before there is something", () => {
    using bench = new RecorderBench({ summarise: (association) => ({ n: association }) });
    bench.recorder.open();
    bench.second(3);
    assert.deepEqual(bench.names(), []);
    bench.associate(1, { chunks: 4, size: 5_000 });
    bench.open(2);
    bench.data(2, 100);
    bench.second();
    const [unfinished] = bench.files();
    assert.equal(readAll(unfinished?.bytes ?? new Uint8Array(0)).at(-1)?.item, "end");
    bench.close(2);
    bench.recorder.close();
    const [file] = bench.files();
    assert.match(file?.name ?? "", /^dicomtap-20260203T1415\d\dZ-0001\.dcap$/);
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    assert.equal(reading.damage, 0);
    const [capture] = readIndex(new MemorySource(file?.bytes ?? new Uint8Array(0))) ?? [];
    assert.deepEqual(
      capture?.entries.map((entry) => [entry.association, entry.summary]),
      [
        [1, { n: 1 }],
        [2, { n: 2 }],
      ],
    );
    assert.equal(statSync(join(bench.directory, file?.name ?? "")).mode & 0o777, 0o600);
    assert.equal(statSync(bench.directory).mode & 0o777, 0o700);
    assert.deepEqual(bench.reports, []);
  });

  test("R-11: 1,000 rotations by 64 kB under interleaved load lose and split nothing", () => {
    using bench = new RecorderBench({ rotateSize: 65_536, blockSize: 16_384 });
    bench.recorder.open();
    const random = mulberry32(11);
    const open: number[] = [];
    let next = 1;
    while (bench.recorder.status().files < 1_000) {
      if (open.length < 5 && random() < 0.3) {
        bench.open(next);
        open.push(next++);
      } else if (open.length > 0 && random() < 0.12) {
        bench.close(open.splice(Math.floor(random() * open.length), 1)[0] ?? 0);
      } else if (open.length > 0) {
        const association = open[Math.floor(random() * open.length)] ?? 0;
        bench.data(
          association,
          Math.floor(random() * 30_000),
          random() < 0.5 ? "requestor" : "acceptor",
        );
      }
      if (random() < 0.02) bench.second();
    }
    for (const association of open) bench.close(association);
    bench.recorder.close();
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    assert.equal(reading.spans, 0);
    assert.equal(reading.damage, 0);
    assert.equal(reading.gaps, 0);
    for (const { bytes } of bench.files()) {
      assert.ok(findTrailer(new MemorySource(bytes), bytes.length) !== undefined);
    }
    const octets = [...bench.sent.values()].reduce((sum, n) => sum + n, 0);
    console.log(
      `R-11: ${bench.names().length} files, ${next - 1} associations, ${octets} octets in = out, 0 split`,
    );
  });

  test("R-11: rotation by age closes a file when its last association ends, and begins none for nothing", () => {
    using bench = new RecorderBench({ rotateTime: 10_000_000 });
    bench.open(1);
    bench.data(1, 100);
    bench.second(11);
    bench.associate(2, { chunks: 2, size: 100 });
    assert.equal(bench.names().length, 2);
    bench.data(1, 100);
    bench.close(1);
    const [first] = bench.files();
    const bytes = first?.bytes ?? new Uint8Array(0);
    assert.ok(findTrailer(new MemorySource(bytes), bytes.length) !== undefined, "closed at once");
    bench.second(100);
    assert.equal(bench.names().length, 2);
    bench.recorder.close();
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    assert.equal(reading.spans, 0);
  });

  test("R-07: a disk that is full at the n-th write, n = 1..50, leaves no tear and tells all losses", () => {
    let tears = 0;
    let gaps = 0;
    for (let n = 1; n <= 50; n++) {
      let full = false;
      const fileSystem = faultyFileSystem((operation, count) => {
        if (operation === "write" && count === n + 1) full = true; // the first write is the lock's
        return full && operation === "write" ? "ENOSPC" : undefined;
      });
      using bench = new RecorderBench({ fileSystem, blockSize: 1_000, rotateSize: 8_000 });
      bench.recorder.open();
      for (let association = 1; association <= 30; association++) {
        bench.open(association);
        bench.data(association, 900);
        if (association > 2) bench.close(association - 2);
        bench.data(association, 700, "acceptor");
      }
      assert.ok(full, "the n-th write was reached");
      assert.equal(bench.recorder.status().state, "paused");
      for (const { bytes } of bench.files()) {
        if (bytes.length > 0)
          tears += readAll(bytes).filter((item) => item.item === "damage").length;
      }
      full = false;
      bench.second(2);
      assert.equal(bench.recorder.status().reason, null, `write ${n}`);
      bench.associate(99, { chunks: 3, size: 500 });
      bench.recorder.close();
      const reading = bench.read();
      assert.deepEqual(reading.told, bench.sent, `write ${n}`);
      const { requestor, acceptor } = bench.recorder.status().lost;
      assert.equal(reading.gaps, requestor + acceptor, `write ${n}`);
      assert.equal(reading.spans, 0);
      tears += reading.damage;
      gaps += reading.gaps;
    }
    assert.ok(gaps > 0);
    assert.equal(tears, 0);
    console.log(`R-07: 50 places of a full disk, ${gaps} octets in gaps, all told, ${tears} tears`);
  });

  test("R-06: while the disk is full recording pauses, and a gap tells octets and time", () => {
    let full = false;
    const fileSystem = faultyFileSystem((operation) =>
      full && (operation === "write" || operation === "create") ? "ENOSPC" : undefined,
    );
    using bench = new RecorderBench({ fileSystem, blockSize: 1_000 });
    bench.open(1);
    bench.data(1, 5_000);
    bench.second();
    full = true;
    const from = bench.now;
    for (let i = 0; i < 20; i++) bench.data(1, 5_000, i % 2 === 0 ? "requestor" : "acceptor");
    const until = bench.now;
    bench.associate(2, { chunks: 2, size: 100 });
    const { state, reason, lost } = bench.recorder.status();
    assert.equal(state, "paused");
    assert.match(reason ?? "", /the disk is full/);
    full = false;
    bench.second(2);
    bench.data(1, 10);
    bench.close(1);
    bench.recorder.close();
    const reading = bench.read();
    assert.deepEqual(reading.told, bench.sent);
    const gaps = reading.records.filter((record) => record.kind === "gap");
    const told = gaps.reduce((sum, gap) => sum + gap.length, 0);
    assert.equal(told, lost.requestor + lost.acceptor);
    for (const gap of gaps.filter((record) => record.association === 1)) {
      assert.match(gap.why, /the disk is full/);
      assert.ok(gap.at > from && (gap.until ?? 0) <= until && (gap.until ?? 0) > gap.at);
    }
    assert.equal(bench.recorder.status().lost.requestor, lost.requestor);
    console.log(`R-06: ${told} octets in ${gaps.length} gaps = ${told} measured (injected)`);
  });

  test.skipIf(!canMount)("R-06: a real disk of 1 MB that fills up and is freed again", () => {
    const disk = mkdtempSync(join(tmpdir(), "dicomtap-disk-"));
    assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]).status, 0);
    try {
      const ballast = join(disk, "ballast");
      writeFileSync(ballast, new Uint8Array(600_000));
      using bench = new RecorderBench({ directory: join(disk, "captures"), blockSize: 65_536 });
      bench.recorder.open();
      bench.open(1);
      for (let i = 0; i < 40; i++) {
        bench.data(1, 20_000, i % 2 === 0 ? "requestor" : "acceptor");
        if (i % 5 === 0) bench.second();
      }
      assert.match(bench.recorder.status().reason ?? "", /the disk is full/);
      assert.equal(bench.read().damage, 0, "cut back to the last whole block");
      rmSync(ballast);
      bench.second(40);
      assert.equal(bench.recorder.status().state, "ok");
      bench.data(1, 500);
      bench.close(1);
      bench.recorder.close();
      const reading = bench.read();
      assert.deepEqual(reading.told, bench.sent);
      assert.equal(reading.damage, 0);
      const { requestor, acceptor } = bench.recorder.status().lost;
      assert.equal(reading.gaps, requestor + acceptor);
      assert.ok(reading.gaps > 300_000);
      console.log(
        `R-06: real disk of 1 MB: ${reading.gaps} octets in gaps = ${requestor + acceptor} measured`,
      );
    } finally {
      spawnSync("umount", [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  test("R-08: after a failed fsync the file is suspect, another one goes on, nothing is retried", () => {
    for (const fsync of ["flush", "close"] as const) {
      let fails = 0;
      const syncs: number[] = [];
      const fileSystem = faultyFileSystem((operation, count) => {
        if (operation !== "sync") return undefined;
        syncs.push(count);
        return fails-- > 0 ? "EIO" : undefined;
      });
      using bench = new RecorderBench({ fileSystem, fsync });
      bench.open(1);
      bench.data(1, 3_000);
      bench.data(1, 200, "acceptor");
      if (fsync === "close") bench.close(1);
      fails = 1;
      if (fsync === "flush") bench.second();
      else {
        bench.now += 7_200_000_000; // rotation by time closes it
        bench.open(2);
      }
      const { suspects, state } = bench.recorder.status();
      assert.deepEqual({ suspects, state }, { suspects: 1, state: "ok" }, fsync);
      assert.match(bench.reports.join("\n"), /Cannot make .* durable: the disk reports an error/);
      bench.data(fsync === "flush" ? 1 : 2, 70);
      bench.close(fsync === "flush" ? 1 : 2);
      bench.recorder.close();
      assert.equal(bench.names().filter((name) => name.includes(".suspect.")).length, 1);
      const sound = bench.files().filter(({ name }) => !name.includes(".suspect."));
      assert.equal(sound.length, 1);
      if (fsync === "flush") {
        const records = readAll(sound[0]?.bytes ?? new Uint8Array(0)).flatMap((item) =>
          item.item === "record" ? [item.record] : [],
        );
        assert.deepEqual(
          records.map((r) => (r.kind === "gap" ? `gap ${r.sender} ${r.length}` : r.kind)),
          ["open", "gap requestor 3000", "gap acceptor 200", "data", "close"],
        );
        const [open] = records;
        assert.ok(open?.kind === "open" && open.facts["continues"] instanceof Uint8Array);
      }
      console.log(`R-08: --fsync ${fsync}: file suspect, next file sound, ${syncs.length} syncs`);
    }
  });

  test("R-12: files together never exceed the limit and one batch; the oldest goes first", () => {
    const blockSize = 4_096;
    const retainSize = 400_000;
    using bench = new RecorderBench({ retainSize, blockSize, rotateSize: 30_000 });
    let most = 0;
    let oldest = "";
    let written = 0;
    for (let association = 1; written < 3 * retainSize; association++) {
      bench.associate(association, { chunks: 6, size: 1_500 });
      written += 9_000;
      if (association % 3 === 0) bench.second();
      const sizes = bench.files().map(({ bytes }) => bytes.length);
      most = Math.max(
        most,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      const first = bench.names()[0] ?? "";
      assert.ok(first >= oldest, "only the oldest is deleted");
      oldest = first;
    }
    bench.recorder.close();
    assert.equal(bench.read().damage, 0);
    assert.ok(most <= retainSize + blockSize, `${most}`);
    assert.ok(most > retainSize / 2);
    console.log(`R-12: limit ${retainSize}, batch ${blockSize}, most bytes seen ${most}`);
  });

  test("R-12: one association that fills the limit alone becomes a gap, and the next is recorded", () => {
    const retainSize = 100_000;
    using bench = new RecorderBench({ retainSize, blockSize: 4_096 });
    bench.open(1);
    let most = 0;
    for (let i = 0; i < 100; i++) {
      bench.data(1, 3_000);
      if (i % 10 === 0) bench.second();
      const sizes = bench.files().map(({ bytes }) => bytes.length);
      most = Math.max(
        most,
        sizes.reduce((sum, size) => sum + size, 0),
      );
    }
    assert.equal(bench.recorder.status().state, "paused");
    assert.match(bench.recorder.status().reason ?? "", /--retain-size/);
    assert.ok(most <= retainSize + 4_096, `${most}`);
    bench.close(1);
    bench.second(60);
    bench.associate(2, { chunks: 2, size: 3_000 });
    bench.second(2);
    bench.recorder.close();
    const reading = bench.read();
    assert.equal(bench.recorder.status().state, "off");
    assert.ok(reading.records.some((record) => record.kind === "data" && record.association === 2));
    console.log(
      `R-12: one association of 300,000 octets under a limit of ${retainSize}: ${most} kept`,
    );
  });
});

/** A file system of a given size needs a privilege: root outside of a container has it. */
function canMountDisks(): boolean {
  const disk = mkdtempSync(join(tmpdir(), "dicomtap-disk-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
  if (status === 0) spawnSync("umount", [disk]);
  else missing("a small file system of its own (mount)", "run the tests as root");
  rmSync(disk, { recursive: true });
  return status === 0;
}
