/**
 * Two data sets by what they mean: element by element, through sequences.
 *
 * Rule: an element without a value and one that is not there differ, but not in the answers of a query,
 * where both say that nothing is known (PS3.4 C.2.2.1.3).
 */

import type { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement, ValueElement } from "../../src/dataset/element.ts";
import { isPatientElement } from "../../src/dataset/patient_elements.ts";
import { type BulkHashes, sameBulk } from "./compare_bulk.ts";
import { expectedUid, sameUids, shownUids } from "./compare_uids.ts";
import type { Comparing } from "./comparison.ts";
import { nameOf } from "./ignore_rules.ts";
import { octetMeaning, typed, valueMeaning } from "./value_meaning.ts";

/** A data set with the hashes of what is too long to hold. */
export interface ComparedDataSet {
  readonly dataSet: DataSet;
  readonly bulk?: ReadonlyMap<number, string> | undefined;
}

export interface CompareDataSetOptions {
  /** Before each path: "[2].", "request.". */
  readonly prefix?: string;
  /** No value and no element are the same. */
  readonly emptyIsAbsent?: boolean;
  /** Elements that only the live one has are not looked at: of the recorded one a part is missing. */
  readonly recordedInPart?: boolean;
}

export function compareDataSets(
  recorded: ComparedDataSet,
  live: ComparedDataSet,
  options: CompareDataSetOptions & { readonly comparing: Comparing },
): void {
  const { comparing, prefix = "", emptyIsAbsent = false, recordedInPart = false } = options;
  const both = { recorded: recorded.bulk, live: live.bulk };
  const walk = { comparing, bulk: both, emptyIsAbsent, recordedInPart };
  compareLevel(recorded.dataSet, live.dataSet, { ...walk, prefix, path: "", masked: false });
}

interface Place {
  readonly comparing: Comparing;
  readonly bulk: BulkHashes;
  readonly emptyIsAbsent: boolean;
  readonly recordedInPart: boolean;
  /** With indices, up to this level. */
  readonly prefix: string;
  /** Without indices, for rules. */
  readonly path: string;
  /** Inside of what says who a patient is. */
  readonly masked: boolean;
}

function compareLevel(recorded: DataSet, live: DataSet, place: Place): void {
  const [ones, others] = [byTag(recorded), byTag(live)];
  const tags = new Set(ones.keys());
  if (!place.recordedInPart) for (const tag of others.keys()) tags.add(tag);
  for (const tag of [...tags].sort((a, b) => a - b)) {
    const path = place.path === "" ? nameOf(tag) : `${place.path}.${nameOf(tag)}`;
    if (place.comparing.rules.ignore.element(tag, path)) continue;
    const [one, other] = [ones.get(tag), others.get(tag)];
    const masked =
      !place.comparing.rules.showPhi &&
      (place.masked || isPatientElement(tag, (one ?? other)?.vr ?? ""));
    compareElement(
      { element: one, holder: recorded },
      { element: other, holder: live },
      { ...place, prefix: `${place.prefix}${nameOf(tag)}`, path, masked },
    );
  }
}

interface Side {
  readonly element: DataElement | undefined;
  readonly holder: DataSet;
}

function compareElement(recorded: Side, live: Side, place: Place): void {
  const [one, other] = [recorded.element, live.element];
  if (one === undefined || other === undefined) {
    if (place.emptyIsAbsent && isEmpty(one ?? other)) return;
    tell(recorded, live, place);
  } else if (one.kind === "sequence" || other.kind === "sequence") {
    if (one.kind === "sequence" && other.kind === "sequence") {
      compareItems(one.items, other.items, place);
    } else if (!(isEmpty(one) && isEmpty(other))) tell(recorded, live, place);
  } else if (one.kind === "value" && other.kind === "value") {
    const [a, b] = [typed(one), typed(other)];
    const sides = {
      recorded: { element: a, holder: recorded.holder },
      live: { element: b, holder: live.holder },
    };
    if (!sameValue(sides.recorded, sides.live, place)) tell(sides.recorded, sides.live, place);
  } else if (!sameBulk(one, other, place)) tell(recorded, live, place);
}

function compareItems(recorded: readonly DataSet[], live: readonly DataSet[], place: Place): void {
  if (recorded.length !== live.length) {
    place.comparing.differs(place.prefix, {
      recorded: items(recorded.length),
      got: items(live.length),
    });
  }
  const inOrder = byReference(recorded, live, place) ?? live;
  if (inOrder !== live && inOrder.some((item, at) => item !== live[at])) {
    place.comparing.notes.add(`${place.path} came in another order`);
  }
  for (const [at, item] of recorded.entries()) {
    const other = inOrder[at];
    if (other === undefined) return;
    compareLevel(item, other, { ...place, prefix: `${place.prefix}[${at}].` });
  }
}

/**
 * The live items in the order of the recorded ones, by the instances that they refer to: a list of
 * references is a set (PS3.4 J.3.3). Undefined where they do not refer to the same instances.
 */
function byReference(
  recorded: readonly DataSet[],
  live: readonly DataSet[],
  { comparing }: Place,
): readonly DataSet[] | undefined {
  if (recorded.length < 2 || recorded.length !== live.length) return undefined;
  const byUid = new Map(live.map((item) => [item.text(REFERENCED_SOP_INSTANCE_UID) ?? "", item]));
  if (byUid.size !== live.length || byUid.has("")) return undefined;
  const ordered = recorded.map((item) => {
    const uid = item.text(REFERENCED_SOP_INSTANCE_UID);
    return uid === undefined ? undefined : byUid.get(expectedUid(uid, comparing.uids));
  });
  const paired = new Set(ordered);
  if (paired.has(undefined) || paired.size !== live.length) return undefined;
  return ordered as readonly DataSet[];
}

const REFERENCED_SOP_INSTANCE_UID = 0x00081155;

interface ValueSide {
  readonly element: ValueElement;
  readonly holder: DataSet;
}

function sameValue(recorded: ValueSide, live: ValueSide, place: Place): boolean {
  const one = valueMeaning(recorded.element, recorded.holder);
  const other = valueMeaning(live.element, live.holder);
  if (one.kind !== other.kind) {
    return octetMeaning(recorded.element).text === octetMeaning(live.element).text;
  }
  const { tag, vr } = recorded.element;
  const { comparing } = place;
  if (vr === "UI" && live.element.vr === "UI") {
    return sameUids(valuesOf(one.text), valuesOf(other.text), { tag, ...comparing.uids });
  }
  if (one.text === other.text) return true;
  if (vr !== "AE" && vr !== "DA" && vr !== "DT") return false;
  // a peer that knew of the recorded day or title before the replay gives it as it is
  const { rewriter, association } = comparing.rules;
  return rewriter.expectedText(one.text, { tag, vr, association }) === other.text;
}

function valuesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split("\\");
}

function tell(recorded: Side, live: Side, { comparing, prefix, masked }: Place): void {
  const { element, holder } = recorded;
  const isUid = element?.kind === "value" && element.vr === "UI";
  const was = isUid
    ? shownUids(valuesOf(valueMeaning(element, holder).text), comparing.uids)
    : shown(recorded);
  comparing.differs(prefix, { recorded: was, got: shown(live), masked });
}

function shown({ element, holder }: Side): unknown {
  switch (element?.kind) {
    case undefined:
      return null;
    case "value": {
      const { kind, text } = valueMeaning(element, holder);
      return kind === "number" && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    }
    case "sequence":
      return items(element.items.length);
    case "bulk":
      return `${element.length} octets`;
    case "fragments":
      return `${Math.max(0, element.fragments.length - 1)} fragments`;
    default:
      return element satisfies never;
  }
}

function items(count: number): string {
  return count === 1 ? "1 item" : `${count} items`;
}

function isEmpty(element: DataElement | undefined): boolean {
  if (element?.kind === "value") return element.bytes.length === 0;
  return element?.kind === "sequence" && element.items.length === 0;
}

/** The first of equal tags counts, as everywhere. */
function byTag(dataSet: DataSet): Map<number, DataElement> {
  const elements = new Map<number, DataElement>();
  for (const element of dataSet.elements) {
    if (!elements.has(element.tag)) elements.set(element.tag, element);
  }
  return elements;
}
