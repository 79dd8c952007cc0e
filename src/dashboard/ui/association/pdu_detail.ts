/**
 * One PDU: its fields by the names of PS3.8 and its octets, side by side. A click on a field marks
 * its octets; a click on an octet marks the field that holds it.
 */
import type { VNode } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs } from "../../../units.ts";
import type { AssociationDetailJson, PduDetailJson } from "../../api_types.ts";
import { apiPath, keyPath } from "../api.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { PhiSwitch } from "../parts/phi_switch.ts";
import { Failure, Loading } from "../parts/states.ts";
import { useResource } from "../resource.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import { showPhi } from "../show_phi.ts";
import { FieldTree } from "./field_tree.ts";
import { FindingItem } from "./findings_panel.ts";
import { HexView } from "./hex_view.ts";
import { type FieldPath, fieldAt, fieldOf } from "./pdu_fields.ts";

interface PduDetailProps {
  readonly route: AssociationRoute;
  readonly index: number;
  readonly detail: AssociationDetailJson;
}

export function PduDetail({ route, index, detail }: PduDetailProps): VNode {
  const [chosen, setChosen] = useState<FieldPath | undefined>(undefined);
  // Another PDU has other fields.
  useLayoutEffect(() => setChosen(undefined), [index]);
  const phi = showPhi.value ? "1" : undefined;
  const path = apiPath(`${keyPath(route)}/pdus/${index}`, { show_phi: phi });
  const { data, error, reload } = useResource<PduDetailJson>(path, { keep: true });
  if (error !== undefined)
    return html`<${Failure} what="this PDU" error=${error} again=${reload} />`;
  if (data === undefined || data.pdu.index !== index) return html`<${Loading} what="the PDU" />`;
  const { pdu, fields, hex, more, hidden } = data;
  const field = chosen === undefined ? undefined : fieldOf(fields, chosen);
  const findings = pdu.findings.flatMap((at) => detail.association.findings[at] ?? []);
  return html`<article class="pdu" aria-label=${`PDU ${index}`}>
    <header class="message_head">
      <a class="to_list" href=${routeAddress({ ...route, pdu: undefined })}>
        <${Icon} name="back" /> All PDUs
      </a>
      <h2 class=${pdu.sender}>${pdu.pdu_type}</h2>
      <p class="faint">
        from the ${pdu.sender} at ${formatDurationMs(pdu.at_ms)}, ${plural(pdu.length, "octet")} at
        octet ${formatCount(pdu.offset)} of its stream
      </p>
      ${
        pdu.messages.length > 0 &&
        html`<p class="pdu_links">
          Carries
          ${pdu.messages.map(
            (message) => html`${" "}<a
                key=${message}
                href=${routeAddress({ ...route, panel: "messages", message, pdu: undefined })}
                >message ${message}</a
              >`,
          )}
        </p>`
      }
      ${hidden.some(({ phi: patient }) => patient) || showPhi.value ? html`<${PhiSwitch} />` : null}
    </header>
    ${
      findings.length > 0 &&
      html`<ul class="findings_list">
      ${findings.map((finding, at) => html`<${FindingItem} key=${at} finding=${finding} route=${route} here />`)}
    </ul>`
    }
    <div class="pdu_body">
      <section aria-label="Fields">
        <h3>Fields</h3>
        <${FieldTree} fields=${fields} chosen=${chosen} choose=${setChosen} />
      </section>
      <section aria-label="Octets">
        <h3>Octets</h3>
        <${HexView}
          hex=${hex}
          field=${field}
          hidden=${hidden}
          choose=${(offset: number) => setChosen(fieldAt(fields, offset))}
        />
        ${more > 0 && html`<p class="faint">and ${plural(more, "more octet")}</p>`}
        <${Hidden} hidden=${hidden} />
      </section>
    </div>
  </article>`;
}

/** Why octets are not shown, each reason once. */
function Hidden({ hidden }: Pick<PduDetailJson, "hidden">): VNode | null {
  const reasons = [...new Set(hidden.map(({ why }) => why))];
  if (reasons.length === 0) return null;
  return html`<ul class="remarks">
    ${reasons.map((why) => html`<li key=${why}><code>··</code> ${escapeControls(why)}</li>`)}
  </ul>`;
}
