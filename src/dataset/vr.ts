/**
 * Value representations: PS3.5 Table 6.2-1, and the two forms of an explicit element's length
 * (7.1.2, Tables 7.1-1 and 7.1-2).
 */
export type Vr = keyof typeof FACTS;

export interface VrFacts {
  readonly vr: Vr;
  /** Explicit VR: two reserved octets and a length of 32 bits (Table 7.1-1). */
  readonly long: boolean;
  /** Octets that change places between little and big endian (7.3); 1: none. */
  readonly unit: 1 | 2 | 4 | 8;
  readonly kind: VrKind;
  /** A backslash separates values (6.4). */
  readonly multiple: boolean;
  /** What makes an odd length even (6.2): a space, or 00H. */
  readonly padding: 0x20 | 0x00;
}

/**
 * `text`: in the Specific Character Set (6.1.2.2). `ascii`: default repertoire only. `integer`,
 * `float`: of `unit` octets. `octets`: opaque or arrays of `unit` octets.
 */
export type VrKind = "text" | "ascii" | "integer" | "float" | "tag" | "octets" | "sequence";

/** kind, unit, then flags: l long form, 1 never several values, 0 padded with 00H. */
const FACTS = {
  AE: "ascii 1",
  AS: "ascii 1",
  AT: "tag 2",
  CS: "ascii 1",
  DA: "ascii 1",
  DS: "ascii 1",
  DT: "ascii 1",
  FD: "float 8",
  FL: "float 4",
  IS: "ascii 1",
  LO: "text 1",
  LT: "text 1 1",
  OB: "octets 1 l10",
  OD: "octets 8 l1",
  OF: "octets 4 l1",
  OL: "octets 4 l1",
  OV: "octets 8 l1",
  OW: "octets 2 l1",
  PN: "text 1",
  SH: "text 1",
  SL: "integer 4",
  SQ: "sequence 1 l1",
  SS: "integer 2",
  ST: "text 1 1",
  SV: "integer 8 l",
  TM: "ascii 1",
  UC: "text 1 l",
  UI: "ascii 1 0",
  UL: "integer 4",
  UN: "octets 1 l10",
  UR: "ascii 1 l1",
  US: "integer 2",
  UT: "text 1 l1",
  UV: "integer 8 l",
} as const;

const BY_NAME: ReadonlyMap<string, VrFacts> = new Map(
  Object.entries(FACTS).map(([vr, line]) => [vr, facts(vr as Vr, line)]),
);

/** By the two letters: (first - A) * 26 + (second - A). */
const BY_LETTERS: readonly (VrFacts | undefined)[] = Array.from({ length: 26 * 26 }, (_, at) =>
  BY_NAME.get(String.fromCharCode(0x41 + Math.floor(at / 26), 0x41 + (at % 26))),
);

/** All 34, in alphabetical order. */
export const VALUE_REPRESENTATIONS: readonly VrFacts[] = [...BY_NAME.values()];

/** Facts of "PN"; undefined for what Table 6.2-1 does not have. */
export function vrFacts(vr: string): VrFacts | undefined {
  return vr.length === 2 ? vrOfOctets(vr.charCodeAt(0), vr.charCodeAt(1)) : undefined;
}

/** Facts of the VR in two octets of a stream; undefined for any other two octets. */
export function vrOfOctets(first: number, second: number): VrFacts | undefined {
  return isUpper(first) && isUpper(second)
    ? BY_LETTERS[(first - 0x41) * 26 + second - 0x41]
    : undefined;
}

/** A letter A to Z: new VRs are two of them (6.2). */
export function isUpper(octet: number): boolean {
  return octet >= 0x41 && octet <= 0x5a;
}

function facts(vr: Vr, line: string): VrFacts {
  const [kind, unit, flags = ""] = line.split(" ");
  return {
    vr,
    long: flags.includes("l"),
    unit: Number(unit) as 1 | 2 | 4 | 8,
    kind: kind as VrKind,
    multiple: !flags.includes("1"),
    padding: flags.includes("0") || !/text|ascii/.test(kind ?? "") ? 0x00 : 0x20,
  };
}
