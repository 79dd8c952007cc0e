/**
 * What is to be played, in order: which recorded associations are ours to ask for, and which the other
 * side made because of ours. It makes those anew: the C-STOREs of a C-MOVE (PS3.4 C.4.2) and the
 * N-EVENT-REPORTs on associations of its own (PS3.4 J.3.3).
 *
 * Rule: an association whose cause is not in the captures is ours, whatever it carries: who replays
 * the recording of a sender alone wants to be that sender.
 */
import { numberValue, textValue } from "../../src/service/service_message.ts";
import type { RecordedAssociation } from "../recorded.ts";

export interface Listed {
  readonly recorded: RecordedAssociation;
  /** Microseconds since 1970-01-01 UTC. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The association of ours that made the other side ask for this one. */
  readonly cause?: RecordedAssociation;
  /** Microseconds from the end of that one to the beginning of this one; negative where they overlap. */
  readonly afterCauseUs?: number;
  /** It went to the application that we play, so that it is for us to receive. */
  readonly isForUs: boolean;
}

export function playlist(associations: Iterable<RecordedAssociation>): readonly Listed[] {
  const listed: Listed[] = [];
  for (const recorded of associations) {
    const startedAt = microseconds(recorded.summary.started);
    const endedAt = startedAt + recorded.summary.duration_ms * 1000;
    listed.push({ recorded, startedAt, endedAt, isForUs: false });
  }
  return listed.map((one) => {
    const cause = causeOf(one, listed);
    if (cause === undefined) return one;
    const { recorded, endedAt } = cause;
    const isForUs = isRequestorOf(recorded, one.recorded);
    return { ...one, cause: recorded, afterCauseUs: one.startedAt - endedAt, isForUs };
  });
}

/** By AE title; an application that also receives often does so under another, on the same host. */
function isRequestorOf(cause: RecordedAssociation, one: RecordedAssociation): boolean {
  if (one.summary.called_ae_title === cause.summary.calling_ae_title) return true;
  const host = hostOf(one.summary.acceptor.address);
  return host !== "" && host === hostOf(cause.summary.requestor.address);
}

/** Of "192.0.2.7:104", "[::1]:104". */
function hostOf(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf(":")));
}

function causeOf(one: Listed, listed: readonly Listed[]): Listed | undefined {
  const { commands } = one.recorded.summary;
  if (commands["C-STORE-RQ"] === undefined && commands["N-EVENT-REPORT-RQ"] === undefined) {
    return undefined;
  }
  const first = one.recorded.messages.find(
    ({ sender, command }) => sender === "requestor" && command.endsWith("-RQ"),
  );
  if (first?.command === "C-STORE-RQ") return moveOf(one, first.values, listed);
  if (first?.command === "N-EVENT-REPORT-RQ") return actionOf(one, listed);
  return undefined;
}

/** The newest C-MOVE that says so, or that the AE titles and the time fit (PS3.7 9.3.1.1). */
function moveOf(
  one: Listed,
  values: RecordedAssociation["messages"][number]["values"],
  listed: readonly Listed[],
): Listed | undefined {
  const originator = textValue(values, "MoveOriginatorApplicationEntityTitle");
  const messageId = numberValue(values, "MoveOriginatorMessageID");
  const { calling_ae_title: from, called_ae_title: to } = one.recorded.summary;
  return listed.findLast(({ recorded, startedAt, endedAt }) => {
    const { summary } = recorded;
    if (recorded === one.recorded || summary.commands["C-MOVE-RQ"] === undefined) return false;
    if (startedAt > one.startedAt + SLACK_US) return false;
    return recorded.messages.some((message) => {
      if (message.command !== "C-MOVE-RQ" || message.sender !== "requestor") return false;
      if (textValue(message.values, "MoveDestination") !== to) return false;
      if (originator !== undefined) {
        const id = numberValue(message.values, "MessageID");
        return summary.calling_ae_title === originator && (messageId ?? id) === id;
      }
      return summary.called_ae_title === from && one.startedAt <= endedAt + SLACK_US;
    });
  });
}

/** The newest association before it, of the same two AEs the other way round, that asked for reports. */
function actionOf(one: Listed, listed: readonly Listed[]): Listed | undefined {
  const { called_ae_title: to } = one.recorded.summary;
  return listed.findLast(
    ({ recorded, startedAt }) =>
      recorded !== one.recorded &&
      startedAt <= one.startedAt &&
      recorded.summary.calling_ae_title === to &&
      REPORTED.some((command) => recorded.summary.commands[command] !== undefined),
  );
}

/** What an SCP reports on later: Storage Commitment, UPS, Print. */
const REPORTED = ["N-ACTION-RQ", "N-CREATE-RQ"];
/** Clocks of two captures, and sub-operations that are over after the final response. */
const SLACK_US = 2_000_000;

/** Of ISO 8601 with microseconds: a Date has milliseconds. */
function microseconds(started: string | null): number {
  const match = /^(.*?)(?:\.(\d{1,6}))?Z$/.exec(started ?? "");
  if (match === null) return 0;
  const seconds = Date.parse(`${match[1]}Z`);
  return Number.isNaN(seconds) ? 0 : seconds * 1000 + Number((match[2] ?? "").padEnd(6, "0"));
}
