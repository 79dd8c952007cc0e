/**
 * Octets gathered piece by piece, up to a limit, in one buffer that doubles: what is held is
 * bounded by what came and by the limit, never by a declared length.
 */
export class OctetBuffer {
  readonly #limit: number;
  #bytes: Uint8Array = EMPTY;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** Copies what fits; returns how many octets that were. */
  append(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.#limit - this.#length);
    if (taken <= 0) return 0;
    const needed = this.#length + taken;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(this.#length === 0 ? needed : Math.min(this.#limit, 2 * needed));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(taken === bytes.length ? bytes : bytes.subarray(0, taken), this.#length);
    this.#length = needed;
    return taken;
  }

  /** All octets; a view where the buffer is filled, else a copy of the right size. */
  toBytes(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}

const EMPTY = new Uint8Array(0);
