/**
 * Numbers of many associations: over time, latencies, statuses, rejections, the slowest and largest
 * exchanges. The first from the list alone; what needs messages from as many associations as can be
 * looked into in a moment, the newest ones.
 */
import { generalStatusMeaning, printStatus, statusClass } from "../dimse/status.ts";
import type { NarratedExchange } from "../inspect/narrate_association.ts";
import type { Outcome } from "../observe/summary.ts";
import type { Role } from "../role.ts";
import { rejectReasonName, rejectSourceName } from "../ul/names.ts";
import type {
  ExchangeRow,
  LatencyRow,
  NumbersJson,
  RejectCount,
  StatusCount,
  TimeBucket,
} from "./api_types.ts";
import { type Entry, summaryOf } from "./library/entry.ts";
import type { Narrated } from "./story/narrations.ts";

/** Parts of the time that is looked at. */
const BUCKETS = 60;

/** Rows of the tables of exchanges. */
const TOP = 20;

/** Pairs of AEs that are told apart; the others are left out. */
const MAX_PAIRS = 200;

/** `entries`: all that match, newest first; `narrated`: those of them that were looked into. */
export function numbersOf(entries: readonly Entry[], narrated: readonly Narrated[]): NumbersJson {
  const { bucketMs, buckets, bytes } = overTime(entries);
  const exchanges = narrated.flatMap(({ entry, exchanges: told }) =>
    told.map((exchange) => rowOf(entry, exchange)),
  );
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of entries) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    associations: entries.length,
    looked_into: narrated.length,
    exchanges: exchanges.length,
    bytes,
    bucket_ms: bucketMs,
    over_time: buckets,
    outcomes,
    latency: latencyRows(exchanges),
    statuses: statusCounts(exchanges),
    rejects: rejectCounts(entries),
    slowest: [...exchanges].sort((a, b) => (b.ms ?? -1) - (a.ms ?? -1)).slice(0, TOP),
    largest: [...exchanges].sort((a, b) => b.length - a.length).slice(0, TOP),
  };
}

function overTime(entries: readonly Entry[]) {
  const timed = entries.filter(({ started }) => started > 0);
  const first = timed.at(-1)?.started ?? 0;
  const last = timed[0]?.started ?? 0;
  const bucketMs = bucketFor(last - first);
  const begin = Math.floor(first / bucketMs) * bucketMs;
  const count = timed.length === 0 ? 0 : Math.floor((last - begin) / bucketMs) + 1;
  const buckets: (Omit<TimeBucket, "bytes"> & { bytes: Record<Role, number> })[] = Array.from(
    { length: count },
    (_, i) => ({
      at: new Date(begin + i * bucketMs).toISOString(),
      associations: 0,
      failed: 0,
      bytes: { requestor: 0, acceptor: 0 },
    }),
  );
  const bytes = { requestor: 0, acceptor: 0 };
  for (const entry of entries) {
    bytes.requestor += entry.sent;
    bytes.acceptor += entry.bytes - entry.sent;
    const at = Math.floor((entry.started - begin) / bucketMs);
    const bucket = buckets[at];
    if (bucket === undefined) continue;
    const failed = entry.outcome !== "released" && entry.outcome !== "open";
    buckets[at] = {
      ...bucket,
      associations: bucket.associations + 1,
      failed: bucket.failed + (failed ? 1 : 0),
      bytes: {
        requestor: bucket.bytes.requestor + entry.sent,
        acceptor: bucket.bytes.acceptor + entry.bytes - entry.sent,
      },
    };
  }
  return { bucketMs, buckets, bytes };
}

/** Of the lengths that people reckon with, the first that needs no more than `BUCKETS`. */
function bucketFor(span: number): number {
  return STEPS.find((step) => span / step < BUCKETS) ?? Math.ceil(span / BUCKETS / DAY) * DAY;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 30].map((count) => count * MINUTE),
  ...[1, 2, 6, 12].map((count) => count * HOUR),
  ...[1, 7].map((count) => count * DAY),
];

interface Row extends ExchangeRow {
  readonly failed: boolean;
  readonly sopClassUid: string;
}

function rowOf(entry: Entry, { sentence }: NarratedExchange): Row {
  const { exchange, links, text } = sentence;
  const { status, state } = exchange;
  // to the last octet of the final response
  const done = state === "final" && exchange.lastResponseAt !== undefined;
  return {
    key: entry.key,
    message: exchange.index,
    command: exchange.command.replace(/-RQ$/, ""),
    calling_ae_title: entry.calling,
    called_ae_title: entry.called,
    from: exchange.invoker === "requestor" ? entry.calling : entry.called,
    to: exchange.invoker === "requestor" ? entry.called : entry.calling,
    meaning: text,
    status: status ?? null,
    ms: done ? Math.round((exchange.lastResponseAt ?? 0) - exchange.sentAt) / 1000 : null,
    length: links.length,
    failed: !done || statusClass(status ?? 0) === "failure",
    sopClassUid: exchange.sopClassUid ?? "",
  };
}

function latencyRows(exchanges: readonly Row[]): LatencyRow[] {
  const groups = new Map<string, Row[]>();
  for (const row of exchanges) {
    const name = JSON.stringify([row.command, row.from, row.to]);
    const group = groups.get(name);
    if (group !== undefined) group.push(row);
    else if (groups.size < MAX_PAIRS) groups.set(name, [row]);
  }
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    const times = group.flatMap(({ ms }) => ms ?? []).sort((a, b) => a - b);
    if (first === undefined) return [];
    return {
      command: first.command,
      from: first.from,
      to: first.to,
      exchanges: group.length,
      failed: group.filter(({ failed }) => failed).length,
      p50_ms: percentile(times, 0.5),
      p95_ms: percentile(times, 0.95),
      p99_ms: percentile(times, 0.99),
      max_ms: times.at(-1) ?? 0,
    };
  });
  return rows.sort((a, b) => b.exchanges - a.exchanges);
}

/** The nearest rank; 0 where there are none. */
function percentile(ascending: readonly number[], part: number): number {
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] ?? 0;
}

function statusCounts(exchanges: readonly Row[]): StatusCount[] {
  const counts = new Map<number, number>();
  for (const { status } of exchanges) {
    if (status !== null) counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([status, count]) => ({
      status: printStatus(status).replace(/H$/, ""),
      status_class: statusClass(status),
      words: generalStatusMeaning(status) ?? statusClass(status),
      count,
    }));
}

function rejectCounts(entries: readonly Entry[]): RejectCount[] {
  const counts = new Map<string, RejectCount>();
  for (const entry of entries) {
    if (entry.outcome !== "rejected") continue;
    const { reject } = summaryOf(entry);
    if (reject === undefined) continue;
    const { result, source, reason } = reject;
    const name = JSON.stringify([result, source, reason, entry.calling, entry.called]);
    const count = (counts.get(name)?.count ?? 0) + 1;
    counts.set(name, {
      ...{ result, source, reason, count },
      words: `${rejectReasonName(source, reason)}, by the ${rejectSourceName(source)}`,
      calling_ae_title: entry.calling,
      called_ae_title: entry.called,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, MAX_PAIRS);
}
