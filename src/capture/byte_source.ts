/** Where a capture is read from: a file (src/io/file_source.ts) or memory. */
export interface ByteSource {
  /** Octets there are. Taken once: what a recorder appends later is not seen. */
  readonly size: number;
  /**
   * Octets from `position` on, `length` of them or fewer where the source ends. The caller may keep
   * what it gets.
   */
  read(position: number, length: number): Uint8Array;
  /** The same into memory that the caller has; gives how many octets there were. */
  readInto?(position: number, memory: Uint8Array): number;
}

export class MemorySource implements ByteSource {
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  read(position: number, length: number): Uint8Array {
    return this.#bytes.subarray(position, position + length);
  }
}

export interface SourceWindowOptions {
  /**
   * Views are valid until the next one is asked for: all pieces are read into the same memory, which
   * spares a long file nine tenths of the time that new memory for each piece would take.
   */
  readonly passing?: boolean;
}

/** Turns many small reads into few large ones. Holds one piece of the source at a time. */
export class SourceWindow {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #passing: boolean;
  #bytes: Uint8Array = NOTHING;
  #start = 0;
  /** Of a passing window. */
  #memory: Uint8Array = NOTHING;

  constructor(source: ByteSource, { passing = false }: SourceWindowOptions = {}) {
    this.size = source.size;
    this.#source = source;
    this.#passing = passing && source.readInto !== undefined;
  }

  /** Whether the octet at `position` is at hand. */
  holds(position: number): boolean {
    return position >= this.#start && position < this.#start + this.#bytes.length;
  }

  /** A view of `length` octets from `position` on, or of fewer where the source ends. */
  view(position: number, length: number): Uint8Array {
    const end = Math.min(position + length, this.size);
    if (position < this.#start || end > this.#start + this.#bytes.length) {
      if (this.#passing) this.#pass(position, Math.max(end - position, 0));
      else this.#bytes = this.#source.read(position, Math.max(end - position, READ_AHEAD));
      this.#start = position;
    }
    return this.#bytes.subarray(position - this.#start, Math.max(end - this.#start, 0));
  }

  /** What is at hand of the next piece is not read again. */
  #pass(position: number, needed: number): void {
    const rest = this.holds(position) ? this.#bytes.subarray(position - this.#start) : NOTHING;
    if (this.#memory.length < needed || this.#memory.length === 0) {
      this.#memory = newMemory(Math.max(needed, PASSING_AHEAD));
    }
    this.#memory.set(rest);
    const free = this.#memory.subarray(rest.length);
    const read = this.#source.readInto?.(position + rest.length, free) ?? 0;
    this.#bytes = this.#memory.subarray(0, rest.length + read);
  }
}

const NOTHING = new Uint8Array(0);
const READ_AHEAD = 2_097_152;
/** Small enough for a processor's cache, large enough for two blocks as they are mostly written. */
const PASSING_AHEAD = 786_432;

/** Not filled with zeros: it is written before it is read. */
function newMemory(octets: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(octets).buffer);
}
