/**
 * The N-EVENT-REPORT of Storage Commitment, built from the live request (PS3.4 J.3.3): its Transaction
 * UID, all of its instances, each committed or failed as the recorded ones were.
 *
 * - Which failed: the one that was stored in the place of a recorded one that failed; else the one at
 *   the same place in the list, where the classes there are the same; else those of a class of which
 *   every recorded one failed.
 * - Event Type 1: all committed; 2: some were not (J.3.3.1.1).
 *
 * Rule: no UID of the recording is in it.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import { makeElement, makeSequence } from "../../../../src/dataset/make_element.ts";
import { findElement, isEmpty, itemsOf, textOf } from "../query/candidate.ts";
import type { Report } from "../reports/send_reports.ts";
import { PUSH_MODEL, TRANSACTION_UID } from "./recorded_reports.ts";

/** What was recorded: the data sets of an N-ACTION-RQ and of the N-EVENT-REPORT-RQ for it. */
export interface RecordedCommitment {
  readonly request: DataSet;
  readonly report: DataSet;
  /** The recorded instance that a live one was stored in the place of. */
  readonly recordedOf?: (live: string) => string | undefined;
}

/** Undefined where the live request has no Transaction UID: nothing can be reported of it. */
export function commitmentReport(live: DataSet, recorded?: RecordedCommitment): Report | undefined {
  const transactionUid = findElement(live, TRANSACTION_UID);
  if (transactionUid?.kind !== "value" || isEmpty(transactionUid)) return undefined;
  const reasons = new Reasons(recorded);
  const committed: DataSet[] = [];
  const failed: DataSet[] = [];
  for (const [at, item] of itemsOf(findElement(live, REFERENCED_SOP_SEQUENCE)).entries()) {
    const sopClassUid = textOf(item, REFERENCED_SOP_CLASS_UID) ?? "";
    const uid = textOf(item, REFERENCED_SOP_INSTANCE_UID) ?? "";
    const reason = reasons.of(recorded?.recordedOf?.(uid) ?? uid, { place: at, sopClassUid });
    const reference = item.elements.filter(({ tag }) => REFERENCE.has(tag));
    if (reason === undefined) committed.push(new DataSet(reference));
    else
      failed.push(new DataSet([...reference, reasonElement(reason)].sort((a, b) => a.tag - b.tag)));
  }
  const retrieve = recorded?.report.elements.filter(({ tag }) => tag === RETRIEVE_AE_TITLE) ?? [];
  const dataSet = new DataSet([
    ...retrieve,
    transactionUid,
    ...(failed.length > 0 ? [makeSequence(FAILED_SOP_SEQUENCE, failed)] : []),
    ...(committed.length > 0 ? [makeSequence(REFERENCED_SOP_SEQUENCE, committed)] : []),
  ]);
  return {
    sopClassUid: PUSH_MODEL,
    sopInstanceUid: WELL_KNOWN_INSTANCE,
    eventTypeId: failed.length > 0 ? 2 : 1,
    dataSet,
  };
}

interface Asked {
  readonly uid: string;
  readonly sopClassUid: string;
  readonly reason: number | undefined;
}

/** Failure Reason (0008,1197) by instance, by place and by class. */
class Reasons {
  readonly #places: readonly Asked[];
  readonly #byUid: ReadonlyMap<string, Asked>;

  constructor(recorded: RecordedCommitment | undefined) {
    const failed = new Map<string, number>();
    for (const item of itemsOf(recorded && findElement(recorded.report, FAILED_SOP_SEQUENCE))) {
      const uid = textOf(item, REFERENCED_SOP_INSTANCE_UID);
      if (uid !== undefined) failed.set(uid, item.number(FAILURE_REASON) ?? PROCESSING_FAILURE);
    }
    const asked = itemsOf(recorded && findElement(recorded.request, REFERENCED_SOP_SEQUENCE));
    this.#places = asked.map((item) => {
      const uid = textOf(item, REFERENCED_SOP_INSTANCE_UID) ?? "";
      const sopClassUid = textOf(item, REFERENCED_SOP_CLASS_UID) ?? "";
      return { uid, sopClassUid, reason: failed.get(uid) };
    });
    this.#byUid = new Map(this.#places.map((one) => [one.uid, one]));
  }

  /** Undefined where it is committed. */
  of(
    uid: string,
    { place, sopClassUid }: { readonly place: number; readonly sopClassUid: string },
  ): number | undefined {
    const known = this.#byUid.get(uid);
    if (known !== undefined) return known.reason;
    const same = this.#places[place];
    if (same?.sopClassUid === sopClassUid) return same.reason;
    const ofClass = this.#places.filter((one) => one.sopClassUid === sopClassUid);
    const [first] = ofClass;
    return ofClass.every(({ reason }) => reason !== undefined) ? first?.reason : undefined;
  }
}

function reasonElement(reason: number) {
  return makeElement(FAILURE_REASON, [reason], { vr: "US" });
}

/** Storage Commitment Push Model SOP Instance (PS3.4 J.3.5). */
const WELL_KNOWN_INSTANCE = "1.2.840.10008.1.20.1.1";
const RETRIEVE_AE_TITLE = 0x00080054;
const REFERENCED_SOP_CLASS_UID = 0x00081150;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const REFERENCE: ReadonlySet<number> = new Set([
  REFERENCED_SOP_CLASS_UID,
  REFERENCED_SOP_INSTANCE_UID,
]);
const FAILURE_REASON = 0x00081197;
const FAILED_SOP_SEQUENCE = 0x00081198;
const REFERENCED_SOP_SEQUENCE = 0x00081199;
const PROCESSING_FAILURE = 0x0110;
