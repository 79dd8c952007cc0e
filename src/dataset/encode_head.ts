/** What stands before a value: tag, VR and length, as octets (PS3.5 7.1, 7.5). */

export interface Head {
  readonly tag: number;
  readonly length: number;
}

/** Two octets for the length, or with `long` two reserved ones and four (PS3.5 7.1.2). */
export function explicitHead(
  { tag, length, vr, long }: Head & { readonly vr: string; readonly long: boolean },
  { bigEndian }: { readonly bigEndian: boolean },
): Uint8Array {
  const bytes = new Uint8Array(long ? 12 : 8);
  const view = new DataView(bytes.buffer);
  const little = !bigEndian;
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
  bytes[4] = vr.charCodeAt(0);
  bytes[5] = vr.charCodeAt(1);
  if (long) view.setUint32(8, length, little);
  else view.setUint16(6, length, little);
  return bytes;
}

/** Tag and a length of 32 bits: items, delimiters, and elements in Implicit VR (7.1.3, 7.5). */
export function plainHead(
  { tag, length }: Head,
  { bigEndian }: { readonly bigEndian: boolean },
): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  const little = !bigEndian;
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
  view.setUint32(4, length, little);
  return bytes;
}
