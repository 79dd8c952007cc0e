/**
 * Aligned columns for a terminal. Cells may be painted; what counts is what is seen. Values from the
 * wire are escaped before they get here (escapeControls).
 */
import { unpainted } from "./paint.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

export interface TableOptions {
  /** The last column is cut to this width, with an ellipsis. Infinity: never. */
  readonly width?: number;
  /** Paints the line of titles. */
  readonly head?: (text: string) => string;
  readonly indent?: string;
}

/** The lines of a table, titles first; no titles when all of them are empty. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string[] {
  const { width = Number.POSITIVE_INFINITY, head = (text: string) => text, indent = "" } = options;
  const widths = columns.map((column, i) =>
    rows.reduce((most, row) => Math.max(most, visibleWidth(row[i] ?? "")), column.title.length),
  );
  const line = (cells: readonly string[]) => {
    const text = columns.map((column, i) => pad(cells[i] ?? "", widths[i] ?? 0, column.align));
    return cut(`${indent}${text.join("  ")}`.trimEnd(), width);
  };
  const lines = rows.map(line);
  if (columns.some((column) => column.title !== "")) {
    lines.unshift(head(line(columns.map((column) => column.title))));
  }
  return lines;
}

/** Columns that a text takes: wide (East Asian) characters take two, combining marks none. */
export function visibleWidth(text: string): number {
  const plain = unpainted(text);
  if (/^[\x20-\x7e]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const character of plain) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

function pad(text: string, width: number, align: "left" | "right" = "left"): string {
  const missing = " ".repeat(Math.max(width - visibleWidth(text), 0));
  return align === "right" ? missing + text : text + missing;
}

/** Cuts what a terminal would wrap. Escape sequences pass whole, so that colours still end. */
function cut(text: string, width: number): string {
  if (visibleWidth(text) <= width) return text;
  let result = "";
  let room = width - 1;
  let ended = false;
  for (const part of text.match(/\x1b\[\d+m|./gsu) ?? []) {
    if (part.startsWith("\x1b[")) result += part;
    else if (!ended) {
      room -= visibleWidth(part);
      if (room < 0) {
        result += "\u2026";
        ended = true;
      } else result += part;
    }
  }
  return result;
}
