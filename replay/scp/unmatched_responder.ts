/**
 * What becomes of a request that no recording answers, also because all answers were used.
 *
 * Rule: C-ECHO is always answered, whatever the policy but `abort` and `reject`. C-STORE is taken
 * unless the policy says otherwise: most who replay a PACS want to be able to send.
 * Rule: a failure says in its Error Comment that it is the replay's, where that may go with its Status
 * (PS3.4 B.2.3, C.4; PS3.7 C.5.21); else "Unable to process" would look like the PACS's own.
 */
import { printStatus, statusClass } from "../../src/dimse/status.ts";
import type { OperationName } from "../../src/service/operation.ts";
import type { RecordedResponder } from "./recorded_responder.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "./responder.ts";
import { errorComment } from "./service/error_comment.ts";

export type UnmatchedPolicy =
  /** C-ECHO and C-STORE succeed, everything else fails. */
  | { readonly do: "default" }
  | { readonly do: "status"; readonly status: number }
  /** The association is aborted; where the captures have none like it, it is rejected. */
  | { readonly do: "reject" | "abort" }
  /** Only C-ECHO succeeds. */
  | { readonly do: "echo-only" }
  /** Another application is asked (forward_responder.ts). */
  | { readonly do: "forward"; readonly to: { readonly host: string; readonly port: number } };

export class UnmatchedResponder implements Responder {
  readonly #policy: UnmatchedPolicy;
  readonly #recorded: RecordedResponder;

  constructor(policy: UnmatchedPolicy, recorded: RecordedResponder) {
    this.#policy = policy;
    this.#recorded = recorded;
  }

  answer(request: LiveRequest): Answered {
    const miss = this.#recorded.missOf(request);
    const done = this.#done(request.operation);
    const why = whyUnmatched(request.operation, miss);
    return {
      by: null,
      ...(miss?.exchange !== undefined && { exchange: miss.exchange }),
      missed: miss?.missed ?? [],
      ...(miss?.score !== undefined && { score: miss.score }),
      reason: `${why}: ${done.words}`,
      ...(done.status === undefined
        ? { answers: [], end: { how: "aborted", source: SERVICE_USER, reason: 0 } }
        : { answers: [unmatchedAnswer(request.operation, { status: done.status, why })] }),
    };
  }

  #done(operation: OperationName): { readonly status?: number; readonly words: string } {
    const policy = this.#policy;
    switch (policy.do) {
      case "default":
      case "forward": // nobody there
        return answered(isTaken(operation) ? 0x0000 : failureOf(operation));
      case "status":
        return answered(operation === "C-ECHO" ? 0x0000 : policy.status);
      case "echo-only":
        return answered(operation === "C-ECHO" ? 0x0000 : NOT_SUPPORTED);
      case "reject":
      case "abort":
        return { words: "association aborted" };
      default:
        return policy satisfies never;
    }
  }
}

/** A status that says that the request cannot be performed (PS3.4 C.4, PS3.7 C.5.21). */
export function failureOf(operation: OperationName): number {
  return operation.startsWith("C-") ? UNABLE_TO_PROCESS : PROCESSING_FAILURE;
}

/** No more than what of the recording is missing: nothing that the request says. */
function unmatchedAnswer(
  operation: OperationName,
  { status, why }: { readonly status: number; readonly why: string },
): LiveAnswer {
  const isService = operation.startsWith("C-") || status >= 0xa000;
  const isCommented = isService || status === PROCESSING_FAILURE;
  if (statusClass(status) !== "failure" || !isCommented) return { status };
  return { status, values: { ErrorComment: errorComment(`Replay: ${why}`) } };
}

function whyUnmatched(
  operation: OperationName,
  miss: ReturnType<RecordedResponder["missOf"]>,
): string {
  if (miss?.usedUp === true) return "Every recorded answer was used";
  if (miss?.exchange === undefined) return `No ${operation}-RQ of that SOP class is recorded`;
  return "No recorded request matches";
}

function answered(status: number): { readonly status: number; readonly words: string } {
  return { status, words: `answered ${printStatus(status)}` };
}

function isTaken(operation: OperationName): boolean {
  return operation === "C-ECHO" || operation === "C-STORE";
}

const UNABLE_TO_PROCESS = 0xc000;
const PROCESSING_FAILURE = 0x0110;
const NOT_SUPPORTED = 0x0122;
/** PS3.8 Table 9-26. */
const SERVICE_USER = 0;
