/**
 * Answers DIMSE-N where instances have a life: created, changed, printed, deleted (PS3.7 10; PS3.4 F,
 * H, CC). instance_decision.ts says how recorded answers and live states go together.
 *
 * Rule: without any recorded answer for the operation and class this is nobody's request.
 */
import type { Library } from "../../library.ts";
import { type Match, type MatchOptions, type Miss, matchRecorded } from "../../match.ts";
import type { RecordedLevel } from "../../request_facts.ts";
import type { Answered, LiveRequest, Responder } from "../../responder.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { NOTHING } from "../query/candidate.ts";
import { reportAsRecorded, reverseReports } from "../reports/reverse_reports.ts";
import { decided } from "./instance_decision.ts";
import { LiveInstances } from "./live_instances.ts";
import { MPPS_RULES } from "./mpps_rules.ts";
import { PLAIN_RULES } from "./plain_rules.ts";
import { PRINT_RULES } from "./print_rules.ts";
import { recordedConduct } from "./recorded_conduct.ts";
import { type Asked, refusedAnswer, type ServiceRules } from "./service_rules.ts";
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
  /** The level that is good enough for a recorded answer. */
  readonly lowest?: RecordedLevel | undefined;
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
    return {
      ...answered,
      after: () =>
        reportAsRecorded(reports, { request, ...this.#options, timeouts: this.#options }),
    };
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
      lowest: this.#options.lowest,
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

interface Matching extends MatchOptions {
  readonly library: Library;
  readonly family: ReadonlySet<string> | undefined;
}

/** Under its own SOP class, or under another one of the family where that has none. */
async function matchOf(request: LiveRequest, matching: Matching): Promise<Match | Miss> {
  const { library, family, ...options } = matching;
  const own = await matchRecorded(request, library, options);
  if (own.by !== undefined) return own;
  for (const sopClassUid of family ?? []) {
    if (sopClassUid === request.sopClassUid) continue;
    const other = await matchRecorded({ ...request, sopClassUid }, library, options);
    if (other.by !== undefined) return other;
  }
  return own;
}

/** N-EVENT-REPORT is the acceptor's; C services are not about instances that live. */
function rulesOf({
  operation,
  sopClassUid,
}: Pick<LiveRequest, "operation" | "sopClassUid">): ServiceRules | undefined {
  return OPERATIONS.has(operation) ? RULES.find((one) => one.takes(sopClassUid)) : undefined;
}
