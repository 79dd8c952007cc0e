/** When each message passed and how long its answer took: bars on one line of time, and numbers. */
import type { VNode } from "preact";
import { useCallback, useLayoutEffect } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs } from "../../../units.ts";
import type { MessageRow } from "../../api_types.ts";
import { classes, html } from "../html.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import { narrow } from "../screen.ts";
import type { PanelProps } from "./association_page.ts";

export function TimingPanel({ route, detail, data }: PanelProps): VNode {
  const { messages } = data;
  messages.version.value; // draws again when rows come
  useLayoutEffect(() => {
    messages.ensure(0, 1);
  }, [messages]);
  const look = useCallback((from: number, to: number) => messages.ensure(from, to), [messages]);
  const error = messages.error.value;
  if (error !== undefined) return html`<${Failure} what="the times" error=${error} />`;
  if (messages.total === undefined) return html`<${Loading} what="times" />`;
  if (messages.total === 0) return html`<${Empty} title="No message was exchanged" />`;
  const all = Math.max(1, detail.association.duration_ms);
  return html`<section class="timing panel" aria-label="Timing">
    <div class="timing_row timing_head" aria-hidden="true">
      <span>Message</span>
      <span class="right">At</span>
      <span class="right">Took</span>
      <span class="right">Answer after</span>
      <span class="timing_axis">
        <i>0</i><i>${formatDurationMs(all / 2)}</i><i>${formatDurationMs(all)}</i>
      </span>
    </div>
    <${VirtualRows}
      count=${messages.total}
      rowRem=${narrow.value ? 3.6 : 2.2}
      label="Times of the messages"
      keep=${`timing ${detail.key}`}
      inSight=${look}
      row=${(index: number) => html`<${TimingRow}
        key=${index}
        message=${messages.at(index)}
        all=${all}
        route=${route}
      />`}
    />
    <p class="legend">
      <span><i class="swatch requestor" /> requestor sends</span>
      <span><i class="swatch wait" /> waiting for the answer</span>
      <span><i class="swatch acceptor" /> acceptor sends</span>
    </p>
  </section>`;
}

interface TimingRowProps {
  readonly message: MessageRow | undefined;
  /** Duration of the association in milliseconds. */
  readonly all: number;
  readonly route: AssociationRoute;
}

function TimingRow({ message, all, route }: TimingRowProps): VNode {
  if (message === undefined) return html`<div class="timing_row" role="listitem">…</div>`;
  const { index, command, message_id, sender, at_ms, duration_ms, response_ms } = message;
  const address = routeAddress({ ...route, panel: "messages", message: index, pdu: undefined });
  const percent = (ms: number) => `${((Math.max(0, ms) / all) * 100).toFixed(3)}%`;
  return html`<div class=${classes("timing_row", sender)} role="listitem">
    <a href=${address}>${escapeControls(command)} <span class="faint">${message_id ?? ""}</span></a>
    <span class="right" data-label="at">${formatDurationMs(at_ms)}</span>
    <span class="right" data-label="took">${formatDurationMs(duration_ms)}</span>
    ${
      response_ms === undefined
        ? html`<span />`
        : html`<span class="right" data-label="answer after">${formatDurationMs(response_ms)}</span>`
    }
    <svg class="timing_bar" aria-hidden="true" focusable="false">
      ${
        response_ms !== undefined &&
        html`<line class="wait" x1=${percent(at_ms - response_ms)} x2=${percent(at_ms)} y1="50%" y2="50%" />`
      }
      <line
        class="send"
        x1=${percent(at_ms)}
        x2=${percent(at_ms + Math.max(duration_ms, all / (narrow.value ? 75 : 400)))}
        y1="50%"
        y2="50%"
      />
    </svg>
  </div>`;
}
