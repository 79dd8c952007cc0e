/**
 * A-ASSOCIATE PDUs as this program sends them when it speaks itself (`echo`, the demo, replay), and
 * what was agreed on. PS3.8 9.3.2, 9.3.3; PS3.7 D.3.3.
 */
import type { Role } from "../role.ts";
import { answeredContexts, proposedContexts, userInformation } from "./associate_view.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  PresentationContextAcItem,
  RoleSelectionItem,
  UserInformationItem,
  UserInformationSubItem,
} from "./pdu.ts";
import { uidOf } from "./uid_text.ts";

export interface ContextProposal {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
  /**
   * Roles of the requestor for this abstract syntax, where they are not the default ones (PS3.7
   * D.3.3.4). A requestor proposes them; an acceptor grants no others of those proposed.
   */
  readonly roles?: Roles;
}

/** Of the requestor; without negotiation it is SCU and not SCP (PS3.7 D.3.3.4). */
export interface Roles {
  readonly scu: boolean;
  readonly scp: boolean;
}

/** A presentation context after negotiation. */
export interface AgreedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  /** 0 acceptance; 1 to 4 refused (PS3.8 Table 9-18); undefined where the answer left it out. */
  readonly result: number | undefined;
  /** Only where `result` is 0. */
  readonly transferSyntax: string | undefined;
  readonly roles: Roles;
}

export interface Introduction {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** What we are ready to receive in a P-DATA-TF, octets; 0 no limit (PS3.8 D.1). */
  readonly maximumLength: number;
  readonly implementationClassUid: string;
  /** 16 characters at most. */
  readonly implementationVersionName: string;
  /** What else is negotiated, behind the roles: 53H, 56H, 57H, 58H. */
  readonly userInformation?: readonly UserInformationSubItem[];
}

/** Proposes each context with the odd IDs from 1: 128 at most (PS3.8 9.3.2.2). */
export function associateRq(
  introduction: Introduction,
  proposals: readonly ContextProposal[],
): AAssociateRq {
  if (proposals.length === 0 || proposals.length > 128) {
    throw new RangeError(`Cannot propose ${proposals.length} presentation contexts: 1 to 128`);
  }
  return {
    type: "A-ASSOCIATE-RQ",
    protocolVersion: 1,
    calledAeTitle: introduction.calledAeTitle,
    callingAeTitle: introduction.callingAeTitle,
    items: [
      { item: "application context", name: DICOM_APPLICATION_CONTEXT },
      ...proposals.map(
        ({ abstractSyntax, transferSyntaxes }, index) =>
          ({
            item: "presentation context RQ",
            id: 2 * index + 1,
            items: [
              { item: "abstract syntax", uid: abstractSyntax },
              ...transferSyntaxes.map((uid) => ({ item: "transfer syntax", uid }) as const),
            ],
          }) as const,
      ),
      userInformationItem(introduction, proposedRoles(proposals)),
    ],
  };
}

/** Answers every proposed context: the first proposed transfer syntax that is supported is taken. */
export function associateAc(
  request: AAssociateRq,
  options: {
    readonly introduction: Omit<Introduction, "callingAeTitle" | "calledAeTitle">;
    readonly supported: readonly ContextProposal[];
  },
): AAssociateAc {
  const answers = proposedContexts(request).map(({ id, abstractSyntax, transferSyntaxes }) => {
    const support = options.supported.filter((one) => one.abstractSyntax === abstractSyntax);
    const uid = transferSyntaxes.find((one) =>
      support.some((supported) => supported.transferSyntaxes.includes(one)),
    );
    const refusal =
      support.length === 0 ? ABSTRACT_SYNTAX_NOT_SUPPORTED : TRANSFER_SYNTAXES_NOT_SUPPORTED;
    return {
      item: "presentation context AC",
      id,
      result: uid === undefined ? refusal : ACCEPTANCE,
      // One sub-item even in a refusal, where it is not significant (PS3.8 9.3.3.2).
      items: [
        { item: "transfer syntax", uid: uid ?? transferSyntaxes[0] ?? IMPLICIT_LITTLE_ENDIAN },
      ],
    } as const;
  });
  return associateAcOf(request, {
    contexts: answers,
    userInformation: userInformationItem(
      options.introduction,
      grantedRoles(request, options.supported),
    ),
  });
}

/** An answer of these parts. AE titles go back as they came, they are not tested (PS3.8 9.3.3). */
export function associateAcOf(
  request: AAssociateRq,
  parts: {
    readonly contexts: readonly PresentationContextAcItem[];
    readonly userInformation: UserInformationItem;
  },
): AAssociateAc {
  return {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAeTitle: request.calledAeTitle,
    callingAeTitle: request.callingAeTitle,
    ...(request.calledAeTitleField && { calledAeTitleField: request.calledAeTitleField }),
    ...(request.callingAeTitleField && { callingAeTitleField: request.callingAeTitleField }),
    items: [
      { item: "application context", name: DICOM_APPLICATION_CONTEXT },
      ...parts.contexts,
      parts.userInformation,
    ],
  };
}

/** Every proposed context with its answer, in the order of the request. */
export function agreedContexts(
  request: AAssociateRq,
  answer: AAssociateAc,
): readonly AgreedContext[] {
  const answers = new Map(answeredContexts(answer).map((context) => [context.id, context]));
  const roles = agreedRoles(request, answer);
  return proposedContexts(request).map(({ id, abstractSyntax = "" }) => {
    const answered = answers.get(id);
    return {
      id,
      abstractSyntax,
      result: answered?.result,
      transferSyntax: answered?.result === ACCEPTANCE ? answered.transferSyntax : undefined,
      roles: roles.get(abstractSyntax) ?? DEFAULT_ROLES,
    };
  });
}

/**
 * How many operations may be outstanding that `invoker` invoked: the answer counts, 0 in it means
 * any number, and without an answer it is one (PS3.7 D.3.3.3).
 */
export function operationsWindow(answer: AAssociateAc, invoker: Role): number {
  const window = userInformation(answer).asynchronousOperationsWindow;
  const operations =
    invoker === "requestor"
      ? window?.maximumNumberOperationsInvoked
      : window?.maximumNumberOperationsPerformed;
  return operations === 0 ? Number.POSITIVE_INFINITY : (operations ?? 1);
}

/** 54H once an abstract syntax, whatever the number of its contexts. */
function proposedRoles(proposals: readonly ContextProposal[]): readonly RoleSelectionItem[] {
  const roles = new Map<string, Roles>();
  for (const proposal of proposals) {
    if (proposal.roles !== undefined) roles.set(proposal.abstractSyntax, proposal.roles);
  }
  return [...roles].map(([uid, { scu, scp }]) => roleSelection(uid, { scu, scp }));
}

/** An acceptor may only refuse a role that was proposed (D.3.3.4.2); silence means the default. */
function grantedRoles(
  request: AAssociateRq,
  supported: readonly ContextProposal[],
): readonly RoleSelectionItem[] {
  return userInformation(request).roleSelections.flatMap((proposed) => {
    const uid = uidOf(proposed.sopClassUid);
    const support = supported.find(({ abstractSyntax }) => abstractSyntax === uid);
    if (support === undefined) return [];
    const { scu, scp } = support.roles ?? DEFAULT_ROLES;
    return [
      roleSelection(uid, {
        scu: scu && proposed.scuRole === 1,
        scp: scp && proposed.scpRole === 1,
      }),
    ];
  });
}

/** A role holds where it was proposed and granted. */
function agreedRoles(request: AAssociateRq, answer: AAssociateAc): ReadonlyMap<string, Roles> {
  const granted = userInformation(answer).roleSelections;
  return new Map(
    userInformation(request).roleSelections.flatMap(({ sopClassUid, scuRole, scpRole }) => {
      const uid = uidOf(sopClassUid);
      const grant = granted.find((one) => uidOf(one.sopClassUid) === uid);
      if (grant === undefined) return [];
      const roles = {
        scu: scuRole === 1 && grant.scuRole === 1,
        scp: scpRole === 1 && grant.scpRole === 1,
      };
      return [[uid, roles] as const];
    }),
  );
}

function roleSelection(sopClassUid: string, { scu, scp }: Roles): RoleSelectionItem {
  return {
    item: "SCP/SCU role selection",
    sopClassUid,
    scuRole: scu ? 1 : 0,
    scpRole: scp ? 1 : 0,
  };
}

function userInformationItem(
  introduction: Omit<Introduction, "callingAeTitle" | "calledAeTitle">,
  roles: readonly RoleSelectionItem[],
): UserInformationItem {
  const more = introduction.userInformation ?? [];
  return {
    item: "user information",
    items: [
      { item: "maximum length", maximumLength: introduction.maximumLength },
      { item: "implementation class UID", uid: introduction.implementationClassUid },
      // Sub-items in the order of their types, as everything in an A-ASSOCIATE PDU (PS3.8 9.3.2).
      ...more.filter(({ item }) => item === "asynchronous operations window"),
      ...roles,
      { item: "implementation version name", name: introduction.implementationVersionName },
      ...more.filter(({ item }) => item !== "asynchronous operations window"),
    ],
  };
}

/** PS3.7 A.2.1. */
const DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const ACCEPTANCE = 0;
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;
const DEFAULT_ROLES: Roles = { scu: true, scp: false };
