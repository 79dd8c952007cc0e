/**
 * Answers from the recording, by meaning (match.ts): the recorded responses in their order, with
 * their statuses, data sets and pauses.
 */

import type { CommandValues } from "../../src/io/association.ts";
import { numberValue, textValue } from "../../src/service/service_message.ts";
import { fittedAnswer, hasOtherReturnKeys } from "./fitted_answer.ts";
import { freshUid } from "./fresh_uid.ts";
import type { Library, RecordedExchange } from "./library.ts";
import { type Match, type Miss, matchRecorded } from "./match.ts";
import { ownValues } from "./own_values.ts";
import type { RecordedLevel } from "./request_facts.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "./responder.ts";

export class RecordedResponder implements Responder {
  readonly #lowest: RecordedLevel | undefined;
  readonly #misses = new WeakMap<LiveRequest, Miss>();

  constructor(options: { readonly lowest?: RecordedLevel | undefined } = {}) {
    this.#lowest = options.lowest;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    const match = await matchRecorded(request, library, { lowest: this.#lowest });
    if (match.by !== undefined) return recordedAnswer(request, match);
    this.#misses.set(request, match);
    return undefined;
  }

  /** Why nothing matched a request that was not answered. */
  missOf(request: LiveRequest): Miss | undefined {
    return this.#misses.get(request);
  }
}

/** A recorded exchange as the answer to a live request. */
export async function recordedAnswer(request: LiveRequest, match: Match): Promise<Answered> {
  const { exchange, by, missed } = match;
  const cut = exchange.responses.filter(({ dataSet }) => dataSet?.complete === false).length;
  return {
    by,
    exchange,
    missed,
    ...(cut > 0 && { reason: `${cut} answers have data sets that are not in the capture` }),
    answers: await recordedAnswers(request, match),
    ...(!exchange.isWhole && { end: exchange.association.end }),
    endsCanceled: exchange.request.canceledBy !== undefined,
  };
}

async function recordedAnswers(request: LiveRequest, match: Match): Promise<readonly LiveAnswer[]> {
  const { exchange } = match;
  const asked = request.operation === "C-FIND" ? await request.identifier() : undefined;
  const fits = asked !== undefined && match.by === "keys" && hasOtherReturnKeys(match.missed);
  const instance = createdInstance(request, exchange);
  const answers: LiveAnswer[] = [];
  let before = exchange.request.endedAt;
  for (const response of exchange.responses) {
    const { dataSet } = response;
    const after = response.at - before;
    before = response.endedAt;
    const isLast = response === exchange.responses.at(-1);
    if (!response.complete && !(isLast && exchange.isWhole)) continue;
    if (dataSet?.complete === false && !isLast) continue;
    const given = dataSet?.complete === true ? dataSet : undefined;
    answers.push({
      status: numberValue(response.values, "Status") ?? 0x0000,
      values: { ...ownValues(response.values), ...instance },
      omit: REPEATED.filter((keyword) => !(keyword in response.values)),
      ...(given !== undefined && { dataSet: fits ? fittedAnswer(given, asked) : given }),
      after,
    });
  }
  return answers;
}

/** The instance that an N-CREATE makes; from now on the live one stands for the recorded one. */
function createdInstance(request: LiveRequest, exchange: RecordedExchange): CommandValues {
  if (request.operation !== "N-CREATE") return {};
  const [response] = exchange.responses;
  const recorded =
    exchange.sopInstanceUid ?? (response && textValue(response.values, "AffectedSOPInstanceUID"));
  const live = request.sopInstanceUid ?? freshUid();
  if (recorded !== undefined) request.server.instances.learn(recorded, live);
  // Where the request leaves the UID to the SCP, the response tells it (PS3.7 10.1.5.1.4).
  return request.sopInstanceUid === undefined ? { AffectedSOPInstanceUID: live } : {};
}

const REPEATED = ["AffectedSOPClassUID", "AffectedSOPInstanceUID", "EventTypeID", "ActionTypeID"];
