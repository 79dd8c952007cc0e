/**
 * What an N-EVENT-REPORT says came of what was asked for before. The status of its response says only
 * that the report was received (PS3.7 10.1.1), so that all can be Success and images still not stored.
 */
export type ReportedEvent = "failure" | "warning";

/** Undefined for events that say that all is well, and for what is no N-EVENT-REPORT-RQ. */
export function reportedEvent(
  command: string,
  values: Readonly<Record<string, unknown>>,
): ReportedEvent | undefined {
  if (command !== "N-EVENT-REPORT-RQ") return undefined;
  const { AffectedSOPClassUID: sopClassUid, EventTypeID: event } = values;
  return EVENTS.get(`${sopClassUid} ${event}`);
}

/** By SOP class and Event Type ID. */
const EVENTS: ReadonlyMap<string, ReportedEvent> = new Map([
  ["1.2.840.10008.1.20.1 2", "failure"], // Storage Commitment, failures exist: PS3.4 J.3.3.1
  ["1.2.840.10008.5.1.1.14 4", "failure"], // Print Job: PS3.4 Table H.4-11
  ["1.2.840.10008.5.1.1.16 2", "warning"], // Printer: PS3.4 Table H.4-15
  ["1.2.840.10008.5.1.1.16 3", "failure"],
]);
