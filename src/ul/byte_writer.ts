/**
 * Writes fields big endian into a buffer that grows by doubling (PS3.8 9.3.1).
 *
 * Rule: a value that its field cannot hold is our own fault: `RangeError` with the field's name.
 */
import { latin1Bytes } from "./latin1.ts";

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number, field: string): void {
    checkRange(value, { field, max: 0xff });
    this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number, field: string): void {
    checkRange(value, { field, max: 0xffff });
    this.#grow(2);
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  u32(value: number, field: string): void {
    checkRange(value, { field, max: 0xffff_ffff });
    this.#grow(4);
    this.#bytes[this.#length++] = value >>> 24;
    this.#bytes[this.#length++] = value >>> 16;
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  bytes(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string, field: string): void {
    this.bytes(latin1Bytes(text, field));
  }

  /** A field behind its length of two octets. */
  counted(value: string | Uint8Array, field: string): void {
    const bytes = typeof value === "string" ? latin1Bytes(value, field) : value;
    this.u16(bytes.length, `${field}-length`);
    this.bytes(bytes);
  }

  /** Two octets of length, written when `write` has told what they count. */
  lengthOf(field: string, write: () => void): void {
    const at = this.#length;
    this.u16(0, field);
    write();
    const length = this.#length - at - 2;
    checkRange(length, { field, max: 0xffff });
    this.#bytes[at] = length >>> 8;
    this.#bytes[at + 1] = length;
  }

  /** What was written, in a buffer of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): void {
    const needed = this.#length + by;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function checkRange(value: number, field: { readonly field: string; readonly max: number }): void {
  if (Number.isInteger(value) && value >= 0 && value <= field.max) return;
  throw new RangeError(`Cannot encode ${field.field}: ${value} is not in 0..${field.max}`);
}
