import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { mulberry32, readAll } from "../../support/captures.ts";
import { fuzzRounds } from "../../support/fuzz.ts";
import { faultyFileSystem, type Operation, RecorderBench } from "../../support/recorder_bench.ts";

const OPERATIONS: readonly Operation[] = [
  "create",
  "write",
  "truncate",
  "sync",
  "remove",
  "rename",
  "list",
];
const CODES = ["ENOSPC", "EIO", "EROFS", "EDQUOT", "EMFILE"];

describe("Recorder under random faults", () => {
  // Invariant: whatever fails, and whenever, no method throws, no file that is not suspect is torn,
  // and for each association and AE data and gaps add up to what was sent, once writing works again.
  test("R-10: tells every octet, tears no file, throws nothing", () => {
    const rounds = fuzzRounds(150, 5_000);
    let octets = 0;
    let gaps = 0;
    let faults = 0;
    let suspects = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = mulberry32(seed);
      const pick = (limit: number) => Math.floor(random() * limit);
      let bad: { operation: Operation; code: string; left: number } | undefined;
      const fileSystem = faultyFileSystem((operation) => {
        if (bad === undefined || bad.operation !== operation || bad.left <= 0) return undefined;
        bad.left -= 1;
        faults += 1;
        return bad.code;
      });
      using bench = new RecorderBench({
        fileSystem,
        blockSize: 500 + pick(4_000),
        rotateSize: 4_000 + pick(40_000),
        fsync: (["never", "close", "flush"] as const)[pick(3)] ?? "never",
      });
      const open: number[] = [];
      let next = 1;
      if (random() < 0.8) bench.recorder.open();
      for (let step = 0; step < 150; step++) {
        const what = random();
        if (what < 0.12 && open.length < 6) {
          bench.open(next);
          open.push(next++);
        } else if (what < 0.2 && open.length > 0) {
          bench.close(open.splice(pick(open.length), 1)[0] ?? 0);
        } else if (what < 0.28) {
          bench.second(1 + pick(3));
        } else if (what < 0.36) {
          const operation = OPERATIONS[pick(OPERATIONS.length)] ?? "write";
          bad = { operation, code: CODES[pick(CODES.length)] ?? "EIO", left: 1 + pick(6) };
        } else if (open.length > 0) {
          const association = open[pick(open.length)] ?? 0;
          bench.data(association, pick(3_000), random() < 0.6 ? "requestor" : "acceptor");
        }
      }
      bad = undefined;
      bench.second(100);
      assert.equal(bench.recorder.status().reason, null, `seed ${seed}`);
      for (const association of open) bench.close(association);
      bench.second(2);
      bench.recorder.close();
      for (const { name, bytes } of bench.files()) {
        if (name.includes(".suspect.")) continue;
        const damage = readAll(bytes).filter((item) => item.item === "damage");
        assert.deepEqual(damage, [], `seed ${seed}: ${name}`);
      }
      const reading = bench.read();
      const given = bench.recorder.status().suspects;
      for (const [key, sent] of bench.sent) {
        const told = reading.told.get(key) ?? 0;
        // What a suspect file holds is told again as a gap by the next one.
        assert.ok(given > 0 ? told >= sent : told === sent, `seed ${seed}: ${key} ${told} ${sent}`);
        octets += sent;
      }
      assert.equal(reading.lost, 0, `seed ${seed}`);
      gaps += reading.gaps;
      suspects += given;
    }
    assert.ok(faults > rounds && gaps > 0 && suspects > 0);
    console.log(
      `R-10: ${rounds} random runs, ${faults} faults, ${suspects} suspect files: ` +
        `${octets} octets sent, ${gaps} in gaps, 0 unreported`,
    );
  });

  // Invariant: where the disk is full to the end, what the captures hold and what is told at the end
  // are together what was forwarded, whoever lost it: the recorder, or the queue before it.
  test("R-06: tells at the end what no capture tells, gaps of the queue included", () => {
    const rounds = fuzzRounds(100, 2_000);
    let sum = 0;
    let untold = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = mulberry32(seed);
      const pick = (limit: number) => Math.floor(random() * limit);
      let room = pick(20);
      const fileSystem = faultyFileSystem((operation) => {
        const writes = operation === "write" || operation === "create";
        return writes && --room < 0 ? "ENOSPC" : undefined;
      });
      using bench = new RecorderBench({ fileSystem, blockSize: 500 + pick(4_000) });
      if (random() < 0.8) bench.recorder.open();
      const roles = ["requestor", "acceptor"] as const;
      const open: number[] = [];
      for (let step = 1; step <= 80; step++) {
        const sender = roles[pick(2)] ?? "requestor";
        const association = open[pick(open.length)];
        const what = random();
        if (what < 0.1 || association === undefined) {
          bench.open(step);
          open.push(step);
        } else if (what < 0.2) {
          bench.close(association);
          open.splice(open.indexOf(association), 1);
        } else if (what < 0.3) bench.second();
        else if (what < 0.5) bench.gap(association, 1 + pick(5_000), sender);
        else bench.data(association, 1 + pick(5_000), sender);
      }
      bench.recorder.close();
      const { told, lost } = bench.read();
      assert.equal(lost, 0, `seed ${seed}`);
      for (const sender of roles) {
        const of = (octets: ReadonlyMap<string, number>) =>
          [...octets].reduce((all, [key, one]) => (key.endsWith(sender) ? all + one : all), 0);
        const unrecorded = bench.recorder.unrecorded[sender];
        assert.equal(of(told) + unrecorded, of(bench.sent), `seed ${seed}: ${sender}`);
        sum += of(bench.sent);
        untold += unrecorded;
      }
    }
    assert.ok(untold > 0 && untold < sum);
    console.log(`R-06: ${rounds} full disks, ${sum} octets, ${untold} in no capture, all told`);
  });
});
