/**
 * Rules on one A-ASSOCIATE-RQ or -AC by itself: PS3.8 9.3.2 and 9.3.3, Annex F.
 *
 * Reserved fields are not tested on receipt (PS3.8 9.3.2): notes at most.
 */
import { hex2, itemTypeName } from "../ul/names.ts";
import type { AAssociateAc, AAssociateRq, AssociateItem } from "../ul/pdu.ts";
import { uidOf } from "../ul/uid_text.ts";
import { quoted, type Report } from "./finding.ts";

type Associate = AAssociateRq | AAssociateAc;

/** PS3.7 A.2.1: the one application context of DICOM. */
const DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";

export function checkAssociate(pdu: Associate, report: Report): void {
  const sender = pdu.type === "A-ASSOCIATE-RQ" ? "requestor" : "acceptor";
  const say = (...[id, text, section]: Say) => report(id, text, { sender, section });
  if ((pdu.protocolVersion & 1) === 0) {
    say("protocol-version", `Protocol-version ${pdu.protocolVersion}: bit 0 is not set`);
  }
  // In the AC these fields are reserved and not tested (PS3.8 9.3.3)
  if (pdu.type === "A-ASSOCIATE-RQ") {
    checkAeTitle("Called-AE-title", pdu.calledAeTitle, say);
    checkAeTitle("Calling-AE-title", pdu.callingAeTitle, say);
  }
  checkReserved(pdu, say);
  checkApplicationContext(pdu, say);
  checkItems(pdu, say);
  if (pdu.items.filter((item) => item.item === "user information").length !== 1) {
    const count = pdu.items.filter((item) => item.item === "user information").length;
    say("user-information", `${count} user information items; there shall be one`);
  }
}

/** A UID as the standard has it: digits and dots, 64 at most (PS3.5 9.1, PS3.8 F.1). */
export function checkUid(uid: string, options: { name: string; say: (...say: Say) => void }): void {
  const { name, say } = options;
  const bare = uidOf(uid);
  if (!isUid(bare)) {
    say("uid-invalid", `${name} ${quoted(bare)} of ${bare.length} characters is not a UID`);
  } else if (bare.length !== uid.length) {
    say("uid-padded", `${name} ${quoted(bare)} is padded; UIDs in association items are not`);
  }
}

export function isUid(text: string): boolean {
  return text.length <= 64 && UID.test(text);
}

export type Say = [id: Parameters<Report>[0], text: string, section?: string];

const UID = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/;

function checkAeTitle(field: string, title: string, say: (...say: Say) => void): void {
  if (title === "") say("ae-title-blank", `${field} is 16 spaces`);
  // PS3.5 6.2, AE: default repertoire without backslash and control characters
  else if (/[^\x20-\x5b\x5d-\x7e]/.test(title)) {
    say("ae-title-characters", `${field} ${quoted(title)} has characters that AE does not allow`);
  }
}

function checkReserved(pdu: Associate, say: (...say: Say) => void): void {
  if (
    pdu.reserved !== undefined ||
    pdu.reservedOctets9 !== undefined ||
    pdu.reservedOctets43 !== undefined
  ) {
    say("reserved-octets", `${pdu.type} has reserved octets that are not 00H`);
  }
}

function checkApplicationContext(pdu: Associate, say: (...say: Say) => void): void {
  const names = pdu.items.flatMap((item) =>
    item.item === "application context" ? [item.name] : [],
  );
  if (names.length !== 1) {
    say("application-context", `${names.length} application context items; there shall be one`);
  }
  for (const name of names) {
    checkUid(name, { name: "Application-context-name", say });
    if (uidOf(name) !== DICOM_APPLICATION_CONTEXT) {
      say(
        "application-context",
        `Application-context-name ${quoted(uidOf(name))} is not ${DICOM_APPLICATION_CONTEXT}`,
      );
    }
  }
}

const KNOWN_ITEM_TYPES: readonly number[] = [0x10, 0x20, 0x21, 0x50];

function checkItems(pdu: Associate, say: (...say: Say) => void): void {
  const unknown = new Map<number, number>();
  let newest = 0;
  for (const item of pdu.items) {
    const type = itemTypeOf(item);
    if (item.item === "other" && !KNOWN_ITEM_TYPES.includes(type)) {
      unknown.set(type, (unknown.get(type) ?? 0) + 1);
      continue;
    }
    if (type === (pdu.type === "A-ASSOCIATE-RQ" ? 0x21 : 0x20)) {
      say("item-misplaced", `${itemTypeName(type)} item ${hex2(type)} in an ${pdu.type}`);
    }
    if (type < newest) {
      say("item-order", `${itemTypeName(type)} item ${hex2(type)} behind ${hex2(newest)}`);
    }
    newest = Math.max(newest, type);
  }
  for (const [type, count] of unknown) {
    const times = count === 1 ? "" : `, ${count} times`;
    say("item-unknown", `Item ${hex2(type)} is not of PS3.8${times}; receivers ignore it`);
  }
}

function itemTypeOf(item: AssociateItem): number {
  switch (item.item) {
    case "application context":
      return 0x10;
    case "presentation context RQ":
      return 0x20;
    case "presentation context AC":
      return 0x21;
    case "user information":
      return 0x50;
    case "other":
      return item.itemType;
    default:
      return item satisfies never;
  }
}
