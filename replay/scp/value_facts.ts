/**
 * A data set as facts to compare by meaning: normalised values by path, "PatientID",
 * "ScheduledProcedureStepSequence[0].Modality". What does not change the meaning is gone: padding,
 * encoding, VR, order of elements.
 *
 * Rule: (0008,0005) is encoding, never a fact (PS3.4 C.2.2.2); group lengths neither (PS3.5 7.2).
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement, ValueElement } from "../../src/dataset/element.ts";
import { elementStrings } from "../../src/dataset/element_value.ts";
import { isPatientElement } from "../../src/dataset/patient_elements.ts";
import { hexTag } from "../../src/dataset/tag.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";

export interface Fact {
  /** Empty where the element has no value. */
  readonly value: string;
  /** Says who a patient is: masked where it is shown. */
  readonly isPatient: boolean;
}

export type Facts = ReadonlyMap<string, Fact>;

/** Facts that are kept of one data set; an Identifier has some dozens. */
const MAX_FACTS = 10_000;

export function valueFacts(dataSet: DataSet): Facts {
  const facts = new Map<string, Fact>();
  const collect = (level: DataSet, at: string, isPatient: boolean): void => {
    for (const element of level.elements) {
      const { tag, vr } = element;
      if (tag === SPECIFIC_CHARACTER_SET || (tag & 0xffff) === 0) continue;
      if (facts.size >= MAX_FACTS) return;
      const path = `${at}${nameOf(tag)}`;
      const masked = isPatient || isPatientElement(tag, vr);
      facts.set(path, { value: normalised(level, element), isPatient: masked });
      if (element.kind !== "sequence") continue;
      for (const [index, item] of element.items.entries()) {
        collect(item, `${path}[${index}].`, masked);
      }
    }
  };
  collect(dataSet, "", false);
  return facts;
}

/** No value, or one that matches everything: universal matching (PS3.4 C.2.2.2.3 and .4). */
export function isUniversal(value: string): boolean {
  return /^\**$/.test(value);
}

function normalised(level: DataSet, element: DataElement): string {
  switch (element.kind) {
    case "value":
      return normalisedValue(level, element);
    case "bulk":
      return `${element.length} octets`;
    case "fragments":
      return `${element.fragments.length} fragments`;
    case "sequence":
      return "";
    default:
      return element satisfies never;
  }
}

function normalisedValue(level: DataSet, element: ValueElement): string {
  const values = elementStrings(element, level.characterSet).map((text) => text.trim());
  switch (element.vr) {
    case "UI": // a list of UIDs is a set (PS3.4 C.2.2.2.2)
      return [...new Set(values)].sort().join("\\");
    case "PN":
      return values.map(normalisedName).join("\\");
    case "IS":
    case "DS":
      return values.map(normalisedNumber).join("\\");
    case "DA":
    case "TM":
    case "DT":
      return values.map(normalisedRange).join("\\");
    default:
      if (values.length === 0 && element.bytes.length > 0) return `${element.bytes.length} octets`;
      return values.join("\\");
  }
}

/** Empty components and groups at the end say nothing (PS3.5 6.2.1.1). */
function normalisedName(name: string): string {
  return name
    .split("=")
    .map((group) => group.replace(/[\s^]+$/, ""))
    .join("=")
    .replace(/=+$/, "");
}

function normalisedNumber(text: string): string {
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : String(number);
}

/** From a time to the same time is that time. */
function normalisedRange(text: string): string {
  const [from, to, ...more] = text.split("-").map((part) => part.trim());
  return more.length === 0 && from !== "" && from === to ? (from ?? "") : text;
}

function nameOf(tag: number): string {
  const keyword = elementByTag(tag)?.keyword ?? "";
  return keyword === "" ? hexTag(tag) : keyword;
}

const SPECIFIC_CHARACTER_SET = 0x00080005;
