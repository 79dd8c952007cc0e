/**
 * Events of exchanges: what the recording has beside what came back, and how an association that ends
 * turns into outcomes, in words with the section.
 */
import { isFinal } from "../../src/dimse/status.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import { numberValue } from "../../src/service/service_message.ts";
import type { Difference, ExchangeEvent, ExchangeOutcome } from "../events.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";

export interface Verdict {
  readonly outcome: ExchangeOutcome;
  readonly status?: number | null;
  readonly differences?: readonly Difference[];
  readonly reason?: string | null;
  readonly ms?: number | null;
}

/** The event of a recorded request, whoever made it. */
export function exchangeEvent(
  {
    association,
    request,
  }: {
    readonly association: RecordedAssociation;
    readonly request: RecordedMessage;
  },
  verdict: Verdict,
): ExchangeEvent {
  const final = finalResponse(association, request);
  return {
    event: "exchange",
    capture: association.capture,
    association: association.id,
    index: request.index,
    request: request.command,
    outcome: verdict.outcome,
    recorded_status: (final && numberValue(final.values, "Status")) ?? null,
    status: verdict.status ?? null,
    differences: verdict.differences ?? [],
    reason: verdict.reason ?? null,
    recorded_ms: final === undefined ? null : milliseconds(final.endedAt - request.at),
    ms: verdict.ms === undefined || verdict.ms === null ? null : rounded(verdict.ms),
  };
}

/** The event of how an association began or ended. */
export function associationEvent(
  {
    association,
    request,
  }: {
    readonly association: RecordedAssociation;
    readonly request: "A-ASSOCIATE" | "end";
  },
  verdict: Verdict,
): ExchangeEvent {
  const { answeredAt, openedAt, messages } = association;
  const began = request === "A-ASSOCIATE";
  return {
    event: "exchange",
    capture: association.capture,
    association: association.id,
    index: began ? -1 : messages.length,
    request,
    outcome: verdict.outcome,
    recorded_status: null,
    status: null,
    differences: verdict.differences ?? [],
    reason: verdict.reason ?? null,
    recorded_ms: began && answeredAt !== undefined ? milliseconds(answeredAt - openedAt) : null,
    ms: verdict.ms === undefined || verdict.ms === null ? null : rounded(verdict.ms),
  };
}

/** The response that ended a recorded exchange; undefined where the capture has none. */
export function finalResponse(
  association: RecordedAssociation,
  request: RecordedMessage,
): RecordedMessage | undefined {
  for (let at = request.responses.length - 1; at >= 0; at--) {
    const message = association.messages[request.responses[at] ?? -1];
    if (message === undefined || !message.command.endsWith("-RSP")) continue;
    const status = numberValue(message.values, "Status");
    return status !== undefined && isFinal(status) ? message : undefined;
  }
  return undefined;
}

/** What an error of an association, or of sending on it, makes of the exchange that met it. */
export function failure(error: unknown): { outcome: ExchangeOutcome; reason: string } {
  const outcome =
    error instanceof AssociationError && error.kind === "timeout" ? "timeout" : "failed";
  return { outcome, reason: error instanceof Error ? error.message : String(error) };
}

function milliseconds(us: number): number {
  return rounded(us / 1000);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
