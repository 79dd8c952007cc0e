/** Final statuses of the exchanges, by class and code (PS3.7 Annex C). */
import type { VNode } from "preact";
import type { StatusCount } from "../../api_types.ts";
import { html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import { statusTone } from "../parts/tone.ts";
import { Bars } from "./bars.ts";
import { ChartFrame } from "./chart_frame.ts";

export function StatusBars({ statuses }: { readonly statuses: readonly StatusCount[] }): VNode {
  const bars = statuses.map(({ status, status_class, words, count }) => ({
    key: status,
    label: html`<span title=${words}>
      <${Mark} tone=${statusTone(status_class)} word=${`${status}H ${status_class}`} />
    </span>`,
    value: count,
    look: statusTone(status_class),
  }));
  const chart =
    bars.length === 0
      ? html`<p class="faint">No exchange was answered.</p>`
      : html`<${Bars} bars=${bars} />`;
  return html`<${ChartFrame}
    title="Statuses"
    chart=${chart}
    columns=${["Status", "Class", "Exchanges"]}
    rows=${statuses.map(({ status, status_class, words, count }) => [`${status}H ${words}`, status_class, count])}
  />`;
}
