/**
 * The recorder's thread: takes batches of records, observes them live, writes them to captures, and
 * gives the batches back.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { RecordReader } from "../../src/capture/record_reader.ts";
import { isFilterError } from "../../src/filter/filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { packSummary } from "../../src/inspect/index_summary.ts";
import { type RecordingClock, systemClock } from "../../src/io/clock.ts";
import { fileOwner } from "../../src/io/file_owner.ts";
import { nodeFileSystem } from "../../src/io/file_system.ts";
import { runtime } from "../../src/io/runtime.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { PRODUCT } from "../../src/version.ts";
import type { ReadBatch } from "../record_queue.ts";
import { HeadersFilter } from "./headers_filter.ts";
import { Live } from "./live.ts";
import { NewsDesk } from "./news_desk.ts";
import { RecordFilter } from "./record_filter.ts";
import { RecordSwitch } from "./record_switch.ts";
import { Recorder } from "./recorder.ts";
import type {
  RecorderCommand,
  RecorderReport,
  RecorderStatus,
  RecorderWorkerData,
} from "./worker_messages.ts";

/** Milliseconds between flushes: with the block size it bounds what `kill -9` can cost. */
const FLUSH_INTERVAL = 500;

function main(data: RecorderWorkerData): void {
  const clock = sharedClock(data);
  const news = data.news === undefined ? undefined : new NewsDesk(data.news);
  const alarm = (text: string) => tell({ type: "alarm", text });
  const recorder = createRecorder(data, {
    clock,
    report: alarm,
    summarise: (id) => {
      const summary = live.takeSummary(id);
      return summary && packSummary(summary);
    },
  });
  const capture = (id: number) => basename(recorder?.captureOf(id) ?? "");
  /** Told when their records are written, so that it is known where. */
  const ended: AssociationJson[] = [];
  const live = new Live({
    capture,
    ended: (association) => {
      if (recorder === undefined) live.takeSummary(association.id);
      ended.push(association);
    },
    changed: (id, json) => news?.changed(id, json),
    report: alarm,
  });
  const switched = new RecordSwitch(data.recording);
  const statusNow = () => {
    const { unobserved } = live;
    return { ...statusOf(recorder, switched.on), unobserved };
  };

  const filter = createFilter(data, (bytes) => recorder?.consume(bytes));
  const take = (batch: Uint8Array): void => {
    const records = new RecordReader(batch);
    const whole = filter === undefined && switched.takesAll;
    for (let record = records.next(); record !== undefined; record = records.next()) {
      live.consume(record);
      if (whole || !switched.takes(record)) continue;
      const bytes = batch.subarray(records.start, records.position);
      const id = "association" in record ? record.association : undefined;
      if (filter === undefined) recorder?.consume(bytes);
      else filter.consume(record, { bytes, summary: () => live.summary(id) });
    }
    if (whole) recorder?.consume(batch);
    if (ended.length === 0) return;
    const associations = ended.splice(0);
    tell({
      type: "associations",
      associations: associations.map((one) => ({ ...one, capture: capture(one.id) })),
    });
  };

  let told = "";
  const flushTimer = setInterval(() => {
    recorder?.flush();
    live.tell();
    news?.send();
    const status = statusNow();
    const text = JSON.stringify(status);
    if (text !== told) tell({ type: "status", status });
    told = text;
  }, FLUSH_INTERVAL);

  const stop = (): void => {
    clearInterval(flushTimer);
    recorder?.close();
    live.tell();
    news?.send();
    const unrecorded = recorder?.unrecorded ?? { requestor: 0, acceptor: 0, either: 0 };
    tell({ type: "stopped", status: statusNow(), unrecorded });
  };

  parentPort?.on("message", (command: RecorderCommand) => {
    if (command.type === "stop") {
      stop();
      return;
    }
    if (command.type === "recording") {
      switched.on = command.on;
      tell({ type: "status", status: statusNow() });
      return;
    }
    const { buffer, length, traffic, gaps } = command;
    take(new Uint8Array(buffer, 0, length));
    data.batches.postMessage({ buffer, traffic, gaps } satisfies ReadBatch, [buffer]);
  });
  recorder?.open();
  tell({ type: "ready", status: statusNow() });
}

function createFilter(
  data: RecorderWorkerData,
  emit: (bytes: Uint8Array) => void,
): RecordFilter | undefined {
  const filter = parseFilter(data.options.filter ?? "~all");
  if (data.options.filter === undefined || isFilterError(filter)) return undefined;
  return new RecordFilter(filter, emit);
}

interface RecorderParts {
  readonly clock: RecordingClock;
  readonly report: (text: string) => void;
  readonly summarise: (association: number) => unknown;
}

function createRecorder(data: RecorderWorkerData, parts: RecorderParts): Recorder | undefined {
  const { directory, payload, fsync, rotateSize, rotateTime, retainSize, retainAge } = data.options;
  if (directory === undefined) return undefined;
  return new Recorder({
    ...parts,
    directory,
    fsync,
    fileSystem: nodeFileSystem,
    owner: fileOwner(),
    captureId: () => new Uint8Array(randomBytes(16)),
    facts: {
      product: PRODUCT,
      runtime: `${runtime.name} ${runtime.version}`,
      host: hostname(),
      routes: data.routes,
      payload,
      redaction: "none",
    },
    ...(payload === "headers" ? { transform: new HeadersFilter() } : {}),
    ...optional({ rotateSize, retainSize }),
    ...optional({ rotateTime: micros(rotateTime), retainAge: micros(retainAge) }),
  });
}

function micros(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds * 1000;
}

function optional<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function statusOf(recorder: Recorder | undefined, on: boolean): Omit<RecorderStatus, "unobserved"> {
  if (recorder === undefined) {
    return { state: "off", reason: null, files: 0, bytes: 0, lost: 0, suspects: 0 };
  }
  const { files, bytes, lost, suspects, ...told } = recorder.status();
  const { state, reason } = on ? told : SWITCHED_OFF;
  return { state, reason, files, bytes, lost: lost.requestor + lost.acceptor, suspects };
}

const SWITCHED_OFF = { state: "off", reason: "switched off in the dashboard" } as const;

/**
 * The relay's monotonic clock, as near as a second thread can have it: the wall clock says how long
 * this thread took to start.
 */
function sharedClock({ at, wall }: RecorderWorkerData): RecordingClock {
  const own = systemClock();
  const started = Math.max(0, own.wallMicros() - wall);
  return { micros: () => at + started + own.micros(), wallMicros: own.wallMicros };
}

function tell(report: RecorderReport): void {
  parentPort?.postMessage(report);
}

main(workerData as RecorderWorkerData);
