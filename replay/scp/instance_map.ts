/**
 * SOP instances that the recording and the live side know under different UIDs: what an SCU creates
 * anew (a performed procedure step, a film session) and what this side creates for it (film boxes,
 * print jobs).
 *
 * Rule: bounded; the pair that was not used for longest is forgotten first.
 */

/** Pairs that are remembered. */
const MAX_PAIRS = 100_000;

export class InstanceMap {
  readonly #live = new Map<string, string>();
  readonly #recorded = new Map<string, string>();

  /** From now on the recorded instance is this live one. */
  learn(recorded: string, live: string): void {
    this.#live.delete(recorded);
    this.#live.set(recorded, live);
    this.#recorded.delete(live);
    this.#recorded.set(live, recorded);
    forgetOldest(this.#live);
    forgetOldest(this.#recorded);
  }

  /** The live UID of a recorded instance; the latest one, where it was created more than once. */
  liveOf(recorded: string): string | undefined {
    return this.#live.get(recorded);
  }

  recordedOf(live: string): string | undefined {
    return this.#recorded.get(live);
  }
}

function forgetOldest(map: Map<string, string>): void {
  if (map.size <= MAX_PAIRS) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
