/**
 * A capture of the replay itself: what passed on its own connections, with fresh times, linked to
 * the capture that was played, so that `show` and `diff` can hold the two against each other.
 *
 * Rule: bounded. One block of records waits, and each second what there is is written.
 * Rule: a replay never fails for its recording. When something cannot be written that is reported
 * once, nothing more is recorded, and what is in the file until then stays readable.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import type { CaptureFacts, CaptureRoute } from "../../src/capture/header.ts";
import { type CaptureRecord, encodeRecord, trafficOf } from "../../src/capture/record.ts";
import { packSummary } from "../../src/inspect/index_summary.ts";
import {
  type ObservedAssociation,
  RecordObserver,
  SUMMARY_HEAD_LENGTH,
} from "../../src/inspect/record_observer.ts";
import { captureName, prepareDirectory } from "../../src/io/capture_directory.ts";
import { CaptureFile } from "../../src/io/capture_file.ts";
import { ClockWatch, type RecordingClock, systemClock } from "../../src/io/clock.ts";
import { type FileOwner, fileOwner } from "../../src/io/file_owner.ts";
import { type FileSystem, nodeFileSystem } from "../../src/io/file_system.ts";
import { runtime } from "../../src/io/runtime.ts";
import type { Role } from "../../src/role.ts";
import { PRODUCT } from "../../src/version.ts";
import { RecordedConnection, type RecordedSource } from "./recorded_connection.ts";

export interface ReplayRecorderOptions {
  /** Made where it is not there; only its owner may read what is written to it. */
  readonly directory: string;
  /** Capture IDs of what is played. */
  readonly sources: Iterable<Uint8Array>;
  /** Where the replay listens, or where it connects to: "host:port". */
  readonly routes?: readonly CaptureRoute[];
  /** Something that a person should know, in one sentence. */
  readonly report: (text: string) => void;
  readonly clock?: RecordingClock;
  readonly fileSystem?: FileSystem;
  readonly owner?: FileOwner;
}

export class ReplayRecorder {
  readonly path: string;
  readonly #options: ReplayRecorderOptions;
  readonly #clock: RecordingClock;
  readonly #watch: ClockWatch;
  readonly #file: CaptureFile;
  readonly #observer: RecordObserver;
  readonly #timer: NodeJS.Timeout;
  #associations = 0;
  /** Connections that are there now, and what to do when there is none any more. */
  #open = 0;
  #allClosed: () => void = () => undefined;
  #closing: Promise<void> | undefined;
  #isOver = false;
  /** Octets that passed since nothing could be written. */
  #missed = 0;

  /** Begins the capture. Throws a `RecordingFault` in words where the directory cannot be used. */
  constructor(options: ReplayRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock();
    this.#watch = new ClockWatch(this.#clock);
    this.#file = begin(options, this.#clock);
    this.path = this.#file.path;
    this.#observer = new RecordObserver({
      capture: this.path,
      headLength: SUMMARY_HEAD_LENGTH,
      ended: (association) => this.#index(association),
    });
    this.#timer = setInterval(() => this.#flush(), FLUSH_INTERVAL);
    this.#timer.unref();
  }

  /**
   * The next connection of the replay, which plays `role`; give its `tap` to whoever makes the
   * connection. `source`: the recorded association, where it is known before the connection is.
   */
  connection(role: Role, source?: RecordedSource): RecordedConnection {
    this.#associations += 1;
    return new RecordedConnection({
      association: this.#associations,
      role,
      source,
      clock: this.#clock,
      add: (record) => this.#add(record),
      opened: () => {
        this.#open += 1;
      },
      closed: () => {
        this.#open -= 1;
        if (this.#open === 0) this.#allClosed();
      },
    });
  }

  /**
   * Writes what waits, and the index. First waits for connections that are just being closed, a few
   * seconds at the most.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, CLOSING_LIMIT);
        this.#allClosed = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
    clearInterval(this.#timer);
    if (!this.#isOver) {
      this.#try(() => {
        this.#observer.finish();
        this.#file.close();
      });
      this.#isOver = true;
    } else if (this.#missed > 0) {
      this.#options.report(`${this.#missed} octets of the replay are in no capture`);
    }
  }

  #add(record: CaptureRecord): void {
    if (this.#isOver) {
      this.#missed += trafficOf(record);
      return;
    }
    this.#try(() => {
      const bytes = encodeRecord(record);
      if (!this.#file.writer.hasRoom(bytes.length)) this.#file.flush();
      this.#file.writer.add(record, bytes);
      this.#observer.consume(record);
    });
  }

  #flush(): void {
    if (this.#isOver) return;
    const jump = this.#watch.look();
    if (jump !== undefined) this.#add({ kind: "clock", ...jump });
    this.#try(() => this.#file.flush());
  }

  /** All records of an association are there; its summary goes into the index. */
  #index(association: ObservedAssociation): void {
    const summary = packSummary(association.summary());
    const closedAt = this.#clock.micros();
    const { id, openedAt } = association;
    this.#file.writer.close(id, { openedAt, closedAt, summary });
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#isOver = true;
      this.#file.abandon();
      const why = error instanceof Error ? error.message : String(error);
      this.#options.report(`The replay goes on without being recorded: ${why}`);
    }
  }
}

/** Milliseconds: with the block size it bounds what a killed process loses. */
const FLUSH_INTERVAL = 500;

/** Milliseconds that closing may wait for the peers' part in it. */
const CLOSING_LIMIT = 5_000;

/** Octets of payload in a block. */
const BLOCK_SIZE = 262_144;

/** So many sources are named in the header. */
const MAX_SOURCES = 500;

function begin(options: ReplayRecorderOptions, clock: RecordingClock): CaptureFile {
  const { directory, sources, routes = [] } = options;
  const fileSystem = options.fileSystem ?? nodeFileSystem;
  prepareDirectory(directory, { fileSystem, owner: options.owner ?? fileOwner() });
  const started_wall_us = clock.wallMicros();
  const replay_of = [...sources].slice(0, MAX_SOURCES).map((capture_id) => ({ capture_id }));
  for (let part = 1; ; part++) {
    const path = join(directory, captureName(started_wall_us, part));
    if (fileSystem.look(path) !== undefined) continue; // another one of the same second
    const facts: CaptureFacts & { readonly replay_of: unknown } = {
      capture_id: new Uint8Array(randomBytes(16)),
      product: PRODUCT,
      runtime: `${runtime.name} ${runtime.version}`,
      host: hostname(),
      routes,
      payload: "full",
      started_wall_us,
      started_at_us: clock.micros(),
      part: 1,
      redaction: "user-identity",
      replay_of,
    };
    return new CaptureFile(path, { fileSystem, facts, blockSize: BLOCK_SIZE, fsync: "close" });
  }
}
