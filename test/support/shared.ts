/**
 * What the tests of a `describe` share because it is dear to make: partners, proxies, a recording. It is
 * made for the first test that needs it, so that a failure to make it is that test's, and gets its
 * second try: .ci/run gives none to `beforeAll`.
 */
import { afterAll, beforeEach } from "vitest";
import { Scope } from "./process.ts";

/** As `beforeAll`, but that what fails is tried again. */
export function beforeFirst(work: () => unknown): void {
  let done: Promise<unknown> | undefined;
  beforeEach(async () => {
    done ??= (async () => await work())();
    try {
      await done;
    } catch (error) {
      done = undefined;
      throw error;
    }
  });
}

/** The test that asks: what vitest hands to its function. */
interface Asking {
  readonly task: { readonly result?: { readonly retryCount?: number } | undefined };
}

/** Where a test cannot be tried twice on the same things: it names itself, and its second try gets new ones. */
export class Shared<T> {
  readonly #make: (scope: Scope) => Promise<T>;
  readonly #scope = new Scope();
  readonly #all: T[] = [];
  #last: Promise<T> | undefined;

  constructor(make: (scope: Scope) => Promise<T>) {
    this.#make = make;
    afterAll(() => this.#scope.close());
  }

  /** The one that is used now, made anew for a second try of the test that asks. */
  get(asking?: Asking): Promise<T> {
    if ((asking?.task.result?.retryCount ?? 0) > 0) this.#last = undefined;
    this.#last ??= this.#made();
    return this.#last;
  }

  /** All that were made, in their order: none closes before the last test is over. */
  get all(): readonly T[] {
    return this.#all;
  }

  async #made(): Promise<T> {
    try {
      const made = await this.#make(this.#scope);
      this.#all.push(made);
      return made;
    } catch (error) {
      this.#last = undefined;
      throw error;
    }
  }
}
