/**
 * Chooses changes to a script. The same seed and case number choose the same ones.
 *
 * Most go to lengths and values, where decoders compute; the rest to any octet, and to what is sent
 * at all.
 */
import { hex2 } from "../../src/ul/names.ts";
import type { Field } from "./fields.ts";
import { pduFields } from "./fields.ts";
import { type FuzzScript, stepOctets } from "./fuzz_script.ts";
import type { Mutation } from "./mutation.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** Changes of one case. */
const MOST = 3;

export function mutate(script: FuzzScript, random: SeededRandom): Mutation[] {
  const count = 1 + random.below(MOST);
  return Array.from({ length: count }, () => mutation(script, random));
}

interface Place {
  readonly unit: number;
  readonly level: Mutation["level"];
  /** "data set of C-STORE-RQ". */
  readonly name: string;
  readonly octets: Uint8Array;
  readonly fields: readonly Field[];
}

function mutation(script: FuzzScript, random: SeededRandom): Mutation {
  const place = random.below(6) === 0 ? wirePlace(script, random) : contentPlace(script, random);
  const field = place.fields.length === 0 ? undefined : random.pick(place.fields);
  const change = random.below(10);
  if (field === undefined || change < 2) return changedOctets(place, random);
  if (change < 6) return changedValue(place, { field, random });
  return changedLength(place, { field, random });
}

/** Command sets more often than their number says: a decoder must act on every element of them. */
function contentPlace({ units }: FuzzScript, random: SeededRandom): Place {
  const commandSets = units.filter(({ kind }) => kind === "command set");
  const some = commandSets.length > 0 && random.below(2) === 0 ? commandSets : units;
  const chosen = random.pick(some);
  const { kind, name, octets, fields } = chosen;
  const called = kind === name ? name : `${kind} of ${name}`;
  return { unit: units.indexOf(chosen), level: "content", name: called, octets, fields };
}

function wirePlace({ steps }: FuzzScript, random: SeededRandom): Place {
  const step = random.pick(steps);
  const octets = stepOctets(step, []);
  const name = `PDU of ${step.units[0]?.name}`;
  return { unit: step.unit, level: "wire", name, octets, fields: pduFields(octets) };
}

interface FieldChoice {
  readonly field: Field;
  readonly random: SeededRandom;
}

function changedLength(place: Place, { field, random }: FieldChoice): Mutation {
  const { lengthAt, lengthSize, bigEndian, valueLength, name } = field;
  const most = lengthSize === 2 ? 0xffff : 0xffff_ffff;
  const length = random.pick([
    ...[0, 1, most, most - 1, (most - 1) / 2, valueLength + 1, valueLength + 2],
    ...[Math.max(0, valueLength - 1), 2 * valueLength + 2, random.below(most)],
  ]);
  const insert = new Uint8Array(lengthSize);
  const view = new DataView(insert.buffer);
  if (lengthSize === 2) view.setUint16(0, length, !bigEndian);
  else view.setUint32(0, length, !bigEndian);
  const words = `length of ${name} in the ${place.name} to ${length >>> 0}`;
  return made(place, { at: lengthAt, remove: lengthSize, insert, words });
}

/** A value of the same length with other octets in it, or another length that the field says, too. */
function changedValue(place: Place, { field, random }: FieldChoice): Mutation {
  const { valueAt, valueLength, name } = field;
  const filler = random.pick(FILLERS);
  if (random.below(2) === 0 && valueLength > 0) {
    const insert = new Uint8Array(Math.min(valueLength, 4096)).fill(filler);
    const words = `${insert.length} octets ${hex2(filler)} for the value of ${name} in the ${place.name}`;
    return made(place, { at: valueAt, remove: insert.length, insert, words });
  }
  return valueOfLength(random.pick(LENGTHS), { place, field, filler });
}

function valueOfLength(
  length: number,
  of: { readonly place: Place; readonly field: Field; readonly filler: number },
): Mutation {
  const { place, field, filler } = of;
  const { lengthAt, lengthSize, bigEndian, valueAt, valueLength, name } = field;
  const between = valueAt - lengthAt;
  const insert = new Uint8Array(between + length).fill(filler);
  const view = new DataView(insert.buffer);
  if (lengthSize === 2) view.setUint16(0, length, !bigEndian);
  else view.setUint32(0, length, !bigEndian);
  const words = `a value of ${length} octets ${hex2(filler)} for ${name} in the ${place.name}`;
  return {
    ...made(place, { at: lengthAt, remove: between + valueLength, insert, words }),
    milder: () => LENGTHS.filter((one) => one < length).map((one) => valueOfLength(one, of)),
  };
}

function changedOctets(place: Place, random: SeededRandom): Mutation {
  const { octets, name } = place;
  const at = random.below(octets.length);
  switch (random.below(4)) {
    case 0: {
      const octet = random.pick(FILLERS);
      const words = `octet ${at} of the ${name} to ${hex2(octet)}`;
      return made(place, { at, remove: 1, insert: Uint8Array.of(octet), words });
    }
    case 1: {
      const length = 1 + random.below(64);
      const words = `${length} octets at ${at} of the ${name} left out`;
      return made(place, { at, remove: length, insert: NOTHING, words });
    }
    case 2: {
      const length = 1 + random.below(64);
      const words = `${length} octets at ${at} of the ${name} twice`;
      return made(place, { at, remove: 0, insert: octets.slice(at, at + length), words });
    }
    default: {
      const words = `the ${name} ends at octet ${at}`;
      return made(place, { at, remove: octets.length, insert: NOTHING, words });
    }
  }
}

function made({ unit, level }: Place, change: Omit<Mutation, "unit" | "level">): Mutation {
  return { unit, level, ...change };
}

/** Of values: around the limits of VRs (PS3.5 6.2), and far beyond all of them. */
const LENGTHS = [0, 1, 2, 16, 17, 18, 64, 65, 66, 255, 1_024, 10_000];
const NOTHING = new Uint8Array(0);
/** Zero, all ones, the signs, a letter, a digit, what text is padded with, a separator, a percent sign. */
const FILLERS: readonly number[] = [0x00, 0xff, 0x7f, 0x80, 0x41, 0x39, 0x20, 0x5c, 0x25, 0x01];
