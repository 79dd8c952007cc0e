/**
 * Code extension techniques of ISO 2022 as DICOM has them (PS3.5 6.1.2.4, 6.1.2.5; examples in
 * Annexes H, I, J and K): escape sequences designate a set to G0 (octets below 80H) or to G1.
 */
import { platformDecoder } from "./platform_decoder.ts";
import { singleByteTable } from "./single_byte_tables.ts";

/** Character sets by their number in the ISO registry, PS3.3 Tables C.12-2 to C.12-4. */
export type CodeElement = `IR ${
  | 6
  | 100
  | 101
  | 109
  | 110
  | 144
  | 127
  | 126
  | 138
  | 148
  | 203
  | 13
  | 166 // single-byte
  | 87
  | 159
  | 149
  | 58}`; // double-byte

export interface ExtensionState {
  readonly g0: CodeElement;
  readonly g1: CodeElement | undefined;
}

/** What follows ESC, and where it puts which set (PS3.3 Tables C.12-3 and C.12-4). */
const ESCAPES: readonly (readonly [string, "g0" | "g1", CodeElement])[] = [
  ["(B", "g0", "IR 6"],
  ["(J", "g0", "IR 13"],
  [")I", "g1", "IR 13"],
  ["-A", "g1", "IR 100"],
  ["-B", "g1", "IR 101"],
  ["-C", "g1", "IR 109"],
  ["-D", "g1", "IR 110"],
  ["-L", "g1", "IR 144"],
  ["-G", "g1", "IR 127"],
  ["-F", "g1", "IR 126"],
  ["-H", "g1", "IR 138"],
  ["-M", "g1", "IR 148"],
  ["-b", "g1", "IR 203"],
  ["-T", "g1", "IR 166"],
  ["$B", "g0", "IR 87"],
  ["$(D", "g0", "IR 159"],
  ["$)C", "g1", "IR 149"],
  ["$)A", "g1", "IR 58"],
];

const REPLACEMENT = "\ufffd";
const DELIMITERS = { PN: "\\^=", multiple: "\\", none: "" };

/**
 * Text of one value, or of several with their delimiters. The initial state is in force again
 * behind every delimiter and control character (6.1.2.5.3).
 */
export function decodeExtended(
  bytes: Uint8Array,
  initial: ExtensionState,
  delimiters: keyof typeof DELIMITERS,
): string {
  const resets = DELIMITERS[delimiters];
  let { g0, g1 } = initial;
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const octet = bytes[at] as number;
    if (octet === 0x1b) {
      const found = ESCAPES.find(([sequence]) => follows(bytes, at + 1, sequence));
      if (found === undefined) {
        text += REPLACEMENT;
        at++;
        continue;
      }
      if (found[1] === "g0") g0 = found[2];
      else g1 = found[2];
      at += 1 + found[0].length;
      continue;
    }
    const set = octet < 0x80 ? g0 : g1;
    if (octet > 0x20 && octet !== 0x7f && isDoubleByte(set)) {
      const end = endOfRun(bytes, at, octet < 0x80);
      text += decodePairs(bytes.subarray(at, end), set);
      at = end;
      continue;
    }
    if (octet < 0x80) {
      const character = set === "IR 13" ? romaji(octet) : String.fromCharCode(octet);
      text += character;
      if (octet < 0x20 || resets.includes(character)) ({ g0, g1 } = initial);
    } else {
      text += set === undefined ? REPLACEMENT : singleByteTable(set)[octet - 0x80];
    }
    at++;
  }
  return text;
}

type DoubleByte = "IR 87" | "IR 159" | "IR 149" | "IR 58";

function isDoubleByte(set: CodeElement | undefined): set is DoubleByte {
  return set === "IR 87" || set === "IR 159" || set === "IR 149" || set === "IR 58";
}

/** Where the graphic octets of the same half end: a run of characters of two octets. */
function endOfRun(bytes: Uint8Array, start: number, lower: boolean): number {
  let at = start;
  while (at < bytes.length) {
    const octet = bytes[at] as number;
    if (octet <= 0x20 || octet === 0x7f || octet < 0x80 !== lower) break;
    at++;
  }
  return at;
}

/**
 * Characters of two octets through the encodings that the platform has: EUC-JP holds JIS X 0208 and,
 * behind 8FH, JIS X 0212; EUC-KR holds KS X 1001; GBK holds GB 2312; all with the high bit set.
 */
function decodePairs(pairs: Uint8Array, set: DoubleByte): string {
  const high = pairs.map((octet) => octet | 0x80);
  switch (set) {
    case "IR 87":
      return unified(platformDecoder("euc-jp").decode(high));
    case "IR 159":
      return unified(pairwise(high, supplementary));
    case "IR 149": {
      const text = platformDecoder("euc-kr").decode(high);
      return RUNTIMES_DIFFER.test(text) ? pairwise(high, korean) : text;
    }
    case "IR 58":
      return platformDecoder("gb18030").decode(high);
    default:
      return set satisfies never;
  }
}

const RUNTIMES_DIFFER = /[\ue000-\uf8ff\ufffd\u20ac\u00ae]/;

/** KS X 1001: two characters of 1998 that not all runtimes have; rows for users, which some fill. */
function korean(first: number, second: number): string {
  if (first === 0xa2 && second === 0xe6) return "\u20ac";
  if (first === 0xa2 && second === 0xe7) return "\u00ae";
  if (first === 0xc9 || first === 0xfe) return REPLACEMENT;
  return platformDecoder("euc-kr").decode(Uint8Array.of(first, second));
}

/** JIS X 0212 ends at row 6DH; what IBM added behind it is not of the standard. */
function supplementary(first: number, second: number): string {
  if (first > 0xed) return REPLACEMENT;
  return platformDecoder("euc-jp").decode(Uint8Array.of(0x8f, first, second));
}

function pairwise(high: Uint8Array, decode: (first: number, second: number) => string): string {
  let text = "";
  for (let at = 0; at < high.length; at += 2) {
    const second = high[at + 1];
    text += second === undefined ? REPLACEMENT : decode(high[at] as number, second);
  }
  return text;
}

/**
 * Runtimes take these JIS characters from two tables, that of JIS and that of Windows: one of each
 * pair, the one of the WHATWG, is used on all.
 */
function unified(text: string): string {
  return text.replace(
    /[\u301c\u2016\u2212\u00a2\u00a3\u00ac\u2014\u00a6]/g,
    (one) => UNIFIED[one] ?? one,
  );
}

const UNIFIED: Readonly<Record<string, string>> = {
  "\u301c": "\uff5e",
  "\u2016": "\u2225",
  "\u2212": "\uff0d",
  "\u00a2": "\uffe0",
  "\u00a3": "\uffe1",
  "\u00ac": "\uffe2",
  "\u2014": "\u2015",
  "\u00a6": "\uffe4",
};

/** JIS X 0201 romaji: two characters differ from ISO IR 6. */
function romaji(octet: number): string {
  return octet === 0x5c ? "\u00a5" : octet === 0x7e ? "\u203e" : String.fromCharCode(octet);
}

function follows(bytes: Uint8Array, at: number, sequence: string): boolean {
  for (let index = 0; index < sequence.length; index++) {
    if (bytes[at + index] !== sequence.charCodeAt(index)) return false;
  }
  return true;
}
