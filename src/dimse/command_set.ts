/**
 * A command set out of its octets: implicit VR little endian, group 0000H (PS3.7 6.3.1).
 *
 * Rule: never throws, whatever the octets are. `problems` tells what cannot be read; what can be
 * read but breaks a rule (order, group, group length, fields that are missing) is no problem here:
 * `elements` keeps the order of the wire, and the rules of src/observe look at that.
 *
 * Rule: the first of two equal tags counts in `values`.
 */

import { latin1 } from "../latin1.ts";
import { ProtocolError } from "../protocol_error.ts";
import {
  type CommandElementEntry,
  commandElement,
  hexTag,
  printTag,
} from "./command_dictionary.ts";

/** US, UL: number. AT: ["00100010"]. Text without padding. null: no value, or it cannot be read. */
export type CommandValue = number | string | readonly number[] | readonly string[] | null;

export interface CommandElement {
  /** 0x00000100 for (0000,0100). */
  readonly tag: number;
  /** Keyword of PS3.7 Annex E; undefined for a tag that has none there. */
  readonly keyword: string | undefined;
  /** VR of the table; "UN" for a tag that has none there. */
  readonly vr: CommandElementEntry["vr"] | "UN";
  /** Where the value begins, counted from the first octet of the command set. */
  readonly offset: number;
  /** As declared on the wire. */
  readonly length: number;
  /** The octets of the value that are there: a view, as long as `length` unless it overruns. */
  readonly view: Uint8Array;
  readonly value: CommandValue;
}

export interface CommandSet {
  readonly elements: readonly CommandElement[];
  /** By keyword, or "GGGGEEEE" for a tag without one. */
  readonly values: Readonly<Record<string, CommandValue>>;
  readonly problems: readonly ProtocolError[];
}

/** More than any message has; what comes behind is not read (one problem says so). */
const MAX_ELEMENTS = 4096;
/** Of an unknown element's octets, so many are shown as hexadecimal text. */
const MAX_UNKNOWN = 256;
const MAX_PROBLEMS = 32;

/** `offset`: where these octets begin in the AE's stream, for the problems' offsets. */
export function readCommandSet(bytes: Uint8Array, options?: { offset?: number }): CommandSet {
  const start = options?.offset ?? 0;
  const elements: CommandElement[] = [];
  const values: Record<string, CommandValue> = {};
  const problems: ProtocolError[] = [];
  const problem = (message: string, section: string, at: number) => {
    if (problems.length < MAX_PROBLEMS) {
      problems.push(new ProtocolError(message, { section, abortReason: 6, offset: start + at }));
    }
  };

  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    if (left < 8) {
      problem(`Cannot read element header: 8 bytes needed, ${left} left`, "PS3.7 6.3.1", at);
      break;
    }
    if (elements.length === MAX_ELEMENTS) {
      problem(
        `Cannot read on: more than ${MAX_ELEMENTS} elements, ${left} bytes left`,
        "PS3.7 6.3.1",
        at,
      );
      break;
    }
    const tag = (u16(bytes, at) * 0x10000 + u16(bytes, at + 2)) >>> 0;
    const length = u16(bytes, at + 4) + u16(bytes, at + 6) * 0x10000;
    const entry = commandElement(tag);
    const offset = at + 8;
    const end = offset + length;
    const whole = end <= bytes.length;
    if (!whole) {
      const name = entry?.keyword ?? printTag(tag);
      problem(
        `Cannot read ${name}: ${length} bytes needed, ${left - 8} left`,
        "PS3.7 6.3.1",
        offset,
      );
    }
    const view = bytes.subarray(offset, whole ? end : bytes.length);
    const value = whole ? readValue(bytes, offset, length, entry) : null;
    if (value === null && whole && length > 0 && entry !== undefined) {
      const unit = UNIT[entry.vr];
      problem(
        `Cannot read ${entry.keyword}: ${length} bytes are not one ${entry.vr} of ${unit}`,
        "PS3.5 6.2",
        offset,
      );
    }
    elements.push({
      tag,
      keyword: entry?.keyword,
      vr: entry?.vr ?? "UN",
      offset,
      length,
      view,
      value,
    });
    const key = entry?.keyword ?? hexTag(tag);
    if (!(key in values)) values[key] = value;
    if (!whole) break;
    at = end;
  }
  return { elements, values, problems };
}

/** The value where it is one number; undefined where it is absent, empty or cannot be read. */
export function numberOf(set: CommandSet, keyword: string): number | undefined {
  const value = set.values[keyword];
  return typeof value === "number" ? value : undefined;
}

/** The value where it is text; undefined where it is absent, empty or cannot be read. */
export function textOf(set: CommandSet, keyword: string): string | undefined {
  const value = set.values[keyword];
  return typeof value === "string" && value !== "" ? value : undefined;
}

const UNIT: Readonly<Record<string, number>> = { US: 2, UL: 4, AT: 4 };

const NUL = 0x00;
const SPACE = 0x20;

function readValue(
  bytes: Uint8Array,
  offset: number,
  length: number,
  entry: CommandElementEntry | undefined,
): CommandValue {
  if (entry === undefined) return hex(bytes.subarray(offset, offset + length));
  if (length === 0) return entry.vm === "1-n" ? [] : null;
  switch (entry.vr) {
    case "US":
      if (entry.vm === "1") return length === 2 ? u16(bytes, offset) : null;
      return length % 2 === 0 ? list(length, 2, (at) => u16(bytes, offset + at)) : null;
    case "UL":
      return length === 4 ? u16(bytes, offset) + u16(bytes, offset + 2) * 0x10000 : null;
    case "AT":
      if (length % 4 !== 0) return null;
      return list(length, 4, (at) =>
        hexTag((u16(bytes, offset + at) * 0x10000 + u16(bytes, offset + at + 2)) >>> 0),
      );
    default: // text: padding is no part of the value (PS3.5 6.2)
      return text(bytes, offset, offset + length, entry.vr !== "LT");
  }
}

function text(bytes: Uint8Array, from: number, to: number, leading: boolean): string {
  let start = from;
  let end = to;
  while (end > start && (bytes[end - 1] === SPACE || bytes[end - 1] === NUL)) end--;
  while (leading && start < end && bytes[start] === SPACE) start++;
  return latin1(bytes, start, end);
}

function list<T>(length: number, unit: number, read: (at: number) => T): T[] {
  const values: T[] = [];
  for (let at = 0; at < length; at += unit) values.push(read(at));
  return values;
}

function hex(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes.subarray(0, MAX_UNKNOWN)) digits += byte.toString(16).padStart(2, "0");
  return bytes.length > MAX_UNKNOWN ? `${digits}…` : digits;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}
