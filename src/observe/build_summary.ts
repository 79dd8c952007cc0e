/**
 * What the observer knows, as the JSON of `summary.ts`.
 */
import { serviceStatusMeaning } from "../dictionary/statuses.ts";
import { uidEntry, uidName } from "../dictionary/uids.ts";
import { numberOf } from "../dimse/command_set.ts";
import { generalStatusMeaning, statusClass } from "../dimse/status.ts";
import type { Role } from "../role.ts";
import type { AssociationFacts } from "./association_observer.ts";
import type { ObservedMessage } from "./association_sink.ts";
import type { ControlWatch } from "./control_watch.ts";
import { explainAbort, explainContext, explainOutcome, explainRejection } from "./explain.ts";
import type { Finding, FindingList } from "./finding.ts";
import type { MessageWatch } from "./message_watch.ts";
import type { NegotiatedContext } from "./negotiation.ts";
import type { ObservedSide } from "./observed_side.ts";
import type {
  AssociationJson,
  ContextJson,
  DataSetJson,
  FindingJson,
  MessageJson,
  Outcome,
} from "./summary.ts";
import { userInformationJson } from "./user_information_json.ts";

export interface SummaryFacts {
  readonly facts: AssociationFacts;
  /** Newest event, microseconds. */
  readonly at: number;
  readonly control: ControlWatch;
  readonly outcome: Outcome;
  readonly protocol: string | undefined;
  /** Of the transport's end, in words. */
  readonly reason: string | undefined;
  readonly watch: MessageWatch;
  readonly sides: Readonly<Record<Role, ObservedSide>>;
  readonly gaps: number;
  readonly findings: FindingList;
}

export function buildSummary(known: SummaryFacts): AssociationJson {
  const { facts, sides, findings, protocol } = known;
  const { negotiation, rj, abort } = known.control;
  const explanation = explain(known);
  const contexts = [...negotiation.contexts.values()].map((context) =>
    contextJson(context, known.watch.contexts.get(context.id) ?? 0),
  );
  return {
    kind: "association",
    capture: facts.capture,
    id: facts.id,
    started: facts.wallUs === undefined ? null : isoMicros(facts.wallUs),
    duration_ms: millis(known.at - facts.at),
    requestor: { address: facts.requestor },
    acceptor: { address: facts.acceptor },
    calling_ae_title: negotiation.rq?.callingAeTitle ?? null,
    called_ae_title: negotiation.rq?.calledAeTitle ?? null,
    outcome: known.outcome,
    ...(rj === undefined
      ? {}
      : { reject: { result: rj.result, source: rj.source, reason: rj.reason } }),
    ...(abort === undefined
      ? {}
      : { abort: { sender: abort.sender, source: abort.pdu.source, reason: abort.pdu.reason } }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(explanation === undefined ? {} : { explanation }),
    contexts,
    refused_contexts: contexts.filter(({ result }) => result !== null && result !== 0).length,
    user_information: {
      requestor: userInformationJson("requestor", negotiation),
      acceptor: userInformationJson("acceptor", negotiation),
    },
    messages: known.watch.count,
    commands: Object.fromEntries(known.watch.commands),
    statuses: Object.fromEntries(known.watch.statuses),
    pdus: { requestor: sides.requestor.pdus, acceptor: sides.acceptor.pdus },
    bytes: { requestor: sides.requestor.octets, acceptor: sides.acceptor.octets },
    gaps: known.gaps,
    findings: findings.kept.map((found) => findingJson(found, facts.at)),
    ...(findings.more === 0 ? {} : { more_findings: findings.more }),
  };
}

/** `openedAt`: when the association was opened, microseconds. */
export function buildMessage(
  observed: ObservedMessage,
  association: { id: number; openedAt: number },
): MessageJson {
  const { message, context, exchange } = observed;
  const status = numberOf(message.commandSet, "Status");
  const isAnswer = exchange !== undefined && exchange.index !== message.index;
  return {
    kind: "message",
    association: association.id,
    index: message.index,
    sender: message.sender,
    at_ms: millis(message.at - association.openedAt),
    duration_ms: millis(message.lastAt - message.at),
    context_id: message.contextId,
    command: message.command,
    message_id:
      numberOf(message.commandSet, "MessageID") ??
      numberOf(message.commandSet, "MessageIDBeingRespondedTo") ??
      null,
    status: status ?? null,
    ...(status === undefined ? {} : statusWords(status, observed)),
    abstract_syntax: context?.abstractSyntax ?? null,
    command_set: message.commandSet.values,
    data_set: dataSetJson(observed),
    pdus: message.pdus,
    responds_to: observed.respondsTo ?? null,
    ...(isAnswer ? { response_ms: millis(message.at - exchange.sentAt) } : {}),
    complete: message.complete,
  };
}

export function findingJson(found: Finding, openedAt: number): FindingJson {
  const { at, ...rest } = found;
  return at === undefined ? rest : { ...rest, at_ms: millis(at - openedAt) };
}

function contextJson(context: NegotiatedContext, messages: number): ContextJson {
  const { abstractSyntax, transferSyntaxes, result } = context;
  const explanation = explainContext(result, {
    abstractSyntax: uidName(abstractSyntax ?? "an abstract syntax that was not proposed"),
    transferSyntaxes: transferSyntaxes.map(uidName),
  });
  const name = abstractSyntax === undefined ? undefined : uidEntry(abstractSyntax)?.name;
  return {
    id: context.id,
    abstract_syntax: abstractSyntax ?? null,
    ...(name === undefined ? {} : { abstract_syntax_name: name }),
    transfer_syntaxes: transferSyntaxes,
    result: result ?? null,
    accepted_transfer_syntax: context.acceptedTransferSyntax ?? null,
    messages,
    ...(explanation === undefined ? {} : { explanation }),
  };
}

function dataSetJson(observed: ObservedMessage): DataSetJson | null {
  const { dataSet } = observed.message;
  if (dataSet === undefined) return null;
  return {
    transfer_syntax: observed.context?.acceptedTransferSyntax ?? null,
    length: dataSet.length,
    sha256: dataSet.sha256 ?? null,
    complete: dataSet.complete,
    ...(dataSet.skipped === 0 ? {} : { skipped: dataSet.skipped }),
  };
}

/** By the service class of the request; a response need not repeat that. */
function statusWords(
  status: number,
  observed: ObservedMessage,
): { status_class: string; status_text?: string } {
  const { command } = observed.message;
  const sopClassUid = observed.exchange?.sopClassUid ?? observed.context?.abstractSyntax ?? "";
  const meaning =
    serviceStatusMeaning(status, { command, sopClassUid }) ?? generalStatusMeaning(status);
  return {
    status_class: statusClass(status),
    ...(meaning === undefined ? {} : { status_text: meaning }),
  };
}

function explain(known: SummaryFacts): string | undefined {
  const { outcome, protocol, reason, gaps } = known;
  const { negotiation, rj, abort } = known.control;
  if (outcome === "rejected" && rj !== undefined) {
    const { result, source, reason } = rj;
    const { callingAeTitle = "", calledAeTitle = "" } = negotiation.rq ?? {};
    return explainRejection({ result, source, reason, callingAeTitle, calledAeTitle });
  }
  if (outcome === "aborted" && abort !== undefined) {
    const { source, reason } = abort.pdu;
    return explainAbort({ sender: abort.sender, source, reason });
  }
  const associated = negotiation.ac !== undefined;
  const answered = known.sides.acceptor.octets > 0 || gaps > 0;
  return explainOutcome(outcome, { reason, protocol, associated, answered, gaps });
}

/** Milliseconds with three decimals. */
function millis(micros: number): number {
  return Math.round(micros) / 1000;
}

/** Microseconds since 1970 as "2026-02-03T14:15:02.123456Z": texts of it are in the order of time. */
export function isoMicros(wallUs: number): string {
  const seconds = new Date(Math.floor(wallUs / 1000)).toISOString().slice(0, -1);
  return `${seconds}${String(Math.floor(wallUs) % 1000).padStart(3, "0")}Z`;
}
