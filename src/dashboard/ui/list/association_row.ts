/** One association in the live list. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatDurationMs, formatSize } from "../../../units.ts";
import type { AssociationRow } from "../../api_types.ts";
import { aeName, clockDate, clockTime, dayBefore, plural } from "../format.ts";
import { type Child, classes, html } from "../html.ts";
import { To } from "../parts/arrows.ts";
import { Icon } from "../parts/icon.ts";
import { Mark } from "../parts/mark.ts";
import { outcomeTone } from "../parts/tone.ts";
import { associationAddress } from "../route.ts";
import type { ListStore } from "./list_store.ts";
import { Spark } from "./spark.ts";
import { troubleOf } from "./trouble.ts";

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
  const calling = escapeControls(aeName(row.calling_ae_title, row.requestor));
  const called = escapeControls(aeName(row.called_ae_title, row.acceptor));
  const services = escapeControls(row.services);
  const trouble = troubleOf(row);
  const found = findingWords(row.findings);
  const failed = row.findings.error > 0 ? "bad" : trouble?.tone;
  const tone = outcomeTone(outcome);
  const day = dayBefore(started);
  return html`<div
    role="row"
    class=${classes("arow", tone === "good" ? (failed ?? tone) : tone, current && "current", picked && "picked")}
    aria-rowindex=${place}
    aria-current=${current ? "true" : undefined}
  >
    <div role="cell" class="pick">
      <label>
        <input
          type="checkbox"
          checked=${picked}
          aria-label=${`Select association ${row.id} of ${calling}`}
          onChange=${() => store.toggle(key)}
        />
      </label>
    </div>
    <div role="cell" class="time">
      <time datetime=${started ?? undefined} title=${`${clockDate(started)}, UTC ${started ?? "-"}`}
        >${day !== undefined && html`<small>${day}</small> `}${clockTime(started)}</time
      >
    </div>
    <div role="cell" class="outcome">
      <${Mark} tone=${tone === "good" && failed !== undefined ? "calm" : tone} word=${outcome} />
    </div>
    <div role="cell" class="aes">
      <a href=${associationAddress(row)} onFocus=${() => (store.current.value = key)}>
        <b class="requestor">${calling}</b><${To} /><b class="acceptor">${called}</b>
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
      ${withoutPort(escapeControls(row.requestor.address))}
    </div>
    <div role="cell" class="route">${escapeControls(row.route ?? "-")}</div>
    <div role="cell" class="what" title=${[services, escapeControls(row.explanation ?? "")].filter((text) => text !== "").join("\n")}>
      ${
        trouble !== undefined &&
        html`<${Mark} tone=${trouble.tone} word=${escapeControls(trouble.words)} />${services !== "" && " · "}`
      }${services}
    </div>
    <div role="cell" class="findings" title=${found.join(", ")}>
      <${FindingCounts} findings=${row.findings} worst=${found[0]} />
    </div>
    <div role="cell" class="messages right">${formatCount(row.messages)}</div>
    <div role="cell" class="sent right">${formatSize(bytes.requestor)}</div>
    <div role="cell" class="received right">${formatSize(bytes.acceptor)}</div>
    <div role="cell" class="spark"><${Spark} values=${row.spark} /></div>
    <div role="cell" class="duration right">${formatDurationMs(row.duration_ms)}</div>
  </div>`;
}

/** The port stands apart: it says the least, and goes first where there is no room. */
function withoutPort(address: string): Child {
  const port = /:\d+$/.exec(address)?.[0] ?? "";
  const host = address.slice(0, address.length - port.length);
  return port === "" ? host : [host, html`<span class="port">${port}</span>`];
}

interface FindingCountsProps {
  readonly findings: AssociationRow["findings"];
  /** Undefined where there are none. */
  readonly worst: string | undefined;
}

/** The worst of them; the title has all. */
function FindingCounts({ findings, worst }: FindingCountsProps): Child {
  const { error, warning } = findings;
  const tone = error > 0 ? "bad" : warning > 0 ? "warn" : "calm";
  return worst !== undefined && html`<span class=${`count ${tone}`}>${worst}</span>`;
}

function findingWords({ error, warning, note }: AssociationRow["findings"]): readonly string[] {
  return [
    ...(error > 0 ? [plural(error, "error")] : []),
    ...(warning > 0 ? [plural(warning, "warning")] : []),
    ...(note > 0 ? [plural(note, "note")] : []),
  ];
}
