/**
 * Data sets as people type them: `PatientID=12*`, `ScheduledProcedureStepSequence[0].Modality=CT`,
 * `0010,0010=DOE*`, and a keyword alone for an element without a value.
 *
 * Rule: what is typed wins over what was there. Values of an element that can have several are
 * separated by backslashes (PS3.5 6.4). UIDs of SOP classes may be typed by name:
 * `ReferencedSOPSequence[0].ReferencedSOPClassUID=CTImageStorage`.
 */
import type { DataSet } from "../dataset/data_set.ts";
import { dataSetFromJson } from "../dataset/json_input.ts";
import { dataSetToJson, type JsonModel } from "../dataset/json_model.ts";
import { hexTag, parseTag } from "../dataset/tag.ts";
import { vrFacts } from "../dataset/vr.ts";
import { elementByKeyword, elementByTag } from "../dictionary/elements.ts";
import { sopClassUid, transferSyntaxUid } from "./sop_class.ts";

/** More items than anybody types; keeps a slip of the finger from filling memory. */
const MAX_ITEMS = 1000;

/** An assignment that cannot be made; `keyword` is the part of it that PS3.6 does not have. */
export class AssignmentError extends Error {
  override readonly name = "AssignmentError";
  readonly keyword: string | undefined;

  constructor(message: string, keyword?: string) {
    super(message);
    this.keyword = keyword;
  }
}

/** `base` with the assignments made. Throws an `AssignmentError`, which begins with what was typed. */
export function assigned(assignments: readonly string[], base?: DataSet): DataSet {
  const model: JsonModel =
    base === undefined ? {} : dataSetToJson(base, { inlineLimit: Number.POSITIVE_INFINITY });
  try {
    return made(assignments, model);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AssignmentError(blamed(error, assignments));
  }
}

function made(assignments: readonly string[], model: JsonModel): DataSet {
  for (const assignment of assignments) assign(model, assignment);
  return dataSetFromJson(model);
}

/** Which of them it was: the first one without which there is no error. */
function blamed(error: RangeError, assignments: readonly string[]): string {
  for (const [at, assignment] of assignments.entries()) {
    try {
      made(assignments.slice(0, at + 1), {});
    } catch {
      const why = error.message
        .replace(/^Cannot read [^:]*: /, "")
        .replace(/ \(PS3\.18 F\.2\)$/, "");
      return `${assignment}: ${why}`;
    }
  }
  return error.message;
}

/** The tag of "PatientID", "0010,0020" or "(0010,0020)"; undefined for anything else. */
export function tagOf(text: string): number | undefined {
  return parseTag(text) ?? elementByKeyword(text)?.tag;
}

/** What is typed on both sides of "=": "Seq[0].Keyword=value". */
export interface Assignment {
  readonly path: string;
  /** From outside in. */
  readonly steps: readonly AssignmentStep[];
  /** Empty where none is typed. */
  readonly value: string;
}

export interface AssignmentStep {
  readonly tag: number;
  readonly vr: string;
  /** Of an item; undefined where none is typed. */
  readonly index: number | undefined;
}

/** Throws an `AssignmentError`. */
export function readAssignment(assignment: string): Assignment {
  const equals = assignment.indexOf("=");
  const path = equals < 0 ? assignment : assignment.slice(0, equals);
  const value = equals < 0 ? "" : assignment.slice(equals + 1);
  const steps = path.split(".").map((step) => readStep(step, assignment));
  for (const [at, { vr, index }] of steps.entries()) {
    const isElement = at === steps.length - 1 && index === undefined;
    if (isElement && vr === "SQ" && value !== "") {
      throw new AssignmentError(`${assignment}: a sequence has items, such as ${path}[0].Keyword`);
    }
    if (!isElement && vr !== "SQ") {
      throw new AssignmentError(`${assignment}: VR ${vr} has no items`);
    }
  }
  return { path, steps, value };
}

/** The values of an element: several where its VR has them (PS3.5 6.4). */
export function splitValue(value: string, vr: string): string[] {
  return vrFacts(vr)?.multiple === true ? value.split("\\") : [value];
}

function assign(model: JsonModel, assignment: string): void {
  const { steps, value } = readAssignment(assignment);
  let holder = model;
  for (const [at, { tag, index, vr }] of steps.entries()) {
    const key = hexTag(tag);
    if (at === steps.length - 1 && index === undefined) {
      const values = value === "" ? [] : splitValue(value, vr);
      const typed = vr === "UI" ? values.map((one) => uidTyped(one, assignment)) : values;
      holder[key] = { vr, ...(typed.length > 0 && { Value: typed }) };
      return;
    }
    holder = itemOf(holder, { key, index: index ?? 0, assignment });
  }
}

/** A UID may be typed by its name: SOP classes and transfer syntaxes. Queries have wild cards, too. */
function uidTyped(text: string, assignment: string): string {
  if (/^[0-9.*?]*$/.test(text)) return text;
  const uid = sopClassUid(text) ?? transferSyntaxUid(text);
  if (uid !== undefined) return uid;
  const what = `"${text}" is neither a UID nor the name of a SOP class or transfer syntax`;
  throw new AssignmentError(`${assignment}: ${what}`);
}

function readStep(step: string, assignment: string): AssignmentStep {
  const found = /^([^[\]]+?)(?:\[(\d{1,4})\])?$/.exec(step);
  const name = found?.[1] ?? "";
  const tag = tagOf(name);
  if (found === null || tag === undefined) {
    const what = `"${name || step}" is neither a keyword of PS3.6 nor a tag`;
    throw new AssignmentError(`${assignment}: ${what}`, name);
  }
  if (tag >>> 16 === 0 || tag >>> 16 === 2) {
    throw new AssignmentError(`${assignment}: group ${hexTag(tag).slice(0, 4)} is in no data set`);
  }
  const printed = elementByTag(tag)?.vr;
  if (printed === undefined) {
    throw new AssignmentError(`${assignment}: PS3.6 gives no VR; use --data with a JSON file`);
  }
  const vr = printed === "OB/OW" ? "OW" : printed.slice(0, 2);
  return { tag, vr, index: found[2] === undefined ? undefined : Number(found[2]) };
}

function itemOf(
  holder: JsonModel,
  { key, index, assignment }: { key: string; index: number; assignment: string },
): JsonModel {
  holder[key] ??= { vr: "SQ" };
  const attribute = holder[key];
  attribute.Value ??= [];
  const items = attribute.Value;
  if (index > items.length || index >= MAX_ITEMS) {
    throw new AssignmentError(`${assignment}: item ${index} comes before item ${items.length}`);
  }
  items[index] ??= {};
  return items[index] as JsonModel;
}
