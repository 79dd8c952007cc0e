/** PDUs of both AEs in the order of time, and the one that is open with its fields and octets. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs } from "../../../units.ts";
import type { PduRow } from "../../api_types.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { navigate } from "../navigate.ts";
import { From } from "../parts/arrows.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";
import { NoPdu } from "./no_pdu.ts";
import { PduDetail } from "./pdu_detail.ts";
import { SplitPanel } from "./split_panel.ts";

export function PdusPanel({ route, detail, data }: PanelProps): VNode {
  const { pdus } = data;
  const none = html`<${NoPdu} association=${detail.association} />`;
  return html`<${SplitPanel}
    paged=${pdus}
    one="PDU"
    at=${route.pdu}
    open=${(pdu: number) => navigate({ ...route, pdu }, { replace: true })}
    none=${none}
    rowRem=${3.1}
    row=${(index: number) => html`<${PduRowView}
      key=${index}
      pdu=${pdus.at(index)}
      route=${route}
      current=${index === route.pdu}
    />`}
    detail=${(index: number) => html`<${PduDetail} route=${route} index=${index} detail=${detail} />`}
  />`;
}

interface PduRowProps {
  /** `undefined` while it is fetched. */
  readonly pdu: PduRow | undefined;
  readonly route: AssociationRoute;
  readonly current: boolean;
}

function PduRowView({ pdu, route, current }: PduRowProps): VNode {
  if (pdu === undefined) return html`<div class="mrow waiting" role="listitem">…</div>`;
  const { index, sender, pdu_type, at_ms, length, words, findings } = pdu;
  const address = routeAddress({ ...route, panel: "pdus", pdu: index, message: undefined });
  return html`<div class=${classes("mrow", sender, current && "current")} role="listitem">
    <a href=${address} aria-current=${current ? "true" : undefined}>
      <span class="mrow_head">
        <${From} sender=${sender} />
        <b>${pdu_type}</b>
        <span class="faint">${formatCount(length)}</span>
        ${findings.length > 0 && html`<span class="count warn">${plural(findings.length, "finding")}</span>`}
        <span class="mrow_time">${formatDurationMs(at_ms)}</span>
      </span>
      <span class="mrow_facts">${escapeControls(words)}</span>
    </a>
  </div>`;
}
