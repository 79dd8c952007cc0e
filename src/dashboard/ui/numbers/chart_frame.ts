/** A chart with its title, and the same as a table for who cannot or would rather not see it. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { type Child, classes, html } from "../html.ts";

interface ChartFrameProps {
  readonly title: string;
  readonly note?: string;
  readonly chart: Child;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly wide?: boolean;
}

export function ChartFrame({ title, note, chart, columns, rows, wide }: ChartFrameProps): VNode {
  const [asTable, setAsTable] = useState(false);
  return html`<section class=${classes("chart", "panel", wide && "wide")} aria-label=${title}>
    <header>
      <h2>${title}</h2>
      <button type="button" class="quiet" aria-pressed=${asTable} onClick=${() => setAsTable(!asTable)}>
        ${asTable ? "As a chart" : "As a table"}
      </button>
    </header>
    ${note !== undefined && html`<p class="faint">${note}</p>`}
    ${asTable ? html`<${Table} title=${title} columns=${columns} rows=${rows} />` : chart}
  </section>`;
}

type TableProps = Pick<ChartFrameProps, "title" | "columns" | "rows">;

function Table({ title, columns, rows }: TableProps): VNode {
  return html`<div class="scroll_x chart_table" tabindex="0" role="region" aria-label=${`${title} as a table`}>
    <table>
      <thead>
        <tr>${columns.map((name, index) => html`<th scope="col" key=${name} class=${index > 0 && "right"}>${name}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, at) => html`<tr key=${at}>
            ${row.map((cell, index) => html`<td key=${index} class=${index > 0 && "right"}>${cell}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
