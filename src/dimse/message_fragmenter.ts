/**
 * A message into P-DATA-TF PDUs for a peer's maximum length: the inverse of `MessageAssembler`. The
 * command set is at hand, the data set comes in pieces: feed each piece, then call `end`; `flush` where
 * the next piece is not there yet.
 *
 * Rule: what is given out are octets in batches, one write each: several small PDUs, or a part of one
 * that is larger than a batch, which is streamed. Only such a one is ever left unfinished.
 * Rule: what is held back is less than one fragment of `OWN_LIMIT`: where the length of a data set is
 * not known beforehand, only the end tells which fragment is the last.
 */
import {
  FragmentPlan,
  type FragmentPlanOptions,
  OWN_LIMIT,
  PDV_HEAD,
  type PlannedPdv,
} from "./fragment_plan.ts";

export interface MessageFragmenterOptions
  extends Omit<FragmentPlanOptions, "commandLength" | "hasDataSet"> {
  readonly contextId: number;
  /** Octets of the data set; undefined where that is not known yet, "none" without one. */
  readonly dataSetLength: number | "none" | undefined;
  /** Memory for batches, to spare the allocation; given out again and again with `reclaim`. */
  readonly memory?: Uint8Array | undefined;
}

export class MessageFragmenter {
  readonly #contextId: number;
  readonly #plan: FragmentPlan;
  /** Octets of the data set that are still to come, where its length is known. */
  #due: number | undefined;
  #command: Uint8Array;
  /** Octets of the data set that are not written yet. */
  #data: Uint8Array = NOTHING;
  #kept: Uint8Array = NOTHING;
  /** The PDU that comes next, where there was no room for it yet. */
  #planned: readonly PlannedPdv[] | undefined;
  #pdvs: PlannedPdv[] = [];
  /** Octets of the first of `#pdvs` that are written. */
  #written = 0;
  /** What the next batch is written into. */
  #memory: Uint8Array;
  #filled = 0;
  #isReclaimed = false;
  /** The PDU under way is larger than a batch. */
  #streams = false;
  #begun = 0;

  constructor(commandSet: Uint8Array, options: MessageFragmenterOptions) {
    const { dataSetLength } = options;
    this.#contextId = options.contextId;
    this.#memory = options.memory ?? NOTHING;
    this.#command = commandSet;
    this.#due = dataSetLength === "none" ? 0 : dataSetLength;
    this.#plan = new FragmentPlan({
      ...options,
      commandLength: commandSet.length,
      hasDataSet: dataSetLength !== "none",
    });
  }

  /** A PDU was given out in part: only its other octets may follow, no A-ABORT. */
  get isInsidePdu(): boolean {
    return this.#streams;
  }

  /** What batches are written into now. */
  get memory(): Uint8Array {
    return this.#memory;
  }

  /** The octets that were given out last are needed no more: their memory may be used again. */
  reclaim(): void {
    this.#isReclaimed = true;
  }

  /** What waits for more to share a batch with: whole PDUs, and what there is of a large one. */
  *flush(): Generator<Uint8Array> {
    if (this.#fill(false)) yield* this.#batches(false);
    yield* this.#flush();
  }

  /**
   * Nothing, mostly: a batch has room for several pieces. Take what it gives before the next call.
   * Throws a RangeError for more octets than were told. `piece` may be used again afterwards.
   */
  push(piece: Uint8Array): Iterable<Uint8Array> {
    if (this.#due !== undefined && piece.length > this.#due - this.#data.length) {
      throw new RangeError("Cannot send a data set: it has more octets than its length says");
    }
    if (this.#data.length === 0) this.#data = piece;
    else this.#keep(piece);
    if (this.#fill(false)) return this.#batches(false);
    this.#keep(NOTHING);
    return NO_BATCHES;
  }

  /** Throws a RangeError for less octets than were told. */
  *end(): Generator<Uint8Array> {
    const missing = this.#due === undefined ? 0 : this.#due - this.#data.length;
    if (missing > 0) {
      throw new RangeError(`Cannot send a data set: it ended ${missing} octets before its length`);
    }
    if (this.#fill(true)) yield* this.#batches(true);
    yield* this.#flush();
  }

  /** What is full is given out, until what there is has been written. */
  *#batches(ended: boolean): Generator<Uint8Array> {
    do yield* this.#flush();
    while (this.#fill(ended));
    this.#keep(NOTHING);
  }

  /** Writes what there is; true where a batch has to be given out before it can go on. */
  #fill(ended: boolean): boolean {
    for (;;) {
      const pdv = this.#pdvs[0];
      if (pdv === undefined) {
        this.#planned ??= this.#nextPdu(ended);
        if (this.#planned === undefined) break;
        if (!this.#beginPdu(this.#planned)) return true;
        this.#planned = undefined;
        continue;
      }
      const source = pdv.isCommand ? this.#command : this.#data;
      const wanted = pdv.length - this.#written;
      if (wanted > 0 && source.length === 0) break;
      if (!this.#write(Math.min(wanted, source.length), pdv)) return true;
      if (this.#written === pdv.length) this.#endPdv();
    }
    return this.#filled >= FULL && this.#ready > 0;
  }

  #nextPdu(ended: boolean): readonly PlannedPdv[] | undefined {
    const due = this.#due;
    // A PDU of which no octet is there is better not begun.
    const waits = !ended && this.#data.length === 0 && due !== 0;
    if (this.#plan.over || (waits && this.#plan.isAtDataSet)) return undefined;
    return due === undefined && !ended
      ? this.#plan.next(this.#data.length, false)
      : this.#plan.next(due ?? this.#data.length, true);
  }

  /** False where a batch has to be given out first. */
  #beginPdu(pdvs: readonly PlannedPdv[]): boolean {
    let length = 0;
    for (const pdv of pdvs) length += PDV_HEAD + pdv.length;
    const needed = Math.min(PDU_HEAD + length, LARGEST);
    if (this.#memory.length - this.#filled < needed) {
      if (this.#filled > 0) return false;
      const ready = this.#data.length + this.#command.length;
      this.#provide(needed, ready + (ready >> 6) + SMALLEST);
    }
    this.#pdvs = [...pdvs];
    this.#streams = PDU_HEAD + length > LARGEST;
    this.#begun = this.#filled;
    this.#memory[this.#filled] = 0x04;
    this.#memory[this.#filled + 1] = 0; // reserved (PS3.8 9.3.5); the memory was in use before
    this.#putLength(this.#filled + 2, length);
    this.#filled += PDU_HEAD;
    this.#beginPdv();
    return true;
  }

  #beginPdv(): void {
    const pdv = this.#pdvs[0];
    if (pdv === undefined) return;
    this.#written = 0;
    this.#putLength(this.#filled, 2 + pdv.length);
    this.#memory[this.#filled + 4] = this.#contextId;
    this.#memory[this.#filled + 5] = (pdv.isCommand ? COMMAND : 0) | (pdv.isLast ? LAST : 0);
    this.#filled += PDV_HEAD;
  }

  #endPdv(): void {
    this.#pdvs.shift();
    if (this.#pdvs.length > 0) this.#beginPdv();
    else this.#streams = false;
  }

  /** False where a batch has to be given out first. */
  #write(octets: number, pdv: PlannedPdv): boolean {
    for (let left = octets; left > 0; ) {
      // Room for the head of a PDV behind it is kept.
      if (this.#streams && this.#filled === 0) this.#provide(LARGEST, LARGEST);
      if (this.#streams && this.#memory.length - this.#filled <= 2 * PDV_HEAD) return false;
      const room = this.#streams ? this.#memory.length - this.#filled - PDV_HEAD : left;
      const taken = Math.min(left, room);
      const source = pdv.isCommand ? this.#command : this.#data;
      this.#memory.set(source.subarray(0, taken), this.#filled);
      this.#filled += taken;
      this.#written += taken;
      left -= taken;
      if (pdv.isCommand) {
        this.#command = source.subarray(taken);
      } else {
        this.#data = source.subarray(taken);
        if (this.#due !== undefined) this.#due -= taken;
      }
    }
    return true;
  }

  /** Takes what was not written yet, and a piece behind it, into memory of our own. */
  #keep(piece: Uint8Array): void {
    const { length } = this.#data;
    if (length + piece.length === 0) return;
    const at = this.#data.byteOffset;
    const isOurs = this.#data.buffer === this.#kept.buffer;
    if (!isOurs || at + length + piece.length > this.#kept.length) {
      // Twice as much: pieces of one octet are not copied again and again.
      this.#kept = new Uint8Array(2 * (length + piece.length));
      this.#kept.set(this.#data);
      this.#kept.set(piece, length);
      this.#data = this.#kept.subarray(0, length + piece.length);
    } else {
      this.#kept.set(piece, at + length);
      this.#data = this.#kept.subarray(at, at + length + piece.length);
    }
  }

  /** Octets that may be given out: whole PDUs, and of a large one what there is. */
  get #ready(): number {
    return this.#pdvs.length === 0 || this.#streams ? this.#filled : this.#begun;
  }

  *#flush(): Generator<Uint8Array> {
    const end = this.#ready;
    if (end === 0) return;
    const given = this.#memory;
    const rest = given.subarray(end, this.#filled);
    this.#isReclaimed = false;
    yield given.subarray(0, end);
    if (this.#isReclaimed) {
      given.copyWithin(0, end, this.#filled);
    } else {
      // It is still on its way: what is written next needs memory of its own.
      const room = given.length - end;
      this.#memory = rest.length === 0 && room < SMALLEST ? NOTHING : given.subarray(end);
    }
    this.#filled = rest.length;
    this.#begun = 0;
  }

  /** Memory for `needed` octets, better for `wanted`, where there is less. Nothing is in it. */
  #provide(needed: number, wanted: number): void {
    if (this.#memory.length >= needed) return;
    this.#memory = new Uint8Array(Math.min(Math.max(needed, wanted), LARGEST));
  }

  #putLength(at: number, length: number): void {
    const bytes = this.#memory;
    bytes[at] = length >>> 24;
    bytes[at + 1] = length >>> 16;
    bytes[at + 2] = length >>> 8;
    bytes[at + 3] = length;
  }
}

const NOTHING = new Uint8Array(0);
const NO_BATCHES: readonly Uint8Array[] = [];
const PDU_HEAD = 6;
const COMMAND = 1;
const LAST = 2;
/** Octets of a batch: a PDU of `OWN_LIMIT` with its header. */
export const LARGEST_BATCH = OWN_LIMIT + PDU_HEAD;
const LARGEST = LARGEST_BATCH;
const SMALLEST = 256;
/** A batch that is worth a write although it could be longer. */
const FULL = 131_072;
