/**
 * Sub-items of the user information item: 51H (PS3.8 D.1) and 52H to 59H (PS3.7 D.3.3).
 *
 * Rule: a field is read where the standard has it and nowhere else; `read_items.ts` sees whether
 * the fields fill the item.
 */
import type { ByteReader } from "./byte_reader.ts";
import { latin1Text } from "./latin1.ts";
import type { UserInformationSubItem } from "./pdu.ts";
import { type ItemHead, reservedField } from "./read_items.ts";

/** Undefined for a type that has no place in the user information: receivers ignore it (D.2). */
export function readUserInformationSubItem(
  head: ItemHead,
  value: ByteReader,
): UserInformationSubItem | undefined {
  const reserved = reservedField(head.octet2);
  switch (head.itemType) {
    case 0x51:
      return {
        item: "maximum length",
        ...reserved,
        maximumLength: value.u32("Maximum-length-received"),
      };
    case 0x52:
      return {
        item: "implementation class UID",
        ...reserved,
        uid: latin1Text(value.rest()),
      };
    case 0x53:
      return {
        item: "asynchronous operations window",
        ...reserved,
        maximumNumberOperationsInvoked: value.u16("Maximum-number-operations-invoked"),
        maximumNumberOperationsPerformed: value.u16("Maximum-number-operations-performed"),
      };
    case 0x54:
      return {
        item: "SCP/SCU role selection",
        ...reserved,
        sopClassUid: readCounted(value, "SOP-class-uid"),
        scuRole: value.u8("SCU-role"),
        scpRole: value.u8("SCP-role"),
      };
    case 0x55:
      return {
        item: "implementation version name",
        ...reserved,
        name: latin1Text(value.rest()),
      };
    case 0x56:
      return {
        item: "SOP class extended negotiation",
        ...reserved,
        sopClassUid: readCounted(value, "SOP-class-uid"),
        serviceClassApplicationInformation: value.rest(),
      };
    case 0x57:
      return readCommonExtendedNegotiation(head.octet2, value);
    case 0x58:
      return {
        item: "user identity RQ",
        ...reserved,
        userIdentityType: value.u8("User-Identity-Type"),
        positiveResponseRequested: value.u8("Positive-response-requested"),
        primaryField: value.bytes(value.u16("Primary-field-length"), "Primary-field"),
        secondaryField: value.bytes(value.u16("Secondary-field-length"), "Secondary-field"),
      };
    case 0x59:
      return {
        item: "user identity AC",
        ...reserved,
        serverResponse: value.bytes(value.u16("Server-response-length"), "Server-response"),
      };
    default:
      return undefined;
  }
}

export function userInformationSection(itemType: number): string {
  return SECTIONS[itemType] ?? "PS3.7 D.3.3";
}

function readCommonExtendedNegotiation(version: number, value: ByteReader): UserInformationSubItem {
  const sopClassUid = readCounted(value, "SOP-class-uid");
  const serviceClassUid = readCounted(value, "Service-class-uid");
  const list = value.sub(
    value.u16("Related-general-sop-class-identification-length"),
    "Related-general-sop-class-identification",
  );
  const relatedGeneralSopClassUids: string[] = [];
  while (list.left > 0 && list.shortage === undefined) {
    relatedGeneralSopClassUids.push(readCounted(list, "Related-general-sop-class-uid"));
  }
  value.adopt(list);
  const reservedBytes = value.rest();
  return {
    item: "SOP class common extended negotiation",
    version,
    sopClassUid,
    serviceClassUid,
    relatedGeneralSopClassUids,
    ...(reservedBytes.length > 0 && { reservedBytes }),
  };
}

/** A text field behind its length of two octets. */
function readCounted(value: ByteReader, field: string): string {
  return latin1Text(value.bytes(value.u16(`${field}-length`), field));
}

const SECTIONS: Readonly<Record<number, string>> = {
  81: "PS3.8 D.1.1",
  82: "PS3.7 D.3.3.2.1",
  83: "PS3.7 D.3.3.3.1",
  84: "PS3.7 D.3.3.4.1",
  85: "PS3.7 D.3.3.2.3",
  86: "PS3.7 D.3.3.5.1",
  87: "PS3.7 D.3.3.6.1",
  88: "PS3.7 D.3.3.7.1",
  89: "PS3.7 D.3.3.7.2",
};
