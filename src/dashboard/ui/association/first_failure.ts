/**
 * What the first request that failed was answered with, or what an N-EVENT-REPORT said of earlier
 * ones: its words, and the way to it.
 *
 * Rule: looked for among the messages that the panels fetch first. Where it comes later, the statuses
 * of the verdict have to do.
 */
import type { VNode } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { failedStatuses } from "../../../dimse/status.ts";
import { escapeControls } from "../../../escape.ts";
import type { MessageRow } from "../../api_types.ts";
import { html } from "../html.ts";
import { type AssociationRoute, routeAddress } from "../route.ts";
import type { PanelProps } from "./association_page.ts";
import { shortMeaning } from "./message_words.ts";

/** Messages that are looked through: the first page. */
const LOOKED_THROUGH = 200;

/** Undefined where there is none, or it was not fetched yet. */
export function useFirstFailure({
  detail,
  data,
}: Pick<PanelProps, "detail" | "data">): MessageRow | undefined {
  const { messages } = data;
  messages.version.value; // draws again when rows come
  const { statuses, commands } = detail.association;
  const mayFail = failedStatuses(statuses).length > 0 || "N-EVENT-REPORT-RQ" in commands;
  useLayoutEffect(() => {
    if (mayFail) messages.ensure(0, 1);
  }, [mayFail, messages]);
  if (!mayFail) return undefined;
  for (let index = 0; index < LOOKED_THROUGH; index++) {
    const message = messages.at(index);
    if (message === undefined) return undefined;
    if (message.status_class === "failure" || message.reported === "failure") return message;
  }
  return undefined;
}

interface FirstFailureProps {
  readonly route: AssociationRoute;
  readonly message: MessageRow;
}

export function FirstFailure({ route, message }: FirstFailureProps): VNode {
  const { index, command, message_id, status_text, responds_to } = message;
  const said = shortMeaning(message) ?? status_text ?? "";
  const kind = responds_to === null ? "request" : "response";
  return html`<p>
    ${escapeControls(command)} ${message_id}: ${escapeControls(said)}${" "}
    <a href=${routeAddress({ ...route, panel: "messages", message: index, pdu: undefined })}
      >See this ${kind}</a
    >
  </p>`;
}
