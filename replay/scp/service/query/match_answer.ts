/**
 * The Identifier of a C-FIND response: the keys of the request with the values of the entity, zero
 * length where it has none (PS3.4 C.2.2.3, C.4.1.1.3.2).
 *
 * - A sequence that was asked by keys gives the items that match, with the attributes that were asked
 *   (C.2.2.2.6); one that was asked as a whole is given as a whole.
 * - Where the entity is several instances that differ in an attribute, it has none of that name.
 * - Values whose sources have different character sets are written in ISO_IR 192.
 */
import { type CharacterSet, characterSet } from "../../../../src/dataset/character_set.ts";
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement, ValueElement } from "../../../../src/dataset/element.ts";
import { makeOctets, makeSequence } from "../../../../src/dataset/make_element.ts";
import { vrFacts } from "../../../../src/dataset/vr.ts";
import {
  type Candidate,
  dataSetCandidate,
  findElement,
  type Held,
  heldStrings,
} from "./candidate.ts";
import { type MatchOptions, matchingItems } from "./match_identifier.ts";
import { wireElement } from "./wire_element.ts";

export interface MatchAnswer {
  readonly identifier: DataSet;
  readonly candidate: Candidate;
  /** Elements that are given whatever the entity has, by tag. */
  readonly given?: ReadonlyMap<number, DataElement>;
}

export function answerOf(match: MatchAnswer, options: MatchOptions = {}): DataSet {
  const held = new Map<number, Held>();
  collect(match, { held, options });
  const set = commonSet([...held.values()]);
  const elements = new Map<number, DataElement>();
  for (const key of match.identifier.elements) {
    if (key.tag === SPECIFIC_CHARACTER_SET || (key.tag & 0xffff) === 0) continue;
    const one = held.get(key.tag);
    elements.set(key.tag, one === undefined ? emptyOf(key) : written(one, set));
  }
  for (const [tag, element] of match.given ?? []) elements.set(tag, element);
  if (set.declared.length > 0) {
    const declared = wireElement(SPECIFIC_CHARACTER_SET, set.declared, { vr: "CS" });
    elements.set(SPECIFIC_CHARACTER_SET, declared);
  }
  return new DataSet([...elements.values()].sort((a, b) => a.tag - b.tag));
}

/** An element of zero length, or a sequence without items. */
export function emptyOf(key: DataElement): DataElement {
  if (key.kind === "sequence" || key.vr === "SQ") return makeSequence(key.tag, []);
  return makeOctets(key.tag, new Uint8Array(0), key.vr);
}

function collect(
  { identifier, candidate, given }: MatchAnswer,
  { held, options }: { held: Map<number, Held>; options: MatchOptions },
): void {
  for (const key of identifier.elements) {
    if (given?.has(key.tag) === true || key.tag === SPECIFIC_CHARACTER_SET) continue;
    const all = candidate.held(key.tag);
    const [one] = all;
    if (one === undefined) continue;
    if (key.kind === "sequence") {
      const [wanted] = key.items;
      const items = all.flatMap((each) => matchingItems(key, each, options));
      const element = makeSequence(
        key.tag,
        items.map((item) => reduced(item, wanted, options)),
      );
      if (items.length > 0) held.set(key.tag, { element, holder: one.holder });
    } else if (
      all.length === 1 &&
      (one.element.kind === "value" || one.element.kind === "sequence")
    ) {
      held.set(key.tag, one);
    }
  }
}

/** The attributes of an item that its key names; all, where it names none. */
function reduced(item: DataSet, wanted: DataSet | undefined, options: MatchOptions): DataSet {
  if (wanted === undefined || wanted.elements.length === 0) return item;
  const elements = wanted.elements.map((key): DataElement => {
    const [one] = dataSetCandidate(item).held(key.tag);
    if (one === undefined) return emptyOf(key);
    if (key.kind !== "sequence") return one.element;
    const items = matchingItems(key, one, options);
    return makeSequence(
      key.tag,
      items.map((inner) => reduced(inner, key.items[0], options)),
    );
  });
  const own = findElement(item, SPECIFIC_CHARACTER_SET);
  if (own !== undefined && !elements.some(({ tag }) => tag === own.tag)) elements.unshift(own);
  return new DataSet(elements, { outer: item });
}

interface TextSet {
  readonly set: CharacterSet;
  /** Values of (0008,0005); none for the default repertoire. */
  readonly declared: readonly string[];
  /** Octets are in it as they are. */
  readonly own: boolean;
}

/** The character set of all that is not ASCII, where that is one; else Unicode. */
function commonSet(all: readonly Held[]): TextSet {
  const sets = new Map<string, CharacterSet>();
  for (const { element, holder } of all) {
    if (!isForeign(element)) continue;
    sets.set(holder.characterSet.terms.join("\\"), holder.characterSet);
  }
  const [first] = sets.values();
  if (first === undefined) return { set: characterSet([]), declared: [], own: true };
  if (sets.size === 1) return { set: first, declared: first.terms, own: true };
  return { set: characterSet([UNICODE]), declared: [UNICODE], own: false };
}

/** Has text beyond the default repertoire, at any depth: ESC, or octets from 80H. */
function isForeign(element: DataElement): boolean {
  if (element.kind === "sequence") {
    return element.items.some((item) => item.elements.some(isForeign));
  }
  if (element.kind !== "value" || vrFacts(element.vr)?.kind !== "text") return false;
  return element.bytes.some((octet) => octet >= 0x80 || octet === 0x1b);
}

function written(held: Held, set: TextSet): DataElement {
  const { element } = held;
  if (set.own || !isForeign(element)) return element;
  if (element.kind === "sequence") {
    const items = element.items.map((item) => {
      const inner = item.elements
        .filter(({ tag }) => tag !== SPECIFIC_CHARACTER_SET)
        .map((one) => written({ element: one, holder: item }, set));
      return new DataSet(inner);
    });
    return makeSequence(element.tag, items);
  }
  const { tag, vr } = element as ValueElement;
  return wireElement(tag, heldStrings(held), { vr, characterSet: set.set });
}

const SPECIFIC_CHARACTER_SET = 0x00080005;
const UNICODE = "ISO_IR 192";
