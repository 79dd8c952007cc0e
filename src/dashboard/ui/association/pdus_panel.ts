/** PDUs of both AEs in the order of time, and the one that is open with its fields and octets. */
import type { VNode } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs } from "../../../units.ts";
import type { PduRow } from "../../api_types.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { navigate } from "../navigate.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";
import { PduDetail } from "./pdu_detail.ts";

export function PdusPanel({ route, detail, data }: PanelProps): VNode {
  const { pdus } = data;
  pdus.version.value; // draws again when rows come
  useEffect(() => {
    pdus.ensure(0, 1);
  }, [pdus]);
  const look = useCallback((from: number, to: number) => pdus.ensure(from, to), [pdus]);
  const open = (pdu: number) => navigate({ ...route, pdu }, { replace: true });
  const total = pdus.total;
  const at = route.pdu;
  useKeys({
    j: () => open(Math.min((total ?? 1) - 1, (at ?? -1) + 1)),
    k: () => open(Math.max(0, (at ?? 1) - 1)),
  });
  const error = pdus.error.value;
  if (error !== undefined) return html`<${Failure} what="the PDUs" error=${error} />`;
  if (total === undefined) return html`<${Loading} what="PDUs" />`;
  if (total === 0) {
    return html`<${Empty} title="No PDU passed"><p>Nothing of this association was DICOM.</p><//>`;
  }
  return html`<div class=${at === undefined ? "split" : "split opened"}>
    <${VirtualRows}
      className="split_list panel"
      count=${total}
      rowRem=${3.1}
      label="PDUs"
      reveal=${at}
      inSight=${look}
      row=${(index: number) => html`<${PduRowView}
        key=${index}
        pdu=${pdus.at(index)}
        route=${route}
        current=${index === at}
      />`}
    />
    <div class="split_detail panel">
      ${
        at === undefined
          ? html`<${Empty} title="No PDU is open"><p>Choose one, or press <kbd>j</kbd>.</p><//>`
          : html`<${PduDetail} route=${route} index=${at} detail=${detail} />`
      }
    </div>
  </div>`;
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
        <span class="way" aria-label=${`from the ${sender}`}>${sender === "requestor" ? "→" : "←"}</span>
        <b>${pdu_type}</b>
        <span class="faint">${formatCount(length)}</span>
        ${findings.length > 0 && html`<span class="count warn">${plural(findings.length, "finding")}</span>`}
        <span class="mrow_time">${formatDurationMs(at_ms)}</span>
      </span>
      <span class="mrow_facts">${escapeControls(words)}</span>
    </a>
  </div>`;
}
