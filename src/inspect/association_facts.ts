/**
 * What a filter may ask about an association: from its summary, and where that does not say enough,
 * from its messages.
 */

import { numberOf, textOf } from "../dimse/command_set.ts";
import type { FilterFacts } from "../filter/facts.ts";
import type { Filter } from "../filter/filter.ts";
import { matches } from "../filter/match_filter.ts";
import { statusMatches } from "../filter/status_pattern.ts";
import { HEAD_LENGTH } from "../meaning/read_head.ts";
import type { AssociationJson } from "../observe/summary.ts";
import type { ListedAssociation } from "./list_associations.ts";
import type { AssociationReader } from "./read_association.ts";
import { RecordObserver } from "./record_observer.ts";
import { TagValues, tagPaths } from "./tag_values.ts";

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
  return matches(filter, messageFacts(filter, { association, reader })) === true;
}

const OVER = { complete: true } as const;

/** Whether it asks for what a summary does not have: instances, elements, Pending statuses. */
export function asksForMessages(filter: Filter): boolean {
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

function messageFacts(
  filter: Filter,
  { association, reader }: { association: ListedAssociation; reader: AssociationReader },
): FilterFacts {
  const instances = new Set<string>();
  const statuses = new Set<number>();
  const tags = new TagValues(tagPaths(filter));
  const { id, capture } = association.summary;
  const observer = new RecordObserver({
    capture,
    only: (other) => other === id,
    headLength: tags.asksForDataSets ? HEAD_LENGTH : 0,
    sink: () => ({
      messageEnded: (observed) => {
        const { commandSet } = observed.message;
        for (const keyword of INSTANCE_KEYWORDS) {
          const uid = textOf(commandSet, keyword);
          if (uid !== undefined && instances.size < MAX_VALUES) instances.add(uid);
        }
        const status = numberOf(commandSet, "Status");
        if (status !== undefined) statuses.add(status);
        tags.add(observed);
      },
    }),
  });
  for (const record of reader.records(association)) observer.consume(record);
  observer.finish();
  return {
    ...summaryFacts(association.summary, OVER),
    sopInstanceUids: instances,
    statuses,
    tagValues: (path) => tags.get(path),
  };
}

const INSTANCE_KEYWORDS = ["AffectedSOPInstanceUID", "RequestedSOPInstanceUID"];
