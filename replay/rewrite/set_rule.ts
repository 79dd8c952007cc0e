/**
 * "FILTER/Keyword=value": what is set in the messages that a filter holds of. After mitmproxy's
 * modification patterns, with the filter language of `show` and the assignments of `send`.
 *
 *     ~m C-STORE/PatientID=LOAD${counter}
 *     ~calling CT1 ~m C-FIND-RQ/ScheduledProcedureStepSequence[0].Modality=MR
 *     Priority=1
 *
 * Templates: `${counter}` counts the messages that the rule held of, `${repeat}` is the number of the
 * repetition, both from 1; `${uuid}` is another one for each message, the same for the same seed; the
 * name of a column is its value in the repetition's row (value_table.ts).
 */
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import type { CommandValue } from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { type Filter, filterErrorLines, isFilterError } from "../../src/filter/filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { type Assignment, AssignmentError, readAssignment } from "../../src/service/assignments.ts";

export interface SetRule {
  readonly typed: string;
  readonly filter: Filter;
  readonly target: SetTarget;
  /** With its templates. */
  readonly value: string;
}

/** An element of the command set, or a place in the data set. */
export type SetTarget =
  | { readonly of: "command set"; readonly keyword: string }
  | { readonly of: "data set"; readonly assignment: Assignment };

/** Throws a RangeError that begins with what was typed. */
export function readSetRule(typed: string): SetRule {
  const { filter, assignment } = splitRule(typed);
  const equals = assignment.indexOf("=");
  const path = equals < 0 ? assignment : assignment.slice(0, equals);
  const value = equals < 0 ? "" : assignment.slice(equals + 1);
  if (commandElementByKeyword(path) !== undefined) {
    if (OURS.has(path)) {
      throw new RangeError(`${typed}: ${path} is made when the message is sent and cannot be set`);
    }
    if (!value.includes("${")) commandValue(path, value); // says now what would be wrong later
    return { typed, filter, target: { of: "command set", keyword: path }, value };
  }
  try {
    const read = readAssignment(assignment);
    return { typed, filter, target: { of: "data set", assignment: read }, value };
  } catch (error) {
    if (error instanceof AssignmentError) throw new RangeError(error.message, { cause: error });
    throw error;
  }
}

/** The value of a command element as typed: a number, tags between backslashes, or text. */
export function commandValue(keyword: string, typed: string): CommandValue {
  const entry = commandElementByKeyword(keyword);
  if (entry === undefined || typed === "") return null;
  const values = typed.split("\\");
  const numbers = entry.vr === "US" || entry.vr === "UL";
  const read = numbers ? values.map((value) => readNumber(keyword, value)) : values;
  const value = entry.vm === "1-n" ? (read as number[] | string[]) : (read[0] ?? null);
  encodeCommandSet({ [keyword]: value }); // throws a RangeError for what does not fit
  return value;
}

export interface Templates {
  readonly counter: number;
  readonly repeat: number;
  readonly uuid: string;
  /** Of the repetition, by column. */
  readonly values: ReadonlyMap<string, string>;
}

/** What is not a template stays as it is typed. */
export function filledIn(value: string, { values, ...templates }: Templates): string {
  const known: ReadonlyMap<string, number | string> = new Map(Object.entries(templates));
  return value.replace(/\$\{(\w+)\}/g, (typed, name: string) =>
    String(known.get(name) ?? values.get(name) ?? typed),
  );
}

/** What the sender makes: a replay with others would be no replay of this message. */
const OURS: ReadonlySet<string> = new Set([
  "CommandGroupLength",
  "CommandField",
  "CommandDataSetType",
  "MessageID",
  "MessageIDBeingRespondedTo",
]);

/** A filter may have "/" in it, and so may a value: the first one that splits well counts. */
function splitRule(typed: string): { readonly filter: Filter; readonly assignment: string } {
  if (looksLikeAssignment(typed)) return { filter: { kind: "all" }, assignment: typed };
  let wrong: string | undefined;
  for (let at = typed.indexOf("/"); at >= 0; at = typed.indexOf("/", at + 1)) {
    const assignment = typed.slice(at + 1);
    if (!looksLikeAssignment(assignment)) continue;
    const filter = parseFilter(typed.slice(0, at));
    if (!isFilterError(filter)) return { filter, assignment };
    wrong ??= filterErrorLines(typed.slice(0, at), filter).join("\n");
  }
  if (wrong !== undefined) throw new RangeError(`${typed}: ${wrong}`);
  throw new RangeError(
    `${typed}: FILTER/Keyword=value is needed, such as "~m C-STORE/PatientID=TEST"`,
  );
}

function looksLikeAssignment(text: string): boolean {
  return /^[A-Za-z0-9,()[\].]+(=|$)/.test(text);
}

function readNumber(keyword: string, typed: string): number {
  const number = /^0x[0-9a-f]+$|^\d+$/i.test(typed) ? Number(typed) : Number.NaN;
  if (Number.isNaN(number)) {
    throw new RangeError(`${keyword}=${typed}: a number is needed, such as 1 or 0x0110`);
  }
  return number;
}
