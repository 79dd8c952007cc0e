/** Keys that belong together, by pairs that do (union-find, with paths halved). */
export class Unions {
  readonly #parent = new Map<string, string>();
  readonly #joined = new Set<string>();

  /** Keys that were named so far. */
  get size(): number {
    return this.#parent.size;
  }

  join(a: string, b: string): void {
    const first = this.root(a);
    const second = this.root(b);
    this.#joined.add(a).add(b);
    if (first !== second) this.#parent.set(second, first);
  }

  /** The same for all keys that belong together. Names the key where it is new. */
  root(key: string): string {
    let at = key;
    for (;;) {
      const up = this.#parent.get(at);
      if (up === undefined) this.#parent.set(at, at);
      if (up === undefined || up === at) return at;
      const further = this.#parent.get(up) ?? up;
      this.#parent.set(at, further);
      at = further;
    }
  }

  /** `root` of a key that was named, undefined of another. */
  find(key: string): string | undefined {
    return this.#parent.has(key) ? this.root(key) : undefined;
  }

  /** Nothing was joined to it. */
  isAlone(key: string): boolean {
    return !this.#joined.has(key);
  }
}
