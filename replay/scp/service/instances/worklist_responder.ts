/**
 * Worklist queries of a recording in which procedure steps were performed: what was answered before a
 * step was over is answered until a live one is over, and what was answered after it from then on.
 * However often a modality asks meanwhile, it gets the list of that time of day (PS3.4 K, F.7.2.2).
 *
 * Rule: only where the recording has a completed or discontinued step; else answers go by their order.
 */
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue } from "../../../../src/service/service_message.ts";
import { exchangesOf, type Library, type RecordedExchange, wallTime } from "../../library.ts";
import { matchRecorded } from "../../match.ts";
import { recordedAnswer } from "../../recorded_responder.ts";
import type { RecordedLevel } from "../../request_facts.ts";
import type { Answered, LiveRequest, Responder } from "../../responder.ts";
import { MODALITY_WORKLIST } from "../query/schedule_classes.ts";
import { LiveInstances } from "./live_instances.ts";
import { elementText, readAnswer } from "./live_references.ts";
import { isOver, MPPS, MPPS_RULES } from "./mpps_rules.ts";

export class WorklistResponder implements Responder {
  readonly #lowest: RecordedLevel | undefined;

  constructor(options: { readonly lowest?: RecordedLevel | undefined } = {}) {
    this.#lowest = options.lowest;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "C-FIND" || request.sopClassUid !== MODALITY_WORKLIST) {
      return undefined;
    }
    const ends = stepEnds(library);
    if (ends.length === 0) return undefined;
    for (let time = Math.min(stepsOver(request), ends.length); time >= 0; time--) {
      const match = await matchRecorded(request, library, {
        lowest: this.#lowest,
        accept: (exchange) => timeOf(exchange, ends) === time,
      });
      if (match.by !== undefined) return await recordedAnswer(request, match);
    }
    return undefined;
  }
}

/** Live procedure steps that are over. */
function stepsOver({ server }: LiveRequest): number {
  const instances = server.state.of(LiveInstances, () => new LiveInstances());
  let over = 0;
  for (const [, { state }] of instances.ofClass(MPPS)) if (isOver(state)) over++;
  return over;
}

/** How many recorded steps were over when it was asked. */
function timeOf(exchange: RecordedExchange, ends: readonly number[]): number {
  const at = wallTime(exchange, exchange.request.at);
  return ends.filter((end) => end <= at).length;
}

/** Found once a library. */
const KNOWN = new WeakMap<Library, readonly number[]>();

/** When the recorded steps were over, microseconds of the wall clock. */
function stepEnds(library: Library): readonly number[] {
  const known = KNOWN.get(library);
  if (known !== undefined) return known;
  const ends = new Map<string, number>();
  for (const association of library.associations) {
    for (const exchange of exchangesOf(association)) {
      const { operation, sopClassUid, sopInstanceUid = "", request, responses } = exchange;
      if (operation !== "N-SET" || sopClassUid !== MPPS || ends.has(sopInstanceUid)) continue;
      const last = responses.at(-1);
      const status = numberValue(last?.values ?? {}, "Status");
      if (last === undefined || status === undefined || statusClass(status) === "failure") continue;
      const dataSet = readAnswer(request.dataSet);
      const state = dataSet && elementText(dataSet, MPPS_RULES.state ?? 0);
      if (state !== undefined && isOver(state)) {
        ends.set(sopInstanceUid, wallTime(exchange, last.at));
      }
    }
  }
  const sorted = [...ends.values()].sort((a, b) => a - b);
  KNOWN.set(library, sorted);
  return sorted;
}
