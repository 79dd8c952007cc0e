/**
 * SOP instances that the recording and the live side know under different UIDs: what an SCU creates
 * anew (a performed procedure step, a film session), what this side creates for it (film boxes, print
 * jobs), and what a modality stores anew (studies, series, images).
 *
 * What was stored makes copies: the same recorded study may be stored several times, each time under
 * other UIDs, or under the same one with other series in it, as a worklist's study is. A request that
 * names a UID of a copy is about that copy, one that names a recorded UID is about the recorded one, and
 * one that names neither is about the latest.
 *
 * Rule: bounded; the oldest pair is forgotten first, and the oldest copy.
 */
import { BoundedMap } from "../../src/observe/service/bounded_map.ts";

/** Pairs that are remembered. */
const MAX_PAIRS = 100_000;
/** Studies that were stored, and the pairs of one of them. */
const MAX_COPIES = 1_000;
const MAX_COPY = 20_000;

/** Of one live study: live UIDs by recorded ones. */
type Copy = BoundedMap<string, string>;

/** The live UID of a recorded one, as a request means it; undefined where it is the same. */
export type LiveUid = (recorded: string) => string | undefined;

export class InstanceMap {
  readonly #live = new BoundedMap<string, string>(MAX_PAIRS);
  readonly #recorded = new BoundedMap<string, string>(MAX_PAIRS);
  /** By the Study Instance UID under which it was stored. */
  readonly #copies = new Map<string, Copy>();
  /** Pairs in all copies. */
  #copied = 0;
  /** Which copy a live UID is of. */
  readonly #copyOf = new BoundedMap<string, Copy>(MAX_PAIRS);

  /** Nothing has another UID than in the recording. */
  get isEmpty(): boolean {
    return this.#live.size === 0;
  }

  /** From now on the recorded instance is this live one. */
  learn(recorded: string, live: string): void {
    this.#live.set(recorded, live);
    this.#recorded.set(live, recorded);
  }

  /**
   * UIDs that an instance of a live study was stored with, beside those of the recorded instance in
   * whose place it came. In one copy the first pair of a recorded UID counts.
   */
  learnCopy(study: string, pairs: Iterable<readonly [recorded: string, live: string]>): void {
    for (const [recorded, live] of pairs) {
      if (recorded === live && !this.#live.has(recorded)) continue;
      const copy = this.#copies.get(study) ?? new BoundedMap(MAX_COPY);
      const before = copy.size;
      if (!copy.has(recorded)) copy.set(recorded, live);
      this.#copied += copy.size - before;
      this.#copies.delete(study);
      this.#copies.set(study, copy);
      this.#copyOf.set(live, copy);
      this.#forgetCopies();
      this.#live.set(recorded, copy.get(recorded) ?? live);
      if (!this.#recorded.has(live)) this.#recorded.set(live, recorded);
    }
  }

  /** What is stored with this live study from now on is another copy; the UIDs of the one before stay known. */
  beginCopy(study: string): void {
    this.#copied -= this.#copies.get(study)?.size ?? 0;
    this.#copies.delete(study);
  }

  /** Whether a live UID is of the copy that has this study. */
  isOfCopy(study: string, live: string): boolean {
    const copy = this.#copies.get(study);
    return copy !== undefined && this.#copyOf.get(live) === copy;
  }

  /** Whether the recorded one was stored with this live study. */
  isInCopy(study: string, recorded: string): boolean {
    return this.#copies.get(study)?.has(recorded) === true;
  }

  /** The live UID of a recorded instance; the latest one, where it was created more than once. */
  liveOf(recorded: string): string | undefined {
    return this.#live.get(recorded);
  }

  recordedOf(live: string): string | undefined {
    return this.#recorded.get(live);
  }

  /** What recorded UIDs are in an answer to a request that names these UIDs. */
  meant(named: Iterable<string>): LiveUid {
    const own = new Map<string, string>();
    const copies = new Set<Copy>();
    for (const uid of named) {
      const recorded = this.#recorded.get(uid);
      if (recorded === undefined && this.#live.get(uid) === undefined) continue;
      own.set(recorded ?? uid, uid);
      const copy = this.#copyOf.get(uid);
      if (copy !== undefined) copies.add(copy);
    }
    if (own.size === 0) return (recorded) => this.liveOf(recorded);
    return (recorded) => {
      const said = own.get(recorded);
      if (said !== undefined) return said;
      for (const copy of copies) {
        const live = copy.get(recorded);
        if (live !== undefined) return live;
      }
      return undefined;
    };
  }

  /** The newest one stays. */
  #forgetCopies(): void {
    for (const study of this.#copies.keys()) {
      const isTooMuch = this.#copied > MAX_PAIRS || this.#copies.size > MAX_COPIES;
      if (!isTooMuch || this.#copies.size === 1) return;
      this.beginCopy(study);
    }
  }
}
