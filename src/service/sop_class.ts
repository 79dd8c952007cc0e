/**
 * SOP classes as people name them, and the abstract syntaxes that they are negotiated under: their
 * own UID, or the Meta SOP class that they are a part of (PS3.7 A.3, PS3.4 H.3.2).
 */
import { sopClasses, transferSyntaxes, type UidEntry, uidEntry } from "../dictionary/uids.ts";

/** Of a SOP class or Meta SOP class: "1.2.840.10008.1.1", "Verification", "CT Image Storage". */
export function sopClassUid(name: string): string | undefined {
  return uidOf(name, { list: sopClasses, abbreviations: CLASS_ABBREVIATIONS });
}

/** Of a transfer syntax: its UID, "ExplicitVRLittleEndian", "JPEG Baseline (Process 1)". */
export function transferSyntaxUid(name: string): string | undefined {
  return uidOf(name, { list: transferSyntaxes, abbreviations: new Map() });
}

/** Keywords and names that a misspelt one may have been meant for. */
export function sopClassNames(): readonly string[] {
  return sopClasses().map(({ keyword, uid }) => (keyword === "" ? uid : keyword));
}

/**
 * The abstract syntaxes to propose for a SOP class, the one to be preferred first: Meta SOP classes
 * where it is a part of such, then itself. UPS instances are shared by five classes (PS3.4 CC.1.1).
 */
export function abstractSyntaxesFor(uid: string): readonly string[] {
  const meta = META.flatMap(([metaUid, parts]) => (parts.includes(uid) ? [metaUid] : []));
  return [...meta, uid, ...(uid === UPS_PUSH ? UPS_OTHERS : [])];
}

/** The one instance that a class has, where it has one (PS3.6 Annex A). */
export function wellKnownInstance(uid: string): string | undefined {
  return WELL_KNOWN.get(uid);
}

interface Names {
  readonly list: () => readonly UidEntry[];
  readonly abbreviations: ReadonlyMap<string, string>;
}

function uidOf(text: string, { list, abbreviations }: Names): string | undefined {
  if (isUid(text)) return text;
  const given = plain(text);
  const wanted = abbreviations.get(given) ?? given;
  if (wanted === "") return undefined;
  const entries = list();
  const named = entries.filter(({ keyword, name }) => {
    return plain(keyword) === wanted || plain(name) === wanted;
  });
  // Retired classes may have the name of their successor.
  const found =
    entries.find(({ keyword }) => keyword === text) ??
    named.find(({ retired }) => !retired) ??
    named[0] ??
    entries.find(({ keyword }) => plain(keyword) === `${wanted}storage`);
  return found?.uid;
}

/** As everybody says, and as PS3.6 has it. */
const CLASS_ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ["mpps", "modalityperformedprocedurestep"],
  ["mwl", "modalityworklistinformationmodelfind"],
  ["storagecommitment", "storagecommitmentpushmodel"],
  ["ups", "unifiedproceduresteppush"],
]);

/** PS3.5 9.1: digits and dots, 64 at most, no component with a leading zero. */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(text);
}

/** Storage SOP classes in the order in which a requestor of C-GET should propose them. */
export function storageClasses(): readonly string[] {
  return sopClasses()
    .filter(({ uid, retired }) => uid.startsWith(STORAGE_ROOT) && !retired)
    .map(({ uid }) => uid)
    .filter((uid) => !RARE.some((prefix) => uid.startsWith(STORAGE_ROOT + prefix)))
    .filter((uid) => !/\.481\.\d\d$/.test(uid)); // second generation of RT
}

export function isStorageClass(uid: string): boolean {
  return uid.startsWith(STORAGE_ROOT) || (uidEntry(uid)?.name.endsWith(" Storage") ?? false);
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/\bsop class( uid)?$/, "")
    .replace(/[^a-z0-9]/g, "");
}

const ROOT = "1.2.840.10008.";
const STORAGE_ROOT = `${ROOT}5.1.4.1.1.`;

/** Not for patients, or hardly met: an association has room for 128 contexts. */
const RARE = [9.7, 9.8, 68, 78, 79, 80, 81, 82, 90, 91, 200, 201, 501, 601].map(
  (part) => `${part}.`,
);

const PRINTER = `${ROOT}5.1.1.16`;
const FILM_SESSION = `${ROOT}5.1.1.1`;
const FILM_BOX = `${ROOT}5.1.1.2`;

/** PS3.4 H.3.2.2: Basic Grayscale and Basic Color Print Management. */
const META: readonly (readonly [meta: string, parts: readonly string[]])[] = [
  [`${ROOT}5.1.1.9`, [FILM_SESSION, FILM_BOX, `${ROOT}5.1.1.4`, PRINTER]],
  [`${ROOT}5.1.1.18`, [FILM_SESSION, FILM_BOX, `${ROOT}5.1.1.4.1`, PRINTER]],
];

const UPS_PUSH = `${ROOT}5.1.4.34.6.1`;
const UPS_OTHERS = [2, 3, 4].map((number) => `${ROOT}5.1.4.34.6.${number}`);

const WELL_KNOWN: ReadonlyMap<string, string> = new Map([
  [PRINTER, `${ROOT}5.1.1.17`],
  [`${ROOT}5.1.1.16.376`, `${ROOT}5.1.1.17.376`],
  [`${ROOT}1.20.1`, `${ROOT}1.20.1.1`],
  [`${ROOT}1.40`, `${ROOT}1.40.1`],
  [`${ROOT}1.42`, `${ROOT}1.42.1`],
  [`${ROOT}5.1.1.40`, `${ROOT}5.1.1.40.1`],
]);
