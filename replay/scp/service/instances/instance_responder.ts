/**
 * Answers DIMSE-N where instances have a life: created, changed, printed, deleted (PS3.7 10; PS3.4 F,
 * H, CC). Recorded answers win where they are about the very instance; the state of the live one
 * decides where they are about another.
 *
 * - What the state forbids is refused, in the recorded SCP's words where it refused that too, unless
 *   the recorded SCP granted that same request although the state forbade it there as well.
 * - What the state allows is granted, even where the recorded request in its place was refused for
 *   reasons of state. A refusal for any other reason is given as recorded.
 * - Without any recorded answer for the operation and class this is nobody's request.
 */
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue } from "../../../../src/service/service_message.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { Cursors, Library, RecordedExchange } from "../../library.ts";
import { type Match, type Miss, matchRecorded } from "../../match.ts";
import { ownValues } from "../../own_values.ts";
import { recordedAnswer } from "../../recorded_responder.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { NOTHING } from "../query/candidate.ts";
import { liveReport, type ReverseReports, reverseReports } from "../reports/reverse_reports.ts";
import { reportAnew, waited } from "../reports/send_reports.ts";
import { LiveInstances } from "./live_instances.ts";
import { elementText, readAnswer } from "./live_references.ts";
import { MPPS_RULES } from "./mpps_rules.ts";
import { PLAIN_RULES } from "./plain_rules.ts";
import { PRINT_RULES } from "./print_rules.ts";
import { type Conduct, recordedConduct } from "./recorded_conduct.ts";
import { type Asked, type Refusal, refusedAnswer, type ServiceRules } from "./service_rules.ts";
import { UPS_RULES } from "./ups_rules.ts";

const RULES: readonly ServiceRules[] = [MPPS_RULES, PRINT_RULES, UPS_RULES, PLAIN_RULES];

const OPERATIONS: ReadonlySet<string> = new Set([
  "N-CREATE",
  "N-SET",
  "N-GET",
  "N-ACTION",
  "N-DELETE",
]);

export interface InstanceResponderOptions extends DestinationTimeouts {
  /** Who can be told of events, by AE title. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** Milliseconds between an answer and what is reported of it; as recorded unless told. */
  readonly delay?: number | undefined;
}

export class InstanceResponder implements Responder {
  readonly #options: InstanceResponderOptions;

  constructor(options: InstanceResponderOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    const answered = await this.#answer(request, library);
    const { exchange, by } = answered ?? {};
    if (answered === undefined || exchange === undefined || by === "state") return answered;
    const reports = reverseReports(library, exchange);
    if (reports.length === 0) return answered;
    return { ...answered, after: () => this.#report(reports, request) };
  }

  async #report(reports: readonly ReverseReports[], request: LiveRequest): Promise<void> {
    const { delay, destinations } = this.#options;
    const { server } = request;
    for (const { aeTitle, contexts, messages, after } of reports) {
      if (delay === undefined) await server.pause(after, server.stopping);
      else await waited(delay, server.stopping);
      if (server.stopping.aborted) return;
      await reportAnew(
        messages.map((message) => liveReport(message, request)),
        {
          request,
          aeTitle,
          destination: destinations.get(aeTitle),
          contexts,
          timeouts: this.#options,
          retries: RETRIES,
        },
      );
    }
  }

  async #answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    const rules = rulesOf(request);
    if (rules === undefined) return undefined;
    const { state } = rules.lives === "association" ? request.association : request.server;
    const instances = state.of(LiveInstances, () => new LiveInstances());
    const { sopInstanceUid } = request;
    const asked: Asked = {
      request,
      dataSet: (await request.identifier()) ?? NOTHING,
      instances,
      known: sopInstanceUid === undefined ? undefined : instances.get(sopInstanceUid),
    };
    const refusal = rules.judge(asked);
    const cursors = sopInstanceUid === undefined ? undefined : instances.cursorsOf(sopInstanceUid);
    const isCreated = request.operation === "N-CREATE";
    const match = await matchOf(request, {
      library,
      family: rules.family,
      ...(!isCreated && { cursors }),
    });
    if (match.by === undefined) {
      if (refusal === undefined || match.exchange === undefined) return undefined;
      const { exchange, missed } = match;
      return { by: "state", exchange, missed, answers: [refusedAnswer(refusal)] };
    }
    const { exchange } = match;
    const conduct = recordedConduct(library, { exchange, rulesOf });
    return await decided({ request, asked, refusal, match, rules, conduct });
  }
}

interface Matching {
  readonly library: Library;
  readonly family: ReadonlySet<string> | undefined;
  readonly cursors?: Cursors | undefined;
}

/** Under its own SOP class, or under another one of the family where that has none. */
async function matchOf(request: LiveRequest, matching: Matching): Promise<Match | Miss> {
  const { library, family, cursors } = matching;
  const own = await matchRecorded(request, library, { cursors });
  if (own.by !== undefined) return own;
  for (const sopClassUid of family ?? []) {
    if (sopClassUid === request.sopClassUid) continue;
    const other = await matchRecorded({ ...request, sopClassUid }, library, { cursors });
    if (other.by !== undefined) return other;
  }
  return own;
}

interface Case {
  readonly request: LiveRequest;
  readonly asked: Asked;
  readonly refusal: Refusal | undefined;
  readonly match: Match;
  readonly rules: ServiceRules;
  readonly conduct: Conduct;
}

async function decided(all: Case): Promise<Answered> {
  const { request, refusal, match, conduct } = all;
  const { exchange, missed } = match;
  const [response] = exchange.responses;
  const status = numberValue(response?.values ?? {}, "Status");
  if (response === undefined || status === undefined) return await recordedAnswer(request, match);
  const isTight = (match.by === "exact" || match.by === "keys") && isPrecedent(all);
  const byState = { by: "state", exchange, missed } as const;
  if (statusClass(status) === "failure") {
    const isRecorded =
      refusal === undefined ? conduct !== "strict" : isTight || status === refusal.status;
    if (isRecorded)
      return { ...byState, by: match.by, answers: [recordedRefusal(exchange, status)] };
    if (refusal !== undefined) return { ...byState, answers: [refusedAnswer(refusal)] };
    return { ...byState, answers: [granted({ status: SUCCESS }, all)] };
  }
  const isOverruled = isTight && (refusal?.because === "unknown" || conduct === "lenient");
  if (refusal !== undefined && !isOverruled) {
    return { ...byState, answers: [refusedAnswer(refusal)] };
  }
  const recorded = await recordedAnswer(request, match);
  const [answer] = recorded.answers as readonly LiveAnswer[];
  if (answer === undefined) return recorded; // the recorded association ended instead
  return { ...recorded, answers: [granted(answer, all)] };
}

/** The recorded request asked for the same state; or there is none in that service. */
function isPrecedent({ match, asked, rules }: Case): boolean {
  if (rules.state === undefined) return true;
  const recorded = readAnswer(match.exchange.request.dataSet) ?? NOTHING;
  return elementText(recorded, rules.state) === elementText(asked.dataSet, rules.state);
}

/** In the words of the recorded SCP. What it names stays unknown: nothing was made. */
function recordedRefusal({ request, responses }: RecordedExchange, status: number): LiveAnswer {
  const [response] = responses;
  const { dataSet, values = {}, at = request.endedAt } = response ?? {};
  return {
    status,
    values: ownValues(values),
    after: Math.max(0, at - request.endedAt),
    ...(dataSet?.complete === true && { dataSet }),
  };
}

function granted(recorded: LiveAnswer, { request, asked, rules }: Case): LiveAnswer {
  const assigned = recorded.values?.["AffectedSOPInstanceUID"];
  const uid = request.sopInstanceUid ?? (typeof assigned === "string" ? assigned : freshUid());
  const isAssigned = request.sopInstanceUid === undefined && request.operation === "N-CREATE";
  const values = isAssigned ? { ...recorded.values, AffectedSOPInstanceUID: uid } : recorded.values;
  const answer = rules.fitted({
    ...asked,
    request,
    answer: { ...recorded, ...(values !== undefined && { values }) },
  });
  const { status, dataSet } = answer;
  rules.remember({ ...asked, uid, status, answer: readAnswer(dataSet) });
  return answer;
}

/** N-EVENT-REPORT is the acceptor's; C services are not about instances that live. */
function rulesOf({
  operation,
  sopClassUid,
}: Pick<LiveRequest, "operation" | "sopClassUid">): ServiceRules | undefined {
  return OPERATIONS.has(operation) ? RULES.find((one) => one.takes(sopClassUid)) : undefined;
}

const RETRIES = 3;
const SUCCESS = 0x0000;
