/** How long answers took, by command and AE pair: percentiles on one logarithmic line. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs } from "../../../units.ts";
import type { LatencyRow } from "../../api_types.ts";
import { html } from "../html.ts";
import { To } from "../parts/arrows.ts";
import { ChartFrame } from "./chart_frame.ts";
import { logPlace } from "./scale.ts";

export function LatencyTable({ rows }: { readonly rows: readonly LatencyRow[] }): VNode {
  const low = Math.max(0.01, Math.min(...rows.map(({ p50_ms }) => p50_ms)));
  const high = Math.max(low * 10, ...rows.map(({ max_ms }) => max_ms));
  const chart =
    rows.length === 0
      ? html`<p class="faint">No exchange was answered.</p>`
      : html`<ul class="latency">
            ${rows.map(
              (row) => html`<li key=${`${row.command} ${row.from} ${row.to}`}>
                <span class="latency_label">
                  <b>${escapeControls(row.command)}</b>
                  <span class="mono">
                    <span class="requestor">${escapeControls(row.from)}</span><${To} />
                    <span class="acceptor">${escapeControls(row.to)}</span>
                  </span>
                </span>
                <${LatencyLine} row=${row} low=${low} high=${high} />
                <span class="latency_numbers">
                  ${formatDurationMs(row.p50_ms)} · ${formatDurationMs(row.p95_ms)} ·
                  <b> ${formatDurationMs(row.max_ms)}</b>
                </span>
              </li>`,
            )}
          </ul>
          <p class="legend">
            <span><i class="swatch live" /> half of them, to p95</span>
            <span><i class="swatch wait" /> p95 to the slowest</span>
          </p>`;
  return html`<${ChartFrame}
    wide
    title="Answer times"
    note="From the end of the request to the final response: p50, p95, slowest; logarithmic"
    chart=${chart}
    columns=${["Command", "Exchanges", "Failed", "p50", "p95", "p99", "max"]}
    rows=${rows.map((row) => [
      `${row.command} ${row.from} → ${row.to}`,
      formatCount(row.exchanges),
      formatCount(row.failed),
      formatDurationMs(row.p50_ms),
      formatDurationMs(row.p95_ms),
      formatDurationMs(row.p99_ms),
      formatDurationMs(row.max_ms),
    ])}
  />`;
}

interface LineProps {
  readonly row: LatencyRow;
  readonly low: number;
  readonly high: number;
}

function LatencyLine({ row, low, high }: LineProps): VNode {
  const at = (ms: number) => `${(logPlace(ms, { low, high }) * 98 + 1).toFixed(2)}%`;
  return html`<svg class="latency_line" aria-hidden="true">
    <line class="base" x1="0" x2="100%" y1="50%" y2="50%" />
    <line class="rest" x1=${at(row.p95_ms)} x2=${at(row.max_ms)} y1="50%" y2="50%" />
    <line class="most" x1=${at(row.p50_ms)} x2=${at(row.p95_ms)} y1="50%" y2="50%" />
    <circle class="p50" cx=${at(row.p50_ms)} cy="50%" r="4" />
    <circle class="p95" cx=${at(row.p95_ms)} cy="50%" r="3" />
  </svg>`;
}
