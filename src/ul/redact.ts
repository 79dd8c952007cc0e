/**
 * Takes the secrets of user identity negotiation away (PS3.7 D.3.3.7): of 58H the secondary field
 * (a passcode) always and the primary field unless it is a username (types 1 and 2); of 59H the
 * server's response.
 *
 * Rule: when in doubt it is a secret. A 58H or 59H that cannot be read, and a reserved identity
 * type, lose all their octets. Lengths stay, so that a redacted capture has the same PDU-lengths.
 */
import { encodePdu } from "./encode_pdu.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  AssociateItem,
  Pdu,
  UserInformationSubItem,
} from "./pdu.ts";
import { readPdu } from "./read_pdu.ts";

/** The PDU with each octet of a secret as "*". The same object where there is no secret. */
export function redactPdu(pdu: Pdu): Pdu {
  switch (pdu.type) {
    case "A-ASSOCIATE-RQ":
    case "A-ASSOCIATE-AC":
      return redactAssociate(pdu);
    case "unknown":
      // An association PDU that could not be read may hold a secret anywhere behind its titles.
      return pdu.pduType === 0x01 || pdu.pduType === 0x02
        ? { ...pdu, bytes: stars(pdu.bytes) }
        : pdu;
    default:
      return pdu;
  }
}

/** The same for the octets of one PDU: same length, and the same array where there is no secret. */
export function redactedBytes(bytes: Uint8Array): Uint8Array {
  const pduType = bytes[0] ?? 0;
  if (pduType !== 0x01 && pduType !== 0x02) return bytes;
  const { pdu } = readPdu(bytes);
  const redacted = redactPdu(pdu);
  return redacted === pdu ? bytes : encodePdu(redacted);
}

function redactAssociate(pdu: AAssociateRq | AAssociateAc): Pdu {
  const items = pdu.items.map(redactItem);
  const trailing = pdu.trailing;
  if (trailing === undefined && items.every((item, at) => item === pdu.items[at])) return pdu;
  return { ...pdu, items, ...(trailing !== undefined && { trailing: stars(trailing) }) };
}

function redactItem(item: AssociateItem): AssociateItem {
  // A user information item that overruns its PDU was not read: its sub-items lie in `bytes`.
  if (item.item === "other") {
    const mayHoldIdentity = USER_ITEMS.has(item.itemType) || item.declaredLength !== undefined;
    return mayHoldIdentity ? { ...item, bytes: stars(item.bytes) } : item;
  }
  if (item.item !== "user information") return item;
  const items = item.items.map(redactSubItem);
  const { trailing } = item;
  if (trailing === undefined && items.every((sub, at) => sub === item.items[at])) return item;
  return { ...item, items, ...(trailing !== undefined && { trailing: stars(trailing) }) };
}

function redactSubItem(item: UserInformationSubItem): UserInformationSubItem {
  switch (item.item) {
    case "user identity RQ": {
      const isName = item.userIdentityType === 1 || item.userIdentityType === 2;
      return {
        ...item,
        primaryField: isName ? item.primaryField : stars(item.primaryField),
        secondaryField: stars(item.secondaryField),
      };
    }
    case "user identity AC":
      return { ...item, serverResponse: stars(item.serverResponse) };
    case "other": {
      const mayHoldIdentity = USER_ITEMS.has(item.itemType) || item.declaredLength !== undefined;
      return mayHoldIdentity ? { ...item, bytes: stars(item.bytes) } : item;
    }
    default:
      return item;
  }
}

function stars(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.length).fill(0x2a);
}

/** User information nested in the wrong place, and the two identity items. */
const USER_ITEMS: ReadonlySet<number> = new Set([0x50, 0x58, 0x59]);
