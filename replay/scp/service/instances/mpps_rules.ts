/**
 * Modality Performed Procedure Step (PS3.4 F.7, F.8): IN PROGRESS when it is created, then COMPLETED
 * or DISCONTINUED, and from there on not to be changed by its SCU. SCUs make new UIDs each time, so
 * that the state decides and not the recorded instance.
 */
import { elementText, withKnownUids, withText } from "./live_references.ts";
import {
  type Asked,
  INVALID_VALUE,
  judgeExistence,
  MISSING_ATTRIBUTE,
  PROCESSING_FAILURE,
  type Refusal,
  rememberExistence,
  type ServiceRules,
} from "./service_rules.ts";

export const MPPS = "1.2.840.10008.3.1.2.3.3";
/** Modality Performed Procedure Step, and its retrieval. */
const CLASSES: ReadonlySet<string> = new Set([MPPS, "1.2.840.10008.3.1.2.3.4"]);
const STATUS = 0x00400252;
const IN_PROGRESS = "IN PROGRESS";
const FINAL: readonly string[] = ["COMPLETED", "DISCONTINUED"];
/** "Performed Procedure Step Object may no longer be updated" (PS3.4 F.7.2.2.4). */
const NO_LONGER_UPDATED = 0xa710;

/** A step in that state is not changed any more. */
export function isOver(state: string): boolean {
  return FINAL.includes(state);
}

export const MPPS_RULES: ServiceRules = {
  takes: (sopClassUid) => CLASSES.has(sopClassUid),
  lives: "server",
  state: STATUS,
  judge: (asked) => judgeExistence(asked) ?? judgeStatus(asked),
  remember: (done) => {
    const { request, dataSet, instances, uid, known } = done;
    rememberExistence(done, IN_PROGRESS);
    if (request.operation !== "N-SET") return;
    const state = elementText(dataSet, STATUS) ?? known?.state ?? IN_PROGRESS;
    const { sopClassUid } = request;
    if (known === undefined) instances.create(uid, { sopClassUid, state, isCreated: false });
    else instances.change(uid, { state });
  },
  fitted: ({ request, known, answer }) => {
    const live = withKnownUids(answer, request);
    if (request.operation !== "N-GET" || known === undefined) return live;
    return withText(live, { tag: STATUS, text: known.state });
  },
};

function judgeStatus({ request, dataSet, known }: Asked): Refusal | undefined {
  const because = "state";
  const status = elementText(dataSet, STATUS);
  switch (request.operation) {
    case "N-CREATE":
      // PS3.4 F.7.2.1.3
      if (status === undefined) {
        const comment = "Performed Procedure Step Status (0040,0252) is missing";
        return { status: MISSING_ATTRIBUTE, comment, because };
      }
      if (status === IN_PROGRESS) return undefined;
      return { status: INVALID_VALUE, comment: "IN PROGRESS is due in N-CREATE", because };
    case "N-SET":
      // PS3.4 F.7.2.2.3
      if (known !== undefined && isOver(known.state)) {
        const comment = "Performed Procedure Step Object may no longer be updated";
        const values = { ErrorID: NO_LONGER_UPDATED };
        return { status: PROCESSING_FAILURE, comment, values, because };
      }
      if (status === undefined || status === IN_PROGRESS || isOver(status)) return undefined;
      return { status: INVALID_VALUE, comment: "No such Performed Procedure Step Status", because };
    default:
      return undefined;
  }
}
