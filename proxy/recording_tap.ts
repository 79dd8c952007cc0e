/**
 * The tap of the recording proxy: writes what passes as capture records into the queue, on the
 * relay's thread, in the time of one copy. Everything else happens on the recorder's thread.
 *
 * Rule: per association and sender, recorded octets + counted gaps = forwarded octets.
 *
 * Rule: nothing here grows with traffic. When the queue is full, `--on-full gap` (the default)
 * counts what it could not keep and says so in a gap record as soon as there is room;
 * `--on-full stall` keeps the one chunk that did not fit and asks the relay to wait.
 */
import {
  type CaptureRecord,
  dataRecordSize,
  encodeRecord,
  type GapRecord,
  writeDataRecord,
} from "../src/capture/record.ts";
import type { Role } from "../src/role.ts";
import type { RecordQueue } from "./record_queue.ts";
import type {
  AssociationTap,
  ClosedFacts,
  ConnectedFacts,
  OpenedFacts,
  RelayTap,
} from "./relay_tap.ts";

export type OnFull = "gap" | "stall";

export interface RecordingTapOptions {
  readonly queue: RecordQueue;
  readonly onFull: OnFull;
  /** Microseconds since the origin of the monotonic clock, an integer. */
  readonly micros: () => number;
  /** Wall clock, microseconds since 1970-01-01 UTC. */
  readonly wallMicros: () => number;
  /** Where losses are counted: on from those of the tap before. */
  readonly losses?: TapLosses;
}

/** What could not be handed to the recorder, of all taps of a recording together. */
export interface TapLosses {
  /** Octets that went into gaps. */
  octets: number;
  /** Octets that went into gaps of which no record is on its way yet. */
  readonly untold: Record<Role, number>;
  /** Associations that were left out for want of room. */
  associations: number;
}

export function noLosses(): TapLosses {
  return { octets: 0, untold: { requestor: 0, acceptor: 0 }, associations: 0 };
}

/**
 * A longer chunk takes several records, so that the recorder's blocks stay small; so does one that a
 * small queue has no room for, or it would wait for ever (`--on-full stall`).
 */
const LONGEST_DATA = 262_144;

/** How many records may wait for room. With that many waiting, associations are left out whole. */
const MAX_PENDING = 10_000;

/**
 * A relay that waits goes on when a good part of the queue is empty: not with each batch, or it would
 * spend more on stopping and going on than on what it carries.
 */
const STALL_FROM = 0.75;
const GO_ON_BELOW = 0.5;

/** How often a relay that waits for room looks again, in milliseconds. */
const ROOM_INTERVAL = 2;

export class RecordingTap implements RelayTap {
  readonly #options: RecordingTapOptions;
  /** Octets of a chunk that one record takes. */
  readonly longestData: number;
  /** Records that wait for room, oldest first. */
  readonly #pending: EncodedRecord[] = [];
  #room: Promise<void> | undefined;
  #detached = false;
  readonly #losses: TapLosses;

  constructor(options: RecordingTapOptions) {
    this.#options = options;
    this.#losses = options.losses ?? noLosses();
    this.longestData = Math.min(LONGEST_DATA, options.queue.longest - dataRecordSize(0));
  }

  /** Octets that went into gaps, and associations that were left out for want of room. */
  get losses(): { readonly octets: number; readonly associations: number } {
    const { octets, associations } = this.#losses;
    return { octets, associations };
  }

  /** Octets that no record in the queue tells of: at the end they are in no capture. */
  get untold(): Readonly<Record<Role, number>> {
    const octets = { ...this.#losses.untold };
    for (const { sender, traffic, gap } of this.#pending) {
      if (sender !== undefined) octets[sender] += traffic + gap;
    }
    return octets;
  }

  /** The recorder's thread is gone: associations go on unrecorded, and nothing is kept for it. */
  detach(): void {
    this.#detached = true;
    for (const { sender, traffic, gap } of this.#pending.splice(0)) {
      if (sender === undefined) continue;
      this.missed(sender, traffic);
      this.#losses.untold[sender] += gap;
    }
  }

  opened(facts: OpenedFacts): AssociationTap | undefined {
    if (this.#detached) return undefined;
    const { id, requestor, to, listen } = facts;
    const wall_us = this.#options.wallMicros();
    const written = this.control({
      kind: "open",
      association: id,
      at: this.#options.micros(),
      facts: { requestor, acceptor: to, listen, wall_us },
    });
    if (written) return new Recorded(this, id);
    this.#losses.associations += 1;
    return undefined;
  }

  /** Puts a record that is not data into the queue, or in the line for it. */
  control(record: CaptureRecord): boolean {
    if (this.now(record)) return true;
    if (this.#detached || this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push(encoded(record));
    return true;
  }

  /** Puts a record into the queue if there is room at once. */
  now(record: CaptureRecord): boolean {
    return !this.#detached && this.catchUp() && this.#put(encoded(record));
  }

  /** Puts waiting records into the queue; true when none waits any more. */
  catchUp(): boolean {
    let done = 0;
    for (const waiting of this.#pending) {
      if (!this.#put(waiting)) break;
      done += 1;
    }
    if (done > 0) this.#pending.splice(0, done);
    return this.#pending.length === 0;
  }

  /** True when the octets are in the queue or kept for it, false when they are a gap. */
  data(association: number, sender: Role, at: number, chunk: Uint8Array): boolean {
    if (this.#detached) return false;
    const { queue, onFull } = this.#options;
    if (this.catchUp()) {
      const size = dataRecordSize(chunk.length);
      const slot = queue.reserve(size, DATA);
      if (slot !== undefined) {
        writeDataRecord(slot.target, slot.view, slot.position, association, sender, at, chunk);
        queue.commit(size, chunk.length);
        return true;
      }
    }
    if (onFull === "gap" || this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push(encoded({ kind: "data", association, sender, at, bytes: chunk }));
    return true;
  }

  micros(): number {
    return this.#options.micros();
  }

  missed(sender: Role, octets: number): void {
    this.#losses.octets += octets;
    this.#losses.untold[sender] += octets;
  }

  /** A gap record with so many octets goes its way. */
  told(sender: Role, octets: number): void {
    this.#losses.untold[sender] -= octets;
  }

  room(): Promise<void> | undefined {
    const { queue, onFull } = this.#options;
    if (onFull === "gap" || this.#detached) return undefined;
    if (this.#pending.length === 0 && queue.used < queue.capacity * STALL_FROM) return undefined;
    this.#room ??= this.#waitForRoom();
    return this.#room;
  }

  async #waitForRoom(): Promise<void> {
    const { queue } = this.#options;
    while (!this.#detached && !(this.catchUp() && queue.used < queue.capacity * GO_ON_BELOW)) {
      await new Promise((resolve) => setTimeout(resolve, ROOM_INTERVAL));
    }
    this.#room = undefined;
  }

  #put({ bytes, traffic, gap }: EncodedRecord): boolean {
    const { queue } = this.#options;
    const slot = queue.reserve(bytes.length, CONTROL);
    if (slot === undefined) return false;
    slot.target.set(bytes, slot.position);
    queue.commit(bytes.length, traffic);
    if (gap > 0) queue.noteGap(gap);
    return true;
  }
}

interface EncodedRecord {
  readonly bytes: Uint8Array;
  /** Of its octets, where it tells of some. */
  readonly sender: Role | undefined;
  /** Octets of traffic in it. */
  readonly traffic: number;
  /** Octets in the gap that it tells of. */
  readonly gap: number;
}

function encoded(record: CaptureRecord): EncodedRecord {
  return {
    bytes: encodeRecord(record),
    sender: "sender" in record ? record.sender : undefined,
    traffic: record.kind === "data" ? record.bytes.length : 0,
    gap: record.kind === "gap" ? record.length : 0,
  };
}

const DATA = { control: false } as const;
const CONTROL = { control: true } as const;

/** One association's part of the tap. */
class Recorded implements AssociationTap {
  readonly #tap: RecordingTap;
  readonly #association: number;
  readonly #missed: Record<Role, number> = { requestor: 0, acceptor: 0 };

  constructor(tap: RecordingTap, association: number) {
    this.#tap = tap;
    this.#association = association;
  }

  connected(facts: ConnectedFacts): void {
    const { acceptor, local } = facts;
    const at = this.#tap.micros();
    const association = this.#association;
    this.#tap.control({ kind: "connect", association, at, facts: { acceptor, local } });
  }

  data(sender: Role, chunk: Uint8Array): void {
    const at = this.#tap.micros();
    const longest = this.#tap.longestData;
    for (let from = 0; from < chunk.length; from += longest) {
      const part = chunk.length <= longest ? chunk : chunk.subarray(from, from + longest);
      if (this.#missed[sender] > 0 && this.#tap.now(this.#gap(sender, at))) {
        this.#told(sender);
      }
      if (this.#missed[sender] === 0 && this.#tap.data(this.#association, sender, at, part)) {
        continue;
      }
      this.#missed[sender] += part.length;
      this.#tap.missed(sender, part.length);
    }
  }

  ended(sender: Role, how: "fin" | "reset"): void {
    const at = this.#tap.micros();
    this.#tellGap(sender, at);
    this.#tap.control({ kind: "end", association: this.#association, sender, at, how });
  }

  closed(facts: ClosedFacts): void {
    const at = this.#tap.micros();
    this.#tellGap("requestor", at);
    this.#tellGap("acceptor", at);
    const { outcome, by, reason } = facts;
    const record = { kind: "close", association: this.#association, at, how: outcome, by } as const;
    this.#tap.control(reason === undefined ? record : { ...record, reason });
  }

  room(): Promise<void> | undefined {
    return this.#tap.room();
  }

  /** At an end the gap may wait in the line for room: nothing can make it longer any more. */
  #tellGap(sender: Role, at: number): void {
    if (this.#missed[sender] === 0) return;
    if (this.#tap.control(this.#gap(sender, at))) this.#told(sender);
  }

  #told(sender: Role): void {
    this.#tap.told(sender, this.#missed[sender]);
    this.#missed[sender] = 0;
  }

  #gap(sender: Role, at: number): GapRecord {
    const length = this.#missed[sender];
    const association = this.#association;
    return { kind: "gap", association, sender, at, length, why: "recorder queue full" };
  }
}
