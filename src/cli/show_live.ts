/**
 * Associations as they end, one row each, below one another: the widths of columns only grow.
 *
 * Rule: a terminal or pipe that does not keep up costs rows, which are counted, never memory.
 */
import type { AssociationJson } from "../observe/summary.ts";
import { plural } from "../units.ts";
import type { Context } from "./context.ts";
import { LIST_COLUMNS, listNote, listRow } from "./show_list.ts";
import { visibleWidth } from "./table.ts";

export class LiveRows {
  readonly #context: Context;
  readonly #json: boolean;
  readonly #widths = LIST_COLUMNS.map(({ title }) => title.length);
  #titled = false;
  #missed = 0;

  constructor(context: Context, options: { readonly json: boolean }) {
    this.#context = context;
    this.#json = options.json;
  }

  print(association: AssociationJson): void {
    const { out, paint } = this.#context;
    if (out.isFull) {
      this.#missed += 1;
      return;
    }
    if (this.#json) {
      out.json(association);
      return;
    }
    const row = listRow(association, paint);
    row.forEach((cell, i) => {
      this.#widths[i] = Math.max(this.#widths[i] ?? 0, visibleWidth(cell));
    });
    if (!this.#titled) out.line(paint.dim(this.#line(LIST_COLUMNS.map(({ title }) => title))));
    this.#titled = true;
    if (this.#missed > 0) out.line(paint.dim(`${plural(this.#missed, "row")} not printed`));
    this.#missed = 0;
    out.line(this.#line(row));
    const note = listNote(association, paint);
    if (note !== undefined) out.line(note);
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, i) => {
      const space = " ".repeat(Math.max((this.#widths[i] ?? 0) - visibleWidth(cell), 0));
      return LIST_COLUMNS[i]?.align === "right" ? space + cell : cell + space;
    });
    return padded.join("  ").trimEnd();
  }
}
