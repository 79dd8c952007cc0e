/**
 * A data set in another uncompressed transfer syntax, as it comes (PS3.5 7, A.1 to A.3, A.5).
 *
 * Rule: memory does not grow with the data set. Lengths of sequences and items would have to be known
 * before their content: they are written as undefined (7.5.2), which every reader must take.
 */
import { swapped } from "../dataset/byte_order.ts";
import { DataSetReader } from "../dataset/data_set_reader.ts";
import { type DataSetSink, UNDEFINED_LENGTH } from "../dataset/data_set_sink.ts";
import { explicitHead, plainHead } from "../dataset/encode_head.ts";
import { printTag } from "../dataset/tag.ts";
import type { TransferSyntax } from "../dataset/transfer_syntax.ts";
import { vrFacts } from "../dataset/vr.ts";

/** Whether data sets can be re-encoded between the two: neither has compressed pixel data. */
export function canReEncode(from: TransferSyntax, to: TransferSyntax): boolean {
  return !from.encapsulated && !to.encapsulated && !to.deflated && !to.bigEndianPixels;
}

/** Throws a RangeError for what cannot be written in the other syntax. */
export async function* reEncoded(
  chunks: AsyncIterable<Uint8Array>,
  { from, to }: { readonly from: TransferSyntax; readonly to: TransferSyntax },
): AsyncGenerator<Uint8Array> {
  const writer = new Writer(from, to);
  const reader = new DataSetReader(writer, { syntax: from });
  for await (const chunk of chunks) {
    reader.receive(chunk);
    const bytes = writer.take();
    if (bytes.length > 0) yield bytes;
  }
  reader.end();
  yield writer.take();
}

const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;
const PIXEL_DATA = 0x7fe00010;
/** Longest value with a length of 16 bits; an explicit longer one becomes UN (PS3.5 6.2.2). */
const LONGEST_SHORT = 0xfffe;

interface Encoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

class Writer implements DataSetSink {
  readonly #from: TransferSyntax;
  readonly #to: TransferSyntax;
  /** What the open sequences are written in, outermost first: UN has Implicit VR inside (6.2.2). */
  readonly #encodings: Encoding[];
  /** Byte order of the source, by the items that are open. */
  readonly #bigEndian: boolean[];
  #parts: Uint8Array[] = [];
  #bulk = { tag: 0, vr: "", length: 0 };
  /** Octets of a bulk value that are less than one unit. */
  #carry: Uint8Array = new Uint8Array(0);

  constructor(from: TransferSyntax, to: TransferSyntax) {
    this.#from = from;
    this.#to = to;
    this.#encodings = [to];
    this.#bigEndian = [from.bigEndian];
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    return bytes;
  }

  value(tag: number, vr: string, bytes: Uint8Array): void {
    if ((tag & 0xffff) === 0 && tag !== 0) return; // group lengths would be wrong now (7.2)
    const odd = bytes.length % 2;
    this.#head(tag, vr, bytes.length + odd);
    this.#parts.push(new Uint8Array(this.#ordered(tag, vr, bytes)));
    if (odd === 1) this.#parts.push(Uint8Array.of(vrFacts(vr)?.padding ?? 0));
  }

  bulkStart(tag: number, vr: string, _offset: number, length: number): void {
    this.#bulk = { tag, vr, length };
    this.#head(tag, vr, length + (length % 2));
  }

  piece(bytes: Uint8Array): void {
    const { tag, vr } = this.#bulk;
    const unit = vrFacts(vr)?.unit ?? 1;
    const joined = new Uint8Array(this.#carry.length + bytes.length);
    joined.set(this.#carry);
    joined.set(bytes, this.#carry.length);
    const whole = joined.length - (joined.length % unit);
    this.#parts.push(this.#ordered(tag, vr, joined.subarray(0, whole)));
    this.#carry = joined.subarray(whole);
  }

  bulkEnd(length: number): void {
    const { tag, vr } = this.#bulk;
    if (length !== this.#bulk.length) {
      throw new RangeError(`Cannot re-encode ${printTag(tag)}: the data set ends inside it`);
    }
    this.#parts.push(this.#carry);
    this.#carry = new Uint8Array(0);
    if (length % 2 === 1) this.#parts.push(Uint8Array.of(vrFacts(vr)?.padding ?? 0));
  }

  sequenceStart(tag: number, vr: string): void {
    this.#head(tag, vr, UNDEFINED_LENGTH);
    this.#encodings.push(vr === "UN" ? IMPLICIT : this.#encoding);
  }

  itemStart(_offset: number, _length: number, bigEndian: boolean): void {
    this.#bigEndian.push(bigEndian);
    this.#parts.push(plainHead({ tag: ITEM, length: UNDEFINED_LENGTH }, this.#encoding));
  }

  itemEnd(): void {
    this.#bigEndian.pop();
    this.#parts.push(plainHead({ tag: ITEM_DELIMITATION, length: 0 }, this.#encoding));
  }

  sequenceEnd(): void {
    this.#parts.push(plainHead({ tag: SEQUENCE_DELIMITATION, length: 0 }, this.#encoding));
    this.#encodings.pop();
  }

  fragmentsStart(tag: number): void {
    throw new RangeError(`Cannot re-encode ${printTag(tag)}: it is compressed`);
  }

  fragmentStart(): void {}
  fragmentEnd(): void {}
  fragmentsEnd(): void {}
  finding(): void {}

  end(offset: number, whole: boolean): void {
    if (!whole) throw new RangeError(`Cannot re-encode the data set: it breaks off at ${offset}`);
  }

  get #encoding(): Encoding {
    return this.#encodings.at(-1) ?? this.#to;
  }

  #ordered(tag: number, vr: string, bytes: Uint8Array): Uint8Array {
    const pixels = tag === PIXEL_DATA && this.#from.bigEndianPixels;
    const from = pixels || this.#bigEndian.at(-1) === true;
    return from === this.#encoding.bigEndian ? bytes : swapped(bytes, vr);
  }

  #head(tag: number, vr: string, length: number): void {
    const encoding = this.#encoding;
    if (!encoding.explicit) {
      this.#parts.push(plainHead({ tag, length }, encoding));
      return;
    }
    const known = vrFacts(vr);
    const long = known?.long !== false || length > LONGEST_SHORT;
    const name = long && known?.long === false ? "UN" : vr;
    this.#parts.push(explicitHead({ tag, length, vr: name, long }, encoding));
  }
}

const IMPLICIT: Encoding = { explicit: false, bigEndian: false };
