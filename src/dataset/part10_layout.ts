/** Where the parts of a DICOM file are (PS3.10 7.1), also in files that do not keep to it. */
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
} from "./transfer_syntax.ts";
import { vrOfOctets } from "./vr.ts";

/** Octets of one element of group 0002, more than any has. */
const LONGEST_META = 0x100000;

/** Offsets at which the prefix is looked for: the right one first, then those seen in the wild. */
const PREFIX_OFFSETS = [128, 0, 64, 256];

/** Where "DICM" stands; undefined where it does not. */
export function prefixAt(bytes: Uint8Array): number | undefined {
  for (const at of PREFIX_OFFSETS) {
    const begins = bytes[at] === 0x44 && bytes[at + 1] === 0x49;
    if (begins && bytes[at + 2] === 0x43 && bytes[at + 3] === 0x4d) return at;
  }
  return undefined;
}

/** How the group 0002 that begins at `at` is encoded, if one does. */
export function looksLikeMeta(bytes: Uint8Array, at: number): "explicit" | "implicit" | undefined {
  if (bytes[at] !== 0x02 || bytes[at + 1] !== 0x00) return undefined;
  return vrOfOctets(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0) === undefined ? "implicit" : "explicit";
}

/**
 * Where group 0002 that begins at `start` ends: at the first element of another group. Undefined
 * where that is not in the octets. Group lengths are not asked, they are often wrong.
 */
export function metaEnd(bytes: Uint8Array, start: number): number | undefined {
  let at = start;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (;;) {
    if (at + 2 > bytes.length) return undefined;
    if (bytes[at] !== 0x02 || bytes[at + 1] !== 0x00) return at;
    if (at + 12 > bytes.length) return undefined;
    const facts = vrOfOctets(bytes[at + 4] as number, bytes[at + 5] as number);
    const length =
      facts === undefined
        ? 8 + view.getUint32(at + 4, true)
        : facts.long
          ? 12 + view.getUint32(at + 8, true)
          : 8 + view.getUint16(at + 6, true);
    if (length > LONGEST_META) return at; // no meta element: the data set's reader will tell
    at += length;
  }
}

/** What the data set at `at` looks like: where there is no Transfer Syntax UID to go by. */
export function guessSyntax(bytes: Uint8Array, at: number): TransferSyntax {
  const facts = vrOfOctets(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
  if (facts === undefined) return IMPLICIT_LITTLE;
  // groups of a first element are below 0100H: the zero octet says which end comes first
  return bytes[at] === 0 && bytes[at + 1] !== 0 ? EXPLICIT_BIG : EXPLICIT_LITTLE;
}

/**
 * What a preamble holds that is not zeros. A program there runs where the file is opened as one
 * (CVE-2019-11687); TIFF headers are legitimate (PS3.10 7.1, dual-purpose files).
 */
export function programInPreamble(preamble: Uint8Array): string | undefined {
  let at = 0;
  while (at < preamble.length && preamble[at] === 0) at++;
  if (at === preamble.length) return undefined;
  for (const [name, magic] of MAGIC) {
    if (magic.every((octet, at) => preamble[at] === octet))
      return `the preamble begins like ${name}`;
  }
  return "the preamble is not all zeros";
}

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ["a Windows program", [0x4d, 0x5a]],
  ["an ELF program", [0x7f, 0x45, 0x4c, 0x46]],
  ["a Mach-O program", [0xcf, 0xfa, 0xed, 0xfe]],
  ["a script", [0x23, 0x21]],
  ["a TIFF image", [0x49, 0x49, 0x2a, 0x00]],
  ["a TIFF image", [0x4d, 0x4d, 0x00, 0x2a]],
  ["a BigTIFF image", [0x49, 0x49, 0x2b, 0x00]],
];
