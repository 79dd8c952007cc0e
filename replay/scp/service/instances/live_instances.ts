/**
 * SOP instances that requests made or spoke of, and the states that they are in (PS3.7 10).
 *
 * Rule: bounded; the instance that was not spoken of for longest is forgotten first.
 */
import { BoundedMap } from "../../../../src/observe/service/bounded_map.ts";
import { Cursors } from "../../library.ts";

const MAX_INSTANCES = 100_000;

export interface LiveInstance {
  readonly sopClassUid: string;
  /** "IN PROGRESS"; of a class without states "" while it is there. */
  readonly state: string;
  /** False: somebody spoke of it who knew it from elsewhere. */
  readonly isCreated: boolean;
  /** An N-DELETE took it away: it is remembered so that it stays away. */
  readonly isDeleted: boolean;
  /** What the service wants to know further: the boxes of a film, a Transaction UID. */
  readonly parent?: string;
  readonly facts?: Readonly<Record<string, string>>;
}

export class LiveInstances {
  readonly #instances = new BoundedMap<string, LiveInstance>(MAX_INSTANCES);
  readonly #cursors = new BoundedMap<string, Cursors>(MAX_INSTANCES);

  get(uid: string): LiveInstance | undefined {
    return this.#instances.get(uid);
  }

  /** Those that are there, of one class. */
  *ofClass(sopClassUid: string): Generator<readonly [uid: string, instance: LiveInstance]> {
    for (const uid of this.#instances.keys()) {
      const instance = this.#instances.get(uid);
      if (instance?.sopClassUid === sopClassUid && !instance.isDeleted) yield [uid, instance];
    }
  }

  create(uid: string, instance: Pick<LiveInstance, "sopClassUid"> & Partial<LiveInstance>): void {
    this.#instances.set(uid, { state: "", isCreated: true, isDeleted: false, ...instance });
  }

  change(uid: string, changes: Partial<LiveInstance>): void {
    const before = this.#instances.get(uid);
    if (before !== undefined) this.#instances.set(uid, { ...before, ...changes });
  }

  /** With everything that hangs on it: the film boxes of a session, the image boxes of a film. */
  delete(uid: string): void {
    this.change(uid, { isDeleted: true });
    for (const other of [...this.#instances.keys()]) {
      const instance = this.#instances.get(other);
      if (instance?.parent === uid && !instance.isDeleted) this.delete(other);
    }
  }

  /** How far the recorded answers are used for one instance: each has them from the start. */
  cursorsOf(uid: string): Cursors {
    const cursors = this.#cursors.get(uid) ?? new Cursors();
    this.#cursors.set(uid, cursors);
    return cursors;
  }
}
