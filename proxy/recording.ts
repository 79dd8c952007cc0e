/**
 * The relay's side of recording: the queue, the tap that fills it, and the recorder's thread that
 * empties it. When that thread dies, associations go on unrecorded, it is said so, and a new thread
 * records those that open from then on.
 *
 * Rule: counters never fall: those of threads that died are added to those of the thread that lives.
 *
 * Rule: nothing here waits on the relay's behalf; whatever fails ends in `status` and a line of log.
 */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Worker,
} from "node:worker_threads";
import { ClockWatch, type RecordingClock } from "../src/io/clock.ts";
import { startWorker } from "../src/io/worker_start.ts";
import type { AssociationJson } from "../src/observe/summary.ts";
import { formatSize } from "../src/units.ts";
import { type Batch, type ReadBatch, RecordQueue } from "./record_queue.ts";
import type { Untold } from "./recorder/deferred_records.ts";
import type {
  RecorderCommand,
  RecorderReport,
  RecorderStatus,
  RecorderWorkerData,
  RecorderWorkerOptions,
} from "./recorder/worker_messages.ts";
import type { RecordingLoss } from "./recording_loss.ts";
import { noLosses, type OnFull, RecordingTap } from "./recording_tap.ts";
import type { AssociationTap, OpenedFacts, RelayTap } from "./relay_tap.ts";

export interface RecordingOptions {
  readonly clock: RecordingClock;
  /** Octets of the queue between the two threads. */
  readonly queueSize: number;
  readonly onFull: OnFull;
  readonly recorder: RecorderWorkerOptions;
  /** Associations that ended, for the terminal. */
  readonly onAssociation: (association: AssociationJson) => void;
  readonly onStatus: (status: RecorderStatus) => void;
  readonly onAlarm: (text: string) => void;
  /** At the end: what was forwarded and is in no capture, not even as a gap. */
  readonly onLoss: (loss: RecordingLoss) => void;
  /** A new port to the dashboard's thread for each recorder thread that starts. */
  readonly newsPort?: () => MessagePort;
  /** Starts the recorder's thread; a test puts another one in its place. */
  readonly start?: typeof startWorker;
  /**
   * How long each of the two steps of an end may take, milliseconds: handing over what waits, and
   * writing it.
   */
  readonly stopLimit?: number;
}

/** How often the clocks are compared and records that wait for room are tried, milliseconds. */
const LOOK_INTERVAL = 250;

/** Restarts of a recorder's thread that dies, milliseconds apart at least. */
const RESTART_DELAY = 1_000;

/** See `RecordingOptions.stopLimit`. */
const STOP_LIMIT = 30_000;

export class Recording implements RelayTap {
  readonly #options: RecordingOptions;
  readonly #watch: ClockWatch;
  readonly #timer: NodeJS.Timeout;
  #tap: RecordingTap;
  #queue: RecordQueue;
  /** Octets of traffic that threads had, or that were on the way to them, when they died or were given up. */
  #buried = 0;
  /** Octets in gaps that nothing but records of such traffic told of. */
  #buriedGaps = 0;
  /** Batches that are full before the recorder's thread is there. */
  #early: Batch[] = [];
  #worker: Worker | undefined;
  /** On which the thread gives batches back: a port of its own, so that it can be read at any time. */
  #returned: MessagePort | undefined;
  #on = true;
  #restart: NodeJS.Timeout | undefined;
  /** Of the thread that lives, or died last. */
  #status: RecorderStatus = { state: "starting", reason: null, ...NOTHING };
  /** Counters of the threads before it. */
  #before: RecorderCounts = NOTHING;
  /** Of all taps: an association that a dead thread recorded goes on missing octets. */
  readonly #losses = noLosses();
  #routes: RecorderWorkerData["routes"] = [];
  #stopped: (() => void) | undefined;
  #unrecorded: Readonly<Untold> = { requestor: 0, acceptor: 0, either: 0 };

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#watch = new ClockWatch(options.clock);
    this.#queue = this.#newQueue();
    this.#tap = this.#newTap();
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL);
    this.#timer.unref();
  }

  /**
   * The recorder's own word, with what the tap could not hand over added to `lost`, and what a thread
   * that died had not given back: some of that it may have written. What it had given back and kept in
   * a block, of its last half second, is not in `lost`; the alarm that it died says so.
   */
  get status(): RecorderStatus {
    const counts = sumOf(this.#before, this.#status);
    const lost = counts.lost + this.#losses.octets + this.#buried;
    return { ...this.#status, ...counts, lost };
  }

  /** Of `status.lost`: octets that found no room in the queue. */
  get overflowed(): number {
    return this.#losses.octets;
  }

  /** Octets that wait for the recorder's thread. */
  get queued(): number {
    return this.#queue.used;
  }

  opened(facts: OpenedFacts): AssociationTap | undefined {
    return this.#tap.opened(facts);
  }

  /** Whether associations that open from now on are recorded. */
  setRecording(on: boolean): void {
    this.#on = on;
    if (this.#worker === undefined) return;
    this.#queue.flush(); // what opened before goes by what was said before
    send(this.#worker, { type: "recording", on });
  }

  /** Starts the recorder's thread. What was tapped before waits in the queue. */
  start(routes: RecorderWorkerData["routes"]): Promise<RecorderStatus> {
    this.#routes = routes;
    return this.#startWorker();
  }

  /** Writes out what waits, closes the capture files, ends the thread. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const { stopLimit = STOP_LIMIT } = this.#options;
    const patience = AbortSignal.timeout(stopLimit);
    while (this.#worker !== undefined && !this.#tap.catchUp() && !patience.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === undefined) {
      this.#tellLoss();
      return;
    }
    // Anew: a signal that has fired already tells nobody who listens only now.
    const end = AbortSignal.timeout(stopLimit);
    await new Promise<void>((resolve) => {
      const giveUp = () => {
        this.#bury(); // whatever it says from now on is not heard
        this.#options.onAlarm("The recorder did not finish in time: its last file has no index");
        resolve();
      };
      this.#stopped = () => {
        end.removeEventListener("abort", giveUp);
        resolve();
      };
      end.addEventListener("abort", giveUp);
      this.#queue.flush();
      send(worker, { type: "stop" });
    });
    this.#worker = undefined;
    this.#tellLoss();
    this.#closePort();
    await worker.terminate();
  }

  #tellLoss(): void {
    const { untold, losses } = this.#tap;
    const { requestor, acceptor, either } = this.#unrecorded;
    const octets = {
      requestor: requestor + untold.requestor,
      acceptor: acceptor + untold.acceptor,
      either: either + this.#buried + this.#buriedGaps,
    };
    const { associations } = losses;
    if (octets.requestor + octets.acceptor + octets.either + associations > 0) {
      this.#options.onLoss({ octets, associations });
    }
  }

  #newTap(): RecordingTap {
    const { clock, onFull } = this.#options;
    return new RecordingTap({ queue: this.#queue, onFull, losses: this.#losses, ...clock });
  }

  #newQueue(): RecordQueue {
    return new RecordQueue({
      capacity: this.#options.queueSize,
      send: (batch) => {
        if (this.#worker === undefined) this.#early.push(batch);
        else send(this.#worker, { type: "records", ...batch });
      },
      collect: () => this.#returned && receiveMessageOnPort(this.#returned)?.message,
    });
  }

  #startWorker(): Promise<RecorderStatus> {
    const { clock, recorder, newsPort, start = startWorker } = this.#options;
    const news = newsPort?.();
    const { port1: returned, port2: batches } = new MessageChannel();
    returned.on("message", (batch: ReadBatch) => {
      if (this.#returned === returned) this.#queue.takeBack(batch);
    });
    returned.unref();
    this.#returned = returned;
    const data: RecorderWorkerData = {
      routes: this.#routes,
      options: recorder,
      at: clock.micros(),
      wall: clock.wallMicros(),
      recording: this.#on,
      batches,
      news,
    };
    const worker = start("recorder", {
      workerData: data,
      transferList: news === undefined ? [batches] : [batches, news],
    });
    this.#worker = worker;
    for (const batch of this.#early.splice(0)) send(worker, { type: "records", ...batch });
    return new Promise((resolve) => {
      const died = (reason: string) => {
        if (this.#worker !== worker) return;
        this.#died(reason);
        resolve(this.status);
      };
      worker.on("message", (report: RecorderReport) => {
        if (report.type === "ready") resolve(report.status);
        if (this.#worker === worker) this.#heard(report);
      });
      worker.on("error", (error: Error) => died(error.message));
      worker.on("exit", (code) => died(`exit code ${code}`));
    });
  }

  #heard(report: RecorderReport): void {
    switch (report.type) {
      case "associations":
        for (const association of report.associations) this.#options.onAssociation(association);
        return;
      case "alarm":
        this.#options.onAlarm(report.text);
        return;
      case "ready":
      case "status":
        this.#status = report.status;
        this.#options.onStatus(this.status);
        return;
      case "stopped":
        this.#status = report.status;
        this.#unrecorded = report.unrecorded;
        this.#stopped?.();
        return;
      default:
        report satisfies never;
    }
  }

  #died(reason: string): void {
    const buried = this.#bury();
    const waiting = buried === 0 ? "" : `${formatSize(buried)} that waited for it and `;
    this.#status = { ...this.#status, state: "paused", reason: "the recorder stopped" };
    this.#options.onAlarm(
      `The recorder stopped (${reason}): open associations go on without being recorded, new ones are recorded again in a second; ${waiting}what came in its last half second may be missing`,
    );
    this.#options.onStatus(this.status);
    this.#stopped?.();
    if (this.#stopped !== undefined) return;
    this.#restart = setTimeout(() => this.#startAgain(), RESTART_DELAY).unref();
  }

  /** The thread is no more: nobody hears of what it has not given back. Gives the octets of that. */
  #bury(): number {
    this.#worker = undefined;
    this.#tap.detach();
    this.#queue.takeAllBack(); // what it had done with before
    const { traffic, gaps } = this.#queue;
    this.#buried += traffic;
    this.#buriedGaps += gaps;
    this.#closePort();
    return traffic;
  }

  #closePort(): void {
    const returned = this.#returned;
    this.#returned = undefined; // first: what a port still has when it is closed is not taken back
    returned?.close();
  }

  #startAgain(): void {
    this.#before = sumOf(this.#before, this.#status);
    this.#status = { ...this.#status, ...NOTHING };
    this.#early = []; // of associations that the new thread knows nothing of
    this.#queue = this.#newQueue();
    this.#tap = this.#newTap();
    void this.#startWorker();
  }

  #look(): void {
    this.#tap.catchUp();
    this.#queue.trim();
    const jump = this.#watch.look();
    if (jump !== undefined) this.#tap.control({ kind: "clock", ...jump });
  }
}

type RecorderCounts = Omit<RecorderStatus, "state" | "reason">;

const NOTHING: RecorderCounts = { files: 0, bytes: 0, lost: 0, suspects: 0, unobserved: 0 };

function sumOf(one: RecorderCounts, other: RecorderCounts): RecorderCounts {
  return {
    files: one.files + other.files,
    bytes: one.bytes + other.bytes,
    lost: one.lost + other.lost,
    suspects: one.suspects + other.suspects,
    unobserved: one.unobserved + other.unobserved,
  };
}

function send(worker: Worker, command: RecorderCommand): void {
  worker.postMessage(command, command.type === "records" ? [command.buffer] : []);
}
