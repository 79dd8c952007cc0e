/**
 * Octets of a value to text and numbers (PS3.5 6.2, 6.4). Never fails: what cannot be read as its VR
 * gives fewer values or NaN, and the octets are still there.
 */

import {
  asciiText,
  type CharacterSet,
  DEFAULT_CHARACTER_SET,
  decodeText,
  splitValues,
} from "./character_set.ts";
import type { ValueElement } from "./element.ts";
import { hexTag } from "./tag.ts";
import { type VrFacts, vrFacts } from "./vr.ts";

/** Text of each value, padding removed; numbers and tags in their usual notation. */
export function elementStrings(element: ValueElement, set: CharacterSet): readonly string[] {
  const facts = vrFacts(element.vr);
  return facts === undefined ? [] : stringsBy(facts, element, set);
}

/** The same where the facts of its VR are at hand. Three plain arguments: it runs for every element. */
export function stringsBy(
  facts: VrFacts,
  element: ValueElement,
  set: CharacterSet,
): readonly string[] {
  switch (facts.kind) {
    case "text":
    case "ascii":
      return textValues(element.bytes, facts, set);
    case "tag":
      return elementTags(element).map(hexTag);
    case "integer":
    case "float":
      return elementNumbers(element).map(String);
    case "octets":
    case "sequence":
      return [];
    default:
      return facts.kind satisfies never;
  }
}

/** Numbers of each value: integers and floats of binary VRs, and DS and IS. */
export function elementNumbers(element: ValueElement): readonly (number | bigint)[] {
  const facts = vrFacts(element.vr);
  const { bytes } = element;
  if (element.vr === "DS" || element.vr === "IS") {
    if (bytes.length === 0) return [];
    return textValues(bytes, facts as VrFacts, DEFAULT_CHARACTER_SET).map(decimalNumber);
  }
  const read = READ[element.vr];
  if (facts === undefined || read === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers: (number | bigint)[] = [];
  for (let at = 0; at + facts.unit <= bytes.length; at += facts.unit) {
    numbers.push(read(view, at, !element.bigEndian));
  }
  return numbers;
}

/** Tags of each value of AT. */
export function elementTags(element: ValueElement): readonly number[] {
  const { bytes } = element;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = !element.bigEndian;
  const tags: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    tags.push(view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little));
  }
  return tags;
}

const READ: Readonly<
  Record<string, (view: DataView, at: number, little: boolean) => number | bigint>
> = {
  US: (view, at, little) => view.getUint16(at, little),
  SS: (view, at, little) => view.getInt16(at, little),
  UL: (view, at, little) => view.getUint32(at, little),
  SL: (view, at, little) => view.getInt32(at, little),
  UV: (view, at, little) => view.getBigUint64(at, little),
  SV: (view, at, little) => view.getBigInt64(at, little),
  FL: (view, at, little) => view.getFloat32(at, little),
  FD: (view, at, little) => view.getFloat64(at, little),
};

function textValues(bytes: Uint8Array, facts: VrFacts, declared: CharacterSet): readonly string[] {
  if (bytes.length === 0) return [];
  const set = facts.kind === "ascii" ? DEFAULT_CHARACTER_SET : declared;
  const ascii = asciiText(bytes, set);
  if (ascii !== undefined) {
    if (!facts.multiple || !ascii.includes("\\")) return [trimmed(ascii, facts)];
    return ascii.split("\\").map((value) => trimmed(value, facts));
  }
  if (!facts.multiple) return [trimmed(decodeText(bytes, set), facts)];
  const delimiters = facts.vr === "PN" ? "PN" : "multiple";
  return splitValues(bytes, set).map((value) => {
    return trimmed(decodeText(value, set, { delimiters }), facts);
  });
}

/** Without padding (6.2): trailing spaces and NULs; leading spaces where they mean nothing either. */
function trimmed(text: string, facts: VrFacts): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0)) end--;
  let start = 0;
  if (facts.multiple && facts.vr !== "UC" && facts.vr !== "PN") {
    while (start < end && text.charCodeAt(start) === 0x20) start++;
  }
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Of a value of DS or IS as 6.2 has it, padding removed; NaN for anything else. */
export function decimalNumber(value: string): number {
  // JavaScript's numbers are these and some more, which need other characters: 0x1F, Infinity
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && !SIGNS.includes(value[at] as string)) return Number.NaN;
  }
  return value === "" ? Number.NaN : Number(value);
}

const SIGNS = "+-.eE";
