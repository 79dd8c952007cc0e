/**
 * What a query is held against: anything that has values for a tag. A data set has one element of
 * each; a study in an archive has those of all its instances.
 *
 * Elements are found without an index of their own: an archive holds a hundred thousand data sets,
 * of which a query looks at a few elements each.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { elementNumbers, elementStrings } from "../../../../src/dataset/element_value.ts";

/** An element, and the data set whose character set it is in. */
export interface Held {
  readonly element: DataElement;
  readonly holder: DataSet;
}

export interface Candidate {
  /** All that it has of a tag, each of another value; none that are empty. */
  held(tag: number): readonly Held[];
}

export function dataSetCandidate(dataSet: DataSet): Candidate {
  return {
    held: (tag) => {
      const element = findElement(dataSet, tag);
      return element === undefined || isEmpty(element) ? [] : [{ element, holder: dataSet }];
    },
  };
}

/** The first element of a tag. Tags ascend in a data set (PS3.5 7.1); where they do not, by looking. */
export function findElement({ elements }: DataSet, tag: number): DataElement | undefined {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((elements[middle]?.tag ?? 0) < tag) low = middle + 1;
    else high = middle;
  }
  const found = elements[low];
  return found?.tag === tag ? found : elements.find((element) => element.tag === tag);
}

/** Zero length, an empty sequence, or nothing but padding (PS3.5 6.2). */
export function isEmpty(element: DataElement): boolean {
  switch (element.kind) {
    case "value":
      return element.bytes.every((octet) => octet === 0x20) || isPadding(element.vr, element.bytes);
    case "sequence":
      return element.items.length === 0;
    case "bulk":
    case "fragments":
      return false;
    default:
      return element satisfies never;
  }
}

/** Values as text; none where it is not text or is too long to be at hand. */
export function heldStrings({ element, holder }: Held): readonly string[] {
  return element.kind === "value" ? elementStrings(element, holder.characterSet) : [];
}

export function heldNumbers({ element }: Held): readonly number[] {
  return element.kind === "value" ? elementNumbers(element).map(Number) : [];
}

export function itemsOf(element: DataElement | undefined): readonly DataSet[] {
  return element?.kind === "sequence" ? element.items : [];
}

/** Text of the first value of a tag; undefined where it has none. */
export function textOf(dataSet: DataSet, tag: number): string | undefined {
  const element = findElement(dataSet, tag);
  if (element === undefined) return undefined;
  return heldStrings({ element, holder: dataSet })[0] || undefined;
}

export const NOTHING = new DataSet([]);

function isPadding(vr: string, bytes: Uint8Array): boolean {
  return vr === "UI" && bytes.every((octet) => octet === 0);
}
