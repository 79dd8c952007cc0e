/** Elements, items and lengths as octets, to put into a data set that is there (PS3.5 7.1, 7.5). */
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { plainHead } from "../../src/dataset/encode_head.ts";
import { joined } from "../../src/dataset/octets.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
} from "../../src/dataset/transfer_syntax.ts";

const ITEM = 0xfffee000;

/** The uncompressed one that is written like this. */
export function syntaxOf(form: {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}): TransferSyntax {
  if (!form.explicit) return IMPLICIT_LITTLE;
  return form.bigEndian ? EXPLICIT_BIG : EXPLICIT_LITTLE;
}

export function encoded(element: DataElement, syntax: TransferSyntax): Uint8Array {
  return encodeDataSet(new DataSet([element]), { syntax });
}

export function itemOctets(item: DataSet, syntax: TransferSyntax): Uint8Array {
  const content = encodeDataSet(item, { syntax });
  return joined([plainHead({ tag: ITEM, length: content.length }, syntax), content]);
}

/** More than four octets can say wraps around: only where the length was wrong to begin with. */
export function u32(value: number, bigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, !bigEndian);
  return bytes;
}
