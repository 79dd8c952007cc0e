/**
 * A patient, study, series or instance of an archive, or a row of a list that has no levels (a
 * worklist): what recorded answers to queries said of it, and the instances below it.
 *
 * Its value of an attribute is what the recorded PACS answered; where it did not, what is said of the
 * entities above it; else what the instances below it have, of which each may have another one.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { latin1 } from "../../../../src/latin1.ts";
import {
  type Candidate,
  findElement,
  type Held,
  heldStrings,
  isEmpty,
  NOTHING,
} from "../query/candidate.ts";
import { wireElement } from "../query/wire_element.ts";
import type { RecordedInstance } from "./recorded_instance.ts";

export type EntityLevel = "PATIENT" | "STUDY" | "SERIES" | "IMAGE" | "ITEM";

export interface Kept {
  readonly instance: RecordedInstance;
  readonly attributes: DataSet;
}

/** Answers of one entity that are remembered, the newest ones. */
const MAX_ANSWERS = 8;
/** Values of an attribute that differ among the instances of an entity. */
const MAX_DISTINCT = 1000;

export class Entity implements Candidate {
  readonly level: EntityLevel;
  /** Patient ID, or the UID. */
  readonly key: string;
  readonly children = new Map<string, Entity>();
  parent: Entity | undefined;
  kept: Kept | undefined;
  /** The newest first. */
  #answers: readonly DataSet[] = [];

  constructor(level: EntityLevel, key: string, parent?: Entity) {
    this.level = level;
    this.key = key;
    this.parent = parent;
  }

  addAnswer(answer: DataSet): void {
    const tags = new Set(answer.elements.map(({ tag }) => tag));
    // one that asked for no more is superseded
    const others = this.#answers.filter(
      ({ elements }) => !elements.every(({ tag }) => tags.has(tag)),
    );
    this.#answers = [answer, ...others].slice(0, MAX_ANSWERS);
  }

  held(tag: number): readonly Held[] {
    const own = this.#said(tag);
    if (own !== undefined) return [own];
    if (this.level === "IMAGE" || this.level === "ITEM") {
      const found = this.kept && heldIn(this.kept.attributes, tag);
      if (found !== undefined) return [found];
    }
    for (let above = this.parent; above !== undefined; above = above.parent) {
      const found = above.#said(tag);
      if (found !== undefined) return [found];
    }
    const computed = computedElement(this, tag);
    if (computed !== undefined) return [computed];
    return this.#below(tag);
  }

  /** The instances below, or itself. */
  *instances(): Generator<Kept> {
    if (this.kept !== undefined) yield this.kept;
    for (const child of this.children.values()) yield* child.instances();
  }

  /** How many entities of a level are below. */
  count(level: EntityLevel): number {
    if (this.level === level) return 1;
    let count = 0;
    for (const child of this.children.values()) count += child.count(level);
    return count;
  }

  /** Values of an attribute among the entities below, each once. */
  valuesBelow(tag: number): readonly string[] {
    return [...new Set(this.#below(tag).flatMap(heldStrings))];
  }

  #said(tag: number): Held | undefined {
    for (const answer of this.#answers) {
      const found = heldIn(answer, tag);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #below(tag: number): readonly Held[] {
    const distinct = new Map<string | DataElement, Held>();
    for (const dataSet of this.#sources()) {
      const found = heldIn(dataSet, tag);
      if (found === undefined) continue;
      const { element, holder } = found;
      const key =
        element.kind === "value"
          ? `${holder.characterSet.terms.join()} ${latin1(element.bytes, 0, element.bytes.length)}`
          : element;
      if (!distinct.has(key)) distinct.set(key, found);
      if (distinct.size >= MAX_DISTINCT) break;
    }
    return [...distinct.values()];
  }

  *#sources(): Generator<DataSet> {
    if (this.kept !== undefined) yield this.kept.attributes;
    for (const child of this.children.values()) {
      yield* child.#answers;
      yield* child.#sources();
    }
  }
}

function heldIn(holder: DataSet, tag: number): Held | undefined {
  const element = findElement(holder, tag);
  return element === undefined || isEmpty(element) ? undefined : { element, holder };
}

/** Attributes that are counted or gathered (PS3.4 C.3.4, C.6.1.1), and where an instance is at hand. */
function computedElement(entity: Entity, tag: number): Held | undefined {
  const counted = COUNTS.get(tag);
  if (counted !== undefined) {
    const [level, of] = counted;
    if (entity.level !== level || entity.instances().next().done === true) return undefined;
    return made(tag, "IS", [String(entity.count(of))]);
  }
  const gathered = GATHERED.get(tag);
  if (gathered !== undefined && entity.level === "STUDY") {
    const values = entity.valuesBelow(gathered.from);
    return values.length === 0 ? undefined : made(tag, gathered.vr, values);
  }
  if (tag === INSTANCE_AVAILABILITY && entity.instances().next().done !== true) {
    return made(tag, "CS", ["ONLINE"]);
  }
  return undefined;
}

function made(tag: number, vr: string, values: readonly string[]): Held {
  const element = wireElement(tag, values, { vr });
  return { element, holder: NOTHING };
}

const INSTANCE_AVAILABILITY = 0x00080056;

const COUNTS: ReadonlyMap<number, readonly [level: EntityLevel, of: EntityLevel]> = new Map([
  [0x00201200, ["PATIENT", "STUDY"]],
  [0x00201202, ["PATIENT", "SERIES"]],
  [0x00201204, ["PATIENT", "IMAGE"]],
  [0x00201206, ["STUDY", "SERIES"]],
  [0x00201208, ["STUDY", "IMAGE"]],
  [0x00201209, ["SERIES", "IMAGE"]],
]);

/** Modalities in Study of Modality, SOP Classes in Study of SOP Class UID. */
const GATHERED: ReadonlyMap<number, { readonly from: number; readonly vr: string }> = new Map([
  [0x00080061, { from: 0x00080060, vr: "CS" }],
  [0x00080062, { from: 0x00080016, vr: "UI" }],
]);
