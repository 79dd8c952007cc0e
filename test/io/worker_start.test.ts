import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "vitest";
import { runtime } from "../../src/io/runtime.ts";
import type { ProbeAnswer } from "../../src/io/worker_probe.ts";
import { startWorker } from "../../src/io/worker_start.ts";

describe("startWorker()", () => {
  test("runs TypeScript source in a thread and hands its data over", async () => {
    const shared = new SharedArrayBuffer(8);
    new Int32Array(shared)[0] = 42;
    const worker = startWorker("probe", { workerData: { shared, text: "x" } });
    const [answer] = (await once(worker, "message")) as [ProbeAnswer];
    assert.equal(answer.runtime, runtime.name);
    const data = answer.workerData as { shared: SharedArrayBuffer; text: string };
    assert.equal(new Int32Array(data.shared)[0], 42);
    assert.equal(data.text, "x");
    await worker.terminate();
    console.log(`startWorker(): a thread answered on ${runtime.name} ${runtime.version}`);
  });

  test("transfers what is listed", async () => {
    const buffer = new ArrayBuffer(1024);
    const worker = startWorker("probe", { workerData: { buffer }, transferList: [buffer] });
    const [answer] = (await once(worker, "message")) as [ProbeAnswer];
    assert.equal((answer.workerData as { buffer: ArrayBuffer }).buffer.byteLength, 1024);
    assert.equal(buffer.byteLength, 0, "the sender no longer owns the buffer");
    await worker.terminate();
  });
});
