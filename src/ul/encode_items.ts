/** Items as octets: the inverse of `read_associate.ts` and `read_user_information.ts`. */
import type { ByteWriter } from "./byte_writer.ts";
import type { AssociateItem, OtherItem, SyntaxItem, UserInformationSubItem } from "./pdu.ts";

type Item = AssociateItem | SyntaxItem | UserInformationSubItem;

export function writeItems(
  writer: ByteWriter,
  list: { readonly items: readonly Item[]; readonly trailing?: Uint8Array },
): void {
  for (const item of list.items) writeItem(writer, item);
  if (list.trailing !== undefined) writer.bytes(list.trailing);
}

function writeItem(writer: ByteWriter, item: Item): void {
  if (item.item === "other") {
    writeOther(writer, item);
    return;
  }
  writer.u8(ITEM_TYPES[item.item], "Item-type");
  writer.u8(octet2Of(item), "octet 2");
  writer.lengthOf("Item-length", () => writeValue(writer, item));
}

function writeOther(writer: ByteWriter, item: OtherItem): void {
  writer.u8(item.itemType, "Item-type");
  writer.u8(item.reserved ?? 0, "octet 2");
  writer.u16(item.declaredLength ?? item.bytes.length, "Item-length");
  writer.bytes(item.bytes);
}

function octet2Of(item: Exclude<Item, OtherItem>): number {
  if (item.item === "SOP class common extended negotiation") return item.version;
  return item.reserved ?? 0;
}

function writeValue(writer: ByteWriter, item: Exclude<Item, OtherItem>): void {
  switch (item.item) {
    case "application context":
      writer.text(item.name, "Application-context-name");
      return;
    case "abstract syntax":
    case "transfer syntax":
      writer.text(item.uid, `${item.item} name`);
      return;
    case "presentation context RQ":
      writer.u8(item.id, "Presentation-context-ID");
      writer.bytes(item.reservedOctets6 ?? new Uint8Array(3));
      writeItems(writer, item);
      return;
    case "presentation context AC":
      writer.u8(item.id, "Presentation-context-ID");
      writer.u8(item.reservedOctet6 ?? 0, "reserved octet 6");
      writer.u8(item.result, "Result/Reason");
      writer.u8(item.reservedOctet8 ?? 0, "reserved octet 8");
      writeItems(writer, item);
      return;
    case "user information":
      writeItems(writer, item);
      return;
    case "maximum length":
      writer.u32(item.maximumLength, "Maximum-length-received");
      return;
    case "implementation class UID":
      writer.text(item.uid, "Implementation-class-uid");
      return;
    case "asynchronous operations window":
      writer.u16(item.maximumNumberOperationsInvoked, "Maximum-number-operations-invoked");
      writer.u16(item.maximumNumberOperationsPerformed, "Maximum-number-operations-performed");
      return;
    case "SCP/SCU role selection":
      writer.counted(item.sopClassUid, "SOP-class-uid");
      writer.u8(item.scuRole, "SCU-role");
      writer.u8(item.scpRole, "SCP-role");
      return;
    case "implementation version name":
      writer.text(item.name, "Implementation-version-name");
      return;
    case "SOP class extended negotiation":
      writer.counted(item.sopClassUid, "SOP-class-uid");
      writer.bytes(item.serviceClassApplicationInformation);
      return;
    case "SOP class common extended negotiation":
      writer.counted(item.sopClassUid, "SOP-class-uid");
      writer.counted(item.serviceClassUid, "Service-class-uid");
      writer.lengthOf("Related-general-sop-class-identification-length", () => {
        for (const uid of item.relatedGeneralSopClassUids) {
          writer.counted(uid, "Related-general-sop-class-uid");
        }
      });
      if (item.reservedBytes !== undefined) writer.bytes(item.reservedBytes);
      return;
    case "user identity RQ":
      writer.u8(item.userIdentityType, "User-Identity-Type");
      writer.u8(item.positiveResponseRequested, "Positive-response-requested");
      writer.counted(item.primaryField, "Primary-field");
      writer.counted(item.secondaryField, "Secondary-field");
      return;
    case "user identity AC":
      writer.counted(item.serverResponse, "Server-response");
      return;
    default:
      item satisfies never;
  }
}

const ITEM_TYPES = {
  "application context": 0x10,
  "presentation context RQ": 0x20,
  "presentation context AC": 0x21,
  "abstract syntax": 0x30,
  "transfer syntax": 0x40,
  "user information": 0x50,
  "maximum length": 0x51,
  "implementation class UID": 0x52,
  "asynchronous operations window": 0x53,
  "SCP/SCU role selection": 0x54,
  "implementation version name": 0x55,
  "SOP class extended negotiation": 0x56,
  "SOP class common extended negotiation": 0x57,
  "user identity RQ": 0x58,
  "user identity AC": 0x59,
} as const satisfies Record<Exclude<Item, OtherItem>["item"], number>;
