/**
 * Which live UID stands for which recorded one: those that were sent in its place, and those that the
 * peer gave where the recording has another (PS3.7 10.1.5.1.4: an SCP may name what it creates).
 *
 * Rule: one recorded UID has one live UID and the other way round; the first pair counts.
 * Rule: bounded. Beyond `MAX_PAIRS` the oldest pair is forgotten.
 */
export const MAX_PAIRS = 500_000;

export class Aliases {
  readonly #live = new Map<string, string>();
  readonly #recorded = new Map<string, string>();
  readonly #base: Aliases | undefined;
  #others = 0;

  /** With `base`, a trial: what is bound here is not in `base` until `commit`. */
  constructor(base?: Aliases) {
    this.#base = base;
  }

  /** Some pair is of two different UIDs. */
  get differ(): boolean {
    return this.others > 0;
  }

  /** Pairs of two different UIDs. */
  get others(): number {
    return this.#others + (this.#base?.others ?? 0);
  }

  live(recorded: string): string | undefined {
    return this.#live.get(recorded) ?? this.#base?.live(recorded);
  }

  recorded(live: string): string | undefined {
    return this.#recorded.get(live) ?? this.#base?.recorded(live);
  }

  /** False, and nothing changes, where either of them belongs to another. */
  bind(recorded: string, live: string): boolean {
    const boundLive = this.live(recorded);
    const boundRecorded = this.recorded(live);
    if (boundLive === live) return true;
    if (boundLive !== undefined || boundRecorded !== undefined) return false;
    this.#live.set(recorded, live);
    this.#recorded.set(live, recorded);
    if (recorded !== live) this.#others += 1;
    if (this.#live.size > MAX_PAIRS) this.#forgetOldest();
    return true;
  }

  /** Of a trial: keeps what was bound in it. */
  commit(): void {
    for (const [recorded, live] of this.#live) this.#base?.bind(recorded, live);
  }

  #forgetOldest(): void {
    const [oldest] = this.#live;
    if (oldest === undefined) return;
    const [recorded, live] = oldest;
    this.#live.delete(recorded);
    this.#recorded.delete(live);
    if (recorded !== live) this.#others -= 1;
  }
}
