/**
 * Names of UIDs: PS3.6 Annex A, edition 2024d, and the private ones that are met on the wire.
 *
 * The table is one string, read on the first question: importing this costs nothing.
 */
import { UID_TABLE } from "./uid_table.ts";

export interface UidEntry {
  readonly uid: string;
  readonly name: string;
  /** As PS3.6 names it: "SOP Class", "Transfer Syntax", "Meta SOP Class", ... */
  readonly type: string;
  readonly retired: boolean;
  /** "CTImageStorage"; empty where there is none. */
  readonly keyword: string;
}

/** The UID without padding, as it stands in PS3.6. */
export function uidEntry(uid: string): UidEntry | undefined {
  return entries().get(uid);
}

/** "CT Image Storage"; the UID itself where PS3.6 does not have it. */
export function uidName(uid: string): string {
  return entries().get(uid)?.name ?? uid;
}

export function transferSyntaxes(): UidEntry[] {
  return [...entries().values()].filter((entry) => entry.type === "Transfer Syntax");
}

/** Meta SOP classes too: what an abstract syntax can be. */
export function sopClasses(): UidEntry[] {
  return [...entries().values()].filter((entry) => entry.type.endsWith("SOP Class"));
}

const ROOT = "1.2.840.10008.";

const PRIVATE: readonly UidEntry[] = [
  {
    uid: "1.2.840.113619.5.2",
    name: "Implicit VR Little Endian with big endian pixels (GE private)",
    type: "Transfer Syntax",
    retired: false,
    keyword: "",
  },
];

let table: Map<string, UidEntry> | undefined;

function entries(): ReadonlyMap<string, UidEntry> {
  if (table !== undefined) return table;
  table = new Map(PRIVATE.map((entry) => [entry.uid, entry]));
  for (const row of UID_TABLE.trim().split("\n")) {
    const [suffix = "", name = "", kind = "", keyword = ""] = row.split("|");
    const [type = "", retired] = kind.split(", ");
    const uid = ROOT + suffix;
    // PS3.6 has retired rows without a name
    table.set(uid, { uid, name: name || uid, type, retired: retired !== undefined, keyword });
  }
  return table;
}
