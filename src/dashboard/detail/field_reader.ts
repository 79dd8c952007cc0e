/**
 * Walks over the octets of a PDU and notes each field with its place, as the standard names it.
 *
 * Rule: never fails. A field of which octets are missing has those that are there; what no field
 * takes is one of its own.
 */
import { escapeControls } from "../../escape.ts";
import { latin1 } from "../../latin1.ts";
import type { PduField } from "../api_types.ts";

/** Fields of one PDU: more than the largest one that means something has. */
const MAX_FIELDS = 20_000;

/** Characters of a value. */
const MAX_TEXT = 300;

export interface FieldFacts {
  readonly value?: string;
  readonly words?: string | null;
  readonly section?: string;
  readonly fields?: readonly PduField[];
}

interface FieldRange {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

export class FieldReader {
  readonly fields: PduField[] = [];
  /** How many groups it is inside of. */
  readonly depth: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #budget: { left: number };
  #at: number;

  constructor(
    bytes: Uint8Array,
    range: FieldRange = { from: 0, to: bytes.length, depth: 0 },
    budget = { left: MAX_FIELDS },
  ) {
    this.depth = range.depth;
    this.#bytes = bytes;
    this.#at = range.from;
    this.#end = Math.min(range.to, bytes.length);
    this.#budget = budget;
  }

  get at(): number {
    return this.#at;
  }

  /** Octets that are left; none when there are too many fields. */
  get left(): number {
    return this.#budget.left <= 0 ? 0 : Math.max(0, this.#end - this.#at);
  }

  /** A number of 1, 2 or 4 octets, big endian. */
  number(name: string, length: 1 | 2 | 4, facts?: (value: number) => FieldFacts): number {
    const offset = this.#at;
    let value = 0;
    const octets = this.#take(length);
    for (const octet of octets) value = value * 256 + octet;
    const text = octets.length < length ? "(cut off)" : String(value);
    this.#add(name, { offset, length: octets.length }, { value: text, ...facts?.(value) });
    return value;
  }

  /** Text of ISO 646, without the blanks and NULs that pad it. */
  text(name: string, length: number, facts?: (value: string) => FieldFacts): string {
    const offset = this.#at;
    const octets = this.#take(length);
    const value = latin1(octets, 0, octets.length).replace(/[\0 ]+$/, "");
    const shown = escapeControls(value.slice(0, MAX_TEXT));
    this.#add(name, { offset, length: octets.length }, { value: shown, ...facts?.(value) });
    return value;
  }

  /** Octets as they are. */
  octets(name: string, length: number, facts: FieldFacts = {}): void {
    const offset = this.#at;
    const octets = this.#take(length);
    const shown = Array.from(octets.subarray(0, 16), (octet) =>
      octet.toString(16).padStart(2, "0"),
    );
    const value = `${shown.join(" ")}${octets.length > 16 ? " ..." : ""}`;
    this.#add(name, { offset, length: octets.length }, { value, ...facts });
  }

  /** A field that is made of others, which `read` takes from it. */
  group(name: string, length: number, read: (inner: FieldReader) => FieldFacts): void {
    const offset = this.#at;
    const to = Math.min(this.#end, offset + length);
    const inner = new FieldReader(
      this.#bytes,
      { from: offset, to, depth: this.depth + 1 },
      this.#budget,
    );
    const facts = read(inner);
    inner.rest("trailing octets");
    this.#at = to;
    this.#add(name, { offset, length: to - offset }, { fields: inner.fields, ...facts });
  }

  /** What is left, where something is. */
  rest(name: string, facts: FieldFacts = {}): void {
    if (this.#end > this.#at) this.octets(name, this.#end - this.#at, facts);
  }

  /** The next octets, which stay to be read. */
  peek(offset: number): number {
    const at = this.#at + offset;
    return at < this.#end ? (this.#bytes[at] ?? 0) : 0;
  }

  #take(length: number): Uint8Array {
    const to = Math.min(this.#end, this.#at + length);
    const octets = this.#bytes.subarray(this.#at, to);
    this.#at = to;
    return octets;
  }

  #add(
    name: string,
    place: { readonly offset: number; readonly length: number },
    { value, words, section, fields }: FieldFacts,
  ): void {
    this.#budget.left -= 1;
    if (this.#budget.left < 0) return;
    this.fields.push({
      name,
      ...place,
      value: value ?? null,
      words: words ?? null,
      ...(section === undefined ? {} : { section }),
      ...(fields === undefined ? {} : { fields }),
    });
  }
}
