/** Elements made from values: the inverse of reading them (PS3.5 6.2), little endian. */
import { type CharacterSet, DEFAULT_CHARACTER_SET, encodeText } from "./character_set.ts";
import type { DataSet } from "./data_set.ts";
import type { SequenceElement, ValueElement } from "./element.ts";
import { latin1Bytes } from "./octets.ts";
import { parseTag, printTag } from "./tag.ts";
import { type VrFacts, vrFacts } from "./vr.ts";

export type ElementValue = string | number | bigint;

export interface MakeOptions {
  readonly vr: string;
  /** Of text; the default repertoire where absent. */
  readonly characterSet?: CharacterSet;
}

/**
 * An element of `values`, padded to an even length. Throws a RangeError, with the tag and the value,
 * where the VR cannot hold one of them.
 */
export function makeElement(
  tag: number,
  values: readonly ElementValue[],
  options: MakeOptions,
): ValueElement {
  const { vr } = options;
  const facts = vrFacts(vr);
  if (facts === undefined || facts.kind === "octets" || facts.kind === "sequence") {
    throw new RangeError(`Cannot write ${printTag(tag)}: values of VR ${vr} are octets or items`);
  }
  const bytes = padded(
    valueOctets(tag, values, { facts, characterSet: options.characterSet }),
    facts,
  );
  return { kind: "value", tag, vr, offset: 0, bytes, bigEndian: false };
}

/** An element of octets as they are, in little endian order where the VR has one. */
export function makeOctets(tag: number, bytes: Uint8Array, vr: string): ValueElement {
  const facts = vrFacts(vr);
  const even = facts === undefined ? bytes : padded(bytes, facts);
  return { kind: "value", tag, vr, offset: 0, bytes: even, bigEndian: false };
}

export function makeSequence(tag: number, items: readonly DataSet[]): SequenceElement {
  return { kind: "sequence", tag, vr: "SQ", offset: 0, items, undefinedLength: false };
}

function valueOctets(
  tag: number,
  values: readonly ElementValue[],
  { facts, characterSet }: { facts: VrFacts; characterSet: CharacterSet | undefined },
): Uint8Array {
  switch (facts.kind) {
    case "text": {
      const text = values.join("\\");
      const bytes = encodeText(text, characterSet ?? DEFAULT_CHARACTER_SET);
      if (bytes === undefined) {
        throw new RangeError(
          `Cannot write ${printTag(tag)}: "${text}" is not in the character set; use ISO_IR 192`,
        );
      }
      return bytes;
    }
    case "ascii": {
      const text = values.map((value) => plainText(value, facts.vr)).join("\\");
      if (!/^[\0-\x7f]*$/.test(text)) {
        throw new RangeError(
          `Cannot write ${printTag(tag)}: "${text}" is not ASCII, VR ${facts.vr}`,
        );
      }
      return latin1Bytes(text);
    }
    case "tag":
      return packed(values, 4, (view, at, value) => {
        const other = typeof value === "string" ? parseTag(value) : Number(value);
        if (other === undefined)
          throw new RangeError(`Cannot write ${printTag(tag)}: "${value}" is no tag`);
        view.setUint16(at, other >>> 16, true);
        view.setUint16(at + 2, other & 0xffff, true);
      });
    case "integer":
    case "float":
      return packed(values, facts.unit, (view, at, value) => {
        const range = RANGE[facts.vr];
        const number =
          facts.unit === 8 && facts.kind === "integer" ? toBigInt(value) : Number(value);
        const fits =
          number !== undefined &&
          (range === undefined || (number >= range[0] && number <= range[1]));
        if (
          !fits ||
          (facts.kind === "integer" && typeof number === "number" && !Number.isInteger(number))
        ) {
          throw new RangeError(
            `Cannot write ${printTag(tag)}: ${value} does not fit VR ${facts.vr}`,
          );
        }
        WRITE[facts.vr]?.(view, at, number);
      });
    case "octets":
    case "sequence":
      throw new TypeError(`Cannot write VR ${facts.vr} from values`);
    default:
      return facts.kind satisfies never;
  }
}

/** DS has at most 16 characters (6.2): as many digits as fit. */
function plainText(value: ElementValue, vr: string): string {
  const text = String(value);
  if (vr !== "DS" || typeof value !== "number" || text.length <= 16) return text;
  for (let digits = 15; digits > 0; digits--) {
    const shorter = String(Number(value.toPrecision(digits)));
    if (shorter.length <= 16) return shorter;
  }
  return text;
}

function packed(
  values: readonly ElementValue[],
  unit: number,
  write: (view: DataView, at: number, value: ElementValue) => void,
): Uint8Array {
  const bytes = new Uint8Array(values.length * unit);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) write(view, index * unit, value);
  return bytes;
}

function toBigInt(value: ElementValue): bigint | undefined {
  try {
    return BigInt(value);
  } catch {
    return undefined; // no integer
  }
}

const RANGE: Readonly<Record<string, readonly [number | bigint, number | bigint]>> = {
  US: [0, 0xffff],
  SS: [-0x8000, 0x7fff],
  UL: [0, 0xffffffff],
  SL: [-0x80000000, 0x7fffffff],
  UV: [0n, 0xffffffffffffffffn],
  SV: [-0x8000000000000000n, 0x7fffffffffffffffn],
};

const WRITE: Readonly<
  Record<string, (view: DataView, at: number, value: number | bigint) => void>
> = {
  US: (view, at, value) => view.setUint16(at, Number(value), true),
  SS: (view, at, value) => view.setInt16(at, Number(value), true),
  UL: (view, at, value) => view.setUint32(at, Number(value), true),
  SL: (view, at, value) => view.setInt32(at, Number(value), true),
  UV: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  SV: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  FL: (view, at, value) => view.setFloat32(at, Number(value), true),
  FD: (view, at, value) => view.setFloat64(at, Number(value), true),
};

function padded(bytes: Uint8Array, facts: VrFacts): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  even[bytes.length] = facts.padding;
  return even;
}
