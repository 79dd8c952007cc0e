/**
 * Times to wait as timers take them. The runtimes count to 2^31-1 ms, 24 days, and fire at once for
 * more: a timeout of a month, or Infinity for none, would be over before anything was waited for.
 */
export function timerMs(milliseconds: number): number {
  return Math.min(milliseconds, LONGEST_MS);
}

const LONGEST_MS = 2 ** 31 - 1;
