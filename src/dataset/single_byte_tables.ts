/**
 * The upper halves (80H-FFH) of the single-byte character sets of PS3.3 Table C.12-2, as strings of
 * 128 characters; U+FFFD where a set has no character.
 */
import type { CodeElement } from "./code_extension.ts";
import { platformDecoder } from "./platform_decoder.ts";

/** Sets for which the platform's decoder is the ISO one. */
const PLATFORM: Readonly<Record<string, string>> = {
  "IR 101": "iso-8859-2",
  "IR 109": "iso-8859-3",
  "IR 110": "iso-8859-4",
  "IR 144": "iso-8859-5",
  "IR 127": "iso-8859-6",
  "IR 126": "iso-8859-7",
  "IR 138": "iso-8859-8",
  "IR 203": "iso-8859-15",
};

const TABLES = new Map<CodeElement, string>();

export function singleByteTable(set: CodeElement): string {
  let table = TABLES.get(set);
  if (table === undefined) {
    table = makeTable(set);
    TABLES.set(set, table);
  }
  return table;
}

function makeTable(set: CodeElement): string {
  const label = PLATFORM[set];
  if (label !== undefined) {
    const decoder = platformDecoder(label);
    // one octet at a time: each gives one character, whatever a platform does with the unassigned
    return upperHalf((octet) => decoder.decode(Uint8Array.of(octet)).charCodeAt(0) || 0xfffd);
  }
  switch (set) {
    case "IR 100":
      return upperHalf((octet) => octet);
    case "IR 148":
      return upperHalf((octet) => LATIN_5[octet] ?? octet);
    case "IR 13": // JIS X 0201, half-width katakana
      return upperHalf((octet) => (octet >= 0xa1 && octet <= 0xdf ? octet + 0xfec0 : 0xfffd));
    case "IR 166": // TIS 620
      return upperHalf((octet) => (isThai(octet) ? octet + 0x0d60 : 0xfffd));
    default:
      return upperHalf(() => 0xfffd);
  }
}

/** ISO 8859-9 where it differs from ISO 8859-1; the platform's is windows-1254. */
const LATIN_5: Readonly<Record<number, number>> = {
  208: 0x011e,
  221: 0x0130,
  222: 0x015e,
  240: 0x011f,
  253: 0x0131,
  254: 0x015f,
};

function isThai(octet: number): boolean {
  return (octet >= 0xa1 && octet <= 0xda) || (octet >= 0xdf && octet <= 0xfb);
}

function upperHalf(codeOf: (octet: number) => number): string {
  return String.fromCharCode(...Array.from({ length: 128 }, (_, at) => codeOf(at + 0x80)));
}
