/**
 * What `DataSetReader` tells its owner, in the order of the stream.
 *
 * Why methods and not values from an iterator: an element costs one call and one view, nothing else
 * is allocated, which is what makes reading as fast as walking the heads.
 *
 * Rule: a `Uint8Array` given here is a view on the caller's chunk and good until the method returns.
 * Rule: offsets count octets of the data set from 0 (after inflation, where it is deflated).
 * Rule: starts and ends are always paired, also when the stream breaks off in the middle.
 */
import type { DataSetFinding } from "./finding.ts";

/** FFFFFFFFH in a length field (PS3.5 7.1.1). */
export const UNDEFINED_LENGTH = 0xffffffff;

export interface DataSetSink {
  /** An element whose value is at most `valueLimit` octets. `offset` is where its value begins. */
  value(tag: number, vr: string, bytes: Uint8Array, offset: number): void;
  /** A longer value begins: `length` as declared, its octets come as `piece`. */
  bulkStart(tag: number, vr: string, offset: number, length: number): void;
  /** `length` octets were there; less than declared where the data set was cut. */
  bulkEnd(length: number): void;
  /** A sequence: SQ, or UN of undefined length. `length` as declared. */
  sequenceStart(tag: number, vr: string, offset: number, length: number): void;
  /** `offset` is where the item's first element begins. */
  itemStart(offset: number, length: number, bigEndian: boolean): void;
  itemEnd(): void;
  sequenceEnd(): void;
  /** Encapsulated pixel data (PS3.5 A.4); the first fragment is the Basic Offset Table. */
  fragmentsStart(tag: number, vr: string, offset: number): void;
  /** `offset` is where the fragment's octets begin; they come as `piece`. */
  fragmentStart(offset: number, length: number): void;
  fragmentEnd(length: number): void;
  fragmentsEnd(): void;
  /** Octets of the bulk value or fragment that is open, as they came. */
  piece(bytes: Uint8Array): void;
  finding(finding: DataSetFinding): void;
  /** Nothing more comes. `whole`: the data set was read to its end. */
  end(offset: number, whole: boolean): void;
}
