/** The ladder: what passed between the two AEs, from top to bottom in the order of time. */
import type { VNode } from "preact";
import { useCallback, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { focusSoon } from "../focus_soon.ts";
import { aeTitle } from "../format.ts";
import { html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { navigate } from "../navigate.ts";
import { Failure, Loading } from "../parts/states.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";
import { addressOfKey, routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";
import { LadderRowView } from "./ladder_row.ts";
import { type LadderRow, ladderRows } from "./ladder_rows.ts";
import { NoPdu } from "./no_pdu.ts";

export function LadderPanel({ route, detail, data }: PanelProps): VNode {
  const [everyPdu, setEveryPdu] = useState(false);
  const [at, setAt] = useState(-1);
  const { messages, pdus } = data;
  const { association, linked } = detail;
  const drawn = `${messages.version.value} ${pdus.version.value}`;
  // Both ends of the association are drawn from their PDUs; a live one gets more of them.
  useLayoutEffect(() => {
    messages.ensure(0, 1);
    pdus.ensure(0, 1).then(() => {
      const total = pdus.total ?? 0;
      if (total > 0) pdus.ensure(total - 1, total);
    });
  }, [messages, pdus, detail]);
  // `drawn` says when one of them changed.
  const rows = useMemo(
    () =>
      everyPdu
        ? undefined
        : ladderRows({
            started: association.started,
            durationMs: association.duration_ms,
            messages: messages.total ?? 0,
            pdus: pdus.total ?? 0,
            messageAt: (index) => messages.at(index),
            pduAt: (index) => pdus.at(index),
            linked,
          }),
    [everyPdu, drawn, association, linked],
  );
  const rowAt = (index: number): LadderRow | undefined => {
    if (rows !== undefined) return rows[index];
    const pdu = pdus.at(index);
    return pdu === undefined ? undefined : { is: "pdu", pdu };
  };
  const count = rows?.length ?? pdus.total ?? 0;
  const look = useCallback(
    (from: number, to: number) => {
      if (rows === undefined) {
        pdus.ensure(from, to);
        return;
      }
      const seen = rows.slice(from, to).flatMap((row) => (row.is === "message" ? [row.index] : []));
      if (seen.length > 0) messages.ensure(seen[0] ?? 0, (seen.at(-1) ?? 0) + 1);
    },
    [rows, messages, pdus],
  );
  const go = (next: number) => {
    setAt(next);
    focusSoon(".rung.current .rung_lane");
  };
  useKeys({
    j: () => go(Math.min(count - 1, at + 1)),
    k: () => go(Math.max(0, at - 1)),
    Enter: () => {
      const address = addressOf(rowAt(at), route);
      if (address !== undefined) navigate(address);
    },
  });
  const error = messages.error.value ?? pdus.error.value;
  if (error !== undefined) return html`<${Failure} what="the ladder" error=${error} />`;
  if (pdus.total === undefined || messages.total === undefined) {
    return html`<${Loading} what="the ladder" />`;
  }
  if (count === 0) {
    return html`<${NoPdu} association=${association} />`;
  }
  return html`<section class="ladder" aria-label="Ladder">
    <div class="ladder_tools">
      <label>
        <input
          type="checkbox"
          checked=${everyPdu}
          onChange=${() => {
            setEveryPdu(!everyPdu);
            setAt(-1);
          }}
        />
        Every PDU
      </label>
    </div>
    <div class="ladder_head" aria-hidden="true">
      <span class="requestor mono">${escapeControls(aeTitle(association.calling_ae_title))}</span>
      <span class="acceptor mono">${escapeControls(aeTitle(association.called_ae_title))}</span>
    </div>
    <${VirtualRows}
      count=${count}
      rowRem=${3.1}
      label="Ladder of messages and PDUs"
      reveal=${at}
      keep=${`ladder ${detail.key}`}
      inSight=${look}
      row=${(index: number) => {
        const row = rowAt(index);
        const before = rowAt(index - 1);
        return html`<${LadderRowView}
          key=${index}
          row=${row}
          message=${row?.is === "message" ? messages.at(row.index) : undefined}
          contexts=${association.contexts}
          beforeMs=${timeOf(before, (at) => messages.at(at)?.at_ms)}
          address=${addressOf(row, route)}
          current=${index === at}
        />`;
      }}
    />
  </section>`;
}

function addressOf(row: LadderRow | undefined, route: PanelProps["route"]): string | undefined {
  if (row === undefined) return undefined;
  switch (row.is) {
    case "pdu":
      return routeAddress({ ...route, panel: "pdus", pdu: row.pdu.index, message: undefined });
    case "message":
      return routeAddress({ ...route, panel: "messages", message: row.index, pdu: undefined });
    case "linked":
      return addressOfKey(row.linked.key);
    default:
      return row satisfies never;
  }
}

function timeOf(
  row: LadderRow | undefined,
  messageMs: (index: number) => number | undefined,
): number | undefined {
  if (row === undefined) return undefined;
  switch (row.is) {
    case "pdu":
      return row.pdu.at_ms;
    case "message":
      return messageMs(row.index);
    case "linked":
      return row.atMs;
    default:
      return row satisfies never;
  }
}
