/** Messages in the order in which they began, and the one that is open beside them. */
import type { VNode } from "preact";
import { useCallback, useEffect } from "preact/hooks";
import { html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { navigate } from "../navigate.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";
import type { PanelProps } from "./association_page.ts";
import { MessageDetail } from "./message_detail.ts";
import { MessageRowView } from "./message_row.ts";

export function MessagesPanel({ route, detail, data }: PanelProps): VNode {
  const { messages } = data;
  messages.version.value; // draws again when rows come
  useEffect(() => {
    messages.ensure(0, 1);
  }, [messages]);
  const look = useCallback((from: number, to: number) => messages.ensure(from, to), [messages]);
  const open = (message: number) => navigate({ ...route, message }, { replace: true });
  const total = messages.total;
  const at = route.message;
  useKeys({
    j: () => open(Math.min((total ?? 1) - 1, (at ?? -1) + 1)),
    k: () => open(Math.max(0, (at ?? 1) - 1)),
  });
  const error = messages.error.value;
  if (error !== undefined) return html`<${Failure} what="the messages" error=${error} />`;
  if (total === undefined) return html`<${Loading} what="messages" />`;
  if (total === 0) {
    return html`<${Empty} title="No message was exchanged">
      <p>The association ended before a DIMSE message. The ladder shows what passed instead.</p>
    <//>`;
  }
  return html`<div class=${at === undefined ? "split" : "split opened"}>
    <${VirtualRows}
      className="split_list panel"
      count=${total}
      rowRem=${3.6}
      label="Messages"
      reveal=${at}
      inSight=${look}
      row=${(index: number) => html`<${MessageRowView}
        key=${index}
        message=${messages.at(index)}
        route=${route}
        current=${index === at}
      />`}
    />
    <div class="split_detail panel">
      ${
        at === undefined
          ? html`<${Empty} title="No message is open"><p>Choose one, or press <kbd>j</kbd>.</p><//>`
          : html`<${MessageDetail} route=${route} index=${at} detail=${detail} />`
      }
    </div>
  </div>`;
}
