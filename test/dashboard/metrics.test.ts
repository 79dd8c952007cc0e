import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { describe, test } from "vitest";
import type { HealthJson } from "../../src/dashboard/api_types.ts";
import { associationJson, type TestDashboard, testDashboard } from "../support/dashboard.ts";
import { FAULT_METRICS, movedFaults, readMetrics } from "../support/metrics_text.ts";

const COUNTERS = {
  ...{ open: 1, opened: 5, turned_away: 0, not_connected: 0, queued: 0, files: 1, bytes: 900 },
  ...{ lost: 0, overflowed: 0, suspects: 0, unobserved: 0, log_suppressed: 0 },
};

const FINE: HealthJson = {
  ...{ forwarding: true, recording: "ok", reason: null, counters: COUNTERS },
  routes: [{ listen: "127.0.0.1:11112", to: "127.0.0.1:104" }],
};

interface Fault {
  readonly what: string;
  readonly health?: Partial<HealthJson>;
  /** Of `HealthJson.counters`. */
  readonly counters?: Partial<Record<keyof typeof COUNTERS, number>>;
  readonly moves: readonly string[];
  /** Of /healthz (forwarding) and /readyz (recording). */
  readonly answers: readonly [healthz: number, readyz: number];
}

const state = (name: string) => `recording{state="${name}"}`;
const RECORDING = ["off", "ok", "paused", "refused"];
const between = (one: string, other: string) =>
  RECORDING.filter((name) => name === one || name === other).map(state);

const FAULTS: readonly Fault[] = [
  {
    what: "disk full",
    health: { recording: "paused", reason: "the disk is full" },
    counters: { lost: 900 },
    moves: ["lost_bytes_total", ...between("ok", "paused")],
    answers: [200, 503],
  },
  {
    what: "the queue is full",
    counters: { lost: 70, overflowed: 70 },
    moves: ["lost_bytes_total", "queue_overflow_bytes_total"],
    answers: [200, 200],
  },
  {
    what: "a write failed, and another file was begun",
    counters: { suspects: 1, files: 2 },
    moves: ["capture_suspects_total"],
    answers: [200, 200],
  },
  {
    what: "recording is switched off",
    health: { recording: "off", reason: "switched off in the dashboard" },
    moves: between("off", "ok"),
    answers: [200, 503],
  },
  {
    what: "the directory cannot be used",
    health: { recording: "refused", reason: "it belongs to somebody else" },
    moves: between("ok", "refused"),
    answers: [200, 503],
  },
  {
    what: "the decoder threw",
    counters: { unobserved: 1 },
    moves: ["observer_faults_total"],
    answers: [200, 200],
  },
  {
    what: "the acceptor refused the connection",
    counters: { not_connected: 1 },
    moves: ["connect_failures_total"],
    answers: [200, 200],
  },
  {
    what: "the limit on associations is reached",
    counters: { turned_away: 3 },
    moves: ["connections_refused_total"],
    answers: [200, 200],
  },
  {
    what: "too many messages for the log",
    counters: { log_suppressed: 40 },
    moves: ["log_suppressed_total"],
    answers: [200, 200],
  },
  {
    what: "the routes do not accept",
    health: { forwarding: false },
    moves: ["forwarding"],
    answers: [503, 200],
  },
];

async function metricsOf({ request }: TestDashboard) {
  return readMetrics(await (await request("/metrics")).text());
}

describe("/metrics", () => {
  test("O-11 each fault of the proxy moves its metric, and no other", async () => {
    const dashboard = await testDashboard({ proxy: true });
    const status = async (path: string) =>
      (await dashboard.request(path, { headers: { authorization: "" } })).status;
    for (const { what, health, counters, moves, answers } of FAULTS) {
      dashboard.state.setHealth(FINE);
      const before = await metricsOf(dashboard);
      assert.deepEqual([await status("/healthz"), await status("/readyz")], [200, 200]);
      const now = { ...FINE, ...health, counters: { ...COUNTERS, ...counters } };
      dashboard.state.setHealth(now);
      assert.deepEqual(movedFaults(before, await metricsOf(dashboard)), moves, what);
      assert.deepEqual([await status("/healthz"), await status("/readyz")], answers, what);
    }
    console.log(`O-11: ${FAULTS.length} faults of the proxy, each with its metric`);
  });

  test("O-11 each fault of the dashboard moves its metric, and no other", async () => {
    const broken = { linkedTo: () => Promise.reject(new Error("broken on purpose")) };
    const told: string[] = [];
    let clock = 0; // of the limits: it goes on when this test says so, on any machine
    const dashboard = await testDashboard({
      stallMs: 50,
      now: () => clock,
      services: { stories: broken as never, fault: (text: string) => told.push(text) },
    });
    dashboard.state.setAssociation(associationJson(1));
    const moved = async (expected: string, work: () => Promise<unknown>) => {
      const before = await metricsOf(dashboard);
      await work();
      for (;;) {
        clock += 1_000;
        const moves = movedFaults(before, await metricsOf(dashboard));
        if (moves.length > 0) return assert.deepEqual(moves, [expected]);
        await pause(20);
      }
    };
    await moved("dashboard_faults_total", async () => {
      const { status } = await dashboard.request("/api/associations/x.dcap/1");
      assert.equal(status, 500);
      assert.equal(told.length, 1);
    });
    await moved("event_streams_dropped_total", async () => {
      const { body } = await dashboard.request("/api/events"); // and nobody reads it
      for (let id = 2; id < 600; id++) dashboard.state.setAssociation(associationJson(id));
      assert.ok(body !== null);
    });
    await moved("requests_limited_total", async () => {
      for (;;) if ((await dashboard.request("/api/health")).status === 429) break;
    });
    console.log("O-11: 3 faults of the dashboard, each with its metric");
  });

  test("has a help line and a type for each metric, and every fault is one of them", async () => {
    const dashboard = await testDashboard({ proxy: true });
    dashboard.state.setHealth(FINE);
    const text = await (await dashboard.request("/metrics")).text();
    const samples = readMetrics(text);
    for (const name of FAULT_METRICS) assert.ok(samples.has(name), name);
    for (const sample of samples.keys()) {
      const name = `dicomtap_${sample.replace(/\{.*/, "")}`;
      assert.match(text, new RegExp(`^# HELP ${name} \\S`, "m"));
      assert.match(text, new RegExp(`^# TYPE ${name} (gauge|counter)$`, "m"));
      assert.equal(/_total$/.test(name), text.includes(`# TYPE ${name} counter`), name);
    }
  });
});
