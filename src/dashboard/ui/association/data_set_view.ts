/** The data set of a message as a tree, patient data masked unless asked for. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatSize } from "../../../units.ts";
import type { DataSetTree } from "../../api_types.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { CopyButton } from "../parts/copy_button.ts";
import { PhiSwitch } from "../parts/phi_switch.ts";
import { ElementRows } from "./element_rows.ts";

interface DataSetProps {
  readonly dataSet: DataSetTree;
  readonly syntax: string | null;
}

export function DataSetView({ dataSet, syntax }: DataSetProps): VNode {
  const { length, sha256, elements, findings, reason, missing, skipped, masked } = dataSet;
  return html`<section class="block">
    <div class="block_head">
      <h3>Data set</h3>
      <p class="faint">
        ${formatSize(length)}, ${escapeControls(syntax ?? dataSet.transfer_syntax ?? "unknown transfer syntax")}
      </p>
      <${PhiSwitch} />
    </div>
    ${reason !== null && html`<p class="remark">${escapeControls(reason)}</p>`}
    ${findings.map((text) => html`<p class="remark" key=${text}>${escapeControls(text)}</p>`)}
    ${elements.length > 0 && html`<${ElementRows} elements=${elements} depth=${0} label="Data set" />`}
    ${missing > 0 && html`<p class="remark">${plural(missing, "more octet")} at the end are not shown.</p>`}
    ${(skipped ?? 0) > 0 && html`<p class="remark">${formatSize(skipped ?? 0)} were not recorded.</p>`}
    ${masked && html`<p class="faint">Masked values are shown as •••.</p>`}
    ${
      sha256 !== null &&
      html`<p class="faint hash">SHA-256 <code>${sha256}</code> <${CopyButton} text=${sha256} /></p>`
    }
  </section>`;
}
