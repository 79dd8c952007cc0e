/**
 * Numbers for Prometheus, in its text format 0.0.4.
 *
 * Rule (P-05): no value from the wire is a label, so neither patients nor AE titles get in here.
 */
import { readdirSync } from "node:fs";
import { runtime } from "../io/runtime.ts";
import type { Outcome } from "../observe/summary.ts";
import { VERSION } from "../version.ts";
import type { Services } from "./routes/services.ts";

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of `HealthJson.counters`, in the words of Prometheus. */
const COUNTERS: Readonly<Record<string, readonly [string, Metric["type"], string]>> = {
  open: ["associations_open", "gauge", "Associations that stand now"],
  opened: ["associations_total", "counter", "Associations since the start"],
  turned_away: ["connections_refused_total", "counter", "Connections refused at the limit"],
  queued: ["record_queue_bytes", "gauge", "Octets that wait for the recorder"],
  files: ["captures_total", "counter", "Capture files begun"],
  bytes: ["capture_bytes_total", "counter", "Octets written to captures"],
  lost: ["lost_bytes_total", "counter", "Octets that were forwarded and are not recorded"],
  overflowed: ["queue_overflow_bytes_total", "counter", "Of them, those that found the queue full"],
  suspects: ["capture_suspects_total", "counter", "Captures given up after an error in writing"],
  not_connected: [
    "connect_failures_total",
    "counter",
    "Associations without a way to the acceptor",
  ],
  unobserved: [
    "observer_faults_total",
    "counter",
    "Associations and records that were not decoded",
  ],
  log_suppressed: ["log_suppressed_total", "counter", "Messages of the log that were only counted"],
};

const RECORDING = ["ok", "paused", "refused", "off"];

const OUTCOMES: readonly Outcome[] = [
  "released",
  "aborted",
  "rejected",
  "closed",
  "reset",
  "refused",
  "timeout",
  "open",
  "opaque",
];

export function metricsText({ state, streams, replays, counts }: Services): string {
  const { health, list } = state;
  const metrics: Metric[] = [
    one("build_info", "gauge", "The program that runs", [
      { labels: { version: VERSION, runtime: runtime.name }, value: 1 },
    ]),
  ];
  if (state.proxy) {
    metrics.push(
      one("forwarding", "gauge", "1 while the routes accept and forward", [
        { value: health.forwarding ? 1 : 0 },
      ]),
      one(
        "recording",
        "gauge",
        "1 for the state that recording is in",
        RECORDING.map((name) => ({
          labels: { state: name },
          value: health.recording === name ? 1 : 0,
        })),
      ),
    );
    for (const [key, [name, type, help]] of Object.entries(COUNTERS)) {
      metrics.push(one(name, type, help, [{ value: health.counters[key] ?? 0 }]));
    }
  }
  const { counts: outcomes } = list.query({
    filter: { text: "", filter: { kind: "all" } },
    sort: "started",
    order: "desc",
  });
  const running = replays.list().filter((replay) => replay.state === "running").length;
  metrics.push(
    one(
      "listed_associations",
      "gauge",
      "Associations in the list of the dashboard, by what became of them",
      OUTCOMES.map((outcome) => ({ labels: { outcome }, value: outcomes[outcome] ?? 0 })),
    ),
    one("capture_files", "gauge", "Capture files that the dashboard knows", [
      { value: state.library.json().captures.length },
    ]),
    one("event_streams", "gauge", "Browsers that listen", [{ value: streams.count }]),
    one("event_streams_dropped_total", "counter", "Browsers that stopped reading", [
      { value: streams.dropped },
    ]),
    one("requests_limited_total", "counter", "Requests refused because there were too many", [
      { value: counts.limited },
    ]),
    one("dashboard_faults_total", "counter", "Requests at which the dashboard itself failed", [
      { value: counts.faults },
    ]),
    one("replays_running", "gauge", "Replays that run", [{ value: running }]),
    one("resident_memory_bytes", "gauge", "Memory of the process", [
      { value: process.memoryUsage.rss() },
    ]),
  );
  const descriptors = openDescriptors();
  if (descriptors !== undefined) {
    metrics.push(
      one("open_descriptors", "gauge", "Open file descriptors", [{ value: descriptors }]),
    );
  }
  return metrics.map(print).join("");
}

function one(name: string, type: Metric["type"], help: string, samples: readonly Sample[]): Metric {
  return { name: `dicomtap_${name}`, type, help, samples };
}

function print({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels ?? {}).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** Undefined where the system does not say. */
function openDescriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}
