/**
 * Data elements as values. Octets are kept as they came, in the byte order they came in; text and
 * numbers are read from them when asked for.
 */
import type { DataSet } from "./data_set.ts";

export type DataElement = ValueElement | BulkElement | SequenceElement | FragmentsElement;

export interface ValueElement {
  readonly kind: "value";
  readonly tag: number;
  /** As on the wire, or by the dictionary in Implicit VR. */
  readonly vr: string;
  /** Where the value begins in the data set's stream; 0 where it was never in one. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly bigEndian: boolean;
}

/** A value that was too long to keep: it is in the stream at `offset`. */
export interface BulkElement {
  readonly kind: "bulk";
  readonly tag: number;
  readonly vr: string;
  readonly offset: number;
  /** Octets that were there. */
  readonly length: number;
  readonly bigEndian: boolean;
}

export interface SequenceElement {
  readonly kind: "sequence";
  readonly tag: number;
  /** SQ, or UN of undefined length. */
  readonly vr: string;
  readonly offset: number;
  readonly items: readonly DataSet[];
  /** A delimiter ended it; a writer does the same. */
  readonly undefinedLength: boolean;
}

/** Encapsulated pixel data (PS3.5 A.4). */
export interface FragmentsElement {
  readonly kind: "fragments";
  readonly tag: number;
  readonly vr: string;
  readonly offset: number;
  /** Basic Offset Table, the first item, four octets an entry; absent where longer than a value. */
  readonly offsetTable: Uint8Array | undefined;
  /** All items in order, that of the offset table first. */
  readonly fragments: readonly Fragment[];
}

export interface Fragment {
  /** Where its octets begin in the data set's stream. */
  readonly offset: number;
  readonly length: number;
}
