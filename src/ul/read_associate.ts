/** A-ASSOCIATE-RQ and -AC with their variable items: PS3.8 9.3.2, 9.3.3. */
import type { ByteReader } from "./byte_reader.ts";
import { latin1Text } from "./latin1.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  AssociateItem,
  PresentationContextAcItem,
  PresentationContextRqItem,
  SyntaxItem,
  UserInformationItem,
} from "./pdu.ts";
import {
  type ItemHead,
  type ReadBudget,
  type ReadItemsOptions,
  readItems,
  reservedField,
} from "./read_items.ts";
import { readUserInformationSubItem, userInformationSection } from "./read_user_information.ts";

/** The PDU without what belongs to its header. The caller looks at the reader's shortage first. */
export function readAssociate<T extends "A-ASSOCIATE-RQ" | "A-ASSOCIATE-AC">(
  type: T,
  reader: ByteReader,
  budget: ReadBudget,
): Omit<AAssociateRq | AAssociateAc, "type"> & { readonly type: T } {
  const protocolVersion = reader.u16("Protocol-version");
  const reserved9 = reader.bytes(2, "reserved octets 9-10");
  const calledField = reader.bytes(AE_TITLE_LENGTH, "Called-AE-title");
  const callingField = reader.bytes(AE_TITLE_LENGTH, "Calling-AE-title");
  const reserved43 = reader.bytes(32, "reserved octets 43-74");
  const calledAeTitle = aeTitleOf(calledField);
  const callingAeTitle = aeTitleOf(callingField);
  return {
    type,
    protocolVersion,
    calledAeTitle,
    callingAeTitle,
    ...(!isPadded(calledField, calledAeTitle) && { calledAeTitleField: calledField }),
    ...(!isPadded(callingField, callingAeTitle) && { callingAeTitleField: callingField }),
    ...(!isZero(reserved9) && { reservedOctets9: reserved9 }),
    ...(!isZero(reserved43) && { reservedOctets43: reserved43 }),
    ...readItems(reader, {
      section: type === "A-ASSOCIATE-RQ" ? "PS3.8 9.3.2" : "PS3.8 9.3.3",
      sectionOf: associateItemSection,
      readValue: readAssociateItem,
      budget,
    }),
  };
}

/** The title without leading and trailing spaces, which are not significant (PS3.8 9.3.2). */
export function aeTitleOf(field: Uint8Array): string {
  let start = 0;
  let end = field.length;
  while (end > 0 && field[end - 1] === SPACE) end--;
  while (start < end && field[start] === SPACE) start++;
  return latin1Text(field.subarray(start, end));
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((octet) => octet === 0);
}

function isPadded(field: Uint8Array, title: string): boolean {
  return latin1Text(field) === title.padEnd(AE_TITLE_LENGTH, " ");
}

function readAssociateItem(
  head: ItemHead,
  value: ByteReader,
  budget: ReadBudget,
): AssociateItem | undefined {
  switch (head.itemType) {
    case 0x10:
      return {
        item: "application context",
        ...reservedField(head.octet2),
        name: latin1Text(value.rest()),
      };
    case 0x20:
      return readPresentationContextRq(head, value, budget);
    case 0x21:
      return readPresentationContextAc(head, value, budget);
    case 0x50:
      return readUserInformation(head, value, budget);
    default:
      return undefined; // Receivers skip what they do not recognize (PS3.8 9.3.1).
  }
}

function readPresentationContextRq(
  head: ItemHead,
  value: ByteReader,
  budget: ReadBudget,
): PresentationContextRqItem {
  const id = value.u8("Presentation-context-ID");
  const reserved6 = value.bytes(3, "reserved octets 6-8");
  return {
    item: "presentation context RQ",
    ...reservedField(head.octet2),
    id,
    ...(!isZero(reserved6) && { reservedOctets6: reserved6 }),
    ...readSyntaxes(value, budget, "PS3.8 9.3.2.2"),
  };
}

function readPresentationContextAc(
  head: ItemHead,
  value: ByteReader,
  budget: ReadBudget,
): PresentationContextAcItem {
  const id = value.u8("Presentation-context-ID");
  const octet6 = value.u8("reserved octet 6");
  const result = value.u8("Result/Reason");
  const octet8 = value.u8("reserved octet 8");
  return {
    item: "presentation context AC",
    ...reservedField(head.octet2),
    id,
    ...(octet6 !== 0 && { reservedOctet6: octet6 }),
    result,
    ...(octet8 !== 0 && { reservedOctet8: octet8 }),
    ...readSyntaxes(value, budget, "PS3.8 9.3.3.2"),
  };
}

function readSyntaxes(
  value: ByteReader,
  budget: ReadBudget,
  section: string,
): ReturnType<typeof readItems<SyntaxItem>> {
  return readItems(value, { section, sectionOf: syntaxSection, readValue: readSyntax, budget });
}

function readSyntax(head: ItemHead, value: ByteReader): SyntaxItem | undefined {
  if (head.itemType !== 0x30 && head.itemType !== 0x40) return undefined;
  return {
    item: head.itemType === 0x30 ? "abstract syntax" : "transfer syntax",
    ...reservedField(head.octet2),
    uid: latin1Text(value.rest()),
  };
}

function readUserInformation(
  head: ItemHead,
  value: ByteReader,
  budget: ReadBudget,
): UserInformationItem {
  return {
    item: "user information",
    ...reservedField(head.octet2),
    ...readItems(value, {
      section: "PS3.8 9.3.2.3",
      sectionOf: userInformationSection,
      readValue: readUserInformationSubItem,
      budget,
    }),
  };
}

const associateItemSection: ReadItemsOptions<never>["sectionOf"] = (itemType) =>
  ASSOCIATE_SECTIONS[itemType] ?? "PS3.8 9.3.2";

const syntaxSection: ReadItemsOptions<never>["sectionOf"] = (itemType) =>
  itemType === 0x30 ? "PS3.8 9.3.2.2.1" : "PS3.8 9.3.2.2.2";

const ASSOCIATE_SECTIONS: Readonly<Record<number, string>> = {
  16: "PS3.8 9.3.2.1",
  32: "PS3.8 9.3.2.2",
  33: "PS3.8 9.3.3.2",
  80: "PS3.8 9.3.2.3",
};
const AE_TITLE_LENGTH = 16;
const SPACE = 0x20;
