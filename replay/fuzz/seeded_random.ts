/** Choices that are the same for the same seed, on every runtime. */

export class SeededRandom {
  #state: number;

  /** `seed`: any text; `stream`: choices of their own for each case of a run. */
  constructor(seed: string, stream: number) {
    // FNV-1a over both; xorshift must not begin with 0.
    let hash = 0x811c9dc5;
    for (const character of `${seed}\n${stream}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
    }
    this.#state = hash === 0 ? 1 : hash;
    for (let round = 0; round < 8; round++) this.below(2);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return Math.floor(((this.#state >>> 0) / 0x1_0000_0000) * limit);
  }

  /** One of a list, which has one at least. */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("Cannot pick from an empty list");
    return list[this.below(list.length)] as T;
  }
}
