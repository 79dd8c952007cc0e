/** One message: its place in the exchange, command set, image, and data set. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs, formatSize } from "../../../units.ts";
import type { AssociationDetailJson, MessageDetailJson } from "../../api_types.ts";
import { apiPath, keyPath } from "../api.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { CommandsDialog } from "../parts/commands_dialog.ts";
import { Icon } from "../parts/icon.ts";
import { Failure, Loading } from "../parts/states.ts";
import { useResource } from "../resource.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import { showPhi } from "../show_phi.ts";
import { CommandTable } from "./command_table.ts";
import { DataSetView } from "./data_set_view.ts";
import { FindingItem } from "./findings_panel.ts";
import { ImageView } from "./image_view.ts";
import { StatusMark } from "./ladder_row.ts";

interface MessageDetailProps {
  readonly route: AssociationRoute;
  readonly index: number;
  readonly detail: AssociationDetailJson;
}

export function MessageDetail({ route, index, detail }: MessageDetailProps): VNode {
  const path = `${keyPath(route)}/messages/${index}`;
  const phi = showPhi.value ? "1" : undefined;
  const { data, error, reload } = useResource<MessageDetailJson>(apiPath(path, { show_phi: phi }), {
    keep: true,
  });
  if (error !== undefined) {
    return html`<${Failure} what="this message" error=${error} again=${reload} />`;
  }
  if (data === undefined || data.message.index !== index)
    return html`<${Loading} what="the message" />`;
  const { message, image, data_set } = data;
  const findings = message.findings.flatMap((at) => detail.association.findings[at] ?? []);
  return html`<article class="message" key=${index} aria-label=${`Message ${index}`}>
    <${MessageHead} route=${route} detail=${detail} data=${data} path=${path} />
    ${
      findings.length > 0 &&
      html`<ul class="findings_list">
      ${findings.map((finding, at) => html`<${FindingItem} key=${at} finding=${finding} route=${route} here />`)}
    </ul>`
    }
    <div class="side_by_side">
      <${CommandTable} elements=${data.command_elements} />
      ${image !== null && html`<${ImageView} path=${path} facts=${image} />`}
    </div>
    ${data_set !== null && html`<${DataSetView} dataSet=${data_set} syntax=${data.transfer_syntax_name} />`}
  </article>`;
}

interface HeadProps {
  readonly route: AssociationRoute;
  readonly detail: AssociationDetailJson;
  readonly data: MessageDetailJson;
  readonly path: string;
}

function MessageHead({ route, detail, data, path }: HeadProps): VNode {
  const [commands, setCommands] = useState(false);
  const { message, abstract_syntax_name, transfer_syntax_name } = data;
  const { index, command, message_id, sender, first_pdu, pdus, context_id, response_ms } = message;
  const isRequest = message.responds_to === null;
  const pduAddress =
    first_pdu === null
      ? undefined
      : routeAddress({ ...route, panel: "pdus", pdu: first_pdu, message: undefined });
  return html`<header class="message_head">
    <a class="to_list" href=${routeAddress({ ...route, message: undefined })}>
      <${Icon} name="back" /> All messages
    </a>
    <h2 class=${sender}>
      ${escapeControls(command)}
      ${message_id !== null && html` <span class="faint">${message_id}</span>`}
      ${" "}<${StatusMark} message=${message} />
    </h2>
    ${message.meaning !== undefined && html`<p class="meaning">${escapeControls(message.meaning)}</p>`}
    ${message.status_text !== undefined && html`<p>${escapeControls(message.status_text)}</p>`}
    <dl class="fact_list">
      <div><dt>From</dt><dd class=${sender}>${sender}</dd></div>
      <div><dt>At</dt><dd>${formatDurationMs(message.at_ms)}, took ${formatDurationMs(message.duration_ms)}</dd></div>
      ${response_ms !== undefined && html`<div><dt>Answered after</dt><dd>${formatDurationMs(response_ms)}</dd></div>`}
      <div>
        <dt>Context</dt>
        <dd>
          ${context_id}: ${escapeControls(abstract_syntax_name ?? message.abstract_syntax ?? "not negotiated")}
          ${transfer_syntax_name !== null && html`<br /><span class="faint">${escapeControls(transfer_syntax_name)}</span>`}
        </dd>
      </div>
      <div>
        <dt>Carried by</dt>
        <dd>${pduAddress === undefined ? plural(pdus, "PDU") : html`<a href=${pduAddress}>${plural(pdus, "PDU")}</a>`}</dd>
      </div>
    </dl>
    <${Exchange} route=${route} data=${data} />
    <div class="actions">
      ${
        message.data_set !== null &&
        html`<a class="button" href=${apiPath(`${path}/part10`)} download>
          <${Icon} name="download" /> Data set, ${formatSize(message.data_set.length)}
        </a>`
      }
      ${
        isRequest &&
        html`<button type="button" onClick=${() => setCommands(true)}>
          <${Icon} name="copy" /> Copy as command
        </button>`
      }
    </div>
    ${commands && html`<${CommandsDialog} of=${detail.key} message=${index} close=${() => setCommands(false)} />`}
  </header>`;
}

/** So many responses are linked one by one. */
const FEW = 8;

/** The request and its responses, each a step away. */
function Exchange({
  route,
  data,
}: {
  route: AssociationRoute;
  data: MessageDetailJson;
}): VNode | null {
  const { exchange, message } = data;
  if (exchange === null || exchange.responses.length === 0) return null;
  const link = (index: number, word: string) =>
    index === message.index
      ? html`<span class="chip calm" aria-current="true">${word}</span>`
      : html`<a class="chip calm" href=${routeAddress({ ...route, panel: "messages", message: index, pdu: undefined })}>${word}</a>`;
  const { responses } = exchange;
  const many = responses.length > FEW;
  const shown = many ? responses.slice(-3) : responses;
  return html`<nav class="exchange" aria-label="Exchange">
    ${link(exchange.request, "request")}<span aria-hidden="true">→</span>
    ${many && html`<span class="faint">${plural(responses.length - shown.length, "response")},</span>`}
    ${shown.map((index, at) => html`<span key=${index}>${link(index, `response ${responses.length - shown.length + at + 1}`)}</span>`)}
  </nav>`;
}
