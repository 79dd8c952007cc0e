/**
 * The recorded N-EVENT-REPORT of a Storage Commitment request, on whichever association it came: it
 * has the same Transaction UID (PS3.4 J.3.3).
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { textValue } from "../../../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../recorded.ts";
import type { Library, RecordedExchange } from "../../library.ts";
import { textOf } from "../query/candidate.ts";

export interface RecordedReport {
  readonly association: RecordedAssociation;
  readonly message: RecordedMessage;
  readonly dataSet: DataSet;
}

/** The first one, where it was reported more than once; undefined where it is not in the captures. */
export function recordedReport(
  library: Library,
  { request }: RecordedExchange,
): RecordedReport | undefined {
  const asked = request.dataSet?.complete === true ? request.dataSet.read() : undefined;
  const uid = asked && textOf(asked, TRANSACTION_UID);
  return uid === undefined ? undefined : reportsOf(library).get(uid);
}

type Reports = ReadonlyMap<string, RecordedReport>;

/** Read once a library. */
const KNOWN = new WeakMap<Library, Reports>();

function reportsOf(library: Library): Reports {
  const known = KNOWN.get(library);
  if (known !== undefined) return known;
  const reports = new Map<string, RecordedReport>();
  for (const association of library.associations) {
    for (const message of association.messages) {
      if (message.command !== "N-EVENT-REPORT-RQ" || message.dataSet?.complete !== true) continue;
      if (textValue(message.values, "AffectedSOPClassUID") !== PUSH_MODEL) continue;
      const dataSet = message.dataSet.read();
      const uid = textOf(dataSet, TRANSACTION_UID);
      if (uid !== undefined && !reports.has(uid))
        reports.set(uid, { association, message, dataSet });
    }
  }
  KNOWN.set(library, reports);
  return reports;
}

export const PUSH_MODEL = "1.2.840.10008.1.20.1";
export const TRANSACTION_UID = 0x00081195;
