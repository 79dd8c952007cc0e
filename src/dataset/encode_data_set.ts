/**
 * A `DataSet` as octets in a transfer syntax (PS3.5 7, A): the inverse of the reader, octet for
 * octet for what a conformant writer made. Values change their byte order where the syntaxes differ.
 *
 * Rule: lengths are counted anew, so a data set can be changed and moved between encodings; whether
 * a sequence or item has a defined length stays as it was.
 */
import { swapped } from "./byte_order.ts";
import type { DataSet } from "./data_set.ts";
import { UNDEFINED_LENGTH } from "./data_set_sink.ts";
import type {
  BulkElement,
  DataElement,
  FragmentsElement,
  SequenceElement,
  ValueElement,
} from "./element.ts";
import { explicitHead, type Head, plainHead } from "./encode_head.ts";
import { joined } from "./octets.ts";
import { IMPLICIT_LITTLE, type TransferSyntax } from "./transfer_syntax.ts";
import { vrFacts } from "./vr.ts";

export interface EncodeOptions {
  readonly syntax: TransferSyntax;
  /**
   * The octets of bulk values and fragments, by their place in the stream they were read from; as
   * many as asked for. Needed only where the data set has such.
   */
  readonly bulk?: (offset: number, length: number) => Uint8Array;
  /** Raw deflate (RFC 1951), needed for the Deflated transfer syntaxes; the core has none. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array;
}

/** Sequences in sequences; a data set that was read has no more (`DataSetReader`, `maxDepth`). */
const MAX_DEPTH = 64;
const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;
/** Longest value of a VR with a length of 16 bits; an explicit longer one becomes UN (6.2.2). */
const LONGEST_SHORT = 0xfffe;

/** Octets of bulk data that are asked for at once; a multiple of every unit that is swapped. */
const PIECE = 0x100000;

/** The whole data set in one buffer. Throws a RangeError where it needs what `options` lack. */
export function encodeDataSet(dataSet: DataSet, options: EncodeOptions): Uint8Array {
  const { syntax } = options;
  const bytes = joined([...pieces(dataSet, options)]);
  if (!syntax.deflated) return bytes;
  if (options.deflate === undefined) {
    throw new RangeError(`Cannot write transfer syntax ${syntax.uid}: no deflate was given`);
  }
  const deflated = options.deflate(bytes);
  return deflated.length % 2 === 0 ? deflated : joined([deflated, Uint8Array.of(0)]); // A.5
}

/**
 * The same piece by piece, so that bulk data of any size pass in bounded memory: `bulk` is asked
 * for at most 1 MiB at a time. Not for the Deflated transfer syntaxes.
 */
export function encodeDataSetPieces(
  dataSet: DataSet,
  options: EncodeOptions,
): Generator<Uint8Array> {
  if (options.syntax.deflated) {
    throw new RangeError(`Cannot write transfer syntax ${options.syntax.uid} piece by piece`);
  }
  return pieces(dataSet, options);
}

function* pieces(dataSet: DataSet, options: EncodeOptions): Generator<Uint8Array> {
  const { syntax } = options;
  const encoding = { syntax, explicit: syntax.explicit, bigEndian: syntax.bigEndian };
  const parts: Part[] = [];
  writeElements(dataSet, { encoding, parts, depth: 0 });
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part;
    else yield* bulkPieces(part, options);
  }
}

function* bulkPieces(part: BulkPart, { bulk }: EncodeOptions): Generator<Uint8Array> {
  if (bulk === undefined) {
    throw new RangeError(`Cannot write ${part.length} octets of bulk data: no source was given`);
  }
  for (let at = 0; at < part.length; at += PIECE) {
    const length = Math.min(PIECE, part.length - at);
    const bytes = bulk(part.offset + at, length);
    if (bytes.length !== length) {
      throw new RangeError(
        `Cannot write ${length} octets of bulk data: ${bytes.length} were given`,
      );
    }
    yield part.swapped ? swapped(bytes, part.vr) : bytes;
  }
}

/** Octets, or where to get them when their turn comes. */
type Part = Uint8Array | BulkPart;

interface BulkPart {
  readonly offset: number;
  readonly length: number;
  readonly vr: string;
  readonly swapped: boolean;
}

interface Encoding {
  readonly syntax: TransferSyntax;
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

interface Writing {
  readonly encoding: Encoding;
  readonly parts: Part[];
  readonly depth: number;
}

/** Appends all elements; returns how many octets they have. */
function writeElements(dataSet: DataSet, writing: Writing): number {
  let length = 0;
  for (const element of dataSet.elements) length += writeElement(element, writing);
  return length;
}

function writeElement(element: DataElement, writing: Writing): number {
  switch (element.kind) {
    case "value":
    case "bulk":
      return writeValue(element, writing);
    case "sequence":
      return writeSequence(element, writing);
    case "fragments":
      return writeFragments(element, writing);
    default:
      return element satisfies never;
  }
}

function writeValue(element: ValueElement | BulkElement, writing: Writing): number {
  const { encoding, parts } = writing;
  const { tag } = element;
  const bigEndian = encoding.bigEndian || (tag === PIXEL_DATA && encoding.syntax.bigEndianPixels);
  const swap = element.bigEndian !== bigEndian;
  const length = element.kind === "value" ? element.bytes.length : element.length;
  const even = length + (length & 1);
  const facts = vrFacts(element.vr);
  const vr = facts?.long === false && even > LONGEST_SHORT ? "UN" : element.vr;
  const head = elementHead({ tag, vr, length: even }, encoding);
  parts.push(head);
  if (element.kind === "value")
    parts.push(swap ? swapped(element.bytes, element.vr) : element.bytes);
  else parts.push({ offset: element.offset, length, vr: element.vr, swapped: swap });
  if (length !== even) parts.push(Uint8Array.of(facts?.padding ?? 0)); // 6.2
  return head.length + even;
}

function writeSequence(element: SequenceElement, writing: Writing): number {
  if (writing.depth >= MAX_DEPTH) {
    throw new RangeError(`Cannot write sequences nested deeper than ${MAX_DEPTH}`);
  }
  const { encoding, parts } = writing;
  // items of UN have Implicit VR Little Endian in any transfer syntax (6.2.2)
  const unknown = element.vr === "UN";
  const inner: Encoding = unknown
    ? { ...encoding, syntax: IMPLICIT_LITTLE, explicit: false, bigEndian: false }
    : encoding;
  const { tag, vr } = element;
  const undefinedLength = element.undefinedLength || unknown;
  const headAt = parts.length;
  parts.push(EMPTY); // its length is known behind the items
  let length = 0;
  for (const item of element.items) {
    length += writeItem(item, { encoding: inner, parts, depth: writing.depth + 1 });
  }
  const declared = undefinedLength ? UNDEFINED_LENGTH : length;
  const head = elementHead({ tag, vr, length: declared }, encoding);
  parts[headAt] = head;
  if (!undefinedLength) return head.length + length;
  parts.push(plainHead({ tag: SEQUENCE_DELIMITATION, length: 0 }, inner));
  return head.length + length + 8;
}

function writeItem(item: DataSet, writing: Writing): number {
  const { encoding, parts } = writing;
  const headAt = parts.length;
  parts.push(EMPTY);
  const length = writeElements(item, writing);
  const declared = item.undefinedLength ? UNDEFINED_LENGTH : length;
  parts[headAt] = plainHead({ tag: ITEM, length: declared }, encoding);
  if (!item.undefinedLength) return 8 + length;
  parts.push(plainHead({ tag: ITEM_DELIMITATION, length: 0 }, encoding));
  return 8 + length + 8;
}

function writeFragments(element: FragmentsElement, writing: Writing): number {
  const { encoding, parts } = writing;
  const { tag, vr } = element;
  const head = elementHead({ tag, vr, length: UNDEFINED_LENGTH }, encoding);
  parts.push(head);
  let length = head.length;
  for (const [at, fragment] of element.fragments.entries()) {
    const even = fragment.length + (fragment.length & 1);
    parts.push(plainHead({ tag: ITEM, length: even }, encoding));
    if (at === 0 && element.offsetTable !== undefined) parts.push(element.offsetTable);
    else parts.push({ ...fragment, vr: "OB", swapped: false });
    if (fragment.length !== even) parts.push(Uint8Array.of(0));
    length += 8 + even;
  }
  parts.push(plainHead({ tag: SEQUENCE_DELIMITATION, length: 0 }, encoding));
  return length + 8;
}

/** PS3.5 7.1.2 and 7.1.3. */
function elementHead({ tag, length, vr }: Head & { vr: string }, encoding: Encoding): Uint8Array {
  // group FFFE has no VR in any encoding (7.5), known or not
  if (!encoding.explicit || tag >>> 16 === 0xfffe) return plainHead({ tag, length }, encoding);
  const facts = vrFacts(vr);
  // a VR that is not known came with the long form, or it is not two letters and had none
  const long = facts?.long ?? /^[A-Z]{2}$/.test(vr);
  return explicitHead({ tag, length, vr, long }, encoding);
}

const EMPTY = new Uint8Array(0);
const PIXEL_DATA = 0x7fe00010;
