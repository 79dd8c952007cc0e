/**
 * What a filter may ask about an association: from its summary, and where that does not say enough,
 * from its messages.
 */

import type { FilterFacts } from "../filter/facts.ts";
import type { Filter } from "../filter/filter.ts";
import { matches } from "../filter/match_filter.ts";
import { statusMatches } from "../filter/status_pattern.ts";
import type { AssociationJson } from "../observe/summary.ts";
import type { ListedAssociation } from "./list_associations.ts";
import type { AssociationReader } from "./read_association.ts";
import { RecordObserver } from "./record_observer.ts";

/** `complete`: the association is over, so what the summary does not have was not there. */
export function summaryFacts(
  summary: AssociationJson,
  options: { readonly complete: boolean },
): FilterFacts {
  const { contexts, bytes } = summary;
  const accepted = contexts.flatMap((context) => context.accepted_transfer_syntax ?? []);
  return {
    complete: options.complete,
    negotiated: contexts.some((context) => context.result !== null),
    callingAeTitle: summary.calling_ae_title ?? undefined,
    calledAeTitle: summary.called_ae_title ?? undefined,
    source: summary.requestor.address,
    destination: summary.acceptor.address,
    commands: Object.keys(summary.commands),
    sopClassUids: contexts.flatMap((context) => context.abstract_syntax ?? []),
    sopInstanceUids: [],
    transferSyntaxUids: accepted,
    contextIds: contexts.map((context) => context.id),
    statuses: Object.keys(summary.statuses).map((status) => Number.parseInt(status, 16)),
    outcome: summary.outcome,
    findings: summary.findings,
    durationMs: summary.duration_ms,
    size: bytes.requestor + bytes.acceptor,
    messages: summary.messages,
    startedAt: summary.started === null ? undefined : Date.parse(summary.started),
  };
}

/** Whether a filter holds of an association that was read from a capture. */
export function associationMatches(
  filter: Filter,
  { association, reader }: { association: ListedAssociation; reader: AssociationReader },
): boolean {
  const { summary } = association;
  if (!asksForMessages(filter)) return matches(filter, summaryFacts(summary, OVER)) === true;
  const early = matches(filter, summaryFacts(summary, { complete: false }));
  if (early !== undefined) return early;
  return matches(filter, messageFacts(association, reader)) === true;
}

const OVER = { complete: true } as const;

/** Whether it asks for what a summary does not have: instances, elements, Pending statuses. */
function asksForMessages(filter: Filter): boolean {
  switch (filter.kind) {
    case "tag":
    case "sop instance":
      return true;
    case "status":
      return filter.patterns.some(({ is }) => PENDING.some((status) => statusMatches(is, status)));
    case "not":
      return asksForMessages(filter.of);
    case "and":
    case "or":
      return filter.of.some(asksForMessages);
    case "all":
    case "word":
    case "text":
    case "context":
    case "outcome":
    case "faulty":
    case "compare":
    case "time":
      return false;
    default:
      return filter satisfies never;
  }
}

const PENDING = [0xff00, 0xff01];

/** Different values of one kind that are kept; an association with more is judged by these. */
const MAX_VALUES = 100_000;

function messageFacts(association: ListedAssociation, reader: AssociationReader): FilterFacts {
  const instances = new Set<string>();
  const statuses = new Set<number>();
  const elements = new Map<number, Set<string>>();
  const keep = <T>(values: Set<T>, value: T) => {
    if (values.size < MAX_VALUES) values.add(value);
  };
  const { id, capture } = association.summary;
  const observer = new RecordObserver({
    capture,
    only: (other) => other === id,
    headLength: 0,
    sink: () => ({
      messageEnded: ({ message }) => {
        for (const { tag, value } of message.commandSet.elements) {
          const texts = Array.isArray(value) ? value.map(String) : [String(value ?? "")];
          const values = elements.get(tag) ?? new Set();
          elements.set(tag, values);
          for (const text of texts) {
            keep(values, text);
            if (INSTANCE_TAGS.has(tag)) keep(instances, text);
            if (tag === STATUS_TAG) keep(statuses, Number(text));
          }
        }
      },
    }),
  });
  for (const record of reader.records(association)) observer.consume(record);
  observer.finish();
  return {
    ...summaryFacts(association.summary, OVER),
    sopInstanceUids: instances,
    statuses,
    tagValues: (path) => {
      const [tag = -1] = path;
      const isCommand = path.length === 1 && tag >= 0 && tag <= 0xffff;
      return isCommand ? (elements.get(tag) ?? []) : undefined;
    },
  };
}

/** (0000,0900), and (0000,1000) and (0000,1001): PS3.7 Table E.1-1. */
const STATUS_TAG = 0x0900;
const INSTANCE_TAGS = new Set([0x1000, 0x1001]);
