/**
 * What the first request that failed was answered with: the words of the response, and the way to it.
 *
 * Rule: looked for among the messages that the panels fetch first. Where it comes later, the statuses
 * of the verdict have to do.
 */
import type { VNode } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { failedStatuses } from "../../../dimse/status.ts";
import { escapeControls } from "../../../escape.ts";
import { html } from "../html.ts";
import { routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";
import { shortMeaning } from "./message_words.ts";

type FirstFailureProps = Pick<PanelProps, "route" | "detail" | "data">;

/** Messages that are looked through: the first page. */
const LOOKED_THROUGH = 200;

export function FirstFailure({ route, detail, data }: FirstFailureProps): VNode | null {
  const { messages } = data;
  messages.version.value; // draws again when rows come
  const fails = failedStatuses(detail.association.statuses).length > 0;
  useLayoutEffect(() => {
    if (fails) messages.ensure(0, 1);
  }, [fails, messages]);
  if (!fails) return null;
  for (let index = 0; index < LOOKED_THROUGH; index++) {
    const message = messages.at(index);
    if (message === undefined) return null;
    if (message.status_class !== "failure") continue;
    const said = shortMeaning(message) ?? message.status_text ?? "";
    return html`<p>
      ${escapeControls(message.command)} ${message.message_id}: ${escapeControls(said)}${" "}
      <a href=${routeAddress({ ...route, panel: "messages", message: index, pdu: undefined })}
        >See this response</a
      >
    </p>`;
  }
  return null;
}
