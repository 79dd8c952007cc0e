/**
 * Latencies of any number of exchanges in bounded memory: percentiles over a histogram whose buckets
 * grow by half a percent each, so that a percentile is at most that much too high. Minimum and
 * maximum are exact.
 */
import type { LatencyJson } from "../events.ts";

export class Latency {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  /** Milliseconds. */
  add(ms: number): void {
    const bucket = ms <= SMALLEST ? 0 : Math.ceil(Math.log(ms / SMALLEST) / STEP);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#max = Math.max(this.#max, ms);
  }

  /** Milliseconds with three decimals; null where nothing was added. */
  json(): LatencyJson | null {
    if (this.#count === 0) return null;
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    const at = (share: number): number => {
      let left = Math.max(1, Math.ceil(share * this.#count));
      for (const [bucket, count] of buckets) {
        left -= count;
        if (left <= 0) return rounded(Math.min(SMALLEST * Math.exp(bucket * STEP), this.#max));
      }
      return rounded(this.#max);
    };
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: rounded(this.#max) };
  }
}

/** One microsecond: what the clocks of captures tell. */
const SMALLEST = 0.001;
const STEP = Math.log(1.005);

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
