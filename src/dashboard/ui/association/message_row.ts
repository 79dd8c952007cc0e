/** One message in the list of messages. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs, formatSize } from "../../../units.ts";
import type { MessageRow } from "../../api_types.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { From } from "../parts/arrows.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import { StatusMark } from "./ladder_row.ts";
import { shortMeaning, subOperationsText } from "./message_words.ts";

interface MessageRowProps {
  /** `undefined` while it is fetched. */
  readonly message: MessageRow | undefined;
  readonly route: AssociationRoute;
  readonly current: boolean;
}

export function MessageRowView({ message, route, current }: MessageRowProps): VNode {
  if (message === undefined) return html`<div class="mrow waiting" role="listitem">…</div>`;
  const { index, sender, command, message_id, meaning, data_set, at_ms, response_ms } = message;
  const size = data_set === null ? "" : formatSize(data_set.length);
  const facts = [
    subOperationsText(message),
    shortMeaning(message),
    meaning === undefined ? size : undefined,
    response_ms === undefined ? undefined : `after ${formatDurationMs(response_ms)}`,
    message.complete ? undefined : "incomplete",
  ];
  const address = routeAddress({ ...route, panel: "messages", message: index, pdu: undefined });
  return html`<div class=${classes("mrow", sender, current && "current")} role="listitem">
    <a href=${address} aria-current=${current ? "true" : undefined}>
      <span class="mrow_head">
        <${From} sender=${sender} />
        <b>${escapeControls(command)}</b>
        ${message_id !== null && html`<span class="faint">${message_id}</span>`}
        <${StatusMark} message=${message} />
        ${message.findings.length > 0 && html`<span class="count warn">${plural(message.findings.length, "finding")}</span>`}
        <span class="mrow_time">${formatDurationMs(at_ms)}</span>
      </span>
      <span class="mrow_facts">
        ${escapeControls(facts.filter((fact) => fact !== undefined && fact !== "").join(" · "))}
      </span>
    </a>
  </div>`;
}
