/**
 * Buffers that sockets read into, taken and given back. Small for a quiet connection, up to
 * 256 KiB under bulk: larger reads cost fewer calls, idle connections should cost nothing.
 */

export const SMALLEST_READ = 4096;
export const LARGEST_READ = 262_144;

/** How much memory may lie here unused, in bytes. */
const MAX_IDLE = 8_388_608;

const idle = new Map<number, Buffer[]>();
let idleBytes = 0;

/** `size` is a power of two from `SMALLEST_READ` to `LARGEST_READ`. */
export function takeBuffer(size: number): Buffer {
  const found = idle.get(size)?.pop();
  if (found === undefined) return Buffer.allocUnsafeSlow(size);
  idleBytes -= size;
  return found;
}

/** Nobody may touch `buffer` after this. */
export function giveBuffer(buffer: Buffer): void {
  const size = buffer.length;
  if (size <= SMALLEST_READ || idleBytes + size > MAX_IDLE) return; // left to the collector
  idleBytes += size;
  const sameSize = idle.get(size);
  if (sameSize === undefined) idle.set(size, [buffer]);
  else sameSize.push(buffer);
}

/** The size of the next read after one of `received` bytes into a buffer of `size`. */
export function nextReadSize(size: number, received: number): number {
  if (received === size) return Math.min(size * 4, LARGEST_READ);
  if (received * 8 < size) return Math.max(size / 4, SMALLEST_READ);
  return size;
}
