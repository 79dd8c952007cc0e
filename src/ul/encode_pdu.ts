/**
 * A PDU value as octets: PS3.8 9.3. The exact inverse of `readPdu`, also for what it could not
 * read; a value that no field can hold is a `RangeError`.
 */
import { ByteWriter } from "./byte_writer.ts";
import { writeItems } from "./encode_items.ts";
import { latin1Bytes } from "./latin1.ts";
import type { AAssociateAc, AAssociateRq, Pdu, Pdv } from "./pdu.ts";
import { PDU_TYPES } from "./pdu_type.ts";
import { aeTitleOf } from "./read_associate.ts";

export function encodePdu(pdu: Pdu): Uint8Array {
  if (pdu.type === "unknown" && pdu.partialHeader !== undefined) {
    return new Uint8Array(pdu.partialHeader);
  }

  const writer = new ByteWriter();
  writeBody(writer, pdu);
  // An A-ASSOCIATE PDU's trailing octets are written with its items.
  if (!("items" in pdu) && pdu.trailing !== undefined) writer.bytes(pdu.trailing);
  const body = writer.finish();
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = pdu.type === "unknown" ? pdu.pduType : PDU_TYPES[pdu.type];
  bytes[1] = pdu.reserved ?? 0;
  view.setUint32(2, pdu.declaredLength ?? body.length);
  bytes.set(body, HEADER);
  return bytes;
}

function writeBody(writer: ByteWriter, pdu: Pdu): void {
  switch (pdu.type) {
    case "A-ASSOCIATE-RQ":
    case "A-ASSOCIATE-AC":
      writeAssociate(writer, pdu);
      return;
    case "A-ASSOCIATE-RJ":
      writer.u8(pdu.reservedOctet7 ?? 0, "reserved octet 7");
      writer.u8(pdu.result, "Result");
      writer.u8(pdu.source, "Source");
      writer.u8(pdu.reason, "Reason/Diag.");
      return;
    case "P-DATA-TF":
      for (const pdv of pdu.pdvs) writePdv(writer, pdv);
      return;
    case "A-RELEASE-RQ":
    case "A-RELEASE-RP":
      writer.bytes(pdu.reservedOctets7 ?? new Uint8Array(4));
      return;
    case "A-ABORT":
      writer.bytes(pdu.reservedOctets7 ?? new Uint8Array(2));
      writer.u8(pdu.source, "Source");
      writer.u8(pdu.reason, "Reason/Diag.");
      return;
    case "unknown":
      writer.bytes(pdu.bytes);
      return;
    default:
      pdu satisfies never;
  }
}

function writeAssociate(writer: ByteWriter, pdu: AAssociateRq | AAssociateAc): void {
  writer.u16(pdu.protocolVersion, "Protocol-version");
  writer.bytes(pdu.reservedOctets9 ?? new Uint8Array(2));
  writer.bytes(aeTitleField(pdu.calledAeTitle, pdu.calledAeTitleField));
  writer.bytes(aeTitleField(pdu.callingAeTitle, pdu.callingAeTitleField));
  writer.bytes(pdu.reservedOctets43 ?? new Uint8Array(32));
  writeItems(writer, pdu);
}

/** The octets as they were, unless the title was changed since: then it is padded the usual way. */
function aeTitleField(title: string, field: Uint8Array | undefined): Uint8Array {
  if (field?.length === AE_TITLE_LENGTH && aeTitleOf(field) === title) return field;
  if (title.length > AE_TITLE_LENGTH) {
    throw new RangeError(
      `Cannot encode AE title ${title}: more than ${AE_TITLE_LENGTH} characters`,
    );
  }
  return latin1Bytes(title.padEnd(AE_TITLE_LENGTH, " "), "AE title");
}

function writePdv(writer: ByteWriter, pdv: Pdv): void {
  writer.u32(pdv.fragment.length + 2, "PDV Item-length");
  writer.u8(pdv.contextId, "Presentation-context-ID");
  writer.u8(pdv.messageControlHeader, "Message-control-header");
  writer.bytes(pdv.fragment);
}

const HEADER = 6;
const AE_TITLE_LENGTH = 16;
