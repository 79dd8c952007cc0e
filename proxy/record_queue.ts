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
export interface Batch extends ReadBatch {
  /** Octets of records in it. */
  readonly length: number;
}

/** What comes back when all records are read. */
export interface ReadBatch {
  readonly buffer: ArrayBuffer;
  /** Octets of traffic in its records. */
  readonly traffic: number;
  /** Octets that its gap records tell of. */
  readonly gaps: number;
}

export interface RecordQueueOptions {
  /** Octets in all batches together, about. */
  readonly capacity: number;
  /** Transfers a batch; it comes back through `takeBack`, or is collected. */
  readonly send: (batch: Batch) => void;
  /**
   * A batch that came back and was not told of yet. Asked for when batches run short: a relay that reads
   * bulk may read on for the length of a whole queue before its thread looks at messages.
   */
  readonly collect?: () => ReadBatch | undefined;
}

/** Where a record goes; valid until the next call. */
export interface Slot {
  readonly target: Uint8Array;
  readonly view: DataView;
  readonly position: number;
}

/** The largest chunk that a socket gives, and its records' heads. */
const LARGEST_BATCH = 1_048_576 + 4096;
const SMALLEST_BATCH = 65_536;

/** So many batches share the capacity at least, unless they would become too small. */
const FEWEST_BATCHES = 4;

/**
 * So many batches are on their way at once, unless `flush` asks for more; the others wait here. They are
 * enough work for the other thread. What comes and goes by the dozen looks to V8 like memory that grows,
 * and it marks the whole heap of the relay's thread several times for each gigabyte.
 */
const MOST_AWAY = 8;

/** So many batches may be on their way that are not full. */
const MOST_EARLY = 4;

/** A batch that is not full leaves after this long, milliseconds, unless `#early` others are away. */
const SEND_INTERVAL = 10;

export class RecordQueue {
  readonly #send: (batch: Batch) => void;
  readonly #collect: () => ReadBatch | undefined;
  readonly #batchSize: number;
  readonly #most: number;
  readonly #early: number;
  readonly #free: ArrayBuffer[] = [];
  /** Batches that wait to be sent, oldest first. */
  readonly #ready: Batch[] = [];
  /** Batches that the other thread has. */
  #away = 0;
  #slot: { target: Uint8Array; view: DataView; position: number } | undefined;
  #filled = 0;
  #filledTraffic = 0;
  #filledGaps = 0;
  #traffic = 0;
  #gaps = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What is filled has waited for `SEND_INTERVAL`, and goes as soon as a batch comes back. */
  #isDue = false;
  /** Empty batches that were never needed since the last `trim`. */
  #unused = 0;

  constructor(options: RecordQueueOptions) {
    const share = Math.floor(options.capacity / FEWEST_BATCHES);
    this.#batchSize = Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, share));
    this.#most = Math.max(FEWEST_BATCHES - 1, Math.floor(options.capacity / this.#batchSize));
    this.#early = Math.max(1, Math.min(MOST_EARLY, this.#most >> 2));
    this.#send = options.send;
    this.#collect = options.collect ?? (() => undefined);
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
    return this.#taken * this.#batchSize + this.#filled;
  }

  /** Octets of traffic in all that is not back. */
  get traffic(): number {
    return this.#traffic;
  }

  /** Octets in gaps that records tell of which are not back. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Batches that are on their way or wait for it. */
  get #taken(): number {
    return this.#away + this.#ready.length;
  }

  /** Room for a record of `length` octets, which counts only after `commit`. */
  reserve(length: number, options: { readonly control: boolean }): Slot | undefined {
    const allowed = options.control ? this.#most : this.#most - 1;
    if (this.#slot !== undefined && this.#filled + length > this.#batchSize) this.#close();
    if (this.#taken >= allowed) this.takeAllBack();
    if (length > this.#batchSize || this.#taken >= allowed) return undefined;
    this.#slot ??= this.#newBatch();
    this.#slot.position = this.#filled;
    return this.#slot;
  }

  /** The record of `length` octets is written, `traffic` of them of an AE. */
  commit(length: number, traffic = 0): void {
    this.#filled += length;
    this.#filledTraffic += traffic;
    this.#traffic += traffic;
    if (this.#timer !== undefined || this.#isDue) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isDue = true;
      this.#sendDue();
    }, SEND_INTERVAL);
    this.#timer.unref();
  }

  /** The record that was committed last tells of a gap. */
  noteGap(octets: number): void {
    this.#filledGaps += octets;
    this.#gaps += octets;
  }

  /** Sends all there is, at once: what is told the other thread next comes behind it. */
  flush(): void {
    this.#close();
    this.#sendReady(Number.POSITIVE_INFINITY);
  }

  /** The other thread is done with a batch. */
  takeBack({ buffer, traffic, gaps }: ReadBatch): void {
    this.#away -= 1;
    this.#traffic -= traffic;
    this.#gaps -= gaps;
    this.#free.push(buffer);
    this.#sendReady(MOST_AWAY);
    this.#sendDue();
  }

  /** Takes back the batches that came back and were not told of yet. */
  takeAllBack(): void {
    for (let batch = this.#collect(); batch !== undefined; batch = this.#collect()) {
      this.takeBack(batch);
    }
  }

  /**
   * Gives memory back when traffic is low. To be called now and then: each time one batch goes, if it
   * was never needed since the last time. All at once would be asked for again in the next moment, and
   * so much new memory calls the collector, which holds up the relay.
   */
  trim(): void {
    if (this.#unused > SPARE) this.#free.shift();
    this.#unused = this.#free.length;
  }

  #sendDue(): void {
    if (this.#isDue && this.#taken < this.#early) this.#close();
  }

  /** The batch that is being filled is done. */
  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    if (this.#slot === undefined || this.#filled === 0) return;
    this.#ready.push({
      buffer: this.#slot.target.buffer as ArrayBuffer,
      length: this.#filled,
      traffic: this.#filledTraffic,
      gaps: this.#filledGaps,
    });
    this.#slot = undefined;
    this.#filled = 0;
    this.#filledTraffic = 0;
    this.#filledGaps = 0;
    if (this.#away >= MOST_AWAY) this.takeAllBack();
    this.#sendReady(MOST_AWAY);
  }

  #sendReady(most: number): void {
    while (this.#away < most) {
      const batch = this.#ready.shift();
      if (batch === undefined) return;
      this.#away += 1;
      this.#send(batch);
    }
  }

  #newBatch(): { target: Uint8Array; view: DataView; position: number } {
    const buffer = this.#free.pop() ?? new ArrayBuffer(this.#batchSize);
    this.#unused = Math.min(this.#unused, this.#free.length);
    return { target: new Uint8Array(buffer), view: new DataView(buffer), position: 0 };
  }
}

/** Empty batches that a quiet proxy keeps: enough for the usual come and go. */
const SPARE = 4;
