/**
 * Finds what has to change in the octets of a data set, element by element, without holding it: new
 * values, elements that are put in, and every length that grows or shrinks with them (PS3.5 7.1, 7.5,
 * and group lengths, 7.2).
 *
 * Why edits of octets and not a data set written anew: everything nobody asked to change stays octet
 * for octet, what is odd about it included, in any transfer syntax and at any length.
 *
 * Rule: a value that was cut, or that is told as bulk, is not read for changes; UIDs are, up to
 * `MAX_GATHERED` octets, as keys have lists of them (PS3.4 C.2.2.2.2).
 */
import { characterSet } from "../../src/dataset/character_set.ts";
import { DataSetReader, type HeadForm } from "../../src/dataset/data_set_reader.ts";
import { type DataSetSink, UNDEFINED_LENGTH } from "../../src/dataset/data_set_sink.ts";
import type { DataSetFinding } from "../../src/dataset/finding.ts";
import { joined } from "../../src/dataset/octets.ts";
import { IMPLICIT_LITTLE, type TransferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { changedElement, type FoundValue, type Head, textOf, vrOf } from "./changed_element.ts";
import { EditLevel } from "./edit_level.ts";
import { type Edit, inOrder } from "./edits.ts";
import { encoded, itemOctets, syntaxOf, u32 } from "./element_octets.ts";
import { type SetElement, type SetLevel, setElement, setItem } from "./set_tree.ts";

export interface EditRules {
  /** The new text of a value of UI, AE, DA or DT; undefined where it stays. Padding is removed. */
  text?(tag: number, vr: string, text: string): string | undefined;
  /** What the user sets. */
  readonly set?: SetLevel | undefined;
}

/** Octets of a value that is gathered to be read for UIDs. */
const MAX_GATHERED = 16 * 2 ** 20;
/** Sequences that came as UN inside of one another; deeper ones stay as they are. */
const MAX_UNKNOWN = 16;
const SPECIFIC_CHARACTER_SET = 0x00080005;

export class EditFinder implements DataSetSink {
  readonly #rules: EditRules;
  readonly #depth: number;
  readonly #edits: Edit[] = [];
  #level: EditLevel;
  readonly #sequences: Sequence[] = [];
  #reader: Pick<DataSetReader, "head" | "position"> | undefined;
  /** Sequences open inside one that is replaced as a whole; nothing in it is looked at. */
  #muted = 0;
  #bulk: { readonly tag: number; readonly vr: string; readonly head: Head } | undefined;
  #gathered: Uint8Array[] | undefined;
  #odd = false;
  #whole = false;

  /** `depth`: sequences that came as UN around it. */
  constructor(
    rules: EditRules,
    { syntax, depth = 0 }: { readonly syntax: TransferSyntax; readonly depth?: number },
  ) {
    this.#rules = rules;
    this.#depth = depth;
    this.#level = new EditLevel({
      syntax: syntaxOf(syntax),
      start: 0,
      characterSet: characterSet([]),
      set: rules.set,
    });
  }

  /** The reader that tells this sink; before it receives anything. */
  attach(reader: Pick<DataSetReader, "head" | "position">): void {
    this.#reader = reader;
  }

  /** In order. */
  get edits(): readonly Edit[] {
    return inOrder(this.#edits);
  }

  /** The data set was understood to its end. */
  get whole(): boolean {
    return this.#whole;
  }

  value(tag: number, vr: string, bytes: Uint8Array, offset: number): void {
    if (this.#muted > 0) return;
    const head = this.#begin(tag, offset);
    const end = offset + bytes.length;
    this.#level.end = end;
    if (tag === SPECIFIC_CHARACTER_SET) {
      this.#level.characterSet = characterSet(textOf(bytes).split("\\"));
    }
    if ((tag & 0xffff) === 0 && bytes.length === 4) {
      this.#level.openGroup(tag >>> 16, { offset, bytes, bigEndian: head.bigEndian }, this.#edits);
      return;
    }
    if (this.#set(tag, head, end)) return;
    if (bytes.length === head.length) this.#change(tag, { vr, bytes, head }, end);
  }

  bulkStart(tag: number, vr: string, offset: number, length: number): void {
    if (this.#muted > 0) return;
    this.#bulk = { tag, vr, head: this.#begin(tag, offset) };
    const uids = this.#rules.text !== undefined && vrOf(tag, vr) === "UI";
    if (uids && length <= MAX_GATHERED) this.#gathered = [];
  }

  piece(bytes: Uint8Array): void {
    this.#gathered?.push(new Uint8Array(bytes));
  }

  bulkEnd(length: number): void {
    const bulk = this.#bulk;
    if (this.#muted > 0 || bulk === undefined) return;
    const { tag, vr, head } = bulk;
    const parts = this.#gathered;
    this.#bulk = undefined;
    this.#gathered = undefined;
    const end = head.start + head.size + length;
    this.#level.end = end;
    if (this.#set(tag, head, end)) return;
    if (parts === undefined || length !== head.length) return;
    this.#change(tag, { vr, bytes: joined(parts), head }, end);
  }

  sequenceStart(tag: number, vr: string, offset: number, length: number): void {
    if (this.#muted > 0) {
      this.#muted++;
      return;
    }
    const head = this.#begin(tag, offset);
    const set = this.#level.set?.children.get(tag);
    if (set?.value !== undefined) {
      this.#muted = 1;
      this.#sequences.push({ head, offset, length, delta: 0, items: 0, end: offset, set });
      return;
    }
    const sequence: Sequence = { head, offset, length, delta: 0, items: 0, end: offset, set };
    // the items of UN have Implicit VR Little Endian in any transfer syntax (6.2.2)
    if (vr === "UN") sequence.syntax = IMPLICIT_LITTLE;
    this.#sequences.push(sequence);
  }

  itemStart(offset: number, length: number): void {
    if (this.#muted > 0) return;
    const sequence = this.#sequences.at(-1) as Sequence;
    const outer = this.#level;
    this.#level = new EditLevel({
      syntax: sequence.syntax ?? outer.syntax,
      start: offset,
      characterSet: outer.characterSet,
      set: sequence.set?.items.get(sequence.items),
      outer,
      item: { offset, length, bigEndian: this.#head().bigEndian },
    });
    sequence.items++;
  }

  itemEnd(): void {
    if (this.#muted > 0) return;
    const level = this.#level;
    this.#insertMissing(level, Number.POSITIVE_INFINITY);
    level.closeGroup(this.#edits);
    const sequence = this.#sequences.at(-1) as Sequence;
    const { item } = level;
    if (item !== undefined) this.#grow(item.offset, item.length, level.delta, item.bigEndian);
    sequence.delta += level.delta;
    sequence.end = this.#position();
    this.#level = level.outer ?? level;
  }

  sequenceEnd(): void {
    if (this.#muted > 1) {
      this.#muted--;
      return;
    }
    const sequence = this.#sequences.pop();
    if (sequence === undefined) return;
    const { head, set } = sequence;
    this.#level.end = this.#position();
    if (this.#muted === 1) {
      this.#muted = 0;
      this.#replaceSet(set as SetElement, head, this.#level.end);
      return;
    }
    this.#appendItem(sequence);
    this.#grow(sequence.offset, sequence.length, sequence.delta, head.bigEndian);
    this.#level.add(sequence.delta);
  }

  fragmentsStart(tag: number, vr: string, offset: number): void {
    if (this.#muted > 0) return;
    this.#bulk = { tag, vr, head: this.#begin(tag, offset) };
  }

  fragmentStart(): void {}
  fragmentEnd(): void {}

  fragmentsEnd(): void {
    const bulk = this.#bulk;
    if (this.#muted > 0 || bulk === undefined) return;
    this.#bulk = undefined;
    this.#level.end = this.#position();
    this.#set(bulk.tag, bulk.head, this.#level.end);
  }

  finding({ id }: DataSetFinding): void {
    // a delimiter is missing or too many: where the level ends is a guess, nothing is put in there
    if (id === "data-set-stray-delimiter" || id === "data-set-not-an-item") this.#odd = true;
  }

  end(_offset: number, whole: boolean): void {
    this.#whole = whole;
    this.#insertMissing(this.#level, Number.POSITIVE_INFINITY);
    this.#level.closeGroup(this.#edits);
  }

  /** An element of the open level begins: what must stand before it is put in. */
  #begin(tag: number, offset: number): Head {
    const form = this.#head();
    const head = { ...form, start: offset - form.size };
    const level = this.#level;
    this.#insertMissing(level, tag, head.start);
    if (level.group?.number !== tag >>> 16) level.closeGroup(this.#edits);
    level.syntax = syntaxOf(form);
    return head;
  }

  #change(tag: number, value: FoundValue, end: number): void {
    const octets = changedElement(tag, value, {
      text: this.#rules.text,
      within: (sequence) => this.#editsWithin(sequence),
    });
    if (octets !== undefined) this.#replace(value.head, end, octets);
  }

  /** Of a sequence that came as UN. */
  #editsWithin(sequence: Uint8Array): readonly Edit[] {
    if (this.#depth >= MAX_UNKNOWN) return [];
    const { text } = this.#rules;
    const options = { syntax: IMPLICIT_LITTLE, depth: this.#depth + 1 };
    const finder = new EditFinder(text === undefined ? {} : { text }, options);
    const reader = new DataSetReader(finder, { ...options, maxFindings: 0 });
    finder.attach(reader);
    reader.receive(sequence);
    reader.end();
    return finder.whole ? finder.edits : [];
  }

  /** What the user sets in the place of an element that is there; false where nothing is set. */
  #set(tag: number, head: Head, end: number): boolean {
    const set = this.#level.set?.children.get(tag);
    if (set === undefined) return false;
    this.#replaceSet(set, head, end);
    return true;
  }

  #replaceSet(set: SetElement, head: Head, end: number): void {
    this.#level.done.add(set);
    this.#declare(set);
    const element = setElement(set, this.#level.characterSet);
    this.#replace(head, end, encoded(element, syntaxOf(head)));
  }

  /** A character set that is set counts for what is set behind it. */
  #declare({ tag, value }: SetElement): void {
    if (tag === SPECIFIC_CHARACTER_SET) this.#level.characterSet = characterSet(value ?? []);
  }

  #replace(head: Head, end: number, bytes: Uint8Array): void {
    this.#edits.push({ start: head.start, end, bytes });
    this.#level.add(bytes.length - (end - head.start));
  }

  /** Elements that are set and not there, of tags below `before`, at `start` or where all ends. */
  #insertMissing(level: EditLevel, before: number, start?: number): void {
    if (level.set === undefined || (start === undefined && this.#odd)) return;
    for (const set of level.set.ascending) {
      if (set.tag > before) break;
      if (level.done.has(set)) continue;
      level.done.add(set);
      if (set.tag === before) continue; // it is there
      this.#declare(set);
      const bytes = encoded(setElement(set, level.characterSet), level.syntax);
      const place = start ?? level.end;
      this.#edits.push({ start: place, end: place, bytes });
      if (level.group?.number === set.tag >>> 16) level.add(bytes.length);
      else level.delta += bytes.length;
    }
  }

  /** An item that is set next to those that are there. */
  #appendItem(sequence: Sequence): void {
    const next = sequence.set?.items.get(sequence.items);
    if (next === undefined || this.#odd) return;
    const { characterSet: set } = this.#level;
    const bytes = itemOctets(setItem(next, set), sequence.syntax ?? this.#level.syntax);
    this.#edits.push({ start: sequence.end, end: sequence.end, bytes });
    sequence.delta += bytes.length;
  }

  /** The length field of a sequence or item, which stands right before `offset`. */
  #grow(offset: number, length: number, delta: number, bigEndian: boolean): void {
    if (delta === 0 || length === UNDEFINED_LENGTH) return;
    this.#edits.push({ start: offset - 4, end: offset, bytes: u32(length + delta, bigEndian) });
  }

  #head(): HeadForm {
    if (this.#reader === undefined) throw new TypeError("Cannot find edits: no reader is attached");
    return this.#reader.head;
  }

  #position(): number {
    return this.#reader?.position ?? 0;
  }
}

interface Sequence {
  readonly head: Head;
  readonly offset: number;
  readonly length: number;
  readonly set: SetElement | undefined;
  delta: number;
  items: number;
  /** Behind its last item. */
  end: number;
  /** Of its items, where it is not that of the level around. */
  syntax?: TransferSyntax;
}
