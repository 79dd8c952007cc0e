/**
 * Answers DIMSE-N where instances have a life: created, changed, printed, deleted (PS3.7 10; PS3.4 F,
 * H, CC). Recorded answers win where they are about the very instance; the state of the live one
 * decides where they are about another.
 *
 * - What the state forbids is refused, with the recorded refusal where there is one. A recorded grant
 *   is given all the same when it is used for the first time for that instance: the recorded SCP was
 *   that lenient.
 * - What the state allows is granted, even where the recorded answer at that place was a refusal for
 *   reasons of state of another instance.
 * - Without any recorded answer for the operation and class this is nobody's request.
 */
import { type StatusClass, statusClass } from "../../../../src/dimse/status.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { Library } from "../../library.ts";
import { type Match, matchRecorded } from "../../match.ts";
import { recordedAnswer } from "../../recorded_responder.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { NOTHING } from "../query/candidate.ts";
import { liveReport, type ReverseReports, reverseReports } from "../reports/reverse_reports.ts";
import { reportAnew, waited } from "../reports/send_reports.ts";
import { LiveInstances } from "./live_instances.ts";
import { MPPS_RULES } from "./mpps_rules.ts";
import { PLAIN_RULES } from "./plain_rules.ts";
import { PRINT_RULES } from "./print_rules.ts";
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
    if (!OPERATIONS.has(request.operation)) return undefined;
    const rules = RULES.find((one) => one.takes(request.sopClassUid)) ?? PLAIN_RULES;
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
    const match = await matchRecorded(request, library);
    if (match.by === undefined) {
      if (refusal === undefined || match.exchange === undefined) return undefined;
      const { exchange, missed } = match;
      return { by: "state", exchange, missed, answers: [refusedAnswer(refusal)] };
    }
    return await decided({ asked, refusal, match, rules });
  }
}

interface Case {
  readonly asked: Asked;
  readonly refusal: Refusal | undefined;
  readonly match: Match;
  readonly rules: ServiceRules;
}

async function decided({ asked, refusal, match, rules }: Case): Promise<Answered> {
  const { request, instances } = asked;
  const { exchange, missed } = match;
  const first = instances.use(exchange, request.sopInstanceUid);
  const isTight = match.by === "exact" || match.by === "keys";
  const recorded = await recordedAnswer(request, match);
  const [answer] = recorded.answers as readonly LiveAnswer[];
  if (answer === undefined) return recorded; // the recorded association ended instead
  const isGranted = GRANTS.has(statusClass(answer.status));
  const byState = { by: "state", exchange, missed } as const;
  if (refusal !== undefined) {
    if (!isGranted) return recorded;
    const isOverruled = isTight && (refusal.because === "unknown" || first.own);
    if (!isOverruled) return { ...byState, answers: [refusedAnswer(refusal)] };
  } else if (!isGranted) {
    const isOfThis = request.operation === "N-CREATE" ? first.any : isTight;
    if (isOfThis || !isForState(answer.status)) return recorded;
    return { ...byState, answers: [granted({ status: SUCCESS }, { asked, rules })] };
  }
  return { ...recorded, answers: [granted(answer, { asked, rules })] };
}

function granted(given: LiveAnswer, { asked, rules }: Pick<Case, "asked" | "rules">): LiveAnswer {
  const { request } = asked;
  const assigned = given.values?.["AffectedSOPInstanceUID"];
  const uid = request.sopInstanceUid ?? (typeof assigned === "string" ? assigned : freshUid());
  const isAssigned = request.sopInstanceUid === undefined && request.operation === "N-CREATE";
  const answer = isAssigned
    ? { ...given, values: { ...given.values, AffectedSOPInstanceUID: uid } }
    : given;
  return rules.granted({ ...asked, uid, answer });
}

/** The status speaks of existence or state: another instance would not have got it. */
function isForState(status: number): boolean {
  return FOR_STATE.has(status) || (status >= 0xc300 && status <= 0xc311);
}

const RETRIES = 3;
const SUCCESS = 0x0000;
const GRANTS: ReadonlySet<StatusClass> = new Set(["success", "warning"]);
const FOR_STATE: ReadonlySet<number> = new Set([0x0106, 0x0110, 0x0111, 0x0112]);
