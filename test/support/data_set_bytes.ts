/** Data sets written by hand for tests, independent of the encoder under test (PS3.5 7.1, 7.5). */

export const UNDEFINED = 0xffffffff;
const LONG = ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"];

type Content = string | readonly number[] | Uint8Array;

/** An element in Explicit VR Little Endian. `length` overrules the one of the content. */
export function explicit(tag: number, vr: string, content: Content, length?: number): Uint8Array {
  const value = octets(content);
  const size = length ?? value.length;
  const head = [...tagOctets(tag), vr.charCodeAt(0), vr.charCodeAt(1)];
  const long = LONG.includes(vr) || !/^[A-Z]{2}$/.test(vr) || vr === "ZZ";
  return join(long ? [...head, 0, 0, ...u32(size)] : [...head, ...u16(size)], value);
}

/** An element in Implicit VR Little Endian. */
export function implicit(tag: number, content: Content, length?: number): Uint8Array {
  const value = octets(content);
  return join([...tagOctets(tag), ...u32(length ?? value.length)], value);
}

/** An element in Explicit VR Big Endian. */
export function big(tag: number, vr: string, content: Content): Uint8Array {
  const value = octets(content);
  const head = [...reversed(tagOctets(tag).slice(0, 2)), ...reversed(tagOctets(tag).slice(2))];
  const letters = [vr.charCodeAt(0), vr.charCodeAt(1)];
  const size = LONG.includes(vr)
    ? [0, 0, ...reversed(u32(value.length))]
    : reversed(u16(value.length));
  return join([...head, ...letters, ...size], value);
}

/** An item of defined length, or of the length given. */
export function item(content: Uint8Array, length = content.length): Uint8Array {
  return join(implicit(0xfffee000, [], length), content);
}

export const ITEM_END = implicit(0xfffee00d, []);
export const SEQUENCE_END = implicit(0xfffee0dd, []);

export function join(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function octets(content: Content): Uint8Array {
  if (typeof content !== "string") return Uint8Array.from(content);
  return Uint8Array.from(content, (one) => one.charCodeAt(0));
}

function tagOctets(tag: number): number[] {
  return [...u16(tag >>> 16), ...u16(tag & 0xffff)];
}

function u16(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function reversed(bytes: readonly number[]): number[] {
  return [...bytes].reverse();
}
