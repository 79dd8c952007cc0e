/**
 * One association in the dashboard's list: what lists are sorted and filtered by, and where its
 * summary is kept, so that 100,000 of them take some 60 MB.
 *
 * Rule: what an entry says never changes. What is new of an association is a new entry under the
 * same key.
 */
import { packValue } from "../../capture/msgpack.ts";
import { isPackedSummary, packSummary, unpackSummary } from "../../inspect/index_summary.ts";
import type { FoundAssociation } from "../../inspect/read_association.ts";
import { associationMeaning } from "../../meaning/association_meaning.ts";
import { className } from "../../meaning/names.ts";
import type { AssociationJson, FindingJson, Outcome } from "../../observe/summary.ts";
import type { AssociationRow, Mark } from "../api_types.ts";
import { heldSummary, type KeptSummary, type SummaryShelf } from "./summary_shelf.ts";

export interface Entry {
  /** "2026-02-03.dcap/17". */
  readonly key: string;
  readonly capture: string;
  readonly id: number;
  /** Where its records are; undefined where they are not in a file, or not known yet. */
  readonly found: FoundAssociation | undefined;
  /** The last of its records was read: no more will come. */
  readonly whole: boolean;
  /** Greater than that of every entry before it. */
  readonly version: number;
  /** Milliseconds since 1970 with a fraction; 0 where the capture does not tell. */
  readonly started: number;
  readonly durationMs: number;
  readonly messages: number;
  /** Octets of both AEs, and of the requestor alone. */
  readonly bytes: number;
  readonly sent: number;
  readonly outcome: Outcome;
  readonly calling: string;
  readonly called: string;
  readonly findings: Readonly<Record<FindingJson["severity"], number>>;
  /** Of the final responses, each once: what failed is asked for most when there is no time. */
  readonly statuses: readonly number[];
  readonly route: string | null;
  /** As the index of a capture has it. */
  readonly summary: KeptSummary;
  /** See `spark.ts`; filled in when it is first asked for. */
  spark?: readonly number[] | null;
  /** Given by the list. */
  slot?: number;
}

export interface EntryPlace {
  readonly capture: string;
  readonly found: FoundAssociation | undefined;
  readonly whole: boolean;
  readonly route: string | null;
  readonly version: number;
}

export function entryKey(capture: string, id: number): string {
  return `${capture}/${id}`;
}

export function entryOf(
  summary: AssociationJson,
  place: EntryPlace,
  shelf: SummaryShelf,
): Entry | undefined {
  const packed = packSummary(summary);
  return entryOfPacked({ packed, octets: packValue(packed) }, place, shelf);
}

/** `packed`: as the index of a capture has it. Undefined where another version wrote that. */
export function entryOfPacked(
  { packed, octets }: { readonly packed: unknown; readonly octets: Uint8Array },
  place: EntryPlace,
  shelf: SummaryShelf,
): Entry | undefined {
  if (!isPackedSummary(packed)) return undefined;
  const { id, started, duration_ms, messages, bytes, outcome } = packed;
  return {
    key: entryKey(place.capture, id),
    capture: place.capture,
    id,
    found: place.found,
    whole: place.whole,
    version: place.version,
    started: started === null ? 0 : wallMs(started),
    durationMs: duration_ms,
    messages,
    bytes: bytes.requestor + bytes.acceptor,
    sent: bytes.requestor,
    outcome,
    calling: shelf.name(packed.calling_ae_title ?? ""),
    called: shelf.name(packed.called_ae_title ?? ""),
    findings: severities(packed.findings),
    statuses: finalStatuses(packed.statuses),
    route: place.route,
    // that of an open one is another in a moment
    summary: outcome === "open" ? heldSummary(octets) : shelf.keep(octets),
  };
}

const NO_FINDINGS = { error: 0, warning: 0, note: 0 };

function severities(findings: readonly FindingJson[]): Entry["findings"] {
  if (findings.length === 0) return NO_FINDINGS;
  const counts = { ...NO_FINDINGS };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

const NO_STATUS: readonly number[] = [];
const SUCCESS: readonly number[] = [0];

/** Nearly all associations share one of two lists. */
function finalStatuses(statuses: AssociationJson["statuses"]): readonly number[] {
  const codes = Object.keys(statuses).map((status) => Number.parseInt(status, 16));
  if (codes.length === 0) return NO_STATUS;
  return codes.length === 1 && codes[0] === 0 ? SUCCESS : codes;
}

export function summaryOf(entry: Entry): AssociationJson {
  const summary = unpackSummary(entry.summary.read(), entry.capture);
  if (summary === undefined) throw new TypeError(`The summary of ${entry.key} is no summary`);
  return summary;
}

export interface RowMarks {
  readonly mark: Mark | null;
  readonly notes: number;
}

/** What a list shows of it. */
export function rowOf(entry: Entry, marks: RowMarks): AssociationRow {
  const summary = summaryOf(entry);
  const { contexts: _contexts, ...rest } = Object.getOwnPropertyDescriptors(summary);
  const plain = Object.defineProperties({}, rest) as Omit<AssociationJson, "contexts">;
  const { user_information: _information, findings: _findings, more_findings, ...row } = plain;
  const { error, warning, note } = entry.findings;
  return {
    ...row,
    key: entry.key,
    services: servicesOf(summary),
    route: entry.route,
    findings: { error, warning, note: note + (more_findings ?? 0) },
    spark: entry.spark ?? null,
    ...marks,
  };
}

/** What it was for: what was done, else what was proposed. */
export function servicesOf(summary: AssociationJson): string {
  const meaning = associationMeaning(summary);
  if (meaning !== undefined) return meaning;
  const names = new Set(
    summary.contexts.map(({ abstract_syntax }) => className(abstract_syntax ?? "?")),
  );
  const [first, second, ...others] = names;
  const named = [first, second].filter((name) => name !== undefined).join(", ");
  return others.length === 0 ? named : `${named} and ${others.length} more`;
}

/** With the microseconds behind the point. */
function wallMs(started: string): number {
  const micros = Number(/\.\d{3}(\d{3})Z$/.exec(started)?.[1] ?? 0);
  const ms = Date.parse(started);
  return Number.isNaN(ms) ? 0 : ms + micros / 1000;
}
