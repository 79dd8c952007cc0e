/** Who was rejected by whom, and why. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatCount } from "../../../units.ts";
import type { RejectCount } from "../../api_types.ts";
import { html } from "../html.ts";
import { To } from "../parts/arrows.ts";

export function RejectTable({
  rejects,
}: {
  readonly rejects: readonly RejectCount[];
}): VNode | null {
  if (rejects.length === 0) return null;
  return html`<section class="chart panel wide" aria-label="Rejections">
    <header><h2>Rejections</h2></header>
    <div class="scroll_x" tabindex="0" role="region" aria-label="Rejections by reason">
      <table>
        <thead>
          <tr>
            <th scope="col" class="right">Times</th>
            <th scope="col">Calling → called</th>
            <th scope="col">Reason</th>
            <th scope="col">Result, source, reason</th>
          </tr>
        </thead>
        <tbody>
          ${rejects.map(
            (row, index) => html`<tr key=${index}>
              <td class="right">${formatCount(row.count)}</td>
              <td class="mono">
                <span class="requestor">${escapeControls(row.calling_ae_title)}</span><${To} />
                <span class="acceptor">${escapeControls(row.called_ae_title)}</span>
              </td>
              <td>${escapeControls(row.words)}</td>
              <td class="mono faint">${row.result}, ${row.source}, ${row.reason}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
