/** Messages in the order in which they began, and the one that is open beside them. */
import type { VNode } from "preact";
import { html } from "../html.ts";
import { navigate } from "../navigate.ts";
import { Empty } from "../parts/states.ts";
import type { PanelProps } from "./association_page.ts";
import { MessageDetail } from "./message_detail.ts";
import { MessageRowView } from "./message_row.ts";
import { SplitPanel } from "./split_panel.ts";

export function MessagesPanel({ route, detail, data }: PanelProps): VNode {
  const { messages } = data;
  const none = html`<${Empty} title="No message was exchanged">
    <p>The association ended before a DIMSE message. The ladder shows what passed instead.</p>
  <//>`;
  return html`<${SplitPanel}
    paged=${messages}
    one="message"
    at=${route.message}
    open=${(message: number) => navigate({ ...route, message }, { replace: true })}
    none=${none}
    rowRem=${3.6}
    row=${(index: number) => html`<${MessageRowView}
      key=${index}
      message=${messages.at(index)}
      route=${route}
      current=${index === route.message}
    />`}
    detail=${(index: number) => html`<${MessageDetail} route=${route} index=${index} detail=${detail} />`}
  />`;
}
