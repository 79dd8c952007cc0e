/** Arguments of operators, each read by its kind. */
import { elementByKeyword } from "../dictionary/elements.ts";
import { nearestKeyword } from "../dictionary/nearest_keyword.ts";
import { parseDurationMs, parseSize } from "../units.ts";
import type { Comparison, Filter, StatusPattern } from "./filter.ts";
import { COMPARISONS, type Operator } from "./operators.ts";
import { readPattern } from "./pattern.ts";

export interface ArgumentError {
  readonly wrong: string;
  readonly hint: string;
  /** Within the argument. */
  readonly position: number;
}

/** The filter of an operator with its argument (`""` where it takes none). */
export function readArgument(operator: Operator, text: string): Filter | ArgumentError {
  const { reads } = operator;
  switch (reads.as) {
    case "pattern": {
      const pattern = readPattern(text);
      if ("wrong" in pattern) return patternError(pattern);
      return { kind: "text", field: reads.field, pattern };
    }
    case "uid":
      if (/^[0-9.]{1,64}$/.test(text)) return { kind: "sop instance", uid: text };
      return refuse(`"${text}" is not a UID`, "A UID is digits and dots: ~sopi 1.2.840.10008.1.1");
    case "context": {
      const id = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
      if (id <= 255) return { kind: "context", id };
      return refuse(
        `"${text}" is not a presentation context ID`,
        "It is a number up to 255: ~pc 3",
      );
    }
    case "status":
      return readStatus(text);
    case "tag":
      return readTag(text);
    case "outcome":
      return { kind: "outcome", is: reads.is };
    case "faulty":
      return { kind: "faulty" };
    case "all":
      return { kind: "all" };
    case "compare":
      return readComparison(operator, text, reads.field);
    case "time": {
      const at = readTime(text);
      if (at !== undefined) return { kind: "time", field: reads.field, at };
      const hint = `Write ${operator.name} 2026-02-03 or ${operator.name} 2026-02-03T14:15:00Z`;
      return refuse(`"${text}" is not a time`, hint);
    }
    default:
      return reads satisfies never;
  }
}

export function patternError({
  wrong,
  position,
}: {
  wrong: string;
  position: number;
}): ArgumentError {
  return { wrong, position, hint: PATTERN_HINT };
}

const PATTERN_HINT =
  "Put the expression in quotes; a backslash before a character takes it as it is.";
const STATUS_HINT =
  "A status is four hexadecimal digits (x for any) or success, warning, failure, cancel, pending.";
const CLASSES = ["success", "warning", "failure", "cancel", "pending"];

function readStatus(text: string): Filter | ArgumentError {
  const patterns: StatusPattern[] = [];
  let position = 0;
  for (const part of text.split("|")) {
    const not = part.startsWith("!");
    const is = not ? part.slice(1) : part;
    const lower = is.toLowerCase();
    // 0xA700 and A700H are how others write it.
    const digits = /^(?:0x)?([\da-fx]{4})h?$/i.exec(is)?.[1]?.toUpperCase().replaceAll("X", "x");
    if (CLASSES.includes(lower)) patterns.push({ not, is: lower });
    else if (digits !== undefined) patterns.push({ not, is: digits });
    else return { wrong: `"${is}" is not a status`, hint: STATUS_HINT, position };
    position += part.length + 1;
  }
  return { kind: "status", patterns };
}

const MAX_PATH = 16;
const TAG_HINT =
  "Write ~tag PatientID=^12, ~tag 0010,0020 or ~tag RequestAttributesSequence.StudyID";

function readTag(text: string): Filter | ArgumentError {
  const sign = text.indexOf("=");
  const before = sign < 0 ? text : text.slice(0, sign);
  const path: number[] = [];
  for (const step of before.split(".")) {
    const [, group, element] = /^([\da-f]{4}),?([\da-f]{4})$/i.exec(step) ?? [];
    const tag =
      group === undefined ? elementByKeyword(step)?.tag : Number.parseInt(`${group}${element}`, 16);
    if (tag === undefined) return noElement(step);
    path.push(tag);
  }
  if (path.length > MAX_PATH) return refuse("the path is too long", TAG_HINT);
  if (sign < 0) return { kind: "tag", path, pattern: undefined };
  const pattern = readPattern(text.slice(sign + 1));
  if ("wrong" in pattern) {
    return patternError({ wrong: pattern.wrong, position: sign + 1 + pattern.position });
  }
  return { kind: "tag", path, pattern };
}

function noElement(step: string): ArgumentError {
  const name = /^(.+)\[[^\]]*\]$/.exec(step)?.[1];
  if (name !== undefined) {
    return refuse(`"${step}" names an item`, `A path looks through all items: write ${name}`);
  }
  const near = nearestKeyword(step);
  const hint = near === undefined ? TAG_HINT : `Did you mean ${near}?`;
  return refuse(`there is no element "${step}"`, hint);
}

function readComparison(
  operator: Operator,
  text: string,
  field: "duration" | "size" | "messages",
): Filter | ArgumentError {
  const example = { duration: ">2s", size: ">10MiB", messages: ">100" }[field];
  const hint = `Write ${operator.name} ${example}; also >= < <= =`;
  const sign = COMPARISONS.find((comparison) => text.startsWith(comparison));
  if (sign === undefined && field !== "messages") {
    return refuse(`"${text}" does not begin with a comparison`, hint);
  }
  const by: Comparison = sign ?? "=";
  const amount = text.slice(sign?.length ?? 0).trim();
  const value = readAmount(field, amount);
  if (value === undefined) return refuse(`"${amount}" is not a ${AMOUNT[field]}`, hint);
  return { kind: "compare", field, by, value };
}

const AMOUNT = { duration: "duration", size: "size", messages: "number" } as const;

function readAmount(field: keyof typeof AMOUNT, text: string): number | undefined {
  if (field === "duration") return parseDurationMs(text);
  if (field === "size") return parseSize(text);
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const TIME =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:[T_ ](\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** ISO 8601, also compact. Without an offset it is UTC, as times in JSON are. */
function readTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] =
    match;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  // The 31st of a month that has 30 days becomes another day: refuse it instead.
  if (!inRange || new Date(at).getUTCDate() !== Number(day) || Number(month) > 12) return undefined;
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
  return at + Math.round(Number(`${second}.${fraction}`) * 1000) - offset;
}

function refuse(wrong: string, hint: string): ArgumentError {
  return { wrong, hint, position: 0 };
}
