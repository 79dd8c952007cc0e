/**
 * A data set that is small enough to hold: an Identifier, the attributes of an N-CREATE, the part of
 * an image that is not pixel data. Elements stay in the order they came in.
 */
import { elementByKeyword } from "../dictionary/elements.ts";
import { type CharacterSet, characterSet, DEFAULT_CHARACTER_SET } from "./character_set.ts";
import type { DataElement } from "./element.ts";
import { elementNumbers, elementStrings } from "./element_value.ts";
import { creatorTag, isPrivate, isPrivateCreator, parseTag } from "./tag.ts";

const SPECIFIC_CHARACTER_SET = 0x00080005;
const SMALL = 16;

export class DataSet {
  /** As they came; tags ascend in what a conformant writer makes. */
  readonly elements: readonly DataElement[];
  /** The item's end was given by a delimiter; false for a data set that is no item. */
  readonly undefinedLength: boolean;
  readonly #outer: DataSet | undefined;
  #byTag: Map<number, DataElement> | undefined;
  #indexed = 0;
  #characterSet: CharacterSet | undefined;

  constructor(
    elements: readonly DataElement[],
    options: { outer?: DataSet | undefined; undefinedLength?: boolean } = {},
  ) {
    this.elements = elements;
    this.#outer = options.outer;
    this.undefinedLength = options.undefinedLength ?? false;
  }

  /** Specific Character Set of this data set, or of the one around it (PS3.3 C.12.1.1.2). */
  get characterSet(): CharacterSet {
    if (this.#characterSet !== undefined) return this.#characterSet;
    // once for each item: not worth an index
    const element = this.#first(SPECIFIC_CHARACTER_SET);
    const set =
      element?.kind === "value"
        ? characterSet(elementStrings(element, DEFAULT_CHARACTER_SET))
        : (this.#outer?.characterSet ?? DEFAULT_CHARACTER_SET);
    this.#characterSet = set;
    return set;
  }

  /**
   * The element of a tag, or of a path such as "ReferencedStudySequence[0].StudyInstanceUID",
   * "00081110.0020000D". Without an index the first item is meant. The first one, where a tag
   * comes twice. Undefined where any part of the path is not there.
   */
  element(path: number | string): DataElement | undefined {
    return typeof path === "number" ? this.#find(path) : this.#resolve(path)?.element;
  }

  /** Text of all values; empty where the element is absent, empty, or not text. */
  strings(path: number | string): readonly string[] {
    const found =
      typeof path === "number"
        ? { element: this.element(path), holder: this }
        : this.#resolve(path);
    if (found?.element?.kind !== "value") return [];
    return elementStrings(found.element, found.holder.characterSet);
  }

  /** Text of the first value; undefined where there is none. */
  text(path: number | string): string | undefined {
    const value = this.strings(path)[0];
    return value === "" ? undefined : value;
  }

  /** Numbers of all values of US, FD, DS, IS and the like; empty where there are none. */
  numbers(path: number | string): readonly number[] {
    const element = this.element(path);
    return element?.kind === "value" ? elementNumbers(element).map(Number) : [];
  }

  number(path: number | string): number | undefined {
    return this.numbers(path)[0];
  }

  /** Items of a sequence; empty where it is absent or no sequence. */
  items(path: number | string): readonly DataSet[] {
    const element = this.element(path);
    return element?.kind === "sequence" ? element.items : [];
  }

  has(path: number | string): boolean {
    return this.element(path) !== undefined;
  }

  /** The private creator that reserved the block of a private element (PS3.5 7.8.1). */
  privateCreator(tag: number): string | undefined {
    if (!isPrivate(tag) || isPrivateCreator(tag)) return undefined;
    return this.text(creatorTag(tag));
  }

  #resolve(path: string): { element: DataElement | undefined; holder: DataSet } | undefined {
    let holder: DataSet = this;
    const steps = path.split(".");
    for (const [at, step] of steps.entries()) {
      const found = /^([^[\]]+)(?:\[(\d+)\])?$/.exec(step);
      if (found === null) return undefined;
      const name = found[1] ?? "";
      const tag = parseTag(name) ?? elementByKeyword(name)?.tag;
      if (tag === undefined) return undefined;
      const element = holder.element(tag);
      if (at === steps.length - 1) return { element, holder };
      if (element?.kind !== "sequence") return undefined;
      const item = element.items[Number(found[2] ?? 0)];
      if (item === undefined) return undefined;
      holder = item;
    }
    return undefined;
  }

  /** Most items have a handful of elements, for which a map is not worth making. */
  #find(tag: number): DataElement | undefined {
    return this.elements.length > SMALL ? this.#index().get(tag) : this.#first(tag);
  }

  #first(tag: number): DataElement | undefined {
    for (const element of this.elements) if (element.tag === tag) return element;
    return undefined;
  }

  #index(): Map<number, DataElement> {
    this.#byTag ??= new Map();
    for (; this.#indexed < this.elements.length; this.#indexed++) {
      const element = this.elements[this.#indexed] as DataElement;
      if (!this.#byTag.has(element.tag)) this.#byTag.set(element.tag, element);
    }
    return this.#byTag;
  }
}
