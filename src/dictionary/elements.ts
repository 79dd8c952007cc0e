/**
 * The data elements of PS3.6 2024b: Tables 6-1, 7-1, 8-1 and 9-1, the command elements of PS3.7
 * Annex E among them; repeating groups, retired elements and items included.
 *
 * The table is one string (`element_table.ts`) that is read when first asked, a group at a
 * time: a program that never looks at a data set does not pay for it.
 */
import { ELEMENT_TABLE } from "./element_table.ts";

export interface ElementEntry {
  /** The tag as a number, 0x00100010 for (0010,0010); of a repeating group the lowest one. */
  readonly tag: number;
  /** As printed, "PatientName"; empty for the few retired elements that PS3.6 does not name. */
  readonly keyword: string;
  /** As printed: "PN", or a choice as "US/SS", "OB/OW", "US/OW"; "--" for items and delimiters. */
  readonly vr: string;
  /** Value multiplicity as printed: "1", "1-n", "2-2n". */
  readonly vm: string;
  readonly retired: boolean;
}

/** Of the table behind `elementByTag`. */
export const ELEMENT_EDITION = "PS3.6 2024b";

/** The row of a tag such as 0x60023000; undefined where PS3.6 has none, so for every private one. */
export function elementByTag(tag: number): ElementEntry | undefined {
  const place = (tag ^ (tag >>> 12)) & (RECENT.length - 1);
  const recent = RECENT[place];
  if (recent !== undefined && recent.tag === tag) return recent;
  let entry = BY_TAG.get(tag);
  if (entry === undefined) {
    readGroup(tag >>> 16);
    entry = BY_TAG.get(tag) ?? repeatingEntry(tag);
  }
  RECENT[place] = entry;
  return entry;
}

/** Rows that were found last: data sets have the same few hundred again and again. */
const RECENT: (ElementEntry | undefined)[] = Array(1_024).fill(undefined);

/** The row of a keyword such as "PatientName". */
export function elementByKeyword(keyword: string): ElementEntry | undefined {
  readAll();
  return BY_KEYWORD.get(keyword);
}

/** All rows in ascending order of the tag, patterns of repeating groups at their lowest tag. */
export function allElements(): readonly ElementEntry[] {
  readAll();
  return [...BY_TAG.values(), ...[...REPEATING.values()].flat().map(({ entry }) => entry)].sort(
    (a, b) => a.tag - b.tag,
  );
}

const BY_TAG = new Map<number, ElementEntry>();
const BY_KEYWORD = new Map<string, ElementEntry>();
/** Patterns by group, or by the first two digits of it where the others repeat. */
const REPEATING = new Map<number, { readonly mask: number; readonly entry: ElementEntry }[]>();
const ANY_LOW_BYTE = 0x10000;
/** Text of the groups that were not read yet, by group number. */
const UNREAD = new Map<number, string>();
let split = false;

function repeatingEntry(tag: number): ElementEntry | undefined {
  if ((tag & 0x10000) !== 0) return undefined; // odd groups are private
  const group = tag >>> 16;
  const patterns = REPEATING.get(group) ?? REPEATING.get((group >>> 8) + ANY_LOW_BYTE) ?? [];
  return patterns.find(({ mask, entry }) => ((tag & mask) | 0) === (entry.tag | 0))?.entry;
}

/** Group by group: most data sets touch a dozen of 120, and the first look-up waits for its own. */
function readGroup(group: number): void {
  splitTable();
  const text = UNREAD.get(group);
  if (text === undefined) return;
  UNREAD.delete(group);
  readRows(text);
}

function readAll(): void {
  splitTable();
  for (const text of UNREAD.values()) readRows(text);
  UNREAD.clear();
}

function splitTable(): void {
  if (split) return;
  split = true;
  for (const text of ELEMENT_TABLE.slice(1).split("\n@")) {
    const group = text.slice(0, 4);
    if (/^[0-9A-F]*x/m.test(text))
      readRows(text); // repeating groups are looked for in any group
    else UNREAD.set(Number.parseInt(group, 16), text);
  }
}

function readRows(text: string): void {
  const [group = "", ...lines] = text.split("\n");
  for (const line of lines) {
    const [element = "", vr = "", vm = "", name = ""] = line.split(" ");
    const digits = group + element;
    const retired = name.startsWith("!") || name === "";
    const keyword = retired ? name.slice(1) : name;
    const tag = Number.parseInt(digits.replaceAll("x", "0"), 16);
    const entry = { tag, keyword, vr, vm, retired };
    if (keyword !== "") BY_KEYWORD.set(keyword, entry);
    if (!digits.includes("x")) {
      BY_TAG.set(tag, entry);
      continue;
    }
    const key = group.includes("x") ? (tag >>> 24) + ANY_LOW_BYTE : tag >>> 16;
    const patterns = REPEATING.get(key) ?? [];
    patterns.push({ mask: maskOf(digits), entry });
    REPEATING.set(key, patterns);
  }
}

function maskOf(digits: string): number {
  return Number.parseInt([...digits].map((digit) => (digit === "x" ? "0" : "F")).join(""), 16);
}
