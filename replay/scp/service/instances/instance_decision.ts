/**
 * How a recorded answer and the state of a live instance go together: the recording wins where it is
 * about the very instance, the state where it is about another.
 *
 * - What the state forbids is refused, in the recorded SCP's words where it refused that too, unless
 *   the recorded SCP granted that same request although the state forbade it there as well.
 * - What the state allows is granted, even where the recorded request in its place was refused for
 *   reasons of state. A refusal for any other reason is given as recorded.
 */
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue } from "../../../../src/service/service_message.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { RecordedExchange } from "../../library.ts";
import type { Match } from "../../match.ts";
import { ownValues } from "../../own_values.ts";
import { recordedAnswer } from "../../recorded_responder.ts";
import type { Answered, LiveAnswer, LiveRequest } from "../../responder.ts";
import { NOTHING } from "../query/candidate.ts";
import { elementText, readAnswer } from "./live_references.ts";
import type { Conduct } from "./recorded_conduct.ts";
import { type Asked, type Refusal, refusedAnswer, type ServiceRules } from "./service_rules.ts";

export interface Case {
  readonly request: LiveRequest;
  readonly asked: Asked;
  readonly refusal: Refusal | undefined;
  readonly match: Match;
  readonly rules: ServiceRules;
  readonly conduct: Conduct;
}

export async function decided(all: Case): Promise<Answered> {
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

const SUCCESS = 0x0000;
