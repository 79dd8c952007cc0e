/**
 * Blocks: the unit in which a capture is written and checked. Each is one MessagePack array of
 * seven whose octets lie at fixed places, so that a search for the marker finds it:
 *
 *      0  97                array of 7
 *      1  c4 08             8 octets: marker
 *     11  c4 10             16 octets: capture id
 *     29  ce                sequence number, from 0
 *     34  ce                CRC-32 over capture id, sequence, kind, length (25 octets) and payload
 *     39  kind              00 records, 01 index, 02 trailer
 *     40  c6                payload, its length in 32 bits
 *     45  payload
 *     45+n  ce              the length again, so that a file can be walked backwards
 */
import { crc32 } from "node:zlib";

export const BLOCK_HEAD_SIZE = 45;
export const BLOCK_TAIL_SIZE = 5;
export const MAX_PAYLOAD_SIZE = 4_194_304;

export const RECORDS_BLOCK = 0;
export const INDEX_BLOCK = 1;
export const TRAILER_BLOCK = 2;

/** Fixed octets 0 to 10: array of 7 and marker. The marker is no text and survives no transfer as text. */
export const BLOCK_START: readonly number[] = [
  0x97, 0xc4, 0x08, 0x89, 0x44, 0x54, 0x41, 0x50, 0x0d, 0x0a, 0x1a,
];

export interface BlockHead {
  readonly captureId: Uint8Array;
  readonly sequence: number;
  readonly crc: number;
  readonly kind: number;
  /** Octets of payload. */
  readonly payloadSize: number;
  /** Octets of the whole block. */
  readonly size: number;
}

/**
 * Puts head and tail around a payload that already lies in `block` from `BLOCK_HEAD_SIZE` on;
 * `block` is exactly as long as the whole block.
 */
export function sealBlock(
  block: Uint8Array,
  options: { captureId: Uint8Array; sequence: number; kind: number },
): void {
  const size = block.length - BLOCK_HEAD_SIZE - BLOCK_TAIL_SIZE;
  if (size < 0 || size > MAX_PAYLOAD_SIZE) {
    throw new RangeError(`Cannot write a block with ${size} octets of payload`);
  }
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  block.set(BLOCK_START, 0);
  view.setUint16(11, 0xc4_10);
  block.set(options.captureId, 13);
  view.setUint8(29, 0xce);
  view.setUint32(30, options.sequence);
  view.setUint8(34, 0xce);
  view.setUint8(39, options.kind);
  view.setUint8(40, 0xc6);
  view.setUint32(41, size);
  view.setUint8(block.length - 5, 0xce);
  view.setUint32(block.length - 4, size);
  view.setUint32(35, checksum(block, size));
}

/** The head at the start of `bytes`, or undefined where no block can begin there. */
export function readBlockHead(bytes: Uint8Array): BlockHead | undefined {
  if (bytes.length < BLOCK_HEAD_SIZE) return undefined;
  for (let i = 0; i < BLOCK_START.length; i++) {
    if (bytes[i] !== BLOCK_START[i]) return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, BLOCK_HEAD_SIZE);
  const kind = view.getUint8(39);
  const payloadSize = view.getUint32(41);
  const fixed =
    view.getUint16(11) === 0xc4_10 &&
    view.getUint8(29) === 0xce &&
    view.getUint8(34) === 0xce &&
    view.getUint8(40) === 0xc6;
  if (!fixed || kind > 0x7f || payloadSize > MAX_PAYLOAD_SIZE) return undefined;
  return {
    captureId: bytes.subarray(13, 29),
    sequence: view.getUint32(30),
    crc: view.getUint32(35),
    kind,
    payloadSize,
    size: BLOCK_HEAD_SIZE + payloadSize + BLOCK_TAIL_SIZE,
  };
}

/** Whether `block`, the octets that `head` was read from, is whole and undamaged. */
export function isSound(block: Uint8Array, head: BlockHead): boolean {
  if (block.length !== head.size || block[head.size - 5] !== 0xce) return false;
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  if (view.getUint32(head.size - 4) !== head.payloadSize) return false;
  return checksum(block, head.payloadSize) === head.crc;
}

function checksum(block: Uint8Array, payloadSize: number): number {
  checked.set(block.subarray(13, 29), 0);
  checked.set(block.subarray(30, 34), 16);
  checked.set(block.subarray(39, 40), 20);
  checked.set(block.subarray(41, 45), 21);
  return crc32(block.subarray(BLOCK_HEAD_SIZE, BLOCK_HEAD_SIZE + payloadSize), crc32(checked));
}

const checked = new Uint8Array(25);
