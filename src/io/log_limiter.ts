/**
 * Keeps a flood of like messages from drowning the rest (O-09): of each kind at most `burst` in a
 * window pass; the others are counted, and one line at the end of the window says how many.
 *
 * Pure: time comes in as an argument.
 */
export interface LogLimiterOptions {
  /** Messages of one kind that pass in a window. */
  readonly burst?: number;
  readonly windowMs?: number;
  /** Kinds told apart; beyond them, all others count as one kind. */
  readonly kinds?: number;
}

export interface Suppressed {
  readonly kind: string;
  readonly count: number;
}

interface Window {
  start: number;
  passed: number;
  suppressed: number;
}

export class LogLimiter {
  readonly #burst: number;
  readonly #windowMs: number;
  readonly #kinds: number;
  readonly #windows = new Map<string, Window>();

  constructor({ burst = 10, windowMs = 10_000, kinds = 200 }: LogLimiterOptions = {}) {
    this.#burst = burst;
    this.#windowMs = windowMs;
    this.#kinds = kinds;
  }

  get windowMs(): number {
    return this.#windowMs;
  }

  /** Whether a message of this kind passes now. */
  passes(kind: string, now: number): boolean {
    const known = this.#windows.has(kind) || this.#windows.size < this.#kinds;
    const key = known ? kind : "other messages";
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { start: now, passed: 0, suppressed: 0 };
      this.#windows.set(key, window);
    }
    if (now - window.start >= this.#windowMs) {
      window.start = now;
      window.passed = 0;
    }
    if (window.passed >= this.#burst) {
      window.suppressed++;
      return false;
    }
    window.passed++;
    return true;
  }

  /** What was held back since the last call. Call it once a window. */
  collect(now: number): Suppressed[] {
    const result: Suppressed[] = [];
    for (const [kind, window] of this.#windows) {
      if (window.suppressed > 0) result.push({ kind, count: window.suppressed });
      window.suppressed = 0;
      if (now - window.start >= this.#windowMs) this.#windows.delete(kind);
    }
    return result;
  }
}
