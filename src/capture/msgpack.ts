/**
 * The part of MessagePack that captures are made of, on top of msgpackr: plain values only, no
 * extension types, no msgpackr records, so that any decoder in any language reads a capture.
 *
 * Rule: nothing is decoded before `valueEnd` has walked over it. msgpackr believes declared lengths
 * (an array of 2^32 elements in five octets), the walk does not: each element takes at least one
 * octet that is there, nesting stops at `MAX_DEPTH`.
 */
import { Packr, Unpackr } from "msgpackr/pack";

/** Encodes maps, lists, text, numbers, booleans, null and bytes. `undefined` members are left out. */
export function packValue(value: unknown): Uint8Array {
  return packr.pack(plain(value));
}

/**
 * Decodes one value that fills `bytes`, which `valueEnd` has accepted. Undefined where it is none
 * that captures are made of, such as a map whose keys are no text.
 */
export function unpackValue(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes);
  } catch {
    return undefined;
  }
}

/** The same where a list is expected: empty where it is none. */
export function unpackList(bytes: Uint8Array): readonly unknown[] {
  const value = unpackValue(bytes);
  return Array.isArray(value) ? value : [];
}

/** `value` where it is bytes: a plain view, since some runtimes give a Buffer, whose slice is no copy. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** Where the value that begins at `position` ends, or -1 where there is no whole, sane value. */
export function valueEnd(bytes: Uint8Array, position: number): number {
  const open: number[] = []; // values still to come on each level
  let at = position;
  let left = 1;
  while (left > 0) {
    left -= 1;
    const type = bytes[at];
    if (type === undefined) return -1;
    at += 1;
    let size = 0; // octets of the value's own content
    let children = 0;
    if (type < 0x80 || type >= 0xe0) size = 0;
    else if (type < 0x90) children = 2 * (type & 0x0f);
    else if (type < 0xa0) children = type & 0x0f;
    else if (type < 0xc0) size = type & 0x1f;
    else if (type === 0xc0 || type === 0xc2 || type === 0xc3) size = 0;
    else if (type === 0xc1) return -1;
    else if (type <= 0xc6 || (type >= 0xd9 && type <= 0xdb)) {
      const width = type <= 0xc6 ? 1 << (type - 0xc4) : 1 << (type - 0xd9);
      size = lengthField(bytes, at, width);
      at += width;
    } else if (type >= 0xca && type <= 0xd3) size = FIXED_SIZES[type - 0xca] ?? 0;
    else if (type <= 0xd8)
      return -1; // extension types: not in captures
    else {
      const width = type === 0xdc || type === 0xde ? 2 : 4;
      children = lengthField(bytes, at, width) * (type >= 0xde ? 2 : 1);
      at += width;
    }
    if (!(size <= bytes.length - at) || !(children <= bytes.length - at)) return -1;
    at += size;
    if (children > 0) {
      if (open.length >= MAX_DEPTH) return -1;
      open.push(left);
      left = children;
    }
    while (left === 0 && open.length > 0) left = open.pop() ?? 0;
  }
  return at;
}

const MAX_DEPTH = 32;

/** Octets of float 32, float 64, uint 8 to 64, int 8 to 64: types CAH to D3H. */
const FIXED_SIZES = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;

const packr = new Packr({ useRecords: false, variableMapSize: true });

// Integers above 2^53 are not written by any version of the format; a double is near enough for them.
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "number" });

/** NaN where the field is cut off, which every comparison then refuses. */
function lengthField(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? Number.NaN);
  return value;
}

/** msgpackr writes integers beyond 32 bits as doubles unless they are BigInt. */
function plain(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && (value > 0xffff_ffff || value < -0x8000_0000)
      ? BigInt(value)
      : value;
  }
  if (Array.isArray(value)) {
    const members = value.map(plain);
    return members.every((member, i) => member === value[i]) ? value : members;
  }
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  // What can go as it is goes as it is: summaries are large, and there is one for each association.
  const own = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(own);
  const members = keys.map((key) => plain(own[key]));
  const asItIs = members.every(
    (member, i) => member !== undefined && member === own[keys[i] ?? ""],
  );
  if (asItIs && Object.getPrototypeOf(value) === Object.prototype) return value;
  const entries = keys.map((key, i) => [key, members[i]] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}
