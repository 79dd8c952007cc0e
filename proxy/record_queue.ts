/**
 * Records on their way from the relay's thread to the recorder's: written back to back into batches,
 * which change hands whole and come back empty.
 *
 * Why not a ring in shared memory, which needs no hand-over: V8 copies into and out of shared memory
 * at 3 GB/s and otherwise at more than 30 (Bun is as fast with both). A batch that is transferred
 * costs some microseconds, and there is one for each megabyte, or each `SEND_INTERVAL`.
 *
 * Rule: bounded by `capacity`. The last batch is left to the records that say what happened. A batch that
 * is on its way counts as a full one: so while the other thread is behind, records wait here until a
 * batch is full or one comes back. Otherwise a recorder that is held up for a third of a second, by a disk
 * or a busy machine, would lose traffic that hardly fills one batch.
 */

/** A batch of records, in a buffer that is transferred to the other thread. */
export interface Batch {
  readonly buffer: ArrayBuffer;
  /** Octets of records in it. */
  readonly length: number;
}

export interface RecordQueueOptions {
  /** Octets in all batches together, about. */
  readonly capacity: number;
  /** Transfers a batch; its buffer comes back through `takeBack`. */
  readonly send: (batch: Batch) => void;
}

/** Where a record goes; valid until the next call. */
export interface Slot {
  readonly target: Uint8Array;
  readonly view: DataView;
  readonly position: number;
}

const LARGEST_BATCH = 1_048_576;
const SMALLEST_BATCH = 65_536;

/** So many batches share the capacity at least, unless they would become too small. */
const FEWEST_BATCHES = 4;

/** So many batches may be on their way that are not full. */
const MOST_EARLY = 4;

/** A batch that is not full leaves after this long, milliseconds, unless `#early` others are away. */
const SEND_INTERVAL = 10;

export class RecordQueue {
  readonly #send: (batch: Batch) => void;
  readonly #batchSize: number;
  readonly #most: number;
  readonly #early: number;
  readonly #free: ArrayBuffer[] = [];
  /** Batches that the other thread has. */
  #away = 0;
  #slot: { target: Uint8Array; view: DataView; position: number } | undefined;
  #filled = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What is filled has waited for `SEND_INTERVAL`, and goes as soon as a batch comes back. */
  #isDue = false;

  constructor(options: RecordQueueOptions) {
    const share = Math.floor(options.capacity / FEWEST_BATCHES);
    this.#batchSize = Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, share));
    this.#most = Math.max(FEWEST_BATCHES - 1, Math.floor(options.capacity / this.#batchSize));
    this.#early = Math.max(1, Math.min(MOST_EARLY, this.#most >> 2));
    this.#send = options.send;
  }

  get capacity(): number {
    return this.#most * this.#batchSize;
  }

  /** Octets of the longest record that goes into a batch. */
  get longest(): number {
    return this.#batchSize;
  }

  /** Octets that are on their way or wait for it, whole batches counted as full. */
  get used(): number {
    return this.#away * this.#batchSize + this.#filled;
  }

  /** Room for a record of `length` octets, which counts only after `commit`. */
  reserve(length: number, options: { readonly control: boolean }): Slot | undefined {
    const allowed = options.control ? this.#most : this.#most - 1;
    if (this.#slot !== undefined && this.#filled + length > this.#batchSize) this.flush();
    if (length > this.#batchSize || this.#away >= allowed) return undefined;
    this.#slot ??= this.#newBatch();
    this.#slot.position = this.#filled;
    return this.#slot;
  }

  /** The record of `length` octets is written. */
  commit(length: number): void {
    this.#filled += length;
    if (this.#timer !== undefined || this.#isDue) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#sendDue();
    }, SEND_INTERVAL);
    this.#timer.unref();
  }

  #sendDue(): void {
    if (this.#isDue && this.#away < this.#early) this.flush();
  }

  /** Sends what there is. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    if (this.#slot === undefined || this.#filled === 0) return;
    const batch = { buffer: this.#slot.target.buffer as ArrayBuffer, length: this.#filled };
    this.#slot = undefined;
    this.#filled = 0;
    this.#away += 1;
    this.#send(batch);
  }

  /** The other thread is done with a batch. */
  takeBack(buffer: ArrayBuffer): void {
    this.#away -= 1;
    this.#free.push(buffer);
    this.#sendDue();
  }

  /** Gives memory back when traffic is low. To be called now and then. */
  trim(): void {
    if (this.used < this.#batchSize) this.#free.splice(SPARE);
  }

  #newBatch(): { target: Uint8Array; view: DataView; position: number } {
    const buffer = this.#free.pop() ?? new ArrayBuffer(this.#batchSize);
    return { target: new Uint8Array(buffer), view: new DataView(buffer), position: 0 };
  }
}

/** Empty batches that a quiet proxy keeps: enough for the usual come and go. */
const SPARE = 4;
