/**
 * Summaries of associations that a list knows of and nobody looks at now: many of them packed and
 * compressed together. They are alike, so 100,000 of them take some 5 MB instead of some 500 as
 * objects.
 *
 * Rule: a summary that was kept can always be read again; it needs no file, which may be gone.
 * Rule: what is kept goes when the entries that it was given to are gone, by groups: those of one
 * group came one after another, so they are of one time.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { unpackValue } from "../../capture/msgpack.ts";
import { BoundedMap } from "../../observe/service/bounded_map.ts";

/** Reads what was kept. */
export interface KeptSummary {
  read(): unknown;
}

/** One that stands alone and is not compressed. */
export function heldSummary(octets: Uint8Array): KeptSummary {
  return { read: () => unpackValue(octets) };
}

/** Octets of summaries in one group. */
const GROUP_SIZE = 65_536;

/** Groups that stay unpacked, those that were read last. */
const MAX_UNPACKED = 16;

const MAX_NAMES = 10_000;

export class SummaryShelf {
  readonly #unpacked = new BoundedMap<Group, Uint8Array>(MAX_UNPACKED);
  readonly #names = new Map<string, string>();
  #group = new Group();

  /** The same text for the same text: 100,000 associations are of a few AEs. */
  name(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    this.#names.set(text, text);
    return text;
  }

  /** `octets`: one MessagePack value, as the index has it. They are copied. */
  keep(octets: Uint8Array): KeptSummary {
    if (this.#group.size + octets.length > GROUP_SIZE) {
      this.#group.compress();
      this.#group = new Group();
    }
    return new Kept(this, this.#group, this.#group.add(octets));
  }

  /** Of all that is in a group. */
  octetsOf(group: Group): Uint8Array {
    if (!group.compressed) return group.octets();
    const octets = this.#unpacked.get(group) ?? group.octets();
    this.#unpacked.set(group, octets);
    return octets;
  }
}

class Kept implements KeptSummary {
  readonly #shelf: SummaryShelf;
  readonly #group: Group;
  /** In its group. */
  readonly #number: number;

  constructor(shelf: SummaryShelf, group: Group, number: number) {
    this.#shelf = shelf;
    this.#group = group;
    this.#number = number;
  }

  read(): unknown {
    const [from, to] = this.#group.placeOf(this.#number);
    return unpackValue(this.#shelf.octetsOf(this.#group).subarray(from, to));
  }
}

/** Grows to `GROUP_SIZE`, or holds a single summary that is longer. Then it is compressed. */
class Group {
  size = 0;
  compressed = false;
  #octets: Uint8Array = new Uint8Array(1_024);
  /** Where each summary ends. */
  readonly #ends: number[] = [];

  add(octets: Uint8Array): number {
    const end = this.size + octets.length;
    if (end > this.#octets.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#octets.length));
      larger.set(this.#octets.subarray(0, this.size));
      this.#octets = larger;
    }
    this.#octets.set(octets, this.size);
    this.size = end;
    return this.#ends.push(end) - 1;
  }

  compress(): void {
    const packed = deflateRawSync(this.#octets.subarray(0, this.size), { level: 1 });
    this.#octets = new Uint8Array(packed); // not a view of what zlib took more of
    this.compressed = true;
  }

  octets(): Uint8Array {
    if (!this.compressed) return this.#octets.subarray(0, this.size);
    return inflateRawSync(this.#octets, { maxOutputLength: Math.max(1, this.size) });
  }

  placeOf(number: number): readonly [from: number, to: number] {
    return [this.#ends[number - 1] ?? 0, this.#ends[number] ?? 0];
  }
}
