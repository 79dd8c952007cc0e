/** One row of the ladder: an arrow from one AE's line to the other's, and what it carries. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import type { ContextJson } from "../../../observe/summary.ts";
import type { Role } from "../../../role.ts";
import { formatDurationMs, formatSize } from "../../../units.ts";
import type { MessageRow } from "../../api_types.ts";
import { aeTitle, plural, statusHex } from "../format.ts";
import { classes, html } from "../html.ts";
import { Mark, ReportedMark } from "../parts/mark.ts";
import { statusTone } from "../parts/tone.ts";
import type { LadderRow } from "./ladder_rows.ts";
import { shortMeaning, subOperationsText } from "./message_words.ts";
import { pduFacts } from "./pdu_facts.ts";

/** A pause that is worth saying, in milliseconds. */
const PAUSE_MS = 200;

interface LadderRowProps {
  readonly row: LadderRow | undefined;
  readonly message: MessageRow | undefined;
  /** Of the association. */
  readonly contexts: readonly ContextJson[];
  /** When the row before happened. */
  readonly beforeMs: number | undefined;
  readonly address: string | undefined;
  readonly current: boolean;
}

export function LadderRowView(props: LadderRowProps): VNode {
  const { row, message, contexts, beforeMs, address, current } = props;
  const arrow = arrowOf(row, { message, contexts });
  if (arrow === undefined) {
    return html`<div class="rung waiting" role="listitem"><span>…</span></div>`;
  }
  const { atMs, sender, size, label, facts, end } = arrow;
  const pause = beforeMs === undefined ? 0 : atMs - beforeMs;
  return html`<div class=${classes("rung", sender ?? "elsewhere", current && "current")} role="listitem">
    <span class="rung_time">
      ${formatDurationMs(atMs)}
      ${pause >= PAUSE_MS && html`<small>+${formatDurationMs(pause)}</small>`}
    </span>
    <a class="rung_lane" href=${address}>
      <${Arrow} sender=${sender} size=${size} />
      <span class="rung_label">
        <b>${label}</b>
        <span class="rung_facts">${facts}</span>
        ${end}
      </span>
    </a>
  </div>`;
}

interface ArrowFacts {
  readonly atMs: number;
  /** Undefined: between other AEs. */
  readonly sender: Role | undefined;
  /** Octets. */
  readonly size: number;
  readonly label: string;
  readonly facts: string;
  readonly end?: VNode | undefined;
}

function arrowOf(
  row: LadderRow | undefined,
  { message, contexts }: Pick<LadderRowProps, "message" | "contexts">,
): ArrowFacts | undefined {
  if (row === undefined) return undefined;
  switch (row.is) {
    case "message":
      return message === undefined ? undefined : messageArrow(message);
    case "pdu": {
      const { at_ms, sender, length, pdu_type } = row.pdu;
      const { words, end } = pduFacts(row.pdu, contexts);
      const mark = end === undefined ? undefined : html`<${Mark} ...${end} />`;
      const facts = escapeControls(words);
      return { atMs: at_ms, sender, size: length, label: pdu_type, facts, end: mark };
    }
    case "linked": {
      const { calling_ae_title, called_ae_title, meaning } = row.linked;
      const aes = `${aeTitle(calling_ae_title)} → ${aeTitle(called_ae_title)}`;
      const facts = escapeControls(meaning);
      return { atMs: row.atMs, sender: undefined, size: 0, label: escapeControls(aes), facts };
    }
    default:
      return row satisfies never;
  }
}

function messageArrow(message: MessageRow): ArrowFacts {
  const { at_ms, sender, command, message_id, data_set, pdus, complete } = message;
  const size = data_set?.length ?? 0;
  const parts = [
    subOperationsText(message),
    shortMeaning(message),
    size > 0 && message.meaning === undefined ? formatSize(size) : undefined,
    pdus > 2 ? plural(pdus, "PDU") : undefined,
    complete ? undefined : "incomplete",
  ];
  return {
    atMs: at_ms,
    sender,
    size,
    label: escapeControls(message_id === null ? command : `${command} ${message_id}`),
    facts: escapeControls(parts.filter((part) => part !== undefined && part !== "").join(" · ")),
    end: html`<${StatusMark} message=${message} />`,
  };
}

/** Of a response its status; of a report of failures that it is one, whatever the answer to it. */
export function StatusMark({ message }: { readonly message: MessageRow }): VNode | null {
  const { status, status_class, status_text, reported } = message;
  if (status === null) {
    return reported === undefined ? null : html`<${ReportedMark} reported=${reported} />`;
  }
  const isReceived = reported !== undefined && status === 0;
  const name =
    status_class === "success" ? "Success" : `${statusHex(status)} ${status_class ?? ""}`;
  const word = isReceived ? "Report received" : name.trim();
  return html`<span class="status" title=${status_text}>
    <${Mark} tone=${isReceived ? "calm" : statusTone(status_class)} word=${word} />
  </span>`;
}

/** Thicker for more octets. Lines are placed in per cent, so that any width will do. */
function Arrow({
  sender,
  size,
}: {
  readonly sender: Role | undefined;
  readonly size: number;
}): VNode {
  const width = size < 4_096 ? 1.5 : size < 1_048_576 ? 2.5 : 4;
  const right = sender !== "acceptor";
  return html`<svg class="rung_arrow" aria-hidden="true" focusable="false">
    <line class="life" x1="4%" x2="4%" y1="-4%" y2="104%" />
    <line class="life" x1="96%" x2="96%" y1="-4%" y2="104%" />
    <line
      class="shaft"
      x1="4%"
      x2="96%"
      y1="76%"
      y2="76%"
      stroke-width=${width}
    />
    <svg x=${right ? "96%" : "4%"} y="76%" overflow="visible">
      <path class="tip" d=${right ? "M-10-5.5 0 0-10 5.5z" : "M10-5.5 0 0 10 5.5z"} />
    </svg>
  </svg>`;
}
