/**
 * Small data sets of the simulated PACS as octets: implicit or explicit VR little endian (PS3.5 7.1).
 * Values are given by keyword; sequences have a defined length. All people and studies are invented.
 */
import { explicitHead, plainHead } from "../../src/dataset/encode_head.ts";
import { joined } from "../../src/dataset/octets.ts";
import { elementByKeyword } from "../../src/dictionary/elements.ts";
import { latin1Bytes } from "../../src/ul/latin1.ts";

export interface SyntheticDataSet {
  readonly [keyword: string]: string | readonly SyntheticDataSet[];
}

export function encodeSynthetic(
  dataSet: SyntheticDataSet,
  options: { readonly explicit: boolean },
): Uint8Array {
  const elements = Object.entries(dataSet).map(([keyword, value]) => {
    const entry = elementByKeyword(keyword);
    if (entry === undefined) throw new TypeError(`Cannot encode ${keyword}: no such keyword`);
    const bytes =
      typeof value === "string"
        ? padded(value, entry.vr)
        : joined(value.map((item) => encodeItem(encodeSynthetic(item, options))));
    return {
      tag: entry.tag,
      bytes: encodeElement({ tag: entry.tag, vr: entry.vr, bytes }, options),
    };
  });
  return joined(elements.sort((a, b) => a.tag - b.tag).map(({ bytes }) => bytes));
}

interface Element {
  readonly tag: number;
  readonly vr: string;
  readonly bytes: Uint8Array;
}

export function encodeElement(
  { tag, vr, bytes }: Element,
  { explicit }: { readonly explicit: boolean },
): Uint8Array {
  const { length } = bytes;
  const head = explicit
    ? explicitHead({ tag, length, vr, long: LONG_VRS.has(vr) }, LITTLE)
    : plainHead({ tag, length }, LITTLE);
  return joined([head, bytes]);
}

/** Item (FFFE,E000) with a defined length, PS3.5 7.5. */
function encodeItem(bytes: Uint8Array): Uint8Array {
  return joined([plainHead({ tag: 0xfffe_e000, length: bytes.length }, LITTLE), bytes]);
}

const LITTLE = { bigEndian: false } as const;

/** Even length: UI with NUL, text with a space (PS3.5 6.2). */
function padded(text: string, vr: string): Uint8Array {
  const even = text.length % 2 === 0 ? text : text + (vr === "UI" ? "\0" : " ");
  return latin1Bytes(even, "a synthetic value");
}

/** VRs of the data sets here whose explicit length has four octets (PS3.5 7.1.2). */
const LONG_VRS: ReadonlySet<string> = new Set(["SQ", "UN", "UT", "OB", "OW", "UC", "UR"]);
