/** Data sets of the demo by keyword. All people, studies and machines in them are invented. */
import { DataSet } from "../dataset/data_set.ts";
import { encodeDataSet } from "../dataset/encode_data_set.ts";
import {
  type ElementValue,
  makeElement,
  makeOctets,
  makeSequence,
} from "../dataset/make_element.ts";
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from "../dataset/transfer_syntax.ts";
import { elementByKeyword } from "../dictionary/elements.ts";

export interface Invented {
  /** Text with backslashes between values, a number, items of a sequence, or octets. */
  readonly [keyword: string]: ElementValue | readonly Invented[] | Uint8Array;
}

export const EXPLICIT = "1.2.840.10008.1.2.1";
export const IMPLICIT = "1.2.840.10008.1.2";

/** The octets in one of the two uncompressed little endian transfer syntaxes. */
export function invented(values: Invented, transferSyntax: string): Uint8Array {
  const syntax = transferSyntax === EXPLICIT ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
  return encodeDataSet(dataSetOf(values), { syntax });
}

function dataSetOf(values: Invented): DataSet {
  const elements = Object.entries(values).map(([keyword, value]) => {
    const entry = elementByKeyword(keyword);
    if (entry === undefined) throw new TypeError(`Cannot invent ${keyword}: no such keyword`);
    const { tag } = entry;
    const vr = entry.vr === "OB/OW" || entry.vr === "OB or OW" ? "OW" : entry.vr.slice(0, 2);
    if (value instanceof Uint8Array) return makeOctets(tag, value, vr);
    if (typeof value === "object") return makeSequence(tag, value.map(dataSetOf));
    if (value === "") return makeElement(tag, [], { vr });
    return makeElement(tag, typeof value === "string" ? value.split("\\") : [value], { vr });
  });
  return new DataSet(elements.sort((a, b) => a.tag - b.tag));
}
