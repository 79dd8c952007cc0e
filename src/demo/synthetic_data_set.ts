/**
 * Small data sets of the simulated PACS as octets: implicit or explicit VR little endian (PS3.5 7.1).
 * Values are given by keyword; sequences have a defined length. All people and studies are invented.
 */
import { elementByKeyword } from "../dictionary/elements.ts";
import { latin1Bytes } from "../ul/latin1.ts";

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

function encodeElement(element: Element, options: { readonly explicit: boolean }): Uint8Array {
  const { tag, vr, bytes } = element;
  const isLong = options.explicit && LONG_VRS.has(vr);
  const header = new DataView(new ArrayBuffer(isLong ? 12 : 8));
  header.setUint16(0, tag >>> 16, true);
  header.setUint16(2, tag & 0xffff, true);
  if (options.explicit) {
    header.setUint8(4, vr.charCodeAt(0));
    header.setUint8(5, vr.charCodeAt(1));
  }
  if (isLong) header.setUint32(8, bytes.length, true);
  else if (options.explicit) header.setUint16(6, bytes.length, true);
  else header.setUint32(4, bytes.length, true);
  return joined([new Uint8Array(header.buffer), bytes]);
}

/** Item (FFFE,E000) with a defined length, PS3.5 7.5. */
function encodeItem(bytes: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(8));
  header.setUint16(0, 0xfffe, true);
  header.setUint16(2, 0xe000, true);
  header.setUint32(4, bytes.length, true);
  return joined([new Uint8Array(header.buffer), bytes]);
}

/** Even length: UI with NUL, text with a space (PS3.5 6.2). */
function padded(text: string, vr: string): Uint8Array {
  const even = text.length % 2 === 0 ? text : text + (vr === "UI" ? "\0" : " ");
  return latin1Bytes(even, "a synthetic value");
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** VRs of the data sets here whose explicit length has four octets (PS3.5 7.1.2). */
const LONG_VRS: ReadonlySet<string> = new Set(["SQ", "UN", "UT", "OB", "OW", "UC", "UR"]);
