/**
 * Associations that the recorded acceptor of one requested itself, to report: a worklist manager tells
 * of its procedure steps that way (PS3.4 CC.2.4). They are requested anew when the exchange that came
 * before them was answered.
 *
 * Rule: reports of Storage Commitment are not among them; they are made of live requests.
 */
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import { proposedContexts } from "../../../../src/ul/associate_view.ts";
import type { ContextProposal } from "../../../../src/ul/negotiate.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../recorded.ts";
import { wait } from "../../../scu/pace.ts";
import { exchangesOf, type Library, type RecordedExchange, wallTime } from "../../library.ts";
import { withOtherUids } from "../../other_uids.ts";
import type { LiveRequest } from "../../responder.ts";
import { PUSH_MODEL } from "../commitment/recorded_reports.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { readAnswer } from "../instances/live_references.ts";
import { type Report, reportAnew } from "./send_reports.ts";

export interface ReverseReports {
  /** On which they came. */
  readonly association: RecordedAssociation;
  /** AE title of who was told. */
  readonly aeTitle: string;
  readonly contexts: readonly ContextProposal[];
  readonly messages: readonly RecordedMessage[];
  /** Recorded microseconds between the answer and the association. */
  readonly after: number;
}

/** Those that followed a recorded exchange. */
export function reverseReports(
  library: Library,
  { request }: RecordedExchange,
): readonly ReverseReports[] {
  let known = KNOWN.get(library);
  if (known === undefined) {
    known = findReverseReports(library.associations);
    KNOWN.set(library, known);
  }
  return known.get(request) ?? [];
}

/** Sends them, each on an association of its own, after the recorded pause or `delay` milliseconds. */
export async function reportAsRecorded(
  reports: readonly ReverseReports[],
  options: {
    readonly request: LiveRequest;
    readonly destinations: ReadonlyMap<string, Destination>;
    readonly delay?: number | undefined;
    readonly timeouts: DestinationTimeouts;
  },
): Promise<void> {
  const { request, destinations, delay, timeouts } = options;
  const { server } = request;
  for (const { association: plays, aeTitle, contexts, messages, after } of reports) {
    if (delay === undefined) await server.pause(after, server.stopping);
    else await wait(Math.max(1, delay), server.stopping);
    if (server.stopping.aborted) return;
    const live = messages.map((message) => liveReport(message, request));
    const destination = destinations.get(aeTitle);
    const to = { aeTitle, destination, contexts, timeouts, retries: RETRIES, plays };
    await reportAnew(live, { request, ...to });
  }
}

/** As it is to be sent: of the live instance, where a recorded one has such. */
function liveReport(message: RecordedMessage, { server }: LiveRequest): Report {
  const { values } = message;
  const recorded = textValue(values, "AffectedSOPInstanceUID") ?? "";
  const dataSet = readAnswer(message.dataSet);
  const live = (uid: string): string | undefined => server.instances.liveOf(uid);
  return {
    sopClassUid: textValue(values, "AffectedSOPClassUID") ?? "",
    sopInstanceUid: live(recorded) ?? recorded,
    eventTypeId: numberValue(values, "EventTypeID") ?? 0,
    dataSet: dataSet && withOtherUids(dataSet, live),
  };
}

type ByRequest = ReadonlyMap<RecordedMessage, readonly ReverseReports[]>;

/** Looked for once a library. */
const KNOWN = new WeakMap<Library, ByRequest>();

/** An answered request, and when on the wall clock. */
interface Answer {
  readonly request: RecordedMessage;
  readonly by: string;
  readonly at: number;
}

function findReverseReports(associations: readonly RecordedAssociation[]): ByRequest {
  const found = new Map<RecordedMessage, ReverseReports[]>();
  const reversed = associations.flatMap((association) => {
    const messages = association.messages.filter(isReport);
    return messages.length === 0 ? [] : [{ association, messages }];
  });
  if (reversed.length === 0) return found;
  const answers = associations.flatMap((association) => [...answersIn(association)]);
  answers.sort((a, b) => a.at - b.at);
  for (const { association, messages } of reversed) {
    const { calling_ae_title: by, called_ae_title: aeTitle } = association.summary;
    const at = wallTime({ association }, association.openedAt);
    const before = answers.findLast((answer) => answer.by === by && answer.at <= at);
    if (before === undefined || aeTitle === null) continue;
    const contexts = contextsOf(association);
    const list = found.get(before.request) ?? [];
    list.push({ association, aeTitle, contexts, messages, after: at - before.at });
    found.set(before.request, list);
  }
  return found;
}

function* answersIn(association: RecordedAssociation): Generator<Answer> {
  const by = association.summary.called_ae_title;
  if (by === null) return;
  for (const exchange of exchangesOf(association)) {
    const { request, responses, operation } = exchange;
    const last = responses.at(-1);
    if (last === undefined || !operation.startsWith("N-") || operation === "N-EVENT-REPORT")
      continue;
    yield { request, by, at: wallTime(exchange, last.endedAt) };
  }
}

/** What a requestor reports; the acceptor's own reports are the session's (own_initiative.ts). */
function isReport({ command, sender, values, complete }: RecordedMessage): boolean {
  if (command !== "N-EVENT-REPORT-RQ" || sender !== "requestor" || !complete) return false;
  return textValue(values, "AffectedSOPClassUID") !== PUSH_MODEL;
}

function contextsOf({ request, contexts }: RecordedAssociation): readonly ContextProposal[] {
  if (request === undefined) return [];
  return proposedContexts(request).map(({ id, abstractSyntax = "", transferSyntaxes }) => {
    const roles = contexts.find((context) => context.id === id)?.roles;
    return { abstractSyntax, transferSyntaxes, ...(roles?.scp === true && { roles }) };
  });
}

/** Attempts after the first one. */
const RETRIES = 3;
