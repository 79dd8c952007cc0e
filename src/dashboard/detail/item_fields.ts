/** The items of A-ASSOCIATE PDUs with their places: PS3.8 9.3.2, 9.3.3, Annex D; PS3.7 D.3.3. */
import { uidEntry } from "../../dictionary/uids.ts";
import { escapeControls } from "../../escape.ts";
import {
  contextResultName,
  hex2,
  itemTypeName,
  roleSelectionName,
  userIdentityTypeName,
} from "../../ul/names.ts";
import type { FieldFacts, FieldReader } from "./field_reader.ts";

/** All items up to the end. Items hold items, and those no more: deeper ones are somebody's joke. */
export function itemFields(reader: FieldReader): void {
  if (reader.depth > 1) return;
  while (reader.left >= ITEM_HEAD) {
    const itemType = reader.peek(0);
    const length = reader.peek(2) * 256 + reader.peek(3);
    const name = `${itemTypeName(itemType)} item`;
    reader.group(name, ITEM_HEAD + length, (item) => {
      item.number("Item-type", 1, (value) => ({ value: hex2(value) }));
      item.octets("reserved", 1);
      item.number("Item-length", 2);
      const read = ITEMS[itemType];
      return read === undefined ? {} : read(item);
    });
  }
}

const ITEM_HEAD = 4;

type ReadItem = (item: FieldReader) => FieldFacts;

const ITEMS: Readonly<Record<number, ReadItem>> = {
  16: (item) => uidItem(item, { name: "Application-context-name", section: "PS3.8 9.3.2.1" }),
  32: (item) => {
    const id = item.number("Presentation-context-ID", 1);
    item.octets("reserved", 3);
    itemFields(item);
    const syntax = item.fields.find(({ name }) => name === `${itemTypeName(48)} item`)?.words;
    return { words: `context ${id}: ${syntax ?? "no abstract syntax"}`, section: "PS3.8 9.3.2.2" };
  },
  33: (item) => {
    const id = item.number("Presentation-context-ID", 1);
    item.octets("reserved", 1);
    const result = item.number("Result/Reason", 1, (value) => ({
      words: contextResultName(value),
    }));
    item.octets("reserved", 1);
    itemFields(item);
    return { words: `context ${id}: ${contextResultName(result)}`, section: "PS3.8 9.3.3.2" };
  },
  48: (item) => uidItem(item, { name: "Abstract-syntax-name", section: "PS3.8 9.3.2.2.1" }),
  64: (item) => uidItem(item, { name: "Transfer-syntax-name", section: "PS3.8 9.3.2.2.2" }),
  80: (item) => {
    itemFields(item);
    return { section: "PS3.8 9.3.2.3" };
  },
  81: (item) => {
    const most = item.number("Maximum-length-received", 4);
    return { words: most === 0 ? "no limit" : `${most} octets`, section: "PS3.8 D.1" };
  },
  82: (item) => uidItem(item, { name: "Implementation-class-uid", section: "PS3.7 D.3.3.2.1" }),
  83: (item) => {
    const invoked = item.number("Maximum-number-operations-invoked", 2);
    const performed = item.number("Maximum-number-operations-performed", 2);
    return { words: `${invoked} invoked, ${performed} performed`, section: "PS3.7 D.3.3.3" };
  },
  84: (item) => {
    sopClass(item);
    const scu = item.number("SCU-role", 1);
    const scp = item.number("SCP-role", 1);
    return { words: roleSelectionName(scu, scp), section: "PS3.7 D.3.3.4" };
  },
  85: (item) => {
    const name = item.text("Implementation-version-name", item.left);
    return { words: escapeControls(name.slice(0, 64)), section: "PS3.7 D.3.3.2.3" };
  },
  86: (item) => {
    sopClass(item);
    item.rest("Service-class-application-information");
    return { section: "PS3.7 D.3.3.5" };
  },
  87: (item) => {
    sopClass(item);
    const length = item.number("Service-class-uid-length", 2);
    item.text("Service-class-uid", length, named);
    item.rest("Related-general-sop-class-identification");
    return { section: "PS3.7 D.3.3.6" };
  },
  88: (item) => {
    const type = item.number("User-Identity-Type", 1, (value) => ({
      words: userIdentityTypeName(value),
    }));
    item.number("Positive-response-requested", 1);
    const primary = item.number("Primary-field-length", 2);
    const secret = { value: "not shown", words: "a secret" };
    if (type === 1 || type === 2) item.text("Primary-field", primary);
    else item.octets("Primary-field", primary, secret);
    const secondary = item.number("Secondary-field-length", 2);
    if (secondary > 0) item.octets("Secondary-field", secondary, secret);
    return { words: userIdentityTypeName(type), section: "PS3.7 D.3.3.7" };
  },
  89: (item) => {
    const length = item.number("Server-response-length", 2);
    if (length > 0) item.octets("Server-response", length, { value: "not shown" });
    return { section: "PS3.7 D.3.3.7.2" };
  },
};

function uidItem(
  item: FieldReader,
  { name, section }: { readonly name: string; readonly section: string },
): FieldFacts {
  const uid = item.text(name, item.left, named);
  return { words: uidEntry(uid)?.name ?? escapeControls(uid.slice(0, 64)), section };
}

function sopClass(item: FieldReader): void {
  const length = item.number("SOP-class-uid-length", 2);
  item.text("SOP-class-uid", length, named);
}

function named(uid: string): FieldFacts {
  return { words: uidEntry(uid)?.name ?? null };
}
