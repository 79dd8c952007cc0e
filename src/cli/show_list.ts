/**
 * The list of associations: one row each, what a person looks for first. Colour says the outcome
 * again, never alone.
 */
import { failedStatuses } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import type { AssociationJson, Outcome } from "../observe/summary.ts";
import { formatCount, formatDurationMs, formatSize, plural } from "../units.ts";
import type { Paint } from "./paint.ts";
import type { Column } from "./table.ts";

export const LIST_COLUMNS: readonly Column[] = [
  { title: "#", align: "right" },
  { title: "at" },
  { title: "calling > called" },
  { title: "outcome" },
  { title: "requests" },
  { title: "took", align: "right" },
  { title: "sent", align: "right" },
  { title: "received", align: "right" },
  { title: "from" },
  { title: "" },
];

/** Cells in the order of `LIST_COLUMNS`: what matters most stands where a narrow terminal shows it. */
export function listRow(association: AssociationJson, paint: Paint): string[] {
  const { bytes, duration_ms } = association;
  return [
    paint.dim(String(association.id)),
    clockTime(association.started),
    aeTitles(association),
    outcomeWord(association.outcome, paint),
    requests(association),
    formatDurationMs(duration_ms),
    formatSize(bytes.requestor),
    formatSize(bytes.acceptor),
    escapeControls(association.requestor.address),
    remarks(association, paint),
  ];
}

/**
 * A line below the row: what failed, and why it ended as it did, where that needs words. No terminal
 * is too narrow for it.
 */
export function listNote(association: AssociationJson, paint: Paint): string | undefined {
  const words = noneAccepted(association) ?? association.explanation;
  const failed = failures(association);
  const parts = [
    ...(failed === undefined ? [] : [paint.red(failed)]),
    ...(words === undefined ? [] : [paint.yellow(escapeControls(words))]),
  ];
  return parts.length === 0 ? undefined : `${NOTE_INDENT}${parts.join("; ")}`;
}

/** Nothing could be asked for: that comes first, however the association ended. */
function noneAccepted({ findings, contexts }: AssociationJson): string | undefined {
  if (!findings.some(({ id }) => id === "context-none-accepted")) return undefined;
  const [first] = contexts.flatMap(({ explanation }) => explanation ?? []);
  const why = first === undefined ? "" : `: ${first}`;
  const more = contexts.length > 1 ? ` (and ${plural(contexts.length - 1, "more context")})` : "";
  return `none of the proposed presentation contexts was accepted${why}${more}`;
}

const NOTE_INDENT = "     ";

export function aeTitles(association: AssociationJson): string {
  const { calling_ae_title: calling, called_ae_title: called } = association;
  if (calling === null && called === null) return association.protocol ?? "-";
  return `${escapeControls(calling ?? "?")} > ${escapeControls(called ?? "?")}`;
}

/** Local time of day: what the clock on the wall and the PACS's log say. */
export function clockTime(started: string | null): string {
  if (started === null) return "-";
  const date = new Date(started);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

export function clockDate(started: string | null): string {
  if (started === null) return "unknown day";
  const date = new Date(started);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function outcomeWord(outcome: Outcome, paint: Paint): string {
  switch (outcome) {
    case "released":
      return paint.green(outcome);
    case "open":
      return paint.blue(outcome);
    case "closed":
    case "opaque":
      return paint.yellow(outcome);
    case "aborted":
    case "rejected":
    case "reset":
    case "refused":
    case "timeout":
      return paint.red(outcome);
    default:
      return outcome satisfies never;
  }
}

/** "C-STORE 3, C-FIND": requests, those of the acceptor included. */
function requests(association: AssociationJson): string {
  const names = Object.entries(association.commands).flatMap(([command, count]) => {
    if (command.endsWith("-RSP")) return [];
    const name = command.replace(/-RQ$/, "");
    return [count === 1 ? name : `${name} ${count}`];
  });
  return names.length === 0 ? "-" : names.join(", ");
}

/** "2 failed: A700H, C000H" */
function failures({ statuses }: AssociationJson): string | undefined {
  const failed = failedStatuses(statuses);
  if (failed.length === 0) return undefined;
  const count = failed.reduce((sum, status) => sum + (statuses[status] ?? 0), 0);
  const named = failed.slice(0, MOST_STATUSES).map((status) => `${status}H`);
  const more = failed.length > named.length ? ", ..." : "";
  return `${formatCount(count)} failed: ${named.join(", ")}${more}`;
}

/** Statuses that are named. */
const MOST_STATUSES = 3;

function remarks(association: AssociationJson, paint: Paint): string {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of association.findings) counts[severity] += 1;
  const refused = association.refused_contexts;
  const parts = [
    counts.error > 0 ? paint.red(plural(counts.error, "error")) : "",
    counts.warning > 0 ? paint.yellow(plural(counts.warning, "warning")) : "",
    association.gaps > 0 ? paint.yellow(plural(association.gaps, "gap")) : "",
    refused === 0 ? "" : paint.yellow(`${plural(refused, "context")} refused`),
  ];
  return parts.filter((part) => part !== "").join(", ");
}
