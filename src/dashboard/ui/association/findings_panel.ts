/** What the standard says otherwise, or what a reader should know, each with its section. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import type { FindingJson } from "../../../observe/summary.ts";
import { formatCount, formatDurationMs } from "../../../units.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import { Empty } from "../parts/states.ts";
import { severityTone } from "../parts/tone.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";

const ORDER = ["error", "warning", "note"] as const;

export function FindingsPanel({ route, detail }: PanelProps): VNode {
  const { findings, more_findings: more = 0 } = detail.association;
  if (findings.length === 0) {
    return html`<${Empty} title="Nothing to complain about">
      <p>What was recorded keeps to the standard, as far as dicomtap looks.</p>
    <//>`;
  }
  const sorted = ORDER.flatMap((severity) =>
    findings.filter((found) => found.severity === severity),
  );
  return html`<div class="panel findings_panel">
    <ul class="findings_list">
      ${sorted.map((finding, index) => html`<${FindingItem} key=${index} finding=${finding} route=${route} />`)}
    </ul>
    ${more > 0 && html`<p class="faint">and ${plural(more, "more finding")}, which are not kept</p>`}
  </div>`;
}

interface FindingItemProps {
  readonly finding: FindingJson;
  readonly route: AssociationRoute;
  /** It is shown with its message: no link to it. */
  readonly here?: boolean;
}

export function FindingItem({ finding, route, here }: FindingItemProps): VNode {
  const { severity, text, section, sender, at_ms, offset, message, id } = finding;
  return html`<li class=${`finding ${severityTone(severity)}`}>
    <${Mark} tone=${severityTone(severity)} word=${severity} />
    <div>
      <p>${escapeControls(text)}</p>
      <p class="faint">
        <span class="section">${section}</span> · <span class=${sender}>${sender}</span>
        ${at_ms !== undefined && ` · at ${formatDurationMs(at_ms)}`}
        ${offset !== undefined && ` · octet ${formatCount(offset)} of its stream`} · <code>${id}</code>
        ${
          message !== undefined &&
          here !== true &&
          html` · <a href=${routeAddress({ ...route, panel: "messages", message, pdu: undefined })}
              >message ${message}</a
            >`
        }
      </p>
    </div>
  </li>`;
}
