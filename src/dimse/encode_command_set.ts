/**
 * Values by keyword to the octets of a command set: ascending, padded to even length, with the
 * group length computed (PS3.7 6.3.1). The inverse of `readCommandSet`.
 *
 * Misuse (an unknown keyword, a number that does not fit) is our own fault: TypeError, RangeError.
 */
import { latin1Bytes } from "../ul/latin1.ts";
import { type CommandElementEntry, commandElementByKeyword } from "./command_dictionary.ts";
import type { CommandValue } from "./command_set.ts";

/** `CommandGroupLength` may be given and is ignored; null is an element without a value. */
export function encodeCommandSet(values: Readonly<Record<string, CommandValue>>): Uint8Array {
  const elements: { tag: number; value: Uint8Array }[] = [];
  let groupLength = 0;
  for (const [keyword, value] of Object.entries(values)) {
    const entry = entryOf(keyword);
    if (entry.tag === 0) continue;
    const octets = encodeValue(entry, value);
    elements.push({ tag: entry.tag, value: octets });
    groupLength += 8 + octets.length;
  }
  elements.sort((a, b) => a.tag - b.tag);

  const bytes = new Uint8Array(12 + groupLength);
  const view = new DataView(bytes.buffer);
  let at = writeHeader(view, 0, { tag: 0, length: 4 });
  view.setUint32(at, groupLength, true);
  at += 4;
  for (const { tag, value } of elements) {
    at = writeHeader(view, at, { tag, length: value.length });
    bytes.set(value, at);
    at += value.length;
  }
  return bytes;
}

function entryOf(keyword: string): Pick<CommandElementEntry, "tag" | "keyword" | "vr"> {
  const entry = commandElementByKeyword(keyword);
  if (entry !== undefined) return entry;
  // "0000GGGG" as `readCommandSet` names what the tables do not list; its value is hexadecimal text
  if (/^[0-9A-F]{8}$/i.test(keyword))
    return { tag: Number.parseInt(keyword, 16), keyword, vr: "LT" };
  throw new TypeError(`Cannot encode "${keyword}": no element of PS3.7 Annex E has this keyword`);
}

function encodeValue(
  entry: Pick<CommandElementEntry, "keyword" | "vr" | "tag">,
  value: CommandValue,
): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (commandElementByKeyword(entry.keyword) === undefined) return hexBytes(entry.keyword, value);
  const list = Array.isArray(value)
    ? (value as readonly (number | string)[])
    : [value as number | string];
  switch (entry.vr) {
    case "US":
      return numbers(entry.keyword, { list, unit: 2 });
    case "UL":
      return numbers(entry.keyword, { list, unit: 4 });
    case "AT": {
      const tags = list.map((tag) => Number.parseInt(String(tag), 16));
      const octets = new DataView(new ArrayBuffer(4 * tags.length));
      tags.forEach((tag, index) => {
        if (!Number.isInteger(tag)) throw unfit(entry.keyword, list);
        octets.setUint16(4 * index, tag >>> 16, true);
        octets.setUint16(4 * index + 2, tag & 0xffff, true);
      });
      return new Uint8Array(octets.buffer);
    }
    default: {
      const text = list.join("\\");
      // UI is padded with NUL, every other text with a space (PS3.5 6.2)
      const padding = entry.vr === "UI" ? "\0" : " ";
      return latin1Bytes(text.length % 2 === 0 ? text : text + padding, entry.keyword);
    }
  }
}

function numbers(
  keyword: string,
  options: { list: readonly (number | string)[]; unit: 2 | 4 },
): Uint8Array {
  const { list, unit } = options;
  const octets = new DataView(new ArrayBuffer(unit * list.length));
  list.forEach((value, index) => {
    if (
      typeof value !== "number" ||
      !Number.isInteger(value) ||
      value < 0 ||
      value >= 2 ** (8 * unit)
    ) {
      throw unfit(keyword, list);
    }
    if (unit === 2) octets.setUint16(2 * index, value, true);
    else octets.setUint32(4 * index, value, true);
  });
  return new Uint8Array(octets.buffer);
}

function hexBytes(keyword: string, value: CommandValue): Uint8Array {
  if (typeof value !== "string" || !/^([0-9a-f]{2})*$/i.test(value)) throw unfit(keyword, value);
  const bytes = new Uint8Array(value.length / 2);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number.parseInt(value.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

function unfit(keyword: string, value: unknown): RangeError {
  return new RangeError(`Cannot encode ${keyword}: ${JSON.stringify(value)} does not fit its VR`);
}

function writeHeader(view: DataView, at: number, element: { tag: number; length: number }): number {
  view.setUint16(at, element.tag >>> 16, true);
  view.setUint16(at + 2, element.tag & 0xffff, true);
  view.setUint32(at + 4, element.length, true);
  return at + 8;
}
