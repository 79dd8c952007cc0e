/**
 * Values of a data set for a sentence: shortened, and masked where they tell who a patient is.
 */
import type { DataSet } from "../dataset/data_set.ts";
import type { DataElement } from "../dataset/element.ts";
import { elementStrings } from "../dataset/element_value.ts";
import { isPatientElement } from "../dataset/patient_elements.ts";
import { hexTag } from "../dataset/tag.ts";
import { elementByTag } from "../dictionary/elements.ts";

/** Longer values end in an ellipsis. A UID has 64 characters. */
const MAX_VALUE = 64;

/** Matching keys that are told; the rest is counted. */
const MAX_KEYS = 6;

/** Items of one sequence that are looked through. */
const MAX_ITEMS = 1_000;

/** Sequences inside sequences that are followed. */
const MAX_DEPTH = 8;

/** What is not a matching key: Specific Character Set, Query/Retrieve Level, timezone. */
const NO_KEYS: ReadonlySet<number> = new Set([0x00080005, 0x00080052, 0x00080201]);

/** The value for a sentence; undefined where it is absent or empty. */
export function shownValue(
  data: DataSet,
  element: DataElement | undefined,
  options: { readonly showPatient: boolean },
): string | undefined {
  if (element?.kind !== "value") return undefined;
  const text = elementStrings(element, data.characterSet).join("\\");
  if (text === "") return undefined;
  // what matches everything says nothing about anybody
  const masked = !options.showPatient && text !== "*" && isPatientElement(element.tag, element.vr);
  return masked ? "***" : shortened(text);
}

/** `PatientID=***`, `StudyDate=20260101-`: elements with a value, those of sequences included. */
export function matchingKeys(data: DataSet, options: { readonly showPatient: boolean }): string[] {
  const keys: string[] = [];
  let more = 0;
  const collect = (level: DataSet, depth: number): void => {
    for (const element of level.elements) {
      if (NO_KEYS.has(element.tag) || (element.tag & 0xffff) === 0) continue;
      if (element.kind === "sequence" && depth < MAX_DEPTH) {
        for (const item of element.items.slice(0, MAX_ITEMS)) collect(item, depth + 1);
      }
      const value = shownValue(level, element, options);
      if (value === undefined) continue;
      if (keys.length < MAX_KEYS) keys.push(`${keywordOf(element.tag)}=${value}`);
      else more++;
    }
  };
  collect(data, 0);
  if (more > 0) keys.push(`${more} more ${more === 1 ? "key" : "keys"}`);
  return keys;
}

/** Text of an element wherever it stands, through sequences; `limit` values at most. */
export function everywhere(data: DataSet, tag: number, limit: number): string[] {
  const found: string[] = [];
  const collect = (level: DataSet, depth: number): void => {
    for (const element of level.elements) {
      if (found.length >= limit) return;
      if (element.tag === tag) found.push(...level.strings(tag).filter((text) => text !== ""));
      if (element.kind === "sequence" && depth < MAX_DEPTH) {
        for (const item of element.items) collect(item, depth + 1);
      }
    }
  };
  collect(data, 0);
  return found.slice(0, limit);
}

export function shortened(text: string, width = MAX_VALUE): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function keywordOf(tag: number): string {
  const keyword = elementByTag(tag)?.keyword ?? "";
  return keyword === "" ? hexTag(tag) : keyword;
}
