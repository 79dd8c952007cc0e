/**
 * The beginning of a recorded association, anew: asked for as it was, compared with the answer that it
 * got, and where contexts that its messages need are refused, what is to be done about that.
 */
import type { Performer } from "../../src/service/performance.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { canSend, type Rewriter } from "../rewrite/rewriter.ts";
import { prepareRequest } from "./association_request.ts";
import { judgeAccepted, judgeFailed } from "./compare_association.ts";
import { type Placed, placeOf, retryProposals } from "./live_contexts.ts";
import { LiveUser } from "./live_end.ts";
import { type LiveOptions, openBeside, openLive } from "./open_live.ts";
import type { Run } from "./options.ts";
import { associationEvent, type Verdict } from "./verdict.ts";

export interface Opened {
  /** The first is the recorded one; a second one has contexts that were refused there. */
  readonly users: readonly LiveUser[];
  /** Why nothing can be sent. */
  readonly stopped?: string;
}

export interface OpenOptions {
  readonly run: Run;
  readonly rewriter: Rewriter;
  /** What the peer asks of us. */
  readonly perform: Performer;
}

/** Tells how it began, in an event of its own. Never rejects. */
export async function openRecorded(
  recorded: RecordedAssociation,
  { run, rewriter, perform }: OpenOptions,
): Promise<Opened> {
  const tell = (verdict: Verdict): void =>
    run.tell(associationEvent({ association: recorded, request: "A-ASSOCIATE" }, verdict));
  const skip = (reason: string): void => tell({ outcome: "skipped", reason });
  if (recorded.request === undefined) {
    const { protocol } = recorded.summary;
    const reason =
      protocol === undefined
        ? "its A-ASSOCIATE-RQ is not whole in the capture"
        : `what was recorded is ${protocol}, which is no DICOM in the clear`;
    skip(reason);
    return { users: [], stopped: `there is no association: ${reason}` };
  }
  const started = performance.now();
  try {
    if (run.signal.aborted) throw new TypeError(STOPPED);
    const request = requestOf(recorded, recorded.request, { run, rewriter });
    const live: LiveOptions = { run, recorded, perform };
    const user = new LiveUser(await openLive(request, live));
    const ms = performance.now() - started;
    tell({ ...judgeAccepted(recorded, user.user.association.contexts), ms });
    return await withRefused({ recorded, request, user, live });
  } catch (error) {
    if (run.signal.aborted) {
      skip(STOPPED);
      return { users: [], stopped: STOPPED };
    }
    tell({ ...judgeFailed(recorded, error), ms: performance.now() - started });
    const why = error instanceof Error ? error.message : String(error);
    return { users: [], stopped: `there is no association: ${why}` };
  }
}

export const STOPPED = "the replay was stopped";

/** Where a message of the recording goes now. */
export function placeNow(
  message: RecordedMessage,
  recorded: RecordedAssociation,
  live: readonly LiveUser[],
): Placed {
  const users = live.map(({ user }) => user);
  return placeOf(message, { recorded: recorded.contexts, users, canSend });
}

function requestOf(
  recorded: RecordedAssociation,
  recordedRequest: AAssociateRq,
  { run, rewriter }: Pick<OpenOptions, "run" | "rewriter">,
): AAssociateRq {
  const { pinTransferSyntaxes, omitAsynchronousWindow, identity } = run.options;
  const { request, warnings } = prepareRequest(
    rewriter.associateRq(recordedRequest, { association: recorded }),
    {
      contexts: recorded.contexts,
      pinTransferSyntaxes: pinTransferSyntaxes === true,
      omitWindow: omitAsynchronousWindow === true,
      identity: identity ?? {},
    },
  );
  for (const warning of warnings) run.warn(warning);
  return request;
}

interface Accepted {
  readonly recorded: RecordedAssociation;
  readonly request: AAssociateRq;
  readonly user: LiveUser;
  readonly live: LiveOptions;
}

/** What `refusedContext` says of contexts that requests need and that are not there. */
async function withRefused({ recorded, request, user, live }: Accepted): Promise<Opened> {
  const { options, warn } = live.run;
  const users = [user];
  const { refusedContext = "skip" } = options;
  if (refusedContext === "skip") return { users };
  const homeless = recorded.messages.filter(
    (message) =>
      message.sender === "requestor" &&
      message.command.endsWith("-RQ") &&
      "refused" in placeNow(message, recorded, users),
  );
  const [first] = homeless;
  if (first === undefined) return { users };
  if (refusedContext === "fail") {
    const placed = placeNow(first, recorded, users);
    return { users, stopped: `given up because ${"refused" in placed ? placed.refused : ""}` };
  }
  const proposals = retryProposals(homeless, recorded.contexts);
  for (let at = 0; at < proposals.length; at += MAX_CONTEXTS) {
    try {
      const contexts = proposals.slice(at, at + MAX_CONTEXTS);
      users.push(new LiveUser(await openBeside(request, contexts, live)));
    } catch (error) {
      const which = `${recorded.capture}, association ${recorded.id}`;
      warn(`${which}: no second association for refused contexts: ${error}`);
    }
  }
  return { users };
}

/** Odd IDs from 1 to 255 (PS3.8 9.3.2.2). */
const MAX_CONTEXTS = 128;
