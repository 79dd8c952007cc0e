/** Data sets with other UIDs in the place of some: live ones for recorded ones, or the other way round. */
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { elementStrings } from "../../src/dataset/element_value.ts";
import { wireElement } from "./service/query/wire_element.ts";

const MAX_DEPTH = 16;

/** Undefined: the UID stays. */
export type OtherUid = (uid: string, tag: number) => string | undefined;

/**
 * Every UID put through `other`, at any depth; what PS3.6 defines itself (1.2.840.10008...) is nobody's
 * instance. The same data set where none changes.
 */
export function withOtherUids(dataSet: DataSet, other: OtherUid): DataSet {
  return replaced(dataSet, { other, depth: 0 });
}

/** Those that `withOtherUids` would ask for. */
export function uidsIn(dataSet: DataSet): ReadonlySet<string> {
  const found = new Set<string>();
  withOtherUids(dataSet, (uid) => void found.add(uid));
  return found;
}

function replaced(
  dataSet: DataSet,
  { other, depth }: { readonly other: OtherUid; readonly depth: number },
): DataSet {
  let isChanged = false;
  const elements = dataSet.elements.map((element): DataElement => {
    if (element.kind === "sequence" && depth < MAX_DEPTH) {
      const items = element.items.map((item) => replaced(item, { other, depth: depth + 1 }));
      if (items.every((item, at) => item === element.items[at])) return element;
      isChanged = true;
      return { ...element, items };
    }
    if (element.kind !== "value" || element.vr !== "UI") return element;
    const uids = elementStrings(element, dataSet.characterSet);
    const others = uids.map((uid) => (isInstance(uid) ? (other(uid, element.tag) ?? uid) : uid));
    if (others.every((uid, at) => uid === uids[at])) return element;
    isChanged = true;
    return wireElement(element.tag, others, { vr: "UI" });
  });
  if (!isChanged) return dataSet;
  return new DataSet(elements, { outer: dataSet, undefinedLength: dataSet.undefinedLength });
}

function isInstance(uid: string): boolean {
  return uid !== "" && !uid.startsWith("1.2.840.10008.");
}
