/**
 * Whether what `--set` gives are values of the element's VR (PS3.5 6.2), told before anything is sent.
 *
 * Rule: what a query may have is taken everywhere: ranges, wild cards, lists of UIDs (PS3.4 C.2.2.2).
 * Which messages a rule holds of is not known before.
 * Rule: templates count as what they give first; of a table the first `MAX_ROWS` rows are looked at.
 * Rule: what a table has for patients is not shown: who typed the rule did not type that.
 */
import { characterSet } from "../../src/dataset/character_set.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import { makeElement } from "../../src/dataset/make_element.ts";
import { isPatientElement } from "../../src/dataset/patient_elements.ts";
import { valueFindings } from "../../src/dataset/value_rules.ts";
import { vrFacts } from "../../src/dataset/vr.ts";
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import { splitValue } from "../../src/service/assignments.ts";
import { commandValue, filledIn, type SetRule } from "./set_rule.ts";
import { type ValueTable, valuesOf } from "./value_table.ts";

const MAX_ROWS = 10_000;

/** Throws a RangeError that begins with what was typed, and names the value, its VR and the section. */
export function checkSetValue(rule: SetRule, table: ValueTable | undefined): void {
  const { typed, target, value } = rule;
  const element = target.of === "command set" ? inCommandSet(target.keyword) : inDataSet(target);
  if (element === undefined || value === "") return;
  if (!value.includes("${")) refuse(wrongValue(value, element), typed);
  else if (table === undefined) refuse(wrongValue(filled(value), element), typed);
  else {
    const hides = element.ofPatient;
    for (let row = 1; row <= Math.min(table.rows.length, MAX_ROWS); row++) {
      const wrong = wrongValue(filled(value, valuesOf(table, row)), { ...element, hides });
      refuse(wrong && `${wrong}, in row ${row} of the values`, typed);
    }
  }
}

interface Place {
  readonly tag: number;
  readonly vr: string;
  readonly ofPatient: boolean;
  /** Of a number or a tag of the command set, which are typed in other ways than in data sets. */
  readonly keyword?: string;
  /** The value is not to be shown. */
  readonly hides?: boolean;
}

function inCommandSet(keyword: string): Place | undefined {
  const entry = commandElementByKeyword(keyword);
  if (entry === undefined) return undefined;
  const { tag, vr } = entry;
  return { tag, vr, ofPatient: false, ...(!isText(vr) && { keyword }) };
}

function isText(vr: string): boolean {
  const kind = vrFacts(vr)?.kind;
  return kind === "text" || kind === "ascii";
}

function inDataSet({
  assignment: { steps },
}: Extract<SetRule["target"], { of: "data set" }>): Place | undefined {
  const last = steps.at(-1);
  if (last === undefined || last.vr === "SQ") return undefined;
  const ofPatient = steps.some(({ tag, vr }) => isPatientElement(tag, vr));
  return { tag: last.tag, vr: last.vr, ofPatient };
}

function filled(value: string, values: ReadonlyMap<string, string> = new Map()): string {
  return filledIn(value, { counter: 1, repeat: 1, uuid: SOME_UUID, values });
}

const SOME_UUID = "00000000-0000-8000-8000-000000000000";

/** In words; undefined where nothing is wrong. */
function wrongValue(value: string, place: Place): string | undefined {
  if (value === "") return undefined;
  const { tag, vr, keyword } = place;
  const shown = place.hides === true ? "***" : `"${value.slice(0, MAX_SHOWN)}"`; // P-05
  if (vrFacts(vr)?.kind === "octets") {
    return `${shown} cannot be a value: VR ${vr} has octets (PS3.5 6.2)`;
  }
  if (keyword === undefined ? isLegal(value, held(value, { tag, vr })) : isTyped(value, keyword)) {
    return undefined;
  }
  const form = FORMS[vr] === undefined ? "" : `: ${FORMS[vr]}`;
  return `${shown} is no value of VR ${vr}${form} (PS3.5 6.2)`;
}

/** Undefined where the VR cannot hold it at all. */
function held(value: string, { tag, vr }: Pick<Place, "tag" | "vr">): DataSet | undefined {
  try {
    const options = { vr, characterSet: UTF_8 };
    return new DataSet([UTF_8_DECLARED, makeElement(tag, splitValue(value, vr), options)]);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isTyped(value: string, keyword: string): boolean {
  try {
    commandValue(keyword, value);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function isLegal(value: string, dataSet: DataSet | undefined): boolean {
  if (dataSet === undefined) return false;
  const mayBeKey = /[*?\\-]|^""$/.test(value);
  return !isWrong(dataSet, false) || (mayBeKey && !isWrong(dataSet, true));
}

function isWrong(dataSet: DataSet, query: boolean): boolean {
  return valueFindings(dataSet, { query }).some(({ id }) => OF_THE_VR.has(id));
}

function refuse(wrong: string | undefined, typed: string): void {
  if (wrong !== undefined) throw new RangeError(`${typed}: ${wrong}`);
}

const UTF_8 = characterSet(["ISO_IR 192"]);
const UTF_8_DECLARED = makeElement(0x00080005, ["ISO_IR 192"], { vr: "CS" });
const OF_THE_VR: ReadonlySet<string> = new Set(["data-set-value-form", "data-set-value-length"]);
const MAX_SHOWN = 80;
/** What is likely to be mistaken, PS3.5 Table 6.2-1. */
const FORMS: Readonly<Record<string, string>> = {
  AE: "at most 16 characters of ASCII",
  AS: "such as 042Y",
  CS: "at most 16 capital letters, digits, spaces and underscores",
  DA: "YYYYMMDD",
  DS: "a number of at most 16 characters",
  DT: "such as 20260203141500",
  IS: "a whole number of at most 12 characters",
  LO: "at most 64 characters",
  PN: "at most 64 characters a group",
  SH: "at most 16 characters",
  TM: "such as 141500",
  UI: "digits and dots, at most 64",
};
