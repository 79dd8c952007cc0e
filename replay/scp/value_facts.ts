/**
 * A data set as facts to compare by meaning: normalised values by path, "PatientID",
 * "ScheduledProcedureStepSequence[0].Modality". What does not change the meaning is gone: padding,
 * encoding, VR, order of elements.
 *
 * Rule: (0008,0005) is encoding, never a fact (PS3.4 C.2.2.2); group lengths neither (PS3.5 7.2).
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement, ValueElement } from "../../src/dataset/element.ts";
import { isPatientElement } from "../../src/dataset/patient_elements.ts";
import { nameOf } from "../compare/ignore_rules.ts";
import { typed, valueMeaning } from "../compare/value_meaning.ts";

export interface Fact {
  /** Empty where the element has no value. */
  readonly value: string;
  /** Of a name: the same in any case (PS3.4 C.2.2.2.1 leaves it to the SCP). */
  readonly anyCase?: string;
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
      const value = normalised(level, element);
      const anyCase = vr === "PN" ? { anyCase: value.toLowerCase() } : {};
      facts.set(path, { value, ...anyCase, isPatient: masked });
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

/** As replay compares values everywhere, and what makes no difference to a key besides. */
function normalisedValue(level: DataSet, element: ValueElement): string {
  const known = typed(element);
  const { text } = valueMeaning(known, level);
  const values = text.split("\\").map((value) => value.trim());
  switch (known.vr) {
    case "UI": // a list of UIDs is a set (PS3.4 C.2.2.2.2)
      return [...new Set(values)].sort().join("\\");
    case "DA":
    case "TM":
    case "DT":
      return values.map(normalisedRange).join("\\");
    default:
      return values.join("\\");
  }
}

/** From a time to the same time is that time. */
function normalisedRange(text: string): string {
  const [from, to, ...more] = text.split("-").map((part) => part.trim());
  return more.length === 0 && from !== "" && from === to ? (from ?? "") : text;
}

const SPECIFIC_CHARACTER_SET = 0x00080005;
