/**
 * Reads fields by the standard's names, big endian (PS3.8 9.3.1).
 *
 * Rule: a read beyond the end gives 0 or nothing and is remembered as `shortage`, the first one
 * with the name of its field. Nothing is thrown: a PDU of 1 MiB can hold 200,000 broken items, and
 * an exception each would take seconds.
 *
 * Rule: a sub-reader cannot outrun its parent. Byte fields are views of what the reader was given.
 */
import { ProtocolError } from "../protocol_error.ts";

export interface Shortage {
  readonly field: string;
  readonly needed: number;
  readonly left: number;
  /** Position in the AE's stream of octets. */
  readonly offset: number;
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  #at = 0;
  #shortage: Shortage | undefined;

  /** `base` is where the first octet lies in the AE's stream. */
  constructor(bytes: Uint8Array, base: number) {
    this.#bytes = bytes;
    this.#base = base;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Of the next octet, in the AE's stream. */
  get offset(): number {
    return this.#base + this.#at;
  }

  get shortage(): Shortage | undefined {
    return this.#shortage;
  }

  u8(field: string): number {
    const at = this.#take(1, field);
    return at < 0 ? 0 : (this.#bytes[at] ?? 0);
  }

  u16(field: string): number {
    const at = this.#take(2, field);
    return at < 0 ? 0 : ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
  }

  u32(field: string): number {
    const at = this.#take(4, field);
    return at < 0 ? 0 : uint32(this.#bytes, at);
  }

  bytes(length: number, field: string): Uint8Array {
    const at = this.#take(length, field);
    return at < 0 ? NOTHING : this.#view(at, length);
  }

  sub(length: number, field: string): ByteReader {
    const base = this.offset;
    return new ByteReader(this.bytes(length, field), base);
  }

  /** Takes over what a sub-reader lacked. */
  adopt(sub: ByteReader): void {
    this.#shortage ??= sub.#shortage;
  }

  /** Another reader of what is left here. */
  clone(): ByteReader {
    return new ByteReader(this.#view(this.#at, this.left), this.offset);
  }

  rest(): Uint8Array {
    return this.bytes(this.left, "rest");
  }

  #take(needed: number, field: string): number {
    const at = this.#at;
    if (this.#shortage !== undefined) return -1;
    if (needed > this.left) {
      this.#shortage = { field, needed, left: this.left, offset: this.offset };
      return -1;
    }
    this.#at += needed;
    return at;
  }

  #view(at: number, length: number): Uint8Array {
    return length === 0 ? NOTHING : this.#bytes.subarray(at, at + length);
  }
}

/** "Cannot read Reason/Diag.: 1 bytes needed, 0 left (PS3.8 9.3.8)". */
export function shortageError(shortage: Shortage, section: string): ProtocolError {
  const { field, needed, left, offset } = shortage;
  return new ProtocolError(`Cannot read ${field}: ${needed} bytes needed, ${left} left`, {
    section,
    abortReason: INVALID_PARAMETER_VALUE,
    offset,
  });
}

export function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

/** PS3.8 Table 9-26: what an A-ABORT for a short field would say. */
const INVALID_PARAMETER_VALUE = 6;
const NOTHING = new Uint8Array(0);
