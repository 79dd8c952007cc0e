/**
 * What is to be played, in order: which recorded associations are ours to ask for, and which the other
 * side made because of ours. It makes those anew: the C-STOREs of a C-MOVE (PS3.4 C.4.2) and the
 * N-EVENT-REPORTs on associations of its own (PS3.4 J.3.3).
 *
 * Rule: an association whose cause is not in the captures is ours, whatever it carries: who replays
 * the recording of a sender alone wants to be that sender.
 */
import { numberValue, textValue } from "../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { type TurnOptions, Turns } from "../source/turns.ts";

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

export async function playlist(
  associations: AsyncIterable<RecordedAssociation> | Iterable<RecordedAssociation>,
  options: TurnOptions = {},
): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for await (const recorded of associations) {
    const startedAt = microseconds(recorded.summary.started);
    const endedAt = startedAt + recorded.summary.duration_ms * 1000;
    listed.push({ recorded, startedAt, endedAt, isForUs: false });
  }
  // Whose cause is looked for is read, message by message.
  const turns = new Turns(options);
  const moves: Move[] = [];
  for (const one of listed) {
    await turns.take();
    moves.push(...movesOf(one));
  }
  const causes = { moves, actions: listed.filter(isReportedOn) };
  const all: Listed[] = [];
  for (const one of listed) {
    await turns.take();
    all.push(withCause(one, causes));
  }
  return all;
}

function withCause(one: Listed, causes: Causes): Listed {
  const cause = causeOf(one, causes);
  if (cause === undefined) return one;
  const { recorded, endedAt } = cause;
  const isForUs = isRequestorOf(recorded, one.recorded);
  return { ...one, cause: recorded, afterCauseUs: one.startedAt - endedAt, isForUs };
}

/** What makes an SCP ask for associations of its own. */
interface Causes {
  readonly moves: readonly Move[];
  readonly actions: readonly Listed[];
}

interface Move {
  readonly by: Listed;
  readonly destination: string | undefined;
  readonly messageId: number | undefined;
}

function movesOf(by: Listed): readonly Move[] {
  if (by.recorded.summary.commands["C-MOVE-RQ"] === undefined) return [];
  const moves = by.recorded.messages
    .filter(({ command, sender }) => command === "C-MOVE-RQ" && sender === "requestor")
    .map(({ values }) => ({
      by,
      destination: textValue(values, "MoveDestination"),
      messageId: numberValue(values, "MessageID"),
    }));
  by.recorded.release?.();
  return moves;
}

function isReportedOn({ recorded }: Listed): boolean {
  return REPORTED.some((command) => recorded.summary.commands[command] !== undefined);
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

function causeOf(one: Listed, { moves, actions }: Causes): Listed | undefined {
  const { commands } = one.recorded.summary;
  const mayBeMoved = commands["C-STORE-RQ"] !== undefined && moves.length > 0;
  const mayBeReport = commands["N-EVENT-REPORT-RQ"] !== undefined && actions.length > 0;
  if (!mayBeMoved && !mayBeReport) return undefined;
  const first = one.recorded.messages.find(
    ({ sender, command }) => sender === "requestor" && command.endsWith("-RQ"),
  );
  one.recorded.release?.();
  if (first?.command === "C-STORE-RQ") return moveOf(one, { first, moves });
  if (first?.command === "N-EVENT-REPORT-RQ") return actionOf(one, actions);
  return undefined;
}

/** The newest C-MOVE that says so, or that the AE titles and the time fit (PS3.7 9.3.1.1). */
function moveOf(
  one: Listed,
  { first, moves }: { readonly first: RecordedMessage; readonly moves: readonly Move[] },
): Listed | undefined {
  const originator = textValue(first.values, "MoveOriginatorApplicationEntityTitle");
  const originatorId = numberValue(first.values, "MoveOriginatorMessageID");
  const { calling_ae_title: from, called_ae_title: to } = one.recorded.summary;
  return moves.findLast(({ by, destination, messageId }) => {
    if (by === one || destination !== to || by.startedAt > one.startedAt + SLACK_US) return false;
    const { summary } = by.recorded;
    if (originator !== undefined) {
      return summary.calling_ae_title === originator && (originatorId ?? messageId) === messageId;
    }
    return summary.called_ae_title === from && one.startedAt <= by.endedAt + SLACK_US;
  })?.by;
}

/** The newest association before it, of the AE that it goes to, that asked for reports. */
function actionOf(one: Listed, actions: readonly Listed[]): Listed | undefined {
  const { called_ae_title: to } = one.recorded.summary;
  return actions.findLast(
    (by) =>
      by !== one && by.startedAt <= one.startedAt && by.recorded.summary.calling_ae_title === to,
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
