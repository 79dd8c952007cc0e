/**
 * What an A-ASSOCIATE PDU says, found among its items in whatever order and number they came.
 *
 * Rule: of an item that may come once the first wins; repeatable ones are lists in the order of
 * the wire. UIDs are without padding (`uidOf`). Nothing here judges.
 */
import type {
  AAssociateAc,
  AAssociateRq,
  AssociateItem,
  AsynchronousOperationsWindowItem,
  CommonExtendedNegotiationItem,
  ExtendedNegotiationItem,
  OtherItem,
  RoleSelectionItem,
  SyntaxItem,
  UserIdentityAcItem,
  UserIdentityRqItem,
  UserInformationSubItem,
} from "./pdu.ts";
import { uidOf } from "./uid_text.ts";

type Associate = AAssociateRq | AAssociateAc;

/** 20H of a request. */
export interface ProposedContext {
  readonly id: number;
  /** The first one. Absent where the item has none. */
  readonly abstractSyntax: string | undefined;
  readonly transferSyntaxes: readonly string[];
}

/** 21H of an answer. The transfer syntax is not significant where `result` is not 0. */
export interface AnsweredContext {
  readonly id: number;
  readonly result: number;
  readonly transferSyntax: string | undefined;
}

export interface UserInformation {
  readonly maximumLength?: number;
  readonly implementationClassUid?: string;
  readonly implementationVersionName?: string;
  readonly asynchronousOperationsWindow?: AsynchronousOperationsWindowItem;
  readonly roleSelections: readonly RoleSelectionItem[];
  readonly extendedNegotiations: readonly ExtendedNegotiationItem[];
  readonly commonExtendedNegotiations: readonly CommonExtendedNegotiationItem[];
  readonly userIdentityRq?: UserIdentityRqItem;
  readonly userIdentityAc?: UserIdentityAcItem;
  readonly others: readonly OtherItem[];
}

/** The Application Context Name, PS3.8 9.3.2.1. */
export function applicationContextName(pdu: Associate): string | undefined {
  const item = firstOf(pdu.items, "application context");
  return item === undefined ? undefined : uidOf(item.name);
}

export function proposedContexts(pdu: Associate): readonly ProposedContext[] {
  return allOf(pdu.items, "presentation context RQ").map(({ id, items }) => ({
    id,
    abstractSyntax: syntaxes(items, "abstract syntax")[0],
    transferSyntaxes: syntaxes(items, "transfer syntax"),
  }));
}

export function answeredContexts(pdu: Associate): readonly AnsweredContext[] {
  return allOf(pdu.items, "presentation context AC").map(({ id, result, items }) => ({
    id,
    result,
    transferSyntax: syntaxes(items, "transfer syntax")[0],
  }));
}

/** All sub-items of all user information items (there should be one item). */
export function userInformation(pdu: Associate): UserInformation {
  const items = allOf(pdu.items, "user information").flatMap((item) => item.items);
  const maximumLength = firstOf(items, "maximum length")?.maximumLength;
  const implementationClassUid = firstOf(items, "implementation class UID")?.uid;
  const implementationVersionName = firstOf(items, "implementation version name")?.name;
  const window = firstOf(items, "asynchronous operations window");
  const userIdentityRq = firstOf(items, "user identity RQ");
  const userIdentityAc = firstOf(items, "user identity AC");
  return {
    ...(maximumLength !== undefined && { maximumLength }),
    ...(implementationClassUid !== undefined && {
      implementationClassUid: uidOf(implementationClassUid),
    }),
    ...(implementationVersionName !== undefined && {
      implementationVersionName: uidOf(implementationVersionName),
    }),
    ...(window !== undefined && { asynchronousOperationsWindow: window }),
    roleSelections: allOf(items, "SCP/SCU role selection"),
    extendedNegotiations: allOf(items, "SOP class extended negotiation"),
    commonExtendedNegotiations: allOf(items, "SOP class common extended negotiation"),
    ...(userIdentityRq !== undefined && { userIdentityRq }),
    ...(userIdentityAc !== undefined && { userIdentityAc }),
    others: allOf(items, "other"),
  };
}

function syntaxes(
  items: readonly (SyntaxItem | OtherItem)[],
  kind: SyntaxItem["item"],
): readonly string[] {
  return items.flatMap((item) => (item.item === kind ? [uidOf(item.uid)] : []));
}

type AnyItem = AssociateItem | UserInformationSubItem;
type Named<I extends AnyItem, K extends string> = Extract<I, { readonly item: K }>;

function allOf<I extends AnyItem, K extends I["item"]>(
  items: readonly I[],
  kind: K,
): readonly Named<I, K>[] {
  return items.filter((item): item is Named<I, K> => item.item === kind);
}

function firstOf<I extends AnyItem, K extends I["item"]>(
  items: readonly I[],
  kind: K,
): Named<I, K> | undefined {
  return items.find((item): item is Named<I, K> => item.item === kind);
}
