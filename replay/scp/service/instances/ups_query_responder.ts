/**
 * Queries for Unified Procedure Steps (PS3.4 CC.2.8): recorded rows, or those of the archive, with the
 * instances and states that they have now. A row that the query excludes in that state is left out.
 */
import { UPS_CLASSES } from "../../../../src/observe/service/ups_watch.ts";
import type { Library } from "../../library.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import { NOTHING } from "../query/candidate.ts";
import { LiveInstances } from "./live_instances.ts";
import { elementText, readAnswer, withKnownUids, withText } from "./live_references.ts";

export class UpsQueryResponder implements Responder {
  readonly #inner: readonly Responder[];

  /** `inner`: who else answers queries. */
  constructor(inner: readonly Responder[]) {
    this.#inner = inner;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "C-FIND" || !UPS_CLASSES.has(request.sopClassUid)) return undefined;
    for (const inner of this.#inner) {
      const answered = await inner.answer(request, library);
      if (answered === undefined) continue;
      const asked = elementText((await request.identifier()) ?? NOTHING, STATE) ?? "";
      return { ...answered, answers: liveRows(answered.answers, { request, asked }) };
    }
    return undefined;
  }
}

async function* liveRows(
  answers: Answered["answers"],
  { request, asked }: { readonly request: LiveRequest; readonly asked: string },
): AsyncGenerator<LiveAnswer> {
  const instances = request.server.state.of(LiveInstances, () => new LiveInstances());
  for await (const answer of answers) {
    const live = withKnownUids(answer, request);
    const row = readAnswer(live.dataSet);
    const uid = row && elementText(row, SOP_INSTANCE_UID);
    const known = uid === undefined ? undefined : instances.get(uid);
    if (known === undefined) yield live;
    else if (!known.isDeleted && (asked === "" || asked === known.state)) {
      yield withText(live, { tag: STATE, text: known.state });
    }
  }
}

const SOP_INSTANCE_UID = 0x00080018;
const STATE = 0x00741000;
