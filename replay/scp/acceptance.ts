/**
 * The answer to a live A-ASSOCIATE-RQ: as the recorded association that it is like was answered,
 * context by context (PS3.8 9.3.3), with roles, extended negotiation, user identity and operations
 * window answered as recorded where the same is offered (PS3.7 D.3.3).
 *
 * Rule: what no recording tells is decided by `unknownContext`: the usual transfer syntaxes are
 * accepted, or nothing is.
 */
import type { AssociateAnswer } from "../../src/io/accepted_connection.ts";
import { PLAIN } from "../../src/service/open_association.ts";
import { type ProposedContext, proposedContexts } from "../../src/ul/associate_view.ts";
import { associateAcOf } from "../../src/ul/negotiate.ts";
import type {
  AAssociateAc,
  AAssociateRj,
  AAssociateRq,
  PresentationContextAcItem,
} from "../../src/ul/pdu.ts";
import type { RecordedAssociation } from "../recorded.ts";
import { answeredUserInformation } from "./answered_user_information.ts";
import { type ContextAnswer, ContextAnswers } from "./context_answers.ts";
import type { Library } from "./library.ts";
import { AssociationMatcher } from "./like_association.ts";

export interface AcceptanceOptions {
  /** "any" AE titles are taken; "strict": those alone that the captures have. */
  readonly ae: "any" | "strict";
  readonly unknownContext: "accept" | "reject";
  /** What the captures have nothing for is rejected as a whole. */
  readonly rejectUnlike: boolean;
  /** Octets of a P-DATA-TF that this side is ready to receive; as recorded unless told. */
  readonly maximumLength?: number | undefined;
}

export interface Acceptance {
  readonly answer: AssociateAnswer;
  readonly recorded: RecordedAssociation | undefined;
  /** What is not as recorded, or why it was rejected, in words. */
  readonly reason: string | null;
}

export class Acceptor {
  readonly #library: Library;
  readonly #options: AcceptanceOptions;
  readonly #matcher: AssociationMatcher;
  readonly #all: ContextAnswers;
  readonly #each = new Map<RecordedAssociation, ContextAnswers>();

  constructor(library: Library, options: AcceptanceOptions) {
    this.#library = library;
    this.#options = options;
    this.#matcher = new AssociationMatcher(library);
    this.#all = new ContextAnswers(library.associations);
  }

  answer(request: AAssociateRq): Acceptance {
    const refusal = this.#options.ae === "strict" ? this.#unknownAe(request) : undefined;
    if (refusal !== undefined) return refusal;
    const recorded = this.#matcher.next(request);
    if (recorded === undefined && this.#options.rejectUnlike) {
      const reason = "The captures have no association like this one";
      return { answer: NO_REASON_GIVEN, recorded, reason };
    }
    const ending = recorded && recordedEnding(recorded);
    if (ending !== undefined) return { answer: ending, recorded, reason: "As recorded" };
    return {
      answer: this.#accept(request, recorded),
      recorded,
      reason: otherAe(request, recorded),
    };
  }

  #unknownAe({ calledAeTitle, callingAeTitle }: AAssociateRq): Acceptance | undefined {
    const requests = this.#library.associations.map(({ request }) => request);
    const called = requests.filter((one) => one?.calledAeTitle === calledAeTitle);
    const reject = (reason: number, words: string): Acceptance => ({
      answer: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason },
      recorded: undefined,
      reason: words,
    });
    if (called.length === 0) return reject(7, "Called AE title not in the captures (--ae strict)");
    if (called.some((one) => one?.callingAeTitle === callingAeTitle)) return undefined;
    return reject(3, "Calling AE title not in the captures (--ae strict)");
  }

  #accept(request: AAssociateRq, recorded: RecordedAssociation | undefined): AAssociateAc {
    const contexts = proposedContexts(request).flatMap((context) => {
      const answer = this.#answerTo(context, recorded);
      return answer === "left out" ? [] : [answeredContext(context, answer)];
    });
    const { unknownContext, maximumLength } = this.#options;
    const accepts = unknownContext === "accept";
    const items = answeredUserInformation(request, { recorded, accepts, maximumLength });
    return associateAcOf(request, {
      contexts,
      userInformation: { item: "user information", items },
    });
  }

  #answerTo(
    context: ProposedContext,
    recorded: RecordedAssociation | undefined,
  ): ContextAnswer | "left out" {
    const own = recorded && this.#contextsOf(recorded).answerTo(context);
    if (own !== undefined) return own;
    const elsewhere = this.#all.answerTo(context);
    if (elsewhere !== undefined && elsewhere !== "left out") return elsewhere;
    const usual = context.transferSyntaxes.find((uid) => PLAIN.includes(uid));
    const known = this.#all.has(context.abstractSyntax ?? "");
    if (this.#options.unknownContext === "accept" && usual !== undefined) {
      return { result: ACCEPTANCE, transferSyntax: usual };
    }
    const result =
      known || this.#options.unknownContext === "accept"
        ? TRANSFER_SYNTAXES_NOT_SUPPORTED
        : ABSTRACT_SYNTAX_NOT_SUPPORTED;
    return { result, transferSyntax: undefined };
  }

  #contextsOf(recorded: RecordedAssociation): ContextAnswers {
    let answers = this.#each.get(recorded);
    if (answers === undefined) {
      answers = new ContextAnswers([recorded]);
      if (this.#each.size < MAX_TABLES) this.#each.set(recorded, answers);
    }
    return answers;
  }
}

/** One that was not accepted, again. */
function recordedEnding({ answer, end }: RecordedAssociation): AssociateAnswer | undefined {
  if (answer?.type === "A-ASSOCIATE-AC") return undefined;
  if (answer !== undefined) return answer;
  switch (end.how) {
    case "aborted":
      return { type: "A-ABORT", source: end.source ?? 0, reason: end.reason ?? 0 };
    case "reset":
      return { type: "reset" };
    case "closed":
    case "open":
    case "released":
    case "rejected":
      return { type: "close" };
    default:
      return end.how satisfies never;
  }
}

function answeredContext(
  { id, transferSyntaxes }: ProposedContext,
  { result, transferSyntax }: ContextAnswer,
): PresentationContextAcItem {
  // One sub-item even in a refusal, where it is not significant (PS3.8 9.3.3.2).
  const uid = transferSyntax ?? transferSyntaxes[0] ?? IMPLICIT_LITTLE_ENDIAN;
  return { item: "presentation context AC", id, result, items: [{ item: "transfer syntax", uid }] };
}

function otherAe(
  { calledAeTitle, callingAeTitle }: AAssociateRq,
  recorded: RecordedAssociation | undefined,
): string | null {
  if (recorded?.request === undefined) return "The captures have no association like this one";
  const { calledAeTitle: called, callingAeTitle: calling } = recorded.request;
  const differences = [
    ...(called === calledAeTitle ? [] : [`called AE title was ${called}`]),
    ...(calling === callingAeTitle ? [] : [`calling AE title was ${calling}`]),
  ];
  return differences.length === 0 ? null : `In the recording the ${differences.join(", the ")}`;
}

/** Tables of recorded associations that are kept. */
const MAX_TABLES = 10_000;
const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const ACCEPTANCE = 0;
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;
/** PS3.8 Table 9-21: rejected-permanent, by the service-user, no-reason-given. */
const NO_REASON_GIVEN: AAssociateRj = { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 1 };
