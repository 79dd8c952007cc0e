/** O-11 with real faults under a proxy that runs: each moves its metric, and no other. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, test } from "vitest";
import { DashboardClient } from "../support/dashboard_client.ts";
import { movedFaults, readMetrics } from "../support/metrics_text.ts";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { type RunningProxy, runtimesUnderTest, startProxy, stopProcess } from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { associate, release } from "./store_load.ts";

const DASHBOARD = "127.0.0.1:0";

/** When the dashboard's thread was told how the proxy is, which comes a moment after it is ready. */
async function clientOf({ ready }: RunningProxy): Promise<DashboardClient> {
  const client = new DashboardClient(ready.dashboard ?? "");
  while ((await client.ask("/healthz")).status !== 200) await pause(50);
  return client;
}

async function metricsOf(client: DashboardClient) {
  return readMetrics((await client.ask("/metrics")).text);
}

/** Forwarding and recording, as those see them who restart what does not work. */
async function probes(client: DashboardClient): Promise<number[]> {
  const answers = [await client.ask("/healthz"), await client.ask("/readyz")];
  return answers.map(({ status }) => status);
}

/** Does `work`, waits until `metrics` have moved, and makes sure that no other has. */
async function moves(
  client: DashboardClient,
  metrics: readonly string[],
  work: () => Promise<unknown>,
): Promise<void> {
  const before = await metricsOf(client);
  await work();
  for (;;) {
    const moved = movedFaults(before, await metricsOf(client));
    if (metrics.every((name) => moved.includes(name))) {
      assert.deepEqual(moved, metrics);
      return;
    }
    await pause(100);
  }
}

/** Resolves when the proxy has ended the connection. */
function turnedAway(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.once("close", () => resolve());
  });
}

for (const runtime of runtimesUnderTest()) {
  describe(`faults under dicomtap on ${runtime.name}`, () => {
    test("O-11 no way to the acceptor, and a flood of messages about it", async () => {
      await inScope(async (scope) => {
        const to = await freePort();
        const proxy = await startProxy(scope, { runtime, to, dashboard: DASHBOARD });
        const client = await clientOf(proxy);
        const attempts = async (count: number) => {
          for (let i = 0; i < count; i++) await turnedAway(proxy.port);
        };
        await moves(client, ["connect_failures_total"], () => attempts(3));
        const flood = ["connect_failures_total", "log_suppressed_total"];
        await moves(client, flood, () => attempts(60));
        assert.deepEqual(await probes(client), [200, 200]);
        await stopProcess(proxy.process);
        console.log(`O-11: connect refused and log flood on ${runtime.name}, 1 metric each`);
      });
    });

    test("O-11 the limit on associations, and recording that is switched off and on", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const args = ["--max-connections", "1"];
        const proxy = await startProxy(scope, {
          ...{ runtime, to: acceptor.port, dashboard: DASHBOARD, args },
        });
        const client = await clientOf(proxy);
        const standing = await associate({ port: proxy.port, acceptor });
        await moves(client, ["connections_refused_total"], () => turnedAway(proxy.port));
        assert.deepEqual(await probes(client), [200, 200]);
        const states = ['recording{state="off"}', 'recording{state="ok"}'];
        const record = (on: boolean) =>
          client.json("/api/recording", { method: "POST", body: { on } });
        await moves(client, states, () => record(false));
        assert.deepEqual(await probes(client), [200, 503]);
        await moves(client, states, () => record(true));
        assert.deepEqual(await probes(client), [200, 200]);
        await release(standing);
        await stopProcess(proxy.process);
        console.log(`O-11: limit and recording off on ${runtime.name}, 1 metric each`);
      });
    });

    test("O-11 a directory that cannot be used: it forwards, and is not ready", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const folder = join(scope.tempDir(), "captures");
        writeFileSync(folder, "a file where the directory would be");
        const proxy = await startProxy(scope, {
          ...{ runtime, to: acceptor.port, dashboard: DASHBOARD, folder },
        });
        const client = await clientOf(proxy);
        assert.deepEqual(await probes(client), [200, 503]);
        const passed = await associate({ port: proxy.port, acceptor });
        await release(passed);
        const metrics = await metricsOf(client);
        assert.equal(metrics.get('recording{state="ok"}'), 0);
        assert.equal(metrics.get("forwarding"), 1);
        proxy.process.signal("SIGTERM");
        await proxy.process.exit();
      });
    });
  });
}
