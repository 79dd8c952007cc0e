/**
 * How fast a replay goes: pauses as recorded, scaled, capped, or none.
 *
 * Rule: what is kept is the pause between what came before and the next step, not the place on the
 * clock: an application that took 2 s to think takes 2 s again, however slow the other side is now.
 */
import { timerMs } from "../../src/io/timer_ms.ts";

export interface Pace {
  /** Times as fast as recorded; Infinity makes no pauses. */
  readonly speed: number;
  /** Microseconds as recorded that no pause exceeds, before it is scaled. */
  readonly maxGapUs: number;
}

/** Milliseconds to wait for a recorded pause in microseconds. */
export function pauseMs(pace: Pace, recordedUs: number): number {
  if (!(recordedUs > 0) || pace.speed === Number.POSITIVE_INFINITY) return 0;
  return Math.min(recordedUs, pace.maxGapUs) / 1000 / pace.speed;
}

/** "recorded", "max", "2x", "0.5x": times as fast. Undefined for anything else. */
export function readSpeed(text: string): number | undefined {
  if (text === "recorded") return 1;
  if (text === "max") return Number.POSITIVE_INFINITY;
  const match = /^(\d{1,6}(?:\.\d{1,6})?)x$/.exec(text);
  const speed = Number(match?.[1]);
  return speed > 0 ? speed : undefined;
}

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (!(ms > 0) || signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, timerMs(ms));
    signal?.addEventListener("abort", over, { once: true });
  });
}

/** Resolves when the work is done, the time is over, or the signal aborts: to true if it is done. */
export async function within(
  ms: number,
  work: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) over.abort();
  const done = work.then(() => true);
  const late = wait(ms, over.signal).then(() => false);
  try {
    return await Promise.race([done, late]);
  } finally {
    over.abort();
    signal?.removeEventListener("abort", stop);
  }
}
