/**
 * Which UIDs a replay may change, and what a new one is.
 *
 * Rule: a UID that everybody knows stays (the DICOM root, all of PS3.6 Annex A), and so does one that
 * names a kind and not a thing, whoever made it: SOP classes, transfer syntaxes, coding schemes,
 * places to retrieve from.
 */
import { createHmac } from "node:crypto";
import { elementByTag } from "../../src/dictionary/elements.ts";
import { uidEntry } from "../../src/dictionary/uids.ts";

const DICOM_ROOT = "1.2.840.10008";

/** Of the standard, or a private one in the dictionary. */
export function isWellKnown(uid: string): boolean {
  return uid === DICOM_ROOT || uid.startsWith(`${DICOM_ROOT}.`) || uidEntry(uid) !== undefined;
}

/** Digits and dots, as every UID (PS3.5 9.1); anything else is left alone. */
export function looksLikeUid(text: string): boolean {
  return /^[0-9][0-9.]*$/.test(text);
}

/** Whether the UIDs of an element name kinds or places (PS3.6), so that they stay. */
export function namesKinds(tag: number): boolean {
  const known = KINDS.get(tag);
  if (known !== undefined) return known;
  const kinds = KIND.test(elementByTag(tag)?.keyword ?? "");
  if (KINDS.size < MAX_KINDS) KINDS.set(tag, kinds);
  return kinds;
}

const KIND = new RegExp(
  [
    "SOPClass",
    "TransferSyntaxUID",
    "^CodingSchemeUID$",
    "^Context(UID|GroupExtensionCreatorUID)$",
    "^MappingResourceUID$",
    "^TemplateExtension",
    "^(Manufacturer|Implementation).*ClassUID$",
    "^PrivateInformationCreatorUID$",
    "^RetrieveLocationUID$",
    "^RepositoryUniqueID$",
    "^HomeCommunityID$",
  ].join("|"),
);
const KINDS = new Map<number, boolean>();
const MAX_KINDS = 1000;

/**
 * A UID under 2.25 (PS3.5 B.2) that is always the same for a seed and a recorded UID. The 128 bits
 * are a keyed hash in the form of a UUID of version 8 (RFC 9562 5.8), as B.2 wants a UUID.
 */
export function newUid(uid: string, seed: string): string {
  return `2.25.${BigInt(`0x${keyedUuid(uid, seed).replaceAll("-", "")}`)}`;
}

/** "0190163d-8694-839b-aea5-966c26f8ad91", the same for the same text and seed. */
export function keyedUuid(text: string, seed: string): string {
  const bytes = createHmac("sha256", seed).update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * A table of UIDs: a line is "RECORDED LIVE", what follows # is a comment. Throws a RangeError with
 * the line's number.
 */
export function readUidTable(text: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    if (words[0] === "") continue;
    const [recorded = "", live = ""] = words;
    const wrong = wrongRow(words, table);
    if (wrong !== undefined) throw new RangeError(`Cannot read line ${at + 1}: ${wrong}`);
    table.set(recorded, live);
    if (table.size > MAX_ROWS) throw new RangeError(`Cannot read more than ${MAX_ROWS} UIDs`);
  }
  return table;
}

const MAX_ROWS = 1_000_000;

function wrongRow(
  words: readonly string[],
  table: ReadonlyMap<string, string>,
): string | undefined {
  const [recorded = "", live = ""] = words;
  if (words.length !== 2) return `${words.length} words; a recorded UID and a live one are needed`;
  for (const uid of words) {
    if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(uid) || uid.length > 64) {
      return `"${uid.slice(0, 80)}" is no UID (PS3.5 9.1)`;
    }
  }
  if (isWellKnown(recorded)) return `${recorded} is a well-known UID, which always stays`;
  if (table.has(recorded)) return `${recorded} is there already`;
  return live === "" ? "a live UID is missing" : undefined;
}
