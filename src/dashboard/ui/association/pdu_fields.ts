/** Which field of a PDU an octet belongs to, and where each field stands in the tree. */
import type { PduField } from "../../api_types.ts";

/** Place of a field in the tree: index at each level. */
export type FieldPath = readonly number[];

/** The deepest field that holds this octet; the longest path where several do. */
export function fieldAt(fields: readonly PduField[], offset: number): FieldPath | undefined {
  for (const [index, field] of fields.entries()) {
    if (offset < field.offset || offset >= field.offset + field.length) continue;
    return [index, ...(fieldAt(field.fields ?? [], offset) ?? [])];
  }
  return undefined;
}

export function fieldOf(fields: readonly PduField[], path: FieldPath): PduField | undefined {
  const [index, ...rest] = path;
  const field = index === undefined ? undefined : fields[index];
  return field === undefined || rest.length === 0 ? field : fieldOf(field.fields ?? [], rest);
}

export function samePath(a: FieldPath | undefined, b: FieldPath): boolean {
  return a !== undefined && a.length === b.length && a.every((step, index) => step === b[index]);
}

/** Octets of hexadecimal text: two digits each, `undefined` for the two `?` of one not shown. */
export function readHex(hex: string): (number | undefined)[] {
  const octets: (number | undefined)[] = [];
  for (let at = 0; at + 1 < hex.length; at += 2) {
    const value = Number.parseInt(hex.slice(at, at + 2), 16);
    octets.push(Number.isNaN(value) ? undefined : value);
  }
  return octets;
}
