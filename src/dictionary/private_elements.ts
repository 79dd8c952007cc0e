/**
 * Private data elements of common creators (PS3.5 7.8): facts from conformance statements, gathered
 * by the DCMTK project, carried by dcmjs. Read when first asked.
 */
import { PRIVATE_ELEMENT_TABLE } from "./private_element_table.ts";

export interface PrivateElementEntry {
  /** The private creator, spaces trimmed. */
  readonly creator: string;
  /** As the vendor prints it; empty where only VR and VM are known. */
  readonly name: string;
  readonly vr: string;
  readonly vm: string;
}

/**
 * The entry of a private element: `tag` as on the wire, 0x00191015, and the creator that reserved
 * its block, here the value of (0019,0010).
 */
export function privateElement(tag: number, creator: string): PrivateElementEntry | undefined {
  creators ??= readTable();
  const rows = creators.get(creator);
  if (rows === undefined) return undefined;
  const group = tag >>> 16;
  const element = tag & 0xff;
  return rows.get((group << 8) | element) ?? rows.get(ANY_GROUP | ((group >>> 8) << 16) | element);
}

/** Marks a key of which only the first two digits of the group count ("60xx"). */
const ANY_GROUP = 0x40000000;

let creators: ReadonlyMap<string, ReadonlyMap<number, PrivateElementEntry>> | undefined;

function readTable(): ReadonlyMap<string, ReadonlyMap<number, PrivateElementEntry>> {
  const read = new Map<string, Map<number, PrivateElementEntry>>();
  let creator = "";
  let rows = new Map<number, PrivateElementEntry>();
  for (const line of PRIVATE_ELEMENT_TABLE.split("\n")) {
    if (line.startsWith("@")) {
      creator = line.slice(1);
      rows = new Map();
      read.set(creator, rows);
      continue;
    }
    const [at = "", vr = "", vm = "", name = ""] = line.split(" ");
    const element = Number.parseInt(at.slice(4), 16);
    const key = at.includes("x")
      ? ANY_GROUP | (Number.parseInt(at.slice(0, 2), 16) << 16) | element
      : (Number.parseInt(at.slice(0, 4), 16) << 8) | element;
    rows.set(key, { creator, name, vr, vm });
  }
  return read;
}
