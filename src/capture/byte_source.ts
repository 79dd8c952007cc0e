/** Where a capture is read from: a file (src/io/file_source.ts) or memory. */
export interface ByteSource {
  /** Octets there are. Taken once: what a recorder appends later is not seen. */
  readonly size: number;
  /**
   * Octets from `position` on, `length` of them or fewer where the source ends. The caller may keep
   * what it gets.
   */
  read(position: number, length: number): Uint8Array;
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

/** Turns many small reads into few large ones. Holds one piece of the source at a time. */
export class SourceWindow {
  readonly size: number;
  readonly #source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.size = source.size;
    this.#source = source;
  }

  /** A view of `length` octets from `position` on, or of fewer where the source ends. */
  view(position: number, length: number): Uint8Array {
    const end = Math.min(position + length, this.size);
    if (position < this.#start || end > this.#start + this.#bytes.length) {
      this.#bytes = this.#source.read(position, Math.max(end - position, READ_AHEAD));
      this.#start = position;
    }
    return this.#bytes.subarray(position - this.#start, Math.max(end - this.#start, 0));
  }
}

const READ_AHEAD = 2_097_152;
