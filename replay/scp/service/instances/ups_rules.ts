/**
 * Unified Procedure Step (PS3.4 CC.1.1, CC.2): SCHEDULED when it is created, IN PROGRESS for whoever
 * took it with a Transaction UID, then COMPLETED or CANCELED. One instance, whichever of the five SOP
 * classes it is spoken of under.
 */
import { refusalOf, UPS_CLASSES } from "../../../../src/observe/service/ups_watch.ts";
import type { LiveInstance } from "./live_instances.ts";
import { elementText, withKnownUids, withText } from "./live_references.ts";
import {
  type Asked,
  judgeExistence,
  type Refusal,
  rememberExistence,
  type ServiceRules,
} from "./service_rules.ts";

const STATE = 0x00741000;
const TRANSACTION_UID = 0x00081195;
const CHANGE_STATE = 1;
const SUBSCRIPTIONS: ReadonlySet<unknown> = new Set([3, 4, 5]);
const SCHEDULED = "SCHEDULED";
const FINAL: readonly string[] = ["COMPLETED", "CANCELED"];
/** PS3.4 Tables CC.2.1-2, CC.2.3-1, CC.2.5-4, CC.2.6-1. */
const NOT_SCHEDULED = 0xc309;
const NO_LONGER_UPDATED = 0xc300;
const WRONG_TRANSACTION_UID = 0xc301;
const UNKNOWN = 0xc307;

export const UPS_RULES: ServiceRules = {
  takes: (sopClassUid) => UPS_CLASSES.has(sopClassUid),
  family: UPS_CLASSES,
  lives: "server",
  state: STATE,
  judge: (asked) => {
    const { request } = asked;
    // Subscriptions may be to all steps there are (PS3.4 CC.2.3.3): no instance is asked.
    const isSubscription = SUBSCRIPTIONS.has(request.values["ActionTypeID"]);
    const refusal = isSubscription ? undefined : judgeExistence(asked);
    if (refusal === undefined) return judgeState(asked);
    return request.operation === "N-CREATE" ? refusal : { ...refusal, status: UNKNOWN };
  },
  remember: (done) => {
    const { request, dataSet, instances, uid, known, status } = done;
    rememberExistence(done, SCHEDULED);
    const state = elementText(dataSet, STATE);
    if (!isChange(done) || state === undefined) return;
    const facts = { transactionUid: elementText(dataSet, TRANSACTION_UID) ?? "" };
    const { sopClassUid } = request;
    if (known === undefined) instances.create(uid, { sopClassUid, state, facts, isCreated: false });
    // B304H, B306H: it was in that state, and stays as it was
    else if (status === 0x0000) instances.change(uid, { state, facts });
  },
  fitted: ({ request, known, answer }) => {
    const live = withKnownUids(answer, request);
    if (request.operation !== "N-GET" || known === undefined) return live;
    return withText(live, { tag: STATE, text: known.state });
  },
};

function judgeState(asked: Asked): Refusal | undefined {
  const { request, dataSet, known } = asked;
  const because = "state";
  const state = elementText(dataSet, STATE);
  if (request.operation === "N-CREATE") {
    if (state === undefined || state === SCHEDULED) return undefined;
    const comment = "SCHEDULED is due in N-CREATE (PS3.4 CC.2.5.3)";
    return { status: NOT_SCHEDULED, comment, because };
  }
  if (known === undefined) return undefined;
  if (request.operation === "N-SET") {
    if (FINAL.includes(known.state)) {
      return { status: NO_LONGER_UPDATED, comment: "The UPS may no longer be updated", because };
    }
    return judgeTransaction(known, dataSet);
  }
  if (!isChange(asked) || state === undefined) return undefined;
  const refusal = refusalOf(known, state);
  if (refusal === undefined) return judgeTransaction(known, dataSet);
  const status = Number.parseInt(refusal, 16);
  return { status, comment: `The UPS is ${known.state}`, because };
}

/** Whoever performs a step has its Transaction UID. */
function judgeTransaction(known: LiveInstance, dataSet: Asked["dataSet"]): Refusal | undefined {
  if (known.state !== "IN PROGRESS") return undefined;
  if (elementText(dataSet, TRANSACTION_UID) === known.facts?.["transactionUid"]) return undefined;
  const comment = "The correct Transaction UID was not provided";
  return { status: WRONG_TRANSACTION_UID, comment, because: "state" };
}

function isChange({ request }: Asked): boolean {
  return request.operation === "N-ACTION" && request.values["ActionTypeID"] === CHANGE_STATE;
}
