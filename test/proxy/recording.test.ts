import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, describe, test } from "vitest";
import type { RecorderReport, RecorderStatus } from "../../proxy/recorder/worker_messages.ts";
import type { Recording } from "../../proxy/recording.ts";
import { listAssociations } from "../../src/inspect/list_associations.ts";
import { capturePaths } from "../../src/io/capture_paths.ts";
import { FileSource } from "../../src/io/file_source.ts";
import { startWorker } from "../../src/io/worker_start.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import {
  CHUNK,
  DeafThread,
  opened,
  overflow,
  setUpRecording as setUp,
} from "../support/deaf_recorder.ts";
import { messageBytes, STORE_RQ } from "../support/dimse_stream.ts";
import { acceptOf, GOLDEN_EXCHANGES, requestOf, streamOf } from "../support/golden_exchanges.ts";
import { until } from "../support/tcp_peers.ts";

const scratch: string[] = [];

afterEach(() => {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
});

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "dicomtap-recording-"));
  scratch.push(path);
  return join(path, "captures");
}

/** Lets one association of the golden exchanges pass the tap. */
function pass(recording: Recording, id: number): boolean {
  const address = "127.0.0.1:104";
  const tap = recording.opened({ id, listen: address, to: address, requestor: "127.0.0.1:5" });
  if (tap === undefined) return false;
  const exchange = GOLDEN_EXCHANGES[id % GOLDEN_EXCHANGES.length];
  assert.ok(exchange);
  tap.connected({ acceptor: address, local: "127.0.0.1:6" });
  const { requestor, acceptor } = exchange;
  tap.data("requestor", streamOf(requestor.slice(0, 1)));
  tap.data("acceptor", streamOf(acceptor.slice(0, 1)));
  if (requestor.length > 1) tap.data("requestor", streamOf(requestor.slice(1)));
  if (acceptor.length > 1) tap.data("acceptor", streamOf(acceptor.slice(1)));
  tap.ended("requestor", "fin");
  tap.ended("acceptor", "fin");
  tap.closed({
    outcome: "closed",
    by: "requestor",
    bytes: { requestor: 0, acceptor: 0 },
    reason: undefined,
  });
  return true;
}

function listed(path: string): AssociationJson[] {
  return capturePaths([path]).flatMap((file) => {
    using source = new FileSource(file);
    const items = [...listAssociations(source, { name: file })];
    return items.flatMap((item) => (item.item === "association" ? [item.association.summary] : []));
  });
}

describe("Recording", () => {
  test("writes every association to a capture, in order, also what came before the thread", async () => {
    const path = directory();
    const { recording, heard } = setUp({ directory: path });
    for (let id = 1; id <= 50; id++) assert.ok(pass(recording, id));
    const status = await recording.start([{ listen: "a:1", to: "b:1" }]);
    assert.equal(status.state, "ok");
    for (let id = 51; id <= 100; id++) assert.ok(pass(recording, id));
    await recording.stop();
    const ids = Array.from({ length: 100 }, (_, i) => i + 1);
    assert.deepEqual(
      listed(path).map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      heard.associations.map(({ id }) => id),
      ids,
    );
    const outcomes = new Set(heard.associations.map(({ outcome }) => outcome));
    for (const outcome of ["released", "rejected", "aborted"] as const)
      assert.ok(outcomes.has(outcome));
    assert.deepEqual(heard.alarms, []);
    assert.deepEqual(heard.losses, []);
    assert.equal(recording.status.lost, 0);
  });

  test("finds what is wrong with data sets while it records, and the index has it", async () => {
    const path = directory();
    const { recording, heard } = setUp({ directory: path });
    await recording.start([]);
    const address = "127.0.0.1:104";
    const tap = recording.opened({ id: 1, listen: address, to: address, requestor: address });
    tap?.data("requestor", streamOf([requestOf([])]));
    tap?.data("acceptor", streamOf([acceptOf([])]));
    const fileMeta = Uint8Array.of(2, 0, 16, 0, 4, 0, 0, 0, 0x31, 0x2e, 0x32, 0); // group 0002
    tap?.data("requestor", messageBytes(STORE_RQ, { dataSet: fileMeta }));
    const bytes = { requestor: 0, acceptor: 0 };
    tap?.closed({ outcome: "closed", by: "requestor", bytes, reason: undefined });
    await recording.stop();
    const live = heard.associations[0]?.findings.map(({ id }) => id) ?? [];
    assert.ok(
      live.some((id) => id.startsWith("data-set") || id.startsWith("store")),
      live.join(),
    );
    assert.deepEqual(
      listed(path)[0]?.findings.map(({ id }) => id),
      live,
    );
  });

  test("observes without recording where there is no directory", async () => {
    const { recording, heard } = setUp();
    const status = await recording.start([]);
    assert.equal(status.state, "off");
    pass(recording, 1);
    await recording.stop();
    assert.equal(heard.associations.length, 1);
  });

  test("O-06 goes on after its thread died: open associations pass, later ones are recorded", async () => {
    const path = directory();
    let started = 0;
    const { recording, heard } = setUp({
      directory: path,
      start: (name, options) => {
        started += 1;
        if (started > 1) return startWorker(name, options);
        return new Worker("setTimeout(() => { throw new Error('x'); }, 50)", { eval: true });
      },
    });
    await recording.start([]);
    assert.equal(recording.status.state, "paused");
    assert.match(heard.alarms.join(), /The recorder stopped \(.*x/);
    assert.equal(pass(recording, 1), false, "unrecorded, and no fault");
    await until(() => (recording.status.state as string) === "ok", "a new thread that records");
    assert.ok(pass(recording, 2));
    await recording.stop();
    assert.deepEqual(
      listed(path).map(({ id }) => id),
      [2],
    );
  });

  test("O-11 counters never fall, nor count twice, when the recorder's thread dies", async () => {
    const threads = [new DeafThread(), new DeafThread(), new DeafThread()] as const;
    const told: RecorderStatus[] = [];
    let started = 0;
    const { recording, heard } = setUp({
      start: (_name, options) => {
        const thread = threads[started++];
        assert.ok(thread !== undefined && options !== undefined);
        return thread.started(options);
      },
      onStatus: (status) => told.push(status),
    });
    const expectStatus = (what: string, expected: Partial<RecorderStatus>) => {
      const { status } = recording;
      for (const [name, value] of Object.entries(expected)) {
        assert.equal(status[name as keyof RecorderStatus], value, `${name}: ${what}`);
      }
    };
    const ready = (files: number): RecorderReport => {
      const counts = { files, bytes: 100 * files, lost: 7, suspects: 1, unobserved: 2 };
      return { type: "ready", status: { state: "ok", reason: null, ...counts } };
    };
    const first = recording.start([]);
    threads[0].tell(ready(3));
    await first;

    const tap = opened(recording);
    const chunk = new Uint8Array(CHUNK);
    tap.data("requestor", chunk);
    recording.setRecording(true); // sends what there is
    threads[0].giveBack({ traffic: chunk.length });
    await until(() => recording.queued === 0, "the batch that comes back");
    const taken = overflow(recording, tap); // what no batch brings back
    const { overflowed } = recording;
    assert.equal(overflowed, chunk.length);
    const counts = { files: 3, bytes: 300, suspects: 1, unobserved: 2 };
    expectStatus("while the first thread lives", { ...counts, lost: 7 + overflowed });

    threads[0].emit("error", new Error("on purpose"));
    const before = { ...counts, lost: 7 + overflowed + taken };
    expectStatus("while there is no thread", { ...before, state: "paused" });
    assert.match(
      heard.alarms.join(),
      /; [\d.]+ KiB that waited for it and what came in its last half second may be missing$/,
    );
    await until(() => started === 2, "a second thread");
    expectStatus("before the second thread is ready", before);
    assert.equal(recording.overflowed, overflowed);
    threads[1].tell(ready(2));
    const both = { files: 5, bytes: 500, suspects: 2, unobserved: 4, state: "ok" } as const;
    expectStatus("while the second thread lives", { ...both, lost: 14 + overflowed + taken });
    tap.data("acceptor", new Uint8Array(5)); // of the dead thread: it misses this too
    expectStatus("of two threads", { ...both, lost: 14 + overflowed + taken + 5 });

    threads[1].emit("exit", 1);
    await until(() => started === 3, "a third thread");
    threads[2].tell(ready(1));
    const end = {
      files: 6,
      bytes: 600,
      suspects: 3,
      unobserved: 6,
      lost: 21 + overflowed + taken + 5,
    };
    expectStatus("of three threads", end);

    const stopped = recording.stop();
    const { status } = ready(1) as Extract<RecorderReport, { type: "ready" }>;
    const unrecorded = { requestor: 1, acceptor: 1, either: 0 };
    threads[2].tell({ type: "stopped", status, unrecorded });
    await stopped;
    expectStatus("at the end", end);
    const octets = { requestor: overflowed + 1, acceptor: 5 + 1, either: taken };
    assert.deepEqual(heard.losses, [{ octets, associations: 0 }]);
    for (const name of ["files", "bytes", "lost", "suspects", "unobserved"] as const) {
      const values = told.map((status) => status[name]);
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
        name,
      );
    }
    console.log(
      `O-11: 3 threads, ${told.length} reports, no counter fell; ${end.lost} octets lost`,
    );
  });

  test("starts no thread after the end, and tells of losses though none is there", async () => {
    const deaf = () => {
      const threads: DeafThread[] = [];
      const start = () => {
        const thread = new DeafThread();
        threads.push(thread);
        return thread as unknown as Worker;
      };
      return { ...setUp({ start }), threads };
    };
    const one = deaf();
    const tap = opened(one.recording);
    const status = one.recording.start([]);
    one.threads[0]?.emit("exit", 1);
    assert.equal((await status).state, "paused");
    tap.data("requestor", new Uint8Array(9));
    await one.recording.stop();
    const octets = { requestor: 9, acceptor: 0, either: 0 };
    assert.deepEqual(one.heard.losses, [{ octets, associations: 0 }]);

    const other = deaf(); // its restart comes after that of the first would have
    void other.recording.start([]);
    other.threads[0]?.emit("exit", 1);
    await until(() => other.threads.length === 2, "a new thread");
    assert.equal(one.threads.length, 1);
    other.threads[1]?.emit("exit", 1);
    await other.recording.stop();
  });
});
