/**
 * User information of an answer, out of what was negotiated in the recording (PS3.7 D.3.3): what is
 * offered now as it was offered then has the recorded answer.
 *
 * Rule: this side speaks for itself: Implementation Class UID and Version Name are its own.
 */
import {
  IMPLEMENTATION_CLASS_UID,
  IMPLEMENTATION_VERSION_NAME,
} from "../../src/io/implementation.ts";
import { type UserInformation, userInformation } from "../../src/ul/associate_view.ts";
import type { AAssociateRq, UserInformationSubItem } from "../../src/ul/pdu.ts";
import { uidOf } from "../../src/ul/uid_text.ts";
import type { RecordedAssociation } from "../recorded.ts";

export interface AnswerOptions {
  readonly recorded: RecordedAssociation | undefined;
  /** What no recording has is granted. */
  readonly accepts: boolean;
  /** Octets of a P-DATA-TF that this side is ready to receive; as recorded unless told. */
  readonly maximumLength: number | undefined;
}

/** Sub-items in the order of their types (PS3.8 9.3.2). */
export function answeredUserInformation(
  request: AAssociateRq,
  { recorded, accepts, maximumLength }: AnswerOptions,
): readonly UserInformationSubItem[] {
  const offered = userInformation(request);
  const accepted = recorded?.answer?.type === "A-ASSOCIATE-AC" ? recorded.answer : undefined;
  const before = recorded?.request && userInformation(recorded.request);
  const answered = accepted && userInformation(accepted);
  const past: Past = { before, answered, accepts };
  return [
    {
      item: "maximum length",
      maximumLength: maximumLength ?? answered?.maximumLength ?? USUAL_LENGTH,
    },
    { item: "implementation class UID", uid: IMPLEMENTATION_CLASS_UID },
    ...operationsWindow(offered, past),
    ...roleSelections(offered, past),
    { item: "implementation version name", name: IMPLEMENTATION_VERSION_NAME },
    ...extendedNegotiations(offered, past),
    ...userIdentity(offered, past),
  ];
}

/** The recorded negotiation. */
interface Past {
  /** What was offered. */
  readonly before: UserInformation | undefined;
  readonly answered: UserInformation | undefined;
  /** What was never offered is granted now. */
  readonly accepts: boolean;
}

/** No more operations at once than are offered now (PS3.7 D.3.3.3); 0 is any number. */
function operationsWindow(
  { asynchronousOperationsWindow: offered }: UserInformation,
  { answered }: Past,
): readonly UserInformationSubItem[] {
  const recorded = answered?.asynchronousOperationsWindow;
  if (offered === undefined || recorded === undefined) return [];
  const fewer = (one: number, other: number): number => {
    if (one === 0 || other === 0) return Math.max(one, other);
    return Math.min(one, other);
  };
  return [
    {
      item: "asynchronous operations window",
      maximumNumberOperationsInvoked: fewer(
        offered.maximumNumberOperationsInvoked,
        recorded.maximumNumberOperationsInvoked,
      ),
      maximumNumberOperationsPerformed: fewer(
        offered.maximumNumberOperationsPerformed,
        recorded.maximumNumberOperationsPerformed,
      ),
    },
  ];
}

/** An acceptor grants no role that is not proposed (PS3.7 D.3.3.4.2). */
function roleSelections(
  { roleSelections: offered }: UserInformation,
  { before, answered, accepts }: Past,
): readonly UserInformationSubItem[] {
  return offered.flatMap((one) => {
    const uid = uidOf(one.sopClassUid);
    const isIt = ({ sopClassUid }: { readonly sopClassUid: string }) => uidOf(sopClassUid) === uid;
    const granted = answered?.roleSelections.find(isIt);
    if (granted === undefined) {
      const isNew = before?.roleSelections.some(isIt) !== true;
      if (!isNew || !accepts) return [];
    }
    return [
      {
        ...one,
        scuRole: one.scuRole & (granted?.scuRole ?? 1),
        scpRole: one.scpRole & (granted?.scpRole ?? 1),
      },
    ];
  });
}

function extendedNegotiations(
  { extendedNegotiations: offered }: UserInformation,
  { answered }: Past,
): readonly UserInformationSubItem[] {
  return offered.flatMap(({ sopClassUid }) => {
    const uid = uidOf(sopClassUid);
    const recorded = answered?.extendedNegotiations.find((one) => uidOf(one.sopClassUid) === uid);
    return recorded === undefined ? [] : [recorded];
  });
}

/**
 * A response is given only where it is asked for (PS3.7 D.3.3.7.2). Of a redacted recording, and for
 * an identity that no recording has, it is empty: no more than "taken".
 */
function userIdentity(
  { userIdentityRq: offered }: UserInformation,
  { before, answered, accepts }: Past,
): readonly UserInformationSubItem[] {
  if (offered?.positiveResponseRequested !== 1) return [];
  const recorded = answered?.userIdentityAc;
  if (recorded === undefined && (before?.userIdentityRq !== undefined || !accepts)) return [];
  const response = recorded?.serverResponse ?? new Uint8Array(0);
  const isRedacted = response.length > 0 && response.every((octet) => octet === STAR);
  return [{ item: "user identity AC", serverResponse: isRedacted ? new Uint8Array(0) : response }];
}

const USUAL_LENGTH = 16_384;
const STAR = 0x2a;
