/**
 * A queue of byte records between two threads: one writes, one reads, neither waits.
 *
 * Why a ring in shared memory and not messages with transferred buffers: it is bounded by
 * construction, allocates nothing while traffic flows, and costs the relay's thread one copy a
 * chunk and two atomic operations; the other thread sees the same octets without another copy.
 *
 * Layout: an Int32Array of control words (below), then `capacity` octets, a power of two. A record
 * is `u32 length, octets, padding to 4`; it never wraps: where it does not fit before the end, a
 * length of -1 sends the reader to the start.
 *
 * Rule: positions count octets modulo 2^32, so that full and empty differ. Only the writer stores
 * HEAD, only the reader stores TAIL.
 */
const HEAD = 0;
const TAIL = 1;
const ASLEEP = 2;
const CONTROL_WORDS = 16;
const SKIP = -1;

/** What the reader is doing, so that the writer knows when a wake-up is worth its price. */
export const AWAKE = 0;
export const DOZING = 1;
export const SLEEPING = 2;

export interface RingMemory {
  readonly shared: SharedArrayBuffer;
  readonly capacity: number;
}

/** `capacity` in octets, rounded up to a power of two, 64 KiB at least and 1 GiB at most. */
export function createRing(capacity: number): RingMemory {
  let size = 65_536;
  while (size < capacity && size < 2 ** 30) size *= 2;
  return { shared: new SharedArrayBuffer(CONTROL_WORDS * 4 + size), capacity: size };
}

export interface Slot {
  /** The whole ring, to be written from `position` on. */
  readonly target: Uint8Array;
  readonly view: DataView;
  readonly position: number;
}

export class RingWriter {
  readonly capacity: number;
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #slot: { target: Uint8Array; view: DataView; position: number };
  #head = 0;
  #pending = 0;

  constructor(memory: RingMemory) {
    const offset = CONTROL_WORDS * 4;
    this.capacity = memory.capacity;
    this.#control = new Int32Array(memory.shared, 0, CONTROL_WORDS);
    this.#words = new Int32Array(memory.shared, offset, memory.capacity / 4);
    this.#slot = {
      target: new Uint8Array(memory.shared, offset, memory.capacity),
      view: new DataView(memory.shared, offset, memory.capacity),
      position: 0,
    };
    this.#head = Atomics.load(this.#control, HEAD);
  }

  /** Octets written and not yet given back by the reader. */
  get used(): number {
    return (this.#head - Atomics.load(this.#control, TAIL)) >>> 0;
  }

  /**
   * Room for a record of `length` octets, or undefined when the ring would then hold more than
   * `limit` octets. What is written there counts only after `commit`. A record of up to half the
   * capacity always fits into an empty ring.
   */
  reserve(length: number, limit = this.capacity): Slot | undefined {
    const needed = 4 + ((length + 3) & ~3);
    const used = this.used;
    let at = (this.#head >>> 0) % this.capacity;
    const untilEnd = this.capacity - at;
    const wraps = untilEnd < needed;
    const skipped = wraps ? untilEnd : 0;
    if (used + skipped + needed > limit) return undefined;
    if (wraps) {
      this.#words[at / 4] = SKIP;
      at = 0;
    }
    this.#words[at / 4] = length;
    this.#pending = skipped + needed;
    this.#slot.position = at + 4;
    return this.#slot;
  }

  /** Hands the reserved record over. Says whether the reader has to be woken. */
  commit(): boolean {
    this.#head = (this.#head + this.#pending) | 0;
    Atomics.store(this.#control, HEAD, this.#head);
    const state = Atomics.load(this.#control, ASLEEP);
    if (state === AWAKE) return false;
    if (state === DOZING && this.used < this.capacity / 8) return false;
    return Atomics.exchange(this.#control, ASLEEP, AWAKE) !== AWAKE;
  }
}

export class RingReader {
  readonly capacity: number;
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  #tail = 0;

  constructor(memory: RingMemory) {
    const offset = CONTROL_WORDS * 4;
    this.capacity = memory.capacity;
    this.#control = new Int32Array(memory.shared, 0, CONTROL_WORDS);
    this.#words = new Int32Array(memory.shared, offset, memory.capacity / 4);
    this.#bytes = new Uint8Array(memory.shared, offset, memory.capacity);
    this.#tail = Atomics.load(this.#control, TAIL);
  }

  get waiting(): number {
    return (Atomics.load(this.#control, HEAD) - this.#tail) >>> 0;
  }

  /**
   * Gives each waiting record to `take`, at most `budget` octets of them, and returns how many
   * octets that were. A record is a view into the ring, valid until `take` returns; its room goes
   * back to the writer even when `take` throws.
   */
  drain(take: (record: Uint8Array) => void, budget = this.capacity): number {
    let taken = 0;
    while (taken < budget && this.waiting > 0) {
      const at = (this.#tail >>> 0) % this.capacity;
      const length = this.#words[at / 4] ?? SKIP;
      const size = length === SKIP ? this.capacity - at : 4 + ((length + 3) & ~3);
      try {
        if (length !== SKIP) take(this.#bytes.subarray(at + 4, at + 4 + length));
      } finally {
        this.#tail = (this.#tail + size) | 0;
        Atomics.store(this.#control, TAIL, this.#tail);
        taken += size;
      }
    }
    return taken;
  }

  /** Tells the writer what the reader does next. Returns false when records came meanwhile. */
  rest(state: typeof AWAKE | typeof DOZING | typeof SLEEPING): boolean {
    Atomics.store(this.#control, ASLEEP, state);
    return this.waiting === 0;
  }
}
