/**
 * Buffers that sockets read into, taken and given back. Small for a quiet connection, large under
 * bulk: reads of 1 MiB instead of 256 KiB save a quarter of the processor's time (Node and Deno,
 * 0.47 and 0.62 s a GB in one run), and idle connections should cost nothing.
 *
 * Rule: the largest ones exist a few times only, whoever has them; with many connections under
 * bulk the others read into the second largest.
 */

export const SMALLEST_READ = 4096;
const SECOND_LARGEST = 262_144;
const LARGEST_READ = 1_048_576;

/** How many of the largest may be out or lie here. */
const MAX_LARGEST = 8;

/** How much memory may lie here unused, in bytes. */
const MAX_IDLE = 8_388_608;

const idle = new Map<number, Buffer[]>();
let idleBytes = 0;
let largest = 0;

/** The size that `wanted` is granted now. */
export function grantedSize(wanted: number): number {
  const isShort = largest >= MAX_LARGEST && (idle.get(LARGEST_READ)?.length ?? 0) === 0;
  return wanted === LARGEST_READ && isShort ? SECOND_LARGEST : wanted;
}

/** `size` is `SMALLEST_READ` times a power of 4, and granted. */
export function takeBuffer(size: number): Buffer {
  const found = idle.get(size)?.pop();
  if (found === undefined) {
    if (size === LARGEST_READ) largest++;
    return Buffer.allocUnsafeSlow(size);
  }
  idleBytes -= size;
  return found;
}

/** Nobody may touch `buffer` after this. */
export function giveBuffer(buffer: Buffer): void {
  const size = buffer.length;
  if (size <= SMALLEST_READ || idleBytes + size > MAX_IDLE) {
    dropBuffer(buffer);
    return;
  }
  idleBytes += size;
  const sameSize = idle.get(size);
  if (sameSize === undefined) idle.set(size, [buffer]);
  else sameSize.push(buffer);
}

/** For a buffer that a runtime may still hold: it is left to the collector. */
export function dropBuffer(buffer: Buffer): void {
  if (buffer.length === LARGEST_READ) largest--;
}

/** The size of the next read after one of `received` bytes into a buffer of `size`. */
export function nextReadSize(size: number, received: number): number {
  if (received === size) return Math.min(size * 4, LARGEST_READ);
  if (received * 8 < size) return Math.max(size / 4, SMALLEST_READ);
  return size;
}
