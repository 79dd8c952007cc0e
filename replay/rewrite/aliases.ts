/**
 * Which live UID stands for which recorded one: those that were sent in its place, and those that the
 * peer gave where the recording has another (PS3.7 10.1.5.1.4: an SCP may name what it creates).
 *
 * Rule: one recorded UID has one live UID and the other way round; the first pair counts.
 * Rule: an answer goes by what its request could mean. What another association sent after that request
 * is nothing that the answer has to know (`asOf`): the peer may still name what it had before.
 * Rule: bounded. Beyond `MAX_PAIRS` the oldest pair is forgotten.
 */
export const MAX_PAIRS = 500_000;

/** What was known when a request went out. */
export interface AsOf {
  /** `mark` at that time. */
  readonly mark: number;
  /** Recorded UIDs that the request names itself. */
  readonly named: ReadonlySet<string>;
}

export class Aliases {
  readonly #live = new Map<string, string>();
  readonly #recorded = new Map<string, string>();
  /** Of recorded UIDs that were sent, in what order. */
  readonly #sent = new Map<string, number>();
  readonly #base: Aliases | undefined;
  readonly #asOf: AsOf | undefined;
  #others = 0;
  #mark = 0;

  /** With `base`, a trial: what is bound here is not in `base` until `commit`. */
  constructor(base?: Aliases, asOf?: AsOf) {
    this.#base = base;
    this.#asOf = asOf;
  }

  /** As many as were sent first. */
  get mark(): number {
    return this.#mark;
  }

  /** A trial in which nothing was sent since. */
  asOf(asOf: AsOf): Aliases {
    return new Aliases(this, asOf);
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
    const live = this.#live.get(recorded);
    if (live !== undefined || this.#base === undefined) return live;
    return this.#isLater(recorded) ? undefined : this.#base.live(recorded);
  }

  recorded(live: string): string | undefined {
    const recorded = this.#recorded.get(live) ?? this.#base?.recorded(live);
    return recorded !== undefined && this.#isLater(recorded) ? undefined : recorded;
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

  /** The same for a UID that is sent in the place of a recorded one. */
  send(recorded: string, live: string): boolean {
    if (this.live(recorded) === undefined && this.bind(recorded, live)) {
      this.#sent.set(recorded, ++this.#mark);
      return true;
    }
    return this.live(recorded) === live;
  }

  /** Its place in the order of what was sent; undefined where it was not. */
  sentAt(recorded: string): number | undefined {
    return this.#sent.get(recorded) ?? this.#base?.sentAt(recorded);
  }

  /** Of a trial: keeps what was bound in it. */
  commit(): void {
    for (const [recorded, live] of this.#live) this.#base?.bind(recorded, live);
  }

  /** What it stands for was sent by another request since then. */
  #isLater(recorded: string): boolean {
    if (this.#asOf === undefined || this.#live.has(recorded)) return false;
    const { mark, named } = this.#asOf;
    return !named.has(recorded) && (this.#base?.sentAt(recorded) ?? 0) > mark;
  }

  #forgetOldest(): void {
    const [oldest] = this.#live;
    if (oldest === undefined) return;
    const [recorded, live] = oldest;
    this.#live.delete(recorded);
    this.#recorded.delete(live);
    this.#sent.delete(recorded);
    if (recorded !== live) this.#others -= 1;
  }
}
