/**
 * Where a unit has its lengths and values: what is changed there goes deeper into a decoder than a
 * changed octet somewhere.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { printTag } from "../../src/dataset/tag.ts";
import type { TransferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { vrFacts } from "../../src/dataset/vr.ts";
import { readCommandSet } from "../../src/dimse/command_set.ts";
import { hex2 } from "../../src/ul/names.ts";

export interface Field {
  /** "MessageID", "(0008,0018)", "item 20H". */
  readonly name: string;
  /** The field that says how long the value is. */
  readonly lengthAt: number;
  readonly lengthSize: 2 | 4;
  readonly bigEndian: boolean;
  readonly valueAt: number;
  readonly valueLength: number;
}

/** Fields of one unit that are looked at; the first ones are as good as the last. */
const MAX_FIELDS = 2_000;

export function commandFields(commandSet: Uint8Array): Field[] {
  return readCommandSet(commandSet).elements.map(({ tag, keyword, offset, length }) => ({
    name: keyword ?? printTag(tag),
    ...{ lengthAt: offset - 4, lengthSize: 4, bigEndian: false },
    ...{ valueAt: offset, valueLength: length },
  }));
}

/** None for a deflated data set, whose octets say nothing before they are inflated. */
export function dataSetFields(dataSet: Uint8Array, syntax: TransferSyntax): Field[] {
  const fields: Field[] = [];
  if (syntax.deflated) return fields;
  addFields(readDataSet(dataSet, { syntax }).dataSet, { syntax, fields });
  return fields.filter(({ lengthAt }) => lengthAt >= 4 && lengthAt < dataSet.length);
}

function addFields(
  dataSet: DataSet,
  found: { readonly syntax: TransferSyntax; readonly fields: Field[] },
): void {
  const { syntax, fields } = found;
  for (const element of dataSet.elements) {
    if (fields.length >= MAX_FIELDS) return;
    const { tag, vr, offset } = element;
    const short = syntax.explicit && vrFacts(vr)?.long === false;
    const lengthSize = short ? 2 : 4;
    const valueLength =
      element.kind === "value"
        ? element.bytes.length
        : element.kind === "bulk"
          ? element.length
          : 0;
    const { bigEndian } = syntax;
    const place = { lengthAt: offset - lengthSize, valueAt: offset };
    fields.push({ name: printTag(tag), lengthSize, bigEndian, valueLength, ...place } as Field);
    if (element.kind === "sequence") for (const item of element.items) addFields(item, found);
  }
}

/** Items of an A-ASSOCIATE-RQ, and those inside them (PS3.8 9.3.2, Tables 9-11 to 9-16). */
export function associateFields(pdu: Uint8Array): Field[] {
  const fields: Field[] = [];
  addItems(pdu, { from: FIRST_ITEM, to: pdu.length, fields });
  return fields;
}

function addItems(
  pdu: Uint8Array,
  range: { readonly from: number; readonly to: number; readonly fields: Field[] },
): void {
  const { to, fields } = range;
  for (let at = range.from; at + 4 <= to && fields.length < MAX_FIELDS; ) {
    const type = pdu[at] ?? 0;
    const valueLength = ((pdu[at + 2] ?? 0) << 8) | (pdu[at + 3] ?? 0);
    const valueAt = at + 4;
    fields.push({
      name: `item ${hex2(type)}`,
      ...{ lengthAt: at + 2, lengthSize: 2, bigEndian: true, valueAt, valueLength },
    });
    const inside = INSIDE.get(type);
    const end = Math.min(to, valueAt + valueLength);
    if (inside !== undefined) addItems(pdu, { from: valueAt + inside, to: end, fields });
    at = valueAt + valueLength;
  }
}

/** PDU-length, and length, presentation context ID and header of the first PDV (9.3.5). */
export function pduFields(pdu: Uint8Array): Field[] {
  const big = { bigEndian: true, lengthSize: 4 } as const;
  const length = pdu.length;
  const fields: Field[] = [
    { name: "PDU-length", ...big, lengthAt: 2, valueAt: 6, valueLength: Math.max(0, length - 6) },
  ];
  if (pdu[0] === P_DATA_TF && length >= 12) {
    fields.push({ name: "PDV item length", ...big, lengthAt: 6, valueAt: 10, valueLength: 2 });
  }
  return fields;
}

const P_DATA_TF = 0x04;
/** Behind the two AE titles and the reserved octets. */
const FIRST_ITEM = 74;
/** Octets before the items inside of an item: presentation context 20H, user information 50H. */
const INSIDE: ReadonlyMap<number, number> = new Map([
  [0x20, 4],
  [0x50, 0],
]);
