/** The exchanges that took longest or carried most. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs, formatSize } from "../../../units.ts";
import type { ExchangeRow } from "../../api_types.ts";
import { statusHex } from "../format.ts";
import { html } from "../html.ts";
import { addressOfKey } from "../route.ts";

interface ExchangeTableProps {
  readonly title: string;
  readonly rows: readonly ExchangeRow[];
  readonly by: "ms" | "length";
}

export function ExchangeTable({ title, rows, by }: ExchangeTableProps): VNode {
  return html`<section class="chart panel exchange_chart" aria-label=${title}>
    <header><h2>${title}</h2></header>
    ${rows.length === 0 && html`<p class="faint">None yet.</p>`}
    <ol class="exchanges">
      ${rows.map(
        (row, index) => html`<li key=${index}>
          <b class="exchange_value">
            ${by === "length" ? formatSize(row.length) : row.ms === null ? "-" : formatDurationMs(row.ms)}
          </b>
          <span>
            <a href=${addressOfKey(row.key, { panel: "messages", message: row.message })}
              >${escapeControls(row.meaning || row.command)}</a
            >
            <span class="faint mono">
              ${escapeControls(row.from)} → ${escapeControls(row.to)}
              ${row.status !== null && row.status !== 0 && ` · ${statusHex(row.status)}`}
            </span>
          </span>
        </li>`,
      )}
    </ol>
  </section>`;
}
