/**
 * What differs in an exchange, in words: a line each.
 *
 * Rule: presentation contexts that differ alike share a line: an acceptor that knows nothing of
 * storage refuses 128 of them in the same way.
 */
import type { Difference } from "../../replay/events.ts";
import { uidName } from "../dictionary/uids.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import { contextResultName } from "../ul/names.ts";
import { plural } from "../units.ts";

/** What the two sides of a comparison are called: "recorded", "now". */
type Sides = readonly [string, string];

const RECORDED_AND_NOW: Sides = ["recorded", "now"];

/** Those that there are too many of are counted. */
export function differenceLines(
  differences: readonly Difference[],
  sides: Sides = RECORDED_AND_NOW,
): readonly string[] {
  const lines = [...folded(differences, sides)];
  const shown = lines.slice(0, MAX_LINES);
  const more = lines.length - shown.length;
  if (more > 0) shown.push(`and ${plural(more, "more difference")} (--json has them all)`);
  return shown;
}

function* folded(differences: readonly Difference[], sides: Sides): Generator<string> {
  const contexts = new Map<string, ContextGroup>();
  for (const difference of differences) {
    const { path, recorded, got } = difference;
    const [, id, field = ""] = /^PresentationContext\[(\d+)\]\.(\w+)$/.exec(path) ?? [];
    if (id === undefined) {
      yield differenceWords(difference, sides);
      continue;
    }
    const key = JSON.stringify([field, recorded, got]);
    const group = contexts.get(key);
    if (group === undefined) contexts.set(key, { field, recorded, got, ids: [id] });
    else group.ids.push(id);
  }
  for (const group of contexts.values()) yield contextWords(group, sides);
}

interface ContextGroup extends Omit<Difference, "path"> {
  readonly field: string;
  readonly ids: string[];
}

/** "contexts 1, 3, 5 and 61 more: accepted recorded, 3, abstract syntax not supported now". */
function contextWords({ field, recorded, got, ids }: ContextGroup, sides: Sides): string {
  const named = ids.slice(0, MAX_IDS).join(", ");
  const more = ids.length > MAX_IDS ? ` and ${ids.length - MAX_IDS} more` : "";
  const which = `${ids.length === 1 ? "context" : "contexts"} ${named}${more}`;
  const words = (value: unknown): string => escapeControls(contextValue(field, value));
  return `${which}: ${words(recorded)} ${sides[0]}, ${words(got)} ${sides[1]}`;
}

function contextValue(field: string, value: unknown): string {
  if (field === "Result") {
    if (typeof value !== "number") return "not answered";
    return value === 0 ? "accepted" : `refused (${value}, ${contextResultName(value)})`;
  }
  if (field === "TransferSyntax" && typeof value === "string") return uidName(value);
  if (field === "Roles" && typeof value === "object" && value !== null) {
    const roles = Object.entries(value).filter(([, has]) => has === true);
    return roles.length === 0
      ? "no role"
      : roles.map(([role]) => `${role.toUpperCase()} role`).join(" and ");
  }
  return text(value);
}

/** "Status: 0000H recorded, A700H now". */
function differenceWords({ path, recorded, got }: Difference, sides: Sides): string {
  const isStatus =
    path.endsWith("Status") && typeof recorded === "number" && typeof got === "number";
  const shown = (value: unknown): string =>
    isStatus ? printStatus(value as number) : escapeControls(text(value));
  return `${escapeControls(path)}: ${shown(recorded)} ${sides[0]}, ${shown(got)} ${sides[1]}`;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (value === "") return "no value";
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return written.length > MAX_TEXT ? `${written.slice(0, MAX_TEXT)}...` : written;
}

const MAX_LINES = 20;
const MAX_IDS = 8;
const MAX_TEXT = 200;
