/**
 * What stands in the ladder, from top to bottom: the PDUs that open and end the association, the
 * messages between them, and linked associations that began meanwhile.
 *
 * Rule: messages are rows by index, fetched when they come into sight. Linked associations stand at
 * their time where all messages before them are there, else above the messages.
 */
import type { LinkedAssociation, MessageRow, PduRow } from "../../api_types.ts";

export type LadderRow =
  | { readonly is: "pdu"; readonly pdu: PduRow }
  | { readonly is: "message"; readonly index: number }
  | { readonly is: "linked"; readonly linked: LinkedAssociation; readonly atMs: number };

export interface LadderSource {
  /** UTC; null where it is not known. */
  readonly started: string | null;
  readonly durationMs: number;
  readonly messages: number;
  readonly pdus: number;
  readonly messageAt: (index: number) => Pick<MessageRow, "at_ms"> | undefined;
  readonly pduAt: (index: number) => PduRow | undefined;
  readonly linked: readonly LinkedAssociation[];
}

/** PDUs that are looked through at either end. */
const EDGE = 200;
/** With more messages, linked associations are not sorted in among them. */
const SORTED_MESSAGES = 400;

export function ladderRows(source: LadderSource): readonly LadderRow[] {
  const opening = edge(source, 0, 1);
  const last = opening.at(-1)?.pdu.index ?? -1;
  const ending = edge(source, source.pdus - 1, -1)
    .filter(({ pdu }) => pdu.index > last)
    .reverse();
  const messages: LadderRow[] = [];
  for (let index = 0; index < source.messages; index++) messages.push({ is: "message", index });
  return [...opening, ...withLinked(messages, source), ...ending];
}

/** PDUs from one end on, up to the first that carries something of a message. */
function edge(
  source: LadderSource,
  from: number,
  step: 1 | -1,
): { readonly is: "pdu"; readonly pdu: PduRow }[] {
  const rows: { readonly is: "pdu"; readonly pdu: PduRow }[] = [];
  for (let index = from; rows.length < EDGE; index += step) {
    const pdu = source.pduAt(index);
    if (pdu === undefined || pdu.messages.length > 0 || pdu.pdu_type === "P-DATA-TF") break;
    rows.push({ is: "pdu", pdu });
  }
  return rows;
}

function withLinked(rows: readonly LadderRow[], source: LadderSource): readonly LadderRow[] {
  const started = Date.parse(source.started ?? "");
  const linked = source.linked
    .map((other) => ({
      is: "linked" as const,
      linked: other,
      atMs: Date.parse(other.started ?? "") - started,
    }))
    .filter(({ atMs }) => atMs >= 0 && atMs <= source.durationMs)
    .sort((a, b) => a.atMs - b.atMs);
  if (linked.length === 0) return rows;
  if (rows.length > SORTED_MESSAGES) return [...linked, ...rows];
  const sorted: LadderRow[] = [];
  for (const row of rows) {
    const at = row.is === "message" ? source.messageAt(row.index)?.at_ms : undefined;
    while (linked[0] !== undefined && at !== undefined && linked[0].atMs < at) {
      sorted.push(...linked.splice(0, 1));
    }
    sorted.push(row);
  }
  return [...sorted, ...linked];
}
