/**
 * The seven protocol data units of PS3.8 9.3 as plain values, and the items inside them.
 *
 * Rule: fields stay what they are on the wire, numbers or text or bytes. Names for numbers are
 * given by `names.ts` and never fail. What is not understood is kept byte for byte as `OtherItem`.
 *
 * Rule: optional fields named `reserved…` or `…Field` hold what differs from the canonical
 * encoding (reserved octets that are not 00H, AE titles not padded the usual way). They are absent
 * from ordinary PDUs and are what makes `encodePdu` the exact inverse of `readPdu`.
 */
export type Pdu =
  | AAssociateRq
  | AAssociateAc
  | AAssociateRj
  | PDataTf
  | AReleaseRq
  | AReleaseRp
  | AAbort
  | OtherPdu;

export type PduName = Exclude<Pdu["type"], "unknown">;

interface PduBase {
  /** Octet 2 of the header, sent as 00H and not tested on receipt. Absent means 00H. */
  readonly reserved?: number;
  /** Octets behind the last field that the PDU-length still counts. Absent means none. */
  readonly trailing?: Uint8Array;
  /** The PDU-length on the wire where it is not the number of octets that follow the header. */
  readonly declaredLength?: number;
}

/** PS3.8 9.3.2, Table 9-11, and 9.3.3, Table 9-17: the same layout. */
interface AAssociate extends PduBase {
  /** A bit mask; receivers test bit 0 only (9.3.2). */
  readonly protocolVersion: number;
  /** Without leading and trailing spaces (PS3.8 9.3.2, octets 11-26). */
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  /** The 16 octets where they are not the title padded with trailing spaces. */
  readonly calledAeTitleField?: Uint8Array;
  readonly callingAeTitleField?: Uint8Array;
  /** Octets 9-10 and 43-74 where they are not all 00H. */
  readonly reservedOctets9?: Uint8Array;
  readonly reservedOctets43?: Uint8Array;
  /** All variable items in the order of the wire, whatever their number and order. */
  readonly items: readonly AssociateItem[];
}

export interface AAssociateRq extends AAssociate {
  readonly type: "A-ASSOCIATE-RQ";
}

export interface AAssociateAc extends AAssociate {
  readonly type: "A-ASSOCIATE-AC";
}

/** PS3.8 9.3.4, Table 9-21. */
export interface AAssociateRj extends PduBase {
  readonly type: "A-ASSOCIATE-RJ";
  readonly result: number;
  readonly source: number;
  readonly reason: number;
  readonly reservedOctet7?: number;
}

/** PS3.8 9.3.5, Table 9-22. Only small PDUs are ever held like this; streams use `PduFramer`. */
export interface PDataTf extends PduBase {
  readonly type: "P-DATA-TF";
  readonly pdvs: readonly Pdv[];
}

/** PS3.8 9.3.5.1, Table 9-23, and Annex E.2 for the message control header. */
export interface Pdv {
  readonly contextId: number;
  /** Bit 0: command set (1) or data set (0). Bit 1: last fragment. */
  readonly messageControlHeader: number;
  readonly fragment: Uint8Array;
}

/** PS3.8 9.3.6, Table 9-24. */
export interface AReleaseRq extends PduBase {
  readonly type: "A-RELEASE-RQ";
  readonly reservedOctets7?: Uint8Array;
}

/** PS3.8 9.3.7, Table 9-25. */
export interface AReleaseRp extends PduBase {
  readonly type: "A-RELEASE-RP";
  readonly reservedOctets7?: Uint8Array;
}

/** PS3.8 9.3.8, Table 9-26. */
export interface AAbort extends PduBase {
  readonly type: "A-ABORT";
  readonly source: number;
  readonly reason: number;
  readonly reservedOctets7?: Uint8Array;
}

/** A PDU-type that PS3.8 does not have, or one of the seven that cannot be read at all. */
export interface OtherPdu extends PduBase {
  readonly type: "unknown";
  readonly pduType: number;
  /** All octets behind the six of the header. */
  readonly bytes: Uint8Array;
  /** The octets there are where the header itself is not whole (less than six). */
  readonly partialHeader?: Uint8Array;
}

/** An item that is not read: type unknown in its place, or content that does not fit its type. */
export interface OtherItem {
  readonly item: "other";
  readonly itemType: number;
  readonly reserved?: number;
  /** The item's value: exactly the octets that its length counts, or all there are where it lies. */
  readonly bytes: Uint8Array;
  /** The length on the wire where it is not `bytes.length`. */
  readonly declaredLength?: number;
}

interface ItemBase {
  /** Octet 2 of the item. Absent means 00H. */
  readonly reserved?: number;
}

/** An item that holds items. */
interface ItemOfItems extends ItemBase {
  /** Octets behind the last item, too few for another one. Absent means none. */
  readonly trailing?: Uint8Array;
}

export type AssociateItem =
  | ApplicationContextItem
  | PresentationContextRqItem
  | PresentationContextAcItem
  | UserInformationItem
  | OtherItem;

/** 10H, PS3.8 9.3.2.1. */
export interface ApplicationContextItem extends ItemBase {
  readonly item: "application context";
  readonly name: string;
}

/** 30H and 40H, PS3.8 9.3.2.2.1 and 9.3.2.2.2. */
export interface SyntaxItem extends ItemBase {
  readonly item: "abstract syntax" | "transfer syntax";
  /** As sent, padding included; `uidOf` takes NUL and spaces away. */
  readonly uid: string;
}

/** 20H, PS3.8 9.3.2.2. */
export interface PresentationContextRqItem extends ItemOfItems {
  readonly item: "presentation context RQ";
  readonly id: number;
  /** Octets 6-8 where they are not 00H. */
  readonly reservedOctets6?: Uint8Array;
  readonly items: readonly (SyntaxItem | OtherItem)[];
}

/** 21H, PS3.8 9.3.3.2. */
export interface PresentationContextAcItem extends ItemOfItems {
  readonly item: "presentation context AC";
  readonly id: number;
  /** 0 acceptance, 1 user-rejection, 2 no-reason, 3 abstract syntax, 4 transfer syntaxes. */
  readonly result: number;
  readonly reservedOctet6?: number;
  readonly reservedOctet8?: number;
  readonly items: readonly (SyntaxItem | OtherItem)[];
}

/** 50H, PS3.8 9.3.2.3 and PS3.7 D.3.3. */
export interface UserInformationItem extends ItemOfItems {
  readonly item: "user information";
  readonly items: readonly UserInformationSubItem[];
}

export type UserInformationSubItem =
  | MaximumLengthItem
  | ImplementationClassUidItem
  | AsynchronousOperationsWindowItem
  | RoleSelectionItem
  | ImplementationVersionNameItem
  | ExtendedNegotiationItem
  | CommonExtendedNegotiationItem
  | UserIdentityRqItem
  | UserIdentityAcItem
  | OtherItem;

/** 51H, PS3.8 D.1.1: what the sender is ready to receive, in octets of a P-DATA-TF; 0 no limit. */
export interface MaximumLengthItem extends ItemBase {
  readonly item: "maximum length";
  readonly maximumLength: number;
}

/** 52H, PS3.7 D.3.3.2.1. */
export interface ImplementationClassUidItem extends ItemBase {
  readonly item: "implementation class UID";
  readonly uid: string;
}

/** 53H, PS3.7 D.3.3.3.1. */
export interface AsynchronousOperationsWindowItem extends ItemBase {
  readonly item: "asynchronous operations window";
  readonly maximumNumberOperationsInvoked: number;
  readonly maximumNumberOperationsPerformed: number;
}

/** 54H, PS3.7 D.3.3.4.1. */
export interface RoleSelectionItem extends ItemBase {
  readonly item: "SCP/SCU role selection";
  readonly sopClassUid: string;
  readonly scuRole: number;
  readonly scpRole: number;
}

/** 55H, PS3.7 D.3.3.2.3. */
export interface ImplementationVersionNameItem extends ItemBase {
  readonly item: "implementation version name";
  readonly name: string;
}

/** 56H, PS3.7 D.3.3.5.1. */
export interface ExtendedNegotiationItem extends ItemBase {
  readonly item: "SOP class extended negotiation";
  readonly sopClassUid: string;
  readonly serviceClassApplicationInformation: Uint8Array;
}

/** 57H, PS3.7 D.3.3.6.1. */
export interface CommonExtendedNegotiationItem {
  readonly item: "SOP class common extended negotiation";
  /** Octet 2: a version here, not reserved (PS3.7 Table D.3-12). */
  readonly version: number;
  readonly sopClassUid: string;
  readonly serviceClassUid: string;
  readonly relatedGeneralSopClassUids: readonly string[];
  /** Octets behind the list that the item's length still counts. */
  readonly reservedBytes?: Uint8Array;
}

/** 58H, PS3.7 D.3.3.7.1. The fields may be secrets: never print them, see `redact.ts`. */
export interface UserIdentityRqItem extends ItemBase {
  readonly item: "user identity RQ";
  /** 1 username, 2 username and passcode, 3 Kerberos, 4 SAML, 5 JSON Web Token. */
  readonly userIdentityType: number;
  readonly positiveResponseRequested: number;
  readonly primaryField: Uint8Array;
  readonly secondaryField: Uint8Array;
}

/** 59H, PS3.7 D.3.3.7.2. */
export interface UserIdentityAcItem extends ItemBase {
  readonly item: "user identity AC";
  readonly serverResponse: Uint8Array;
}
