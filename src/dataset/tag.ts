/** Data element tags as numbers: 0x00100010 is (0010,0010). */

/** 0x00100010 as "(0010,0010)". */
export function printTag(tag: number): string {
  const hex = hexTag(tag);
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

/** 0x00100010 as "00100010", the form of the DICOM JSON Model (PS3.18 F.2.2). */
export function hexTag(tag: number): string {
  const known = HEX.get(tag);
  if (known !== undefined) return known;
  const hex = tag.toString(16).toUpperCase().padStart(8, "0");
  if (HEX.size < MOST_HEX) HEX.set(tag, hex);
  return hex;
}

/** The same few hundred tags are printed again and again, as names of JSON attributes above all. */
const HEX = new Map<number, string>();
const MOST_HEX = 4_096;

/** "(0010,0010)", "0010,0010" or "00100010" as a number; undefined for anything else. */
export function parseTag(text: string): number | undefined {
  const found = /^\(?([0-9a-f]{4}),?([0-9a-f]{4})\)?$/i.exec(text);
  return found === null ? undefined : Number.parseInt(`${found[1]}${found[2]}`, 16);
}

/** Odd groups are private (PS3.5 7.8). */
export function isPrivate(tag: number): boolean {
  return (tag & 0x10000) !== 0;
}

/** (gggg,0010-00FF) of an odd group: reserves a block of private elements (PS3.5 7.8.1). */
export function isPrivateCreator(tag: number): boolean {
  const element = tag & 0xffff;
  return isPrivate(tag) && element >= 0x10 && element <= 0xff;
}

/** The tag of the private creator of (gggg,xxyy): (gggg,00xx). */
export function creatorTag(tag: number): number {
  return ((tag & 0xffff0000) | ((tag >>> 8) & 0xff)) >>> 0;
}
