/** Who spoke to whom, when, for how long. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs } from "../../../units.ts";
import type { AssociationDetailJson } from "../../api_types.ts";
import { aeName, clockDate, clockTime } from "../format.ts";
import { html } from "../html.ts";
import { listBefore } from "../navigate.ts";
import { To } from "../parts/arrows.ts";
import { Icon } from "../parts/icon.ts";
import { OutcomeMark } from "../parts/mark.ts";
import { routeAddress } from "../route.ts";

export function Headline({ detail }: { readonly detail: AssociationDetailJson }): VNode {
  const { association, row } = detail;
  const { started, duration_ms, outcome, capture, id } = association;
  return html`<div class="headline">
    <a class="back" href=${routeAddress(listBefore())}><${Icon} name="back" /><span class="sr_only">Back to the list</span></a>
    <h1 class="mono">
      <span class="requestor">${escapeControls(aeName(association.calling_ae_title, association.requestor))}</span>
      <${To} />
      <span class="acceptor">${escapeControls(aeName(association.called_ae_title, association.acceptor))}</span>
    </h1>
    <${OutcomeMark} outcome=${outcome} />
    ${
      row.mark !== null &&
      html`<span class=${`flag ${row.mark}`}>
      <${Icon} name="star" /><span class="sr_only">marked ${row.mark}</span>
    </span>`
    }
    <p class="faint">
      <time datetime=${started ?? undefined} title=${`UTC ${started ?? "-"}`}
        >${clockDate(started)} ${clockTime(started)}</time
      >, ${formatDurationMs(duration_ms)} · #${id} in ${escapeControls(capture)}
    </p>
  </div>`;
}
