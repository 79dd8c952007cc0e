/** What is wrong with a capture file: in words, and in which octets. Bounded; the rest is counted. */
import type { Damage } from "../../capture/block_reader.ts";
import { formatSize } from "../../units.ts";

/** Problems of one file that are told. */
const MAX_WORDS = 20;

/** Places of damage that are kept of one file. */
const MAX_DAMAGES = 1_000;

export class FileProblems {
  readonly #words: string[] = [];
  readonly #damages: (readonly [from: number, to: number])[] = [];
  #more = 0;

  /** In words. */
  get told(): readonly string[] {
    return this.#more > 0
      ? [...this.#words, `and ${this.#more} more problems`]
      : this.#words.slice();
  }

  add(text: string): void {
    if (this.#words.length < MAX_WORDS) this.#words.push(text);
    else this.#more += 1;
  }

  damage({ what, length, offset }: Damage): void {
    if (this.#damages.length < MAX_DAMAGES) this.#damages.push([offset, offset + length]);
    this.add(`${what} (${formatSize(length)} at octet ${offset})`);
  }

  /** Octets that cannot be read, of those between pairs of places in the file. */
  damagedIn(places: readonly number[]): number {
    let octets = 0;
    for (let i = 0; i + 1 < places.length; i += 2) {
      const [from, to] = [places[i] ?? 0, places[i + 1] ?? 0];
      for (const [start, end] of this.#damages) {
        octets += Math.max(0, Math.min(to, end) - Math.max(from, start));
      }
    }
    return octets;
  }
}
