/**
 * The A-ASSOCIATE-RQ of a replay: the recorded one with its context IDs, their order, roles, extended
 * negotiation, asynchronous operations window and user identity, so that the acceptor's choices can be
 * compared (PS3.8 9.3.2, PS3.7 D.3.3).
 *
 * Rule: secrets are not in a capture. Where a user identity was redacted, the environment fills it in:
 * DICOMTAP_USER_IDENTITY is the primary field (the user name, SAML assertion or JSON Web Token as text,
 * the Kerberos ticket in base64), DICOMTAP_USER_IDENTITY_PASSCODE the secondary one (PS3.7 D.3.3.7).
 */
import type { AgreedContext } from "../../src/ul/negotiate.ts";
import type {
  AAssociateRq,
  AssociateItem,
  UserIdentityRqItem,
  UserInformationSubItem,
} from "../../src/ul/pdu.ts";
import { uidOf } from "../../src/ul/uid_text.ts";

export interface RequestChanges {
  /** Of the recorded negotiation. */
  readonly contexts: readonly AgreedContext[];
  /** Propose of each accepted context only the transfer syntax that was accepted. */
  readonly pinTransferSyntaxes: boolean;
  /** Leave 53H out: both sides then do one operation at a time (PS3.7 D.3.3.3). */
  readonly omitWindow: boolean;
  readonly identity: UserIdentity;
}

/** What fills in a redacted user identity; undefined fields stay as the capture has them. */
export interface UserIdentity {
  readonly primary?: string | undefined;
  readonly passcode?: string | undefined;
}

export interface PreparedRequest {
  readonly request: AAssociateRq;
  /** What is sent and is not what the recorded requestor sent, in words. */
  readonly warnings: readonly string[];
}

export function prepareRequest(recorded: AAssociateRq, changes: RequestChanges): PreparedRequest {
  const warnings: string[] = [];
  const items = recorded.items.map((item) => changedItem(item, changes, warnings));
  return { request: { ...recorded, items }, warnings };
}

function changedItem(
  item: AssociateItem,
  changes: RequestChanges,
  warnings: string[],
): AssociateItem {
  if (item.item === "presentation context RQ" && changes.pinTransferSyntaxes) {
    const accepted = changes.contexts.find(({ id }) => id === item.id)?.transferSyntax;
    const isOther = (sub: (typeof item.items)[number]): boolean =>
      sub.item === "transfer syntax" && uidOf(sub.uid) !== accepted;
    // One that was accepted although nobody had proposed it cannot be pinned.
    const proposed = item.items.some((sub) => sub.item === "transfer syntax" && !isOther(sub));
    return proposed ? { ...item, items: item.items.filter((sub) => !isOther(sub)) } : item;
  }
  if (item.item !== "user information") return item;
  const items = item.items.flatMap((sub): UserInformationSubItem[] => {
    if (sub.item === "asynchronous operations window" && changes.omitWindow) return [];
    if (sub.item === "user identity RQ") return [filledIn(sub, changes.identity, warnings)];
    return [sub];
  });
  return { ...item, items };
}

function filledIn(
  item: UserIdentityRqItem,
  identity: UserIdentity,
  warnings: string[],
): UserIdentityRqItem {
  const { userIdentityType, primaryField, secondaryField } = item;
  const primary = identity.primary && primaryOctets(identity.primary, userIdentityType);
  const passcode = identity.passcode && encoded(identity.passcode);
  const needs = [
    ...(isRedacted(primaryField) && !primary ? [PRIMARY] : []),
    ...(isRedacted(secondaryField) && !passcode ? [PASSCODE] : []),
  ];
  if (needs.length > 0) {
    warnings.push(
      `The user identity of type ${userIdentityType} is not in the capture: ${needs.join(" and ")} in the environment would give it (PS3.7 D.3.3.7)`,
    );
  }
  return {
    ...item,
    primaryField: primary || primaryField,
    // Only type 2 has a secondary field (PS3.7 D.3.3.7.1).
    secondaryField: (userIdentityType === 2 && passcode) || secondaryField,
  };
}

function primaryOctets(text: string, userIdentityType: number): Uint8Array {
  if (userIdentityType !== KERBEROS) return encoded(text);
  return new Uint8Array(Buffer.from(text, "base64"));
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Octets that a recorder wrote over (src/ul/redact.ts). */
function isRedacted(field: Uint8Array): boolean {
  return field.length > 0 && field.every((octet) => octet === STAR);
}

/** In the environment. */
export const PRIMARY = "DICOMTAP_USER_IDENTITY";
export const PASSCODE = "DICOMTAP_USER_IDENTITY_PASSCODE";
const KERBEROS = 3;
const STAR = 0x2a;
