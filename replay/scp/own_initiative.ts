/**
 * What the recorded acceptor did on its own in an association, and when: N-EVENT-REPORTs, and the
 * end. Its place is counted in requests of the requestor that were answered before.
 *
 * Rule: reports of storage commitment are not among them: they are about what was asked for live
 * (PS3.4 J.3.3), so the service makes them.
 */
import type { RecordedAssociation, RecordedEnd, RecordedMessage } from "../recorded.ts";

export interface OwnInitiative {
  readonly reports: readonly RecordedReport[];
  /** Undefined where the requestor ended it. */
  readonly end:
    | { readonly place: number; readonly end: RecordedEnd; readonly after: number }
    | undefined;
}

export interface RecordedReport {
  /** Requests answered before. */
  readonly place: number;
  readonly message: RecordedMessage;
  /** Recorded microseconds since what came before. */
  readonly after: number;
}

const KNOWN = new WeakMap<RecordedAssociation, OwnInitiative>();

export function ownInitiative(association: RecordedAssociation): OwnInitiative {
  let known = KNOWN.get(association);
  if (known === undefined) {
    known = readOwnInitiative(association);
    KNOWN.set(association, known);
  }
  return known;
}

function readOwnInitiative(association: RecordedAssociation): OwnInitiative {
  const reports: RecordedReport[] = [];
  let place = 0;
  let isAnswered = true;
  let before = association.answeredAt ?? association.openedAt;
  for (const message of association.messages) {
    if (message.command.endsWith("-RQ") && message.command !== "C-CANCEL-RQ") {
      if (message.sender === "requestor") {
        place++;
        isAnswered = message.responses.length > 0;
      } else if (isReport(message)) {
        reports.push({ place, message, after: message.at - before });
      }
    }
    before = message.endedAt;
  }
  const { end } = association;
  const byAcceptor = end.by === "acceptor" && ENDS.has(end.how);
  // Instead of the last answer: then the exchange itself ends it (recorded_responder.ts).
  const isOwn = byAcceptor && isAnswered && association.answer?.type === "A-ASSOCIATE-AC";
  return { reports, end: isOwn ? { place, end, after: end.at - before } : undefined };
}

function isReport({ command, values, complete }: RecordedMessage): boolean {
  const sopClass = String(values["AffectedSOPClassUID"] ?? "");
  return command === "N-EVENT-REPORT-RQ" && complete && !COMMITMENT.test(sopClass);
}

const ENDS: ReadonlySet<RecordedEnd["how"]> = new Set(["aborted", "closed", "reset"]);
/** Storage Commitment Push and Pull Model (PS3.4 J.3.5, retired J.4). */
const COMMITMENT = /^1\.2\.840\.10008\.1\.20\.[12]$/;
