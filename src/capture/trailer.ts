/**
 * The trailer: the last block of a capture that was closed in order. Its size is fixed, so it is
 * found from the end of the file, and from it the capture's start and its index.
 *
 * Payload: `["trailer", octets of the whole capture, offset of the last index block, octets lost]`,
 * all numbers in 64 bits; offset 0 means that there is no index.
 */
import {
  BLOCK_HEAD_SIZE,
  BLOCK_TAIL_SIZE,
  isSound,
  readBlockHead,
  TRAILER_BLOCK,
} from "./block.ts";
import type { ByteSource } from "./byte_source.ts";
import { unpackList, valueEnd } from "./msgpack.ts";

export const TRAILER_PAYLOAD_SIZE = 36;
export const TRAILER_SIZE = BLOCK_HEAD_SIZE + TRAILER_PAYLOAD_SIZE + BLOCK_TAIL_SIZE;

export interface Trailer {
  /** From the header's first octet to the trailer's last. */
  readonly captureSize: number;
  /** Place of the last index block, counted from the header's first octet; 0 without an index. */
  readonly indexOffset: number;
  /** Octets of traffic that the recorder had to leave out: the sum of all `gap` and `lost`. */
  readonly lost: number;
}

export interface FoundTrailer extends Trailer {
  /** Place of the capture's header in the file. */
  readonly start: number;
  readonly captureId: Uint8Array;
}

export function encodeTrailer(trailer: Trailer): Uint8Array {
  const payload = new Uint8Array(TRAILER_PAYLOAD_SIZE);
  payload.set([0x94, 0xa7, 0x74, 0x72, 0x61, 0x69, 0x6c, 0x65, 0x72]);
  const view = new DataView(payload.buffer);
  for (const [i, number] of [trailer.captureSize, trailer.indexOffset, trailer.lost].entries()) {
    view.setUint8(9 + 9 * i, 0xcf);
    view.setBigUint64(10 + 9 * i, BigInt(number));
  }
  return payload;
}

/** The trailer of the capture that ends at `end`, if it was closed and the trailer is sound. */
export function findTrailer(source: ByteSource, end: number): FoundTrailer | undefined {
  if (end < TRAILER_SIZE || end > source.size) return undefined;
  const block = source.read(end - TRAILER_SIZE, TRAILER_SIZE);
  const head = readBlockHead(block);
  if (head?.kind !== TRAILER_BLOCK || !isSound(block, head)) return undefined;
  const payload = block.subarray(BLOCK_HEAD_SIZE, BLOCK_HEAD_SIZE + head.payloadSize);
  if (valueEnd(payload, 0) < 0) return undefined;
  const [, captureSize, indexOffset, lost] = unpackList(payload);
  if (typeof captureSize !== "number" || typeof indexOffset !== "number") return undefined;
  if (captureSize > end || indexOffset > captureSize) return undefined;
  return {
    start: end - captureSize,
    captureId: head.captureId.slice(),
    captureSize,
    indexOffset,
    lost: typeof lost === "number" ? lost : 0,
  };
}
