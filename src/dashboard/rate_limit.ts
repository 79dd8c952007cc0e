/** How often something may happen, by who does it: a bucket of tokens that fills with time. */
export interface Rate {
  readonly perSecond: number;
  /** At once, after a time of quiet. */
  readonly burst: number;
}

/** Different ones that are told apart; with more of them the oldest begin anew. */
const MAX_NAMES = 1_000;

export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** `now` in milliseconds. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
  }

  /** False where it is too often. `cost`: as much as so many others. */
  take(name: string, cost = 1): boolean {
    const { perSecond, burst } = this.#rate;
    const now = this.#now();
    const bucket = this.#buckets.get(name) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    this.#buckets.set(name, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= MAX_NAMES) break;
      this.#buckets.delete(oldest);
    }
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }
}
