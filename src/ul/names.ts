/**
 * Words for the numbers of the upper layer.
 *
 * Rule: names never fail. What the tables do not list is "reserved" or "unknown" with its number.
 */
import { pduNameOf } from "./pdu_type.ts";

/** "A-ASSOCIATE-RQ" for 1; "PDU-type 16H (unknown)" for what PS3.8 9.3 does not have. */
export function pduTypeName(pduType: number): string {
  return pduNameOf(pduType) ?? `PDU-type ${hex2(pduType)} (unknown)`;
}

/** PS3.8 9.3.4, Table 9-21. */
export function rejectResultName(result: number): string {
  return REJECT_RESULTS[result] ?? `reserved result ${result}`;
}

/** PS3.8 9.3.4, Table 9-21: whose decision the rejection was. */
export function rejectSourceName(source: number): string {
  return REJECT_SOURCES[source] ?? `reserved source ${source}`;
}

/** PS3.8 9.3.4, Table 9-21: the reason depends on the source. */
export function rejectReasonName(source: number, reason: number): string {
  return REJECT_REASONS[source]?.[reason] ?? `reserved reason ${source}/${reason}`;
}

/** False where Table 9-21 reserves one of the three numbers or does not list it. */
export function isListedReject(rejection: {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}): boolean {
  return (
    REJECT_RESULTS[rejection.result] !== undefined &&
    REJECT_REASONS[rejection.source]?.[rejection.reason] !== undefined
  );
}

/** All three in one phrase: "rejected permanent by UL service-user: called-AE-title-not-recognized". */
export function rejectionName(rejection: {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}): string {
  const { result, source, reason } = rejection;
  return `${rejectResultName(result)} by ${rejectSourceName(source)}: ${rejectReasonName(source, reason)}`;
}

/** PS3.8 9.3.8, Table 9-26. */
export function abortSourceName(source: number): string {
  return ABORT_SOURCES[source] ?? `reserved source ${source}`;
}

/** PS3.8 9.3.8, Table 9-26: the reason is significant from the UL service-provider only. */
export function abortReasonName(source: number, reason: number): string {
  if (source === 0) return "no reason, the UL service-user aborted";
  if (source !== 2) return `reserved (${source}/${reason})`;
  return ABORT_REASONS[reason] ?? `reserved reason ${reason}`;
}

/** False where Table 9-26 reserves the numbers. The reason of source 0 is not significant. */
export function isListedAbort(abort: {
  readonly source: number;
  readonly reason: number;
}): boolean {
  return abort.source === 0 || (abort.source === 2 && ABORT_REASONS[abort.reason] !== undefined);
}

/** PS3.8 9.3.3.2, Table 9-18. */
export function contextResultName(result: number): string {
  return CONTEXT_RESULTS[result] ?? `reserved result ${result}`;
}

/** PS3.7 D.3.3.7.1. */
export function userIdentityTypeName(userIdentityType: number): string {
  return USER_IDENTITY_TYPES[userIdentityType] ?? `reserved type ${userIdentityType}`;
}

/** PS3.7 D.3.3.4.1: what the two octets of a role selection propose or accept. */
export function roleSelectionName(scuRole: number, scpRole: number): string {
  const scu = ROLE_SUPPORT[scuRole] ?? `reserved value ${scuRole} of`;
  const scp = ROLE_SUPPORT[scpRole] ?? `reserved value ${scpRole} of`;
  return `${scu} SCU role, ${scp} SCP role`;
}

/** Item-types of PS3.8 9.3.2 to 9.3.3 and PS3.7 D.3.3. */
export function itemTypeName(itemType: number): string {
  return ITEM_TYPES[itemType] ?? `item ${hex2(itemType)} (unknown)`;
}

/** "04H", as PS3.8 writes them. */
export function hex2(octet: number): string {
  return `${octet.toString(16).toUpperCase().padStart(2, "0")}H`;
}

type Names = Readonly<Record<number, string>>;

const REJECT_RESULTS: Names = { 1: "rejected permanent", 2: "rejected transient" };

const REJECT_SOURCES: Names = {
  1: "UL service-user",
  2: "UL service-provider (ACSE related function)",
  3: "UL service-provider (Presentation related function)",
};

const REJECT_REASONS: Readonly<Record<number, Names>> = {
  1: {
    1: "no reason given",
    2: "application context name not supported",
    3: "calling AE title not recognized",
    7: "called AE title not recognized",
  },
  2: { 1: "no reason given", 2: "protocol version not supported" },
  3: { 1: "temporary congestion", 2: "local limit exceeded" },
};

const ABORT_SOURCES: Names = { 0: "UL service-user", 2: "UL service-provider" };

const ABORT_REASONS: Names = {
  0: "reason not specified",
  1: "unrecognized PDU",
  2: "unexpected PDU",
  4: "unrecognized PDU parameter",
  5: "unexpected PDU parameter",
  6: "invalid PDU parameter value",
};

const CONTEXT_RESULTS: Names = {
  0: "acceptance",
  1: "user-rejection",
  2: "no reason (provider rejection)",
  3: "abstract syntax not supported (provider rejection)",
  4: "transfer syntaxes not supported (provider rejection)",
};

const USER_IDENTITY_TYPES: Names = {
  1: "username",
  2: "username and passcode",
  3: "Kerberos service ticket",
  4: "SAML assertion",
  5: "JSON Web Token",
};

const ROLE_SUPPORT: Names = { 0: "no", 1: "supports" };

const ITEM_TYPES: Names = {
  16: "application context",
  32: "presentation context RQ",
  33: "presentation context AC",
  48: "abstract syntax",
  64: "transfer syntax",
  80: "user information",
  81: "maximum length",
  82: "implementation class UID",
  83: "asynchronous operations window",
  84: "SCP/SCU role selection",
  85: "implementation version name",
  86: "SOP class extended negotiation",
  87: "SOP class common extended negotiation",
  88: "user identity RQ",
  89: "user identity AC",
};
