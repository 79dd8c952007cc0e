/**
 * A-ASSOCIATE PDUs as this program sends them when it speaks itself (`echo`, the demo, replay), and
 * what was agreed on. PS3.8 9.3.2, 9.3.3; PS3.7 D.3.3.
 */
import { answeredContexts, proposedContexts } from "./associate_view.ts";
import type { AAssociateAc, AAssociateRq, UserInformationItem } from "./pdu.ts";

export interface ContextProposal {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** A presentation context after negotiation. */
export interface AgreedContext {
  readonly id: number;
  readonly abstractSyntax: string;
  /** 0 acceptance; 1 to 4 refused (PS3.8 Table 9-18); undefined where the answer left it out. */
  readonly result: number | undefined;
  /** Only where `result` is 0. */
  readonly transferSyntax: string | undefined;
}

export interface Introduction {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** What we are ready to receive in a P-DATA-TF, octets; 0 no limit (PS3.8 D.1). */
  readonly maximumLength: number;
  readonly implementationClassUid: string;
  /** 16 characters at most. */
  readonly implementationVersionName: string;
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
      userInformationItem(introduction),
    ],
  };
}

/**
 * Answers every proposed context: the first proposed transfer syntax that is supported is taken.
 * AE titles go back as they came, they are not tested in an answer (PS3.8 9.3.3).
 */
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
  return {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAeTitle: request.calledAeTitle,
    callingAeTitle: request.callingAeTitle,
    ...(request.calledAeTitleField && { calledAeTitleField: request.calledAeTitleField }),
    ...(request.callingAeTitleField && { callingAeTitleField: request.callingAeTitleField }),
    items: [
      { item: "application context", name: DICOM_APPLICATION_CONTEXT },
      ...answers,
      userInformationItem(options.introduction),
    ],
  };
}

/** Every proposed context with its answer, in the order of the request. */
export function agreedContexts(
  request: AAssociateRq,
  answer: AAssociateAc,
): readonly AgreedContext[] {
  const answers = new Map(answeredContexts(answer).map((context) => [context.id, context]));
  return proposedContexts(request).map(({ id, abstractSyntax = "" }) => {
    const answered = answers.get(id);
    return {
      id,
      abstractSyntax,
      result: answered?.result,
      transferSyntax: answered?.result === ACCEPTANCE ? answered.transferSyntax : undefined,
    };
  });
}

function userInformationItem(
  introduction: Omit<Introduction, "callingAeTitle" | "calledAeTitle">,
): UserInformationItem {
  return {
    item: "user information",
    items: [
      { item: "maximum length", maximumLength: introduction.maximumLength },
      { item: "implementation class UID", uid: introduction.implementationClassUid },
      { item: "implementation version name", name: introduction.implementationVersionName },
    ],
  };
}

/** PS3.7 A.2.1. */
const DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const ACCEPTANCE = 0;
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;
