/** One association in the live list. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs, formatSize } from "../../../units.ts";
import type { AssociationRow } from "../../api_types.ts";
import { aeTitle, clockDate, clockTime, plural } from "../format.ts";
import { type Child, classes, html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { OutcomeMark } from "../parts/mark.ts";
import { outcomeTone } from "../parts/tone.ts";
import { associationAddress } from "../route.ts";
import type { ListStore } from "./list_store.ts";
import { Spark } from "./spark.ts";

interface RowProps {
  readonly index: number;
  /** `undefined` while it is fetched. */
  readonly row: AssociationRow | undefined;
  readonly store: ListStore;
}

export function AssociationRowView({ index, row, store }: RowProps): VNode {
  const place = index + 2; // the head is the first
  if (row === undefined) {
    return html`<div role="row" class="arow waiting" aria-rowindex=${place}>
      <div role="cell" class="what">…</div>
    </div>`;
  }
  const { key, started, outcome, bytes } = row;
  const current = store.current.value === key;
  const picked = store.selected.value.has(key);
  const calling = escapeControls(aeTitle(row.calling_ae_title));
  const called = escapeControls(aeTitle(row.called_ae_title));
  return html`<div
    role="row"
    class=${classes("arow", outcomeTone(outcome), current && "current", picked && "picked")}
    aria-rowindex=${place}
    aria-current=${current ? "true" : undefined}
  >
    <div role="cell" class="pick">
      <input
        type="checkbox"
        checked=${picked}
        aria-label=${`Select association ${row.id} of ${calling}`}
        onChange=${() => store.toggle(key)}
      />
    </div>
    <div role="cell" class="time">
      <time datetime=${started ?? undefined} title=${`${clockDate(started)}, UTC ${started ?? "-"}`}
        >${clockTime(started)}</time
      >
    </div>
    <div role="cell" class="outcome"><${OutcomeMark} outcome=${outcome} /></div>
    <div role="cell" class="aes">
      <a href=${associationAddress(row)} onFocus=${() => (store.current.value = key)}>
        <b class="requestor">${calling}</b><span class="arrow" aria-label="to">→</span
        ><b class="acceptor">${called}</b>
      </a>
      ${
        row.mark !== null &&
        html`<span class=${`flag ${row.mark}`} title=${`Marked ${row.mark}`}>
        <${Icon} name="star" /><span class="sr_only">marked ${row.mark}</span>
      </span>`
      }
      ${
        row.notes > 0 &&
        html`<span class="noted" title=${plural(row.notes, "note")}>
        <${Icon} name="note" /><span class="sr_only">${plural(row.notes, "note")}</span>
      </span>`
      }
    </div>
    <div
      role="cell"
      class="peer"
      title=${escapeControls(row.route === null ? row.requestor.address : `${row.requestor.address}, by ${row.route}`)}
    >
      ${escapeControls(row.requestor.address)}
    </div>
    <div role="cell" class="route">${escapeControls(row.route ?? "-")}</div>
    <div role="cell" class="what" title=${escapeControls(row.services)}>
      ${escapeControls(row.services)}
    </div>
    <div role="cell" class="findings"><${FindingCounts} findings=${row.findings} /></div>
    <div role="cell" class="messages right">${formatCount(row.messages)}</div>
    <div role="cell" class="sent right">${formatSize(bytes.requestor)}</div>
    <div role="cell" class="received right">${formatSize(bytes.acceptor)}</div>
    <div role="cell" class="spark"><${Spark} values=${row.spark} /></div>
    <div role="cell" class="duration right">${formatDurationMs(row.duration_ms)}</div>
  </div>`;
}

/** Errors, warnings and notes, those that there are. */
function FindingCounts({ findings }: { readonly findings: AssociationRow["findings"] }): Child {
  const { error, warning, note } = findings;
  return [
    error > 0 && html`<span class="count bad" key="e">${plural(error, "error")}</span>`,
    warning > 0 && html`<span class="count warn" key="w">${plural(warning, "warning")}</span>`,
    note > 0 &&
      error + warning === 0 &&
      html`<span class="count calm" key="n">${plural(note, "note")}</span>`,
  ];
}
