/**
 * Writes capture records to files. Runs on a thread of its own, but is plain code: clock, file
 * system and random numbers come in.
 *
 * Rule: no method throws. Whatever goes wrong, traffic that is not recorded is counted, a gap record
 * tells of it once recording resumes, and `status` says why.
 *
 * Rule: memory is bounded: one block a file, `DEFERRED_LIMIT` octets of records while nothing can
 * be written, and some numbers for each association.
 */
import { type CaptureRecord, encodeRecord, trafficOf } from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import type { CaptureFile } from "../../src/io/capture_file.ts";
import { type FaultKind, RecordingFault } from "../../src/io/recording_fault.ts";
import type { Role } from "../../src/role.ts";
import { CaptureFileSet, type CaptureFileSetOptions } from "./capture_file_set.ts";
import {
  continueElsewhere,
  type Kept,
  type RecordedAssociation,
  recordsIn,
} from "./continue_elsewhere.ts";
import { addUntold, DeferredRecords, type Untold } from "./deferred_records.ts";
import { HeadersFilter } from "./headers_filter.ts";

export interface RecorderOptions
  extends Omit<CaptureFileSetOptions, keyof typeof DEFAULTS>,
    Partial<Pick<CaptureFileSetOptions, keyof typeof DEFAULTS>> {
  /** Gives the records to be written for one that came in. `HeadersFilter` for payload "headers". */
  readonly transform?: RecordTransform;
  /** What the index says about an association that has closed: a plain value of at most 1 MiB. */
  readonly summarise?: (association: number) => unknown;
}

export interface RecordTransform {
  /** Calls `emit` for each record to be written instead of `record`. */
  apply(record: CaptureRecord, emit: (record: CaptureRecord) => void): void;
}

export interface RecorderStatus {
  /** "paused" and "refused" try again by themselves. */
  readonly state: "ok" | "paused" | "refused" | "off";
  readonly reason: string | null;
  /** The file that new associations go to. */
  readonly file: string | null;
  /** Capture files begun. */
  readonly files: number;
  /** Octets written to them. */
  readonly bytes: number;
  /** Octets of each AE that were forwarded and are gaps, or lost without one. */
  readonly lost: Readonly<Record<Role, number>>;
  /** Files that were given up because they cannot be trusted. */
  readonly suspects: number;
  /** Octets of records that wait until something can be written again. */
  readonly deferred: number;
}

export class Recorder {
  readonly #options: RecorderOptions & CaptureFileSetOptions;
  readonly #transform: RecordTransform | undefined;
  readonly #files: CaptureFileSet;
  readonly #deferred = new DeferredRecords(DEFERRED_LIMIT);
  readonly #associations = new Map<number, RecordedAssociation>();
  /** Files of the newest associations, those that have ended among them. */
  readonly #paths = new Map<number, string>();
  readonly #lost: Record<Role, number> = { requestor: 0, acceptor: 0 };
  #unrecorded: Readonly<Untold> = { requestor: 0, acceptor: 0, either: 0 };
  #paused: Pause | undefined;
  #replacing = false;
  #closed = false;

  constructor(options: RecorderOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const whole = options.facts.payload === "full";
    this.#transform = options.transform ?? (whole ? undefined : new HeadersFilter());
    this.#files = new CaptureFileSet(this.#options);
  }

  /** Checks the directory and takes it. Where that cannot be, `status` says why. */
  open(): void {
    this.#guard(() => this.#files.start());
  }

  /** One or more encoded records, back to back. The octets are copied. */
  consume(bytes: Uint8Array): void {
    const records = new RecordReader(bytes);
    for (let record = records.next(); record !== undefined; record = records.next()) {
      if (this.#transform === undefined) {
        this.#accept(record, bytes.subarray(records.start, records.position));
        continue;
      }
      try {
        this.#transform.apply(record, (made) => this.#accept(made, encodeRecord(made)));
      } catch (error) {
        this.#options.report(`Cannot reduce a record, it is kept whole: ${String(error)}`);
        this.#accept(record, bytes.subarray(records.start, records.position));
      }
    }
  }

  /** Writes what waits and tries again what failed. To be called about each second. */
  flush(): void {
    if (this.#closed) return;
    const now = this.#options.clock.micros();
    if (this.#paused !== undefined && now < this.#paused.retryAt) {
      this.#files.keep();
      return;
    }
    this.#guard(() => {
      this.#files.flush();
      this.#paused = undefined;
      this.#resume();
    });
    if (this.#paused !== undefined) return;
    const until = now + CHECK_TIME;
    while (this.#files.checkOne() && this.#options.clock.micros() < until);
  }

  /** Ends the recording: writes all there is and closes the files. Associations may still be open. */
  close(): void {
    if (this.#closed) return;
    if (this.#paused !== undefined) this.#paused = { ...this.#paused, retryAt: 0 };
    this.flush();
    for (const [number, association] of this.#associations) this.#index(number, association);
    this.#associations.clear();
    const unwritten = this.#files.close().flatMap(recordsIn);
    for (const { record } of unwritten) this.#countLost(record);
    this.#closed = true;
    const octets = this.#deferred.octets;
    for (const { record } of unwritten) addUntold(octets, record);
    this.#unrecorded = octets;
  }

  /** After `close`: octets that were forwarded and of which no capture tells. */
  get unrecorded(): Readonly<Untold> {
    return this.#unrecorded;
  }

  status(): RecorderStatus {
    const state = this.#closed ? "off" : (this.#paused?.state ?? "ok");
    return {
      state,
      reason: this.#paused?.why ?? null,
      file: this.#files.currentPath ?? null,
      ...this.#files.counts,
      lost: { ...this.#lost },
      deferred: this.#deferred.size,
    };
  }

  /** The file that has an association; undefined where none has, or it ended long ago. */
  captureOf(association: number): string | undefined {
    return this.#paths.get(association);
  }

  #accept(record: CaptureRecord, bytes: Uint8Array): void {
    if (this.#closed) return;
    if (record.kind === "open") {
      this.#associations.set(record.association, {
        open: record,
        file: undefined,
        closedAt: record.at,
        hasLoss: false,
      });
    } else if ("association" in record && !this.#associations.has(record.association)) {
      this.#countLost(record);
      this.#deferred.lose(record, "the record that opens the association is lost");
      return;
    }
    this.#put({ record, bytes });
  }

  #put(kept: Kept): void {
    const { record } = kept;
    const ended = record.kind === "close" ? record.association : undefined;
    const file = ended === undefined ? undefined : this.#associations.get(ended)?.file;
    // What makes room within the limit is closing files, so ends are written beyond it.
    const last = this.#paused?.kind === "limit" && file !== undefined && ended !== undefined;
    if (this.#paused !== undefined && !last) {
      this.#defer(kept, this.#paused.why);
      return;
    }
    if (last) {
      for (const one of this.#deferred.takeOf(ended).flatMap(recordsIn)) {
        this.#guard(() => this.#write(one, last), one);
      }
    }
    this.#guard(() => this.#write(kept, last), kept);
    if (file !== undefined && (last || this.#paused === undefined)) {
      this.#guard(() => this.#files.closeIfDone(file));
    }
  }

  #write({ record, bytes }: Kept, last: boolean): void {
    const number = "association" in record ? record.association : undefined;
    const association = number === undefined ? undefined : this.#associations.get(number);
    if (number === undefined || association === undefined) {
      this.#addEverywhere(record, bytes);
      return;
    }
    if (association.file === undefined) {
      association.file = this.#files.current();
      association.file.open.add(number);
      this.#paths.set(number, association.file.path);
      for (const oldest of this.#paths.keys()) {
        if (this.#paths.size <= MAX_PATHS) break;
        this.#paths.delete(oldest);
      }
    }
    const { file } = association;
    this.#files.add(file, { record, bytes, last });
    if (record.kind === "gap") file.lost += record.length;
    if (record.kind !== "close") return;
    association.closedAt = record.at;
    this.#associations.delete(number);
    this.#index(number, association);
  }

  /** What is said of no association: in the files that are open, or in the next one. */
  #addEverywhere(record: CaptureRecord, bytes: Uint8Array): void {
    const files = record.kind === "clock" ? [...this.#files.files] : [];
    if (record.kind !== "clock") files.push(this.#files.current());
    for (const file of files) {
      this.#files.add(file, { record, bytes });
      if (record.kind === "lost") file.lost += record.length;
    }
  }

  #index(number: number, association: RecordedAssociation): void {
    const { file, open, closedAt } = association;
    if (file === undefined) return;
    let summary: unknown = null;
    try {
      summary = this.#options.summarise?.(number) ?? null;
    } catch (error) {
      this.#options.report(`Cannot summarise association ${number}: ${String(error)}`);
    }
    // The summary tells of all that passed. Where the file has less, its readers make their own.
    if (association.hasLoss) summary = null;
    file.writer.close(number, { openedAt: open.at, closedAt, summary });
    file.open.delete(number);
  }

  /** Writes what was kept while nothing could be written. */
  #resume(): void {
    for (const bytes of this.#deferred.take()) {
      const record = new RecordReader(bytes).next();
      if (record !== undefined) this.#put({ record, bytes });
    }
  }

  /** Runs `action`. Where it fails, pauses and keeps the record for later. */
  #guard(action: () => void, kept?: Kept): void {
    try {
      action();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const broken = [...this.#files.files].filter((file) => file.broken !== undefined);
      if (broken.length === 0 || this.#replacing) {
        this.#pause(why, error);
        if (kept !== undefined) this.#defer(kept, why);
        return;
      }
      this.#replacing = true; // once: where the next file breaks too, it waits for the next try
      this.#options.report(why);
      const left = broken.flatMap((file) => this.#giveUp(file));
      if (kept !== undefined) left.push(kept);
      this.#paused = undefined;
      for (const one of left) this.#put(one);
      if (this.#paused === undefined) this.#resume();
      this.#replacing = false;
    }
  }

  #pause(why: string, error: unknown): void {
    const kind = error instanceof RecordingFault ? error.kind : "refused";
    const before = this.#paused;
    const delay = Math.min((before?.delay ?? FIRST_DELAY / 2) * 2, LONGEST_DELAY);
    const retryAt = this.#options.clock.micros() + delay;
    const state = kind === "refused" || kind === "locked" ? "refused" : "paused";
    this.#paused = { why, kind, state, delay, retryAt };
    if (before?.why !== why) this.#options.report(`Recording is ${state}: ${why}`);
  }

  #giveUp(file: CaptureFile): Kept[] {
    const unwritten = recordsIn(this.#files.abandon(file));
    return continueElsewhere(file, { unwritten, associations: this.#associations });
  }

  #defer({ record, bytes }: Kept, why: string): void {
    this.#countLost(record);
    const number = "association" in record ? record.association : -1;
    const association = this.#associations.get(number);
    if (association !== undefined && trafficOf(record) > 0) association.hasLoss = true;
    const known = record.kind !== "open" && association !== undefined;
    const kept = this.#deferred.add(record, { bytes, why, known });
    if (!kept && record.kind === "open") this.#associations.delete(number);
  }

  #countLost(record: CaptureRecord): void {
    if (record.kind === "data" || record.kind === "cut") {
      this.#lost[record.sender] += trafficOf(record);
    }
  }
}

interface Pause {
  readonly why: string;
  readonly kind: FaultKind;
  readonly state: "paused" | "refused";
  readonly delay: number;
  readonly retryAt: number;
}

const DEFAULTS = {
  blockSize: 262_144,
  fsync: "close",
  rotateSize: 536_870_912,
  rotateTime: 3_600_000_000,
  retainSize: Number.POSITIVE_INFINITY,
  retainAge: Number.POSITIVE_INFINITY,
} as const;

/** Associations whose file is remembered. */
const MAX_PATHS = 10_000;

/** Octets. */
const DEFERRED_LIMIT = 1_048_576;

/** Microseconds between tries. */
const FIRST_DELAY = 1_000_000;
const LONGEST_DELAY = 30_000_000;

/** Microseconds in one `flush` for files that were there before. */
const CHECK_TIME = 20_000;
