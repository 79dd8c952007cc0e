/**
 * One recorded request sent again, and what comes back (PS3.7 9.1, 10.1).
 *
 * Rule: the Message ID is the recorded one where no outstanding operation has it, else a fresh one.
 * Rule: a C-CANCEL-RQ goes out where the recording has it: after as many pending responses and
 * sub-operations. If the live operation ends before, there is nothing left to cancel.
 */
import { isFinal } from "../../src/dimse/status.ts";
import type { SendOptions } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import type { Invocation } from "../../src/service/invocation.ts";
import { operationOfRequest } from "../../src/service/operation.ts";
import { numberValue, type OperationResponse } from "../../src/service/service_message.ts";
import type { ExchangeMessage } from "../compare/compare_exchange.ts";
import type { ExchangeEvent } from "../events.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import type { AsOf } from "../rewrite/aliases.ts";
import type { Rewriter } from "../rewrite/rewriter.ts";
import { compareLive, readMessage } from "./compare_live.ts";
import type { ExpectedRequests } from "./expected_requests.ts";
import type { Place } from "./live_contexts.ts";
import { STOPPED } from "./open_recorded.ts";
import type { Fragment, Run } from "./options.ts";
import { exchangeEvent, failure, finalResponse, type Verdict } from "./verdict.ts";

export interface ExchangeOptions {
  readonly run: Run;
  readonly association: RecordedAssociation;
  readonly rewriter: Rewriter;
  readonly expected: ExpectedRequests;
  readonly place: Place;
  /** Ours of the association that have no final response yet. */
  readonly messageIds: Set<number>;
  /** Whether we are ending the association, as recorded. */
  readonly isEnding: () => boolean;
}

/** Plays one exchange to its end. Never rejects: what goes wrong is in the event. */
export async function playExchange(
  request: RecordedMessage,
  options: ExchangeOptions,
): Promise<ExchangeEvent> {
  const { association, messageIds, rewriter, run } = options;
  const named = new Set<string>();
  const asOf = { mark: rewriter.aliases.mark, named };
  const live: LiveResponses = { responses: [], octets: 0 };
  const started = performance.now();
  let messageId: number | undefined;
  let verdict: Verdict;
  try {
    const invocation = invoke(request, { ...options, named });
    messageId = invocation.messageId;
    messageIds.add(messageId);
    const ms = await readResponses(invocation, live, { request, started, ...options });
    verdict = { ...(await judged(request, live, { ...options, asOf })), ms };
    if (run.signal.aborted && verdict.status === CANCEL && verdict.outcome === "differs") {
      verdict = { outcome: "skipped", reason: STOPPED, status: CANCEL };
    }
  } catch (error) {
    const status = statusOf(live.responses.at(-1));
    verdict = run.signal.aborted
      ? { outcome: "skipped", reason: STOPPED, status }
      : { ...failed(request, error, options), status };
  } finally {
    if (messageId !== undefined) messageIds.delete(messageId);
  }
  return exchangeEvent({ association, request }, verdict);
}

interface LiveResponses {
  readonly responses: ExchangeMessage[];
  octets: number;
}

function invoke(
  request: RecordedMessage,
  {
    run,
    association,
    rewriter,
    place,
    messageIds,
    named,
  }: ExchangeOptions & { readonly named: Set<string> },
): Invocation {
  const facts = operationOfRequest(request.command);
  if (facts === undefined) throw new TypeError(`Cannot invoke ${request.command}`);
  const where = { association, message: request, named };
  const values = rewriter.commandSet(request.values, where);
  const recordedId = numberValue(request.values, "MessageID");
  const { context, user } = place;
  const to = context.transferSyntax ?? "";
  const asIs = rewriter.keeps && request.dataSet?.transferSyntax === to;
  const dataSet = request.dataSet && { dataSet: rewriter.dataSet(request.dataSet, { to, where }) };
  return user.invoke({
    operation: facts.name,
    values,
    contextId: context.id,
    unchecked: true,
    ...(recordedId !== undefined && !messageIds.has(recordedId) && { messageId: recordedId }),
    ...dataSet,
    sending: {
      ...fragmentation(request, run.options.fragment ?? "max"),
      ...(asIs && { dataSetLength: request.dataSet?.length }),
    },
  });
}

/** Command set and data set shared a PDU only where they did in the recording (PS3.8 E.2). */
function fragmentation(request: RecordedMessage, fragment: Fragment): SendOptions {
  if (fragment !== "recorded") return { fragmentation: fragment };
  return { fragmentation: { recorded: request.fragmentLengths() }, pack: true };
}

/** Milliseconds from the request to the final response. */
async function readResponses(
  invocation: Invocation,
  live: LiveResponses,
  options: ExchangeOptions & { readonly request: RecordedMessage; readonly started: number },
): Promise<number> {
  const cancel = canceling(invocation, options);
  const { signal } = options.run;
  const stopped = (): void => void invocation.cancel().catch(() => undefined);
  signal.addEventListener("abort", stopped, { once: true });
  try {
    return await allResponses(invocation, live, { ...options, cancel, signal });
  } finally {
    signal.removeEventListener("abort", stopped);
  }
}

async function allResponses(
  invocation: Invocation,
  live: LiveResponses,
  {
    cancel,
    started,
    signal,
  }: {
    readonly cancel: Cancel | undefined;
    readonly started: number;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  await cancel?.(0);
  let ms = 0;
  let pending = 0;
  for await (const response of invocation) {
    ms = performance.now() - started;
    if (live.responses.length >= MAX_RESPONSES) {
      throw new RangeError(`More than ${MAX_RESPONSES} responses came; no more are read`);
    }
    live.responses.push(await kept(response, live));
    if (response.final) continue;
    // A peer that goes on all the same is given up in the end.
    if (signal.aborted) throw new TypeError(STOPPED);
    await cancel?.(++pending);
  }
  return ms;
}

/** Data sets beyond what may be held are read and dropped: what is compared then is the rest. */
async function kept(response: OperationResponse, live: LiveResponses): Promise<ExchangeMessage> {
  const message = await readMessage(response.values, response.dataSet, response.context);
  live.octets += message.length ?? 0;
  if (live.octets <= MAX_HELD) return message;
  return { values: message.values, length: message.length, sha256: message.sha256 };
}

/** Called with the number of pending responses so far. */
type Cancel = (pending: number) => Promise<void>;

/** Undefined where the recording has no C-CANCEL-RQ. */
function canceling(
  invocation: Invocation,
  { association, expected, request }: ExchangeOptions & { readonly request: RecordedMessage },
): Cancel | undefined {
  const at = request.canceledBy;
  if (at === undefined) return undefined;
  const before = association.messages.slice(request.index + 1, at);
  const pendings = before.filter(
    ({ respondsTo, values }) => respondsTo === request.index && isPending(values),
  ).length;
  const operations = before.filter(
    ({ sender, command }) => sender !== request.sender && operationOfRequest(command) !== undefined,
  ).length;
  const already = expected.arrived(association);
  let sent = false;
  return async (pending) => {
    if (sent || pending < pendings) return;
    if (expected.arrived(association) - already < operations) return;
    sent = true;
    await invocation.cancel();
  };
}

function isPending(values: RecordedMessage["values"]): boolean {
  const status = numberValue(values, "Status");
  return status !== undefined && !isFinal(status);
}

async function judged(
  request: RecordedMessage,
  { responses }: LiveResponses,
  { run, association, rewriter, asOf }: ExchangeOptions & { readonly asOf: AsOf },
): Promise<Verdict> {
  const status = statusOf(responses.at(-1));
  if (finalResponse(association, request) === undefined) {
    const reason = "the recording has no final response to compare with";
    return { outcome: "same", status, reason };
  }
  return {
    ...(await compareLive({ association, request }, { responses }, { run, rewriter, asOf })),
    status,
  };
}

/** Where the recording has no answer either, because the association was ended, ending it is the same. */
function failed(
  request: RecordedMessage,
  error: unknown,
  { association, isEnding }: ExchangeOptions,
): Verdict {
  const { end } = association;
  if (finalResponse(association, request) === undefined && error instanceof AssociationError) {
    if (isEnding())
      return { outcome: "same", reason: "the recorded requestor did not wait for it" };
    const kind = end.how === "reset" ? "closed" : end.how;
    if (end.by === "acceptor" && error.kind === kind) {
      return { outcome: "same", reason: error.message };
    }
  }
  return failure(error);
}

function statusOf(message: ExchangeMessage | undefined): number | null {
  return (message && numberValue(message.values, "Status")) ?? null;
}

/** PS3.7 C.1.3: the operation was ended on request. */
const CANCEL = 0xfe00;
/** Of one operation: more would not be a query's answer but a flood. */
const MAX_RESPONSES = 100_000;
/** Octets of response data sets of one exchange that are held until it is compared. */
const MAX_HELD = 256 * 2 ** 20;
