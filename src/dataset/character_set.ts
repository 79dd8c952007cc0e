/**
 * Specific Character Set (0008,0005): octets to text (PS3.5 6.1, Annexes H to K; terms of PS3.3
 * C.12.1.1.2).
 *
 * Rule: decoding never fails. What a character set does not have becomes U+FFFD, as does every
 * octet from 80H where no character set is declared; the octets of an element stay at hand.
 * Rule: where the declared terms leave one set that octets from 80H can be meant in, they are read in
 * it, also without the escape sequence that 6.1.2.5.3 asks for: systems in China and Korea leave it
 * out. `value_rules.ts` tells of it, and nothing is written that way.
 * Rule: the text is the same on every runtime. Where the platform's decoders follow Windows and not
 * ISO 8859 the table is our own.
 */

import { latin1 } from "../latin1.ts";
import { type CodeElement, decodeExtended, type ExtensionState } from "./code_extension.ts";
import { platformDecoder } from "./platform_decoder.ts";
import { singleByteTable } from "./single_byte_tables.ts";

export interface CharacterSet {
  /** Defined terms as declared, spaces trimmed; none: the default repertoire, ISO IR 6. */
  readonly terms: readonly string[];
  /** Declared terms that PS3.3 does not know. */
  readonly unknown: readonly string[];
  readonly encoding: "utf-8" | "gb18030" | "ISO 2022";
  /** In force at the start of each value, ISO 2022 only. */
  readonly initial: ExtensionState;
  /** Octets from 80H are read in this set where no escape sequence has brought one in. */
  readonly assumed: CodeElement | undefined;
}

/** What `\` is in multi-byte text depends on the VR: PN has two more delimiters (6.1.2.5.3). */
export interface TextOptions {
  readonly delimiters?: "PN" | "multiple" | "none";
}

const MULTI_BYTE: ReadonlyMap<string, "utf-8" | "gb18030"> = new Map([
  ["ISO_IR 192", "utf-8"],
  ["GB18030", "gb18030"],
  ["GBK", "gb18030"], // GB18030 has every character of GBK at its place
]);

/** Code elements that the first term brings into G0 and G1, by number of ISO IR. */
const SINGLE_BYTE = [6, 100, 101, 109, 110, 144, 127, 126, 138, 148, 203, 13, 166];
const DOUBLE_BYTE = [87, 159, 149, 58];

/** Terms of Table C.12-4 that go to G1; and what is written for the second of them. */
const UPPER_DOUBLE_BYTE: ReadonlyMap<string, CodeElement> = new Map([
  ["ISO 2022 IR 149", "IR 149"],
  ["ISO_IR 149", "IR 149"],
  ["ISO 2022 IR 58", "IR 58"],
  ["ISO_IR 58", "IR 58"],
  ["GB2312", "IR 58"],
]);

const CACHE = new Map<string, CharacterSet>();
const CACHE_LIMIT = 64;

/** The character set of the values of (0008,0005), of which any may be empty. */
export function characterSet(values: readonly string[]): CharacterSet {
  const key = values.join("\\");
  const cached = CACHE.get(key);
  if (cached !== undefined) return cached;
  const made = makeCharacterSet(values.map((value) => value.trim()));
  if (CACHE.size < CACHE_LIMIT) CACHE.set(key, made);
  return made;
}

/** The default repertoire alone (6.1.2.1). */
export const DEFAULT_CHARACTER_SET = characterSet([]);

export function decodeText(
  bytes: Uint8Array,
  set: CharacterSet,
  options: TextOptions = {},
): string {
  const ascii = asciiText(bytes, set);
  if (ascii !== undefined) return ascii;
  if (set.encoding === "utf-8") return platformDecoder("utf-8").decode(bytes);
  if (set.encoding === "gb18030") return platformDecoder("gb18030").decode(bytes);
  const { g0, g1 = set.assumed } = set.initial;
  return decodeExtended(bytes, { g0, g1 }, options.delimiters ?? "none");
}

/** As the standard has it: nothing is assumed. */
export function strictly(set: CharacterSet): CharacterSet {
  return { ...set, assumed: undefined };
}

/**
 * The values of an element between backslashes, as views (6.4). 5CH is also the second octet of
 * characters in GB18030 and in the double-byte sets of ISO 2022, where it separates nothing.
 */
export function splitValues(bytes: Uint8Array, set: CharacterSet): Uint8Array[] {
  if (!bytes.includes(BACKSLASH)) return [bytes];
  const values: Uint8Array[] = [];
  let start = 0;
  let doubleByte = false;
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at] as number;
    if (octet === BACKSLASH && !doubleByte) {
      values.push(bytes.subarray(start, at));
      start = at + 1;
    } else if (set.encoding === "gb18030" && octet > 0x80) {
      at++;
    } else if (octet === ESC && set.encoding === "ISO 2022") {
      doubleByte = bytes[at + 1] === 0x24 && bytes[at + 2] !== 0x29;
      at += doubleByte && bytes[at + 2] === 0x28 ? 3 : 2;
    } else if (doubleByte && octet > 0x20) {
      at++;
    } else if (octet < 0x20) {
      doubleByte = false;
    }
  }
  values.push(bytes.subarray(start));
  return values;
}

/**
 * No octet from 80H and no escape sequence: the same text in every character set but ISO_IR 13.
 * Undefined for any other.
 */
export function asciiText(bytes: Uint8Array, set: CharacterSet): string | undefined {
  if (set.initial.g0 === "IR 13") return undefined;
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    const octet = bytes[at] as number;
    if (octet >= 0x80 || octet === ESC) return undefined;
  }
  return latin1(bytes, 0, length);
}

function makeCharacterSet(terms: readonly string[]): CharacterSet {
  const unknown = terms.filter((term, at) => (term === "" ? at > 0 : !isKnown(term)));
  const first = terms[0] ?? "";
  const encoding = MULTI_BYTE.get(first) ?? "ISO 2022";
  const number = Number(/^ISO(?:_| 2022 )IR (\d+)$/.exec(first)?.[1] ?? 6);
  const initial = initialState(number);
  return {
    terms: terms.length === 1 && first === "" ? [] : terms,
    unknown,
    encoding,
    initial,
    assumed: initial.g1 === undefined ? onlyUpper(terms) : undefined,
  };
}

/** What the terms can bring into G1, where that is one set. */
function onlyUpper(terms: readonly string[]): CodeElement | undefined {
  const upper = terms.flatMap((term) => {
    const number = Number(/^ISO 2022 IR (\d+)$/.exec(term)?.[1] ?? 6);
    const element = UPPER_DOUBLE_BYTE.get(term) ?? initialState(number).g1;
    return element === undefined ? [] : [element];
  });
  return new Set(upper).size === 1 ? upper[0] : undefined;
}

function initialState(number: number): ExtensionState {
  if (number === 13) return { g0: "IR 13", g1: "IR 13" };
  if (number === 6 || !SINGLE_BYTE.includes(number)) return { g0: "IR 6", g1: undefined };
  return { g0: "IR 6", g1: `IR ${number}` as CodeElement };
}

function isKnown(term: string): boolean {
  if (MULTI_BYTE.has(term)) return true;
  const found = /^ISO(_| 2022 )IR (\d+)$/.exec(term);
  if (found === null) return false;
  const number = Number(found[2]);
  return SINGLE_BYTE.includes(number) || (found[1] === " 2022 " && DOUBLE_BYTE.includes(number));
}

/**
 * Text to octets, where the character set has every character without code extensions; undefined
 * where it has not, and the writer should declare ISO_IR 192.
 */
export function encodeText(text: string, set: CharacterSet): Uint8Array | undefined {
  if (set.encoding === "utf-8") return new TextEncoder().encode(text);
  const bytes = new Uint8Array(text.length);
  const upper = set.initial.g1 === undefined ? "" : singleByteTable(set.initial.g1);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const octet =
      code < 0x80
        ? code
        : set.encoding === "ISO 2022"
          ? upper.indexOf(text[at] as string) + 0x80
          : 0;
    if (octet < 0x80 && code >= 0x80) return undefined;
    bytes[at] = octet;
  }
  return bytes;
}

const ESC = 0x1b;
const BACKSLASH = 0x5c;
