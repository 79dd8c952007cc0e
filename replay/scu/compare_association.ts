/**
 * How an association began, beside how it did in the recording: accepted or not, and each context
 * (PS3.8 9.3.3, 9.3.4).
 */
import { AssociationError } from "../../src/io/association_error.ts";
import { rejectionName } from "../../src/ul/names.ts";
import type { AgreedContext } from "../../src/ul/negotiate.ts";
import type { Difference } from "../events.ts";
import type { RecordedAssociation } from "../recorded.ts";
import { failure, type Verdict } from "./verdict.ts";

/** It was accepted now. */
export function judgeAccepted(
  recorded: RecordedAssociation,
  contexts: readonly AgreedContext[],
): Verdict {
  const was = recordedBeginning(recorded);
  if (was === undefined) return { outcome: "same", reason: NOTHING_TO_COMPARE };
  if (was !== ACCEPTED) {
    return {
      outcome: "differs",
      differences: [{ path: "A-ASSOCIATE", recorded: was, got: ACCEPTED }],
    };
  }
  const differences = contexts.flatMap((context) => [...contextDifferences(recorded, context)]);
  return { outcome: differences.length === 0 ? "same" : "differs", differences };
}

/** There is no association now. */
export function judgeFailed(recorded: RecordedAssociation, error: unknown): Verdict {
  const { outcome, reason } = failure(error);
  const was = recordedBeginning(recorded);
  const got = beginningOf(error);
  if (was !== undefined && was === got) return { outcome: "same", reason };
  if (got === undefined) return { outcome, reason };
  if (was === undefined) return { outcome: "differs", reason };
  return {
    outcome: "differs",
    differences: [{ path: "A-ASSOCIATE", recorded: was, got }],
    reason,
  };
}

/** In words that say the same of a recorded and a live one; undefined where the capture has none. */
export function recordedBeginning({ answer, end }: RecordedAssociation): string | undefined {
  if (answer?.type === "A-ASSOCIATE-AC") return ACCEPTED;
  if (answer?.type === "A-ASSOCIATE-RJ") return rejectionName(answer);
  if (end.by === "requestor" || end.how === "open") return undefined;
  return end.how === "aborted" ? "aborted" : "closed";
}

function beginningOf(error: unknown): string | undefined {
  if (!(error instanceof AssociationError)) return undefined;
  if (error.rejection !== undefined) return rejectionName(error.rejection);
  return error.kind === "aborted" || error.kind === "closed" ? error.kind : undefined;
}

function* contextDifferences(
  recorded: RecordedAssociation,
  live: AgreedContext,
): Generator<Difference> {
  const was = recorded.contexts.find(({ id }) => id === live.id);
  if (was === undefined) return;
  const path = `PresentationContext[${live.id}]`;
  if (was.result !== live.result) {
    yield { path: `${path}.Result`, recorded: was.result ?? null, got: live.result ?? null };
  } else if (was.transferSyntax !== live.transferSyntax) {
    yield {
      path: `${path}.TransferSyntax`,
      recorded: was.transferSyntax ?? null,
      got: live.transferSyntax ?? null,
    };
  }
  if (was.roles.scu !== live.roles.scu || was.roles.scp !== live.roles.scp) {
    yield { path: `${path}.Roles`, recorded: was.roles, got: live.roles };
  }
}

export const ACCEPTED = "accepted";
const NOTHING_TO_COMPARE = "the recording has no answer to compare with";
