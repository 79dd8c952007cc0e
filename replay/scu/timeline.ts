/**
 * The order of requests across associations that overlapped, where no pauses keep it: a request goes
 * out when those of other associations that had begun before it are out, and those that had ended
 * before it have ended. A query finds then what another association had stored before.
 *
 * Rule: waits lead back in recorded time only, so they make no circle.
 */
export class Timeline {
  /** Of each association under way: the time before which all of it is done. */
  readonly #done = new Map<object, number>();
  readonly #waiting = new Set<Waiting>();
  /** When the first begins that has not begun now. */
  #next = Number.NEGATIVE_INFINITY;

  /** The one that begins next begins at this time, in microseconds of one clock for all. */
  next(startedAt: number): void {
    this.#next = startedAt;
    this.#look();
  }

  /** Of this association everything before `time` is done; Infinity: it is over. */
  advance(association: object, time: number): void {
    if (time === Number.POSITIVE_INFINITY) this.#done.delete(association);
    else this.#done.set(association, time);
    this.#look();
  }

  /** Resolves when the others are as far. */
  until(time: number, own: object): Promise<void> {
    if (this.#isReached(time, own)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ time, own, resolve }));
  }

  #isReached(time: number, own: object): boolean {
    const { owner, least, second } = this.#least();
    return this.#next >= time && (owner === own ? second : least) >= time;
  }

  #look(): void {
    if (this.#waiting.size === 0) return;
    const { owner, least, second } = this.#least();
    for (const waiting of this.#waiting) {
      const others = owner === waiting.own ? second : least;
      if (this.#next < waiting.time || others < waiting.time) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  /** The one that is least far, and how far the others are at least. */
  #least(): {
    readonly owner: object | undefined;
    readonly least: number;
    readonly second: number;
  } {
    let owner: object | undefined;
    let least = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (const [association, done] of this.#done) {
      if (done < least) {
        second = least;
        least = done;
        owner = association;
      } else if (done < second) second = done;
    }
    return { owner, least, second };
  }
}

interface Waiting {
  readonly time: number;
  readonly own: object;
  readonly resolve: () => void;
}
