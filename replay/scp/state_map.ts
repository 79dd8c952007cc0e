/** Places where services keep what they remember, one object a class: `state.of(FilmSessions, make)`. */

export class StateMap {
  readonly #places = new Map<Kind<object>, object>();

  /** The object of that class; made when it is first asked for. */
  of<T extends object>(kind: Kind<T>, make: () => T): T {
    const found = this.#places.get(kind);
    if (found instanceof kind) return found;
    const made = make();
    this.#places.set(kind, made);
    return made;
  }
}

type Kind<T> = abstract new (...args: never[]) => T;
