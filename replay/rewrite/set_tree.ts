/**
 * What the user sets in a data set, by the places of the elements: a tree that follows sequences and
 * items, as the data set does.
 */
import type { CharacterSet } from "../../src/dataset/character_set.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { makeElement, makeOctets, makeSequence } from "../../src/dataset/make_element.ts";
import { vrFacts } from "../../src/dataset/vr.ts";
import { type AssignmentStep, splitValue } from "../../src/service/assignments.ts";

/** Elements of a data set or item. */
export interface SetLevel {
  readonly children: ReadonlyMap<number, SetElement>;
  readonly ascending: readonly SetElement[];
}

export interface SetElement {
  readonly tag: number;
  readonly vr: string;
  /** Undefined where items are set: the others of them stay. */
  readonly value: readonly string[] | undefined;
  readonly items: ReadonlyMap<number, SetLevel>;
}

/** Of what is typed the last counts. */
export interface Setting {
  readonly steps: readonly AssignmentStep[];
  readonly value: string;
}

export function setTree(settings: readonly Setting[]): SetLevel {
  const children = new Map<number, SetElement>();
  const byTag = new Map<number, Setting[]>();
  for (const setting of settings) {
    const tag = setting.steps[0]?.tag;
    if (tag === undefined) continue;
    const others = byTag.get(tag);
    if (others === undefined) byTag.set(tag, [setting]);
    else others.push(setting);
  }
  for (const [tag, all] of byTag) children.set(tag, elementOf(tag, all));
  return { children, ascending: [...children.values()].sort((a, b) => a.tag - b.tag) };
}

/** The element alone, for a data set of this character set. Throws a RangeError in words. */
export function setElement(set: SetElement, characterSet: CharacterSet): DataElement {
  const { tag, vr, value } = set;
  if (vr === "SQ") return makeSequence(tag, itemsOf(set, characterSet));
  const kind = vrFacts(vr)?.kind;
  if (value === undefined || kind === "octets") return makeOctets(tag, new Uint8Array(0), vr);
  return makeElement(tag, value, { vr, characterSet });
}

/** An item of what is set in it. */
export function setItem(level: SetLevel, characterSet: CharacterSet): DataSet {
  return new DataSet(level.ascending.map((set) => setElement(set, characterSet)));
}

/** From the first one, as far as there is no hole. */
function itemsOf(set: SetElement, characterSet: CharacterSet): readonly DataSet[] {
  const items: DataSet[] = [];
  for (let item = set.items.get(0); item !== undefined; item = set.items.get(items.length)) {
    items.push(setItem(item, characterSet));
  }
  return items;
}

function elementOf(tag: number, settings: readonly Setting[]): SetElement {
  const vr = settings[0]?.steps[0]?.vr ?? "UN";
  const whole = settings.findLast(isWhole);
  const byItem = new Map<number, Setting[]>();
  for (const setting of settings) {
    if (isWhole(setting)) continue;
    const index = setting.steps[0]?.index ?? 0;
    const inner = { ...setting, steps: setting.steps.slice(1) };
    byItem.set(index, [...(byItem.get(index) ?? []), inner]);
  }
  const items = new Map([...byItem].map(([index, inner]) => [index, setTree(inner)]));
  const value =
    whole === undefined ? undefined : whole.value === "" ? [] : splitValue(whole.value, vr);
  return { tag, vr, value: byItem.size > 0 ? undefined : value, items };
}

/** The element itself, not something in an item of it. */
function isWhole({ steps }: Setting): boolean {
  return steps.length === 1 && steps[0]?.index === undefined;
}
