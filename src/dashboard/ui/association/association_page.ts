/**
 * One association: the verdict in words, and panels that lead to one another. Every panel, message
 * and PDU has an address of its own.
 */
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import type { AssociationDetailJson } from "../../api_types.ts";
import { apiPath, keyPath } from "../api.ts";
import { listen } from "../events.ts";
import { aeName } from "../format.ts";
import { html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { listBefore, navigate } from "../navigate.ts";
import { Failure, Loading } from "../parts/states.ts";
import { useResource } from "../resource.ts";
import { type AssociationRoute, openPanel, PANELS } from "../route.ts";
import { togglePhi } from "../show_phi.ts";
import { Actions } from "./actions.ts";
import { AssociationData } from "./association_data.ts";
import { ContextsPanel } from "./contexts_panel.ts";
import { Facts } from "./facts.ts";
import { FindingsPanel } from "./findings_panel.ts";
import { Headline } from "./headline.ts";
import { LadderPanel } from "./ladder_panel.ts";
import { Linked } from "./linked.ts";
import { MessagesPanel } from "./messages_panel.ts";
import { Notes } from "./notes.ts";
import { PanelTabs } from "./panel_tabs.ts";
import { PdusPanel } from "./pdus_panel.ts";
import { TimingPanel } from "./timing_panel.ts";
import { VerdictBox } from "./verdict.ts";

/** What every panel gets. */
export interface PanelProps {
  readonly route: AssociationRoute;
  readonly detail: AssociationDetailJson;
  readonly data: AssociationData;
}

export function AssociationPage({ route }: { readonly route: AssociationRoute }): VNode {
  const { capture, id } = route;
  const key = `${capture}/${id}`;
  const [version, setVersion] = useState(0);
  const [notes, setNotes] = useState(false);
  const resource = useResource<AssociationDetailJson>(apiPath(keyPath(route)), { version });
  const data = useMemo(() => new AssociationData({ capture, id }), [capture, id]);
  const detail = resource.data;
  useLayoutEffect(() => () => data.close(), [data]);
  useLayoutEffect(() => refreshWhenNews(key, () => setVersion((last) => last + 1)), [key]);
  useLayoutEffect(() => {
    if (detail !== undefined) document.title = titleOf(detail);
  }, [detail]);
  // Every new answer may bring new messages.
  useEffect(() => {
    if (detail?.live === true || version > 0) data.refresh();
  }, [version, data]);
  useKeys({
    ...Object.fromEntries(
      PANELS.map((panel, index) => [String(index + 1), () => navigate(openPanel(route, panel))]),
    ),
    "[": () => goTo(detail?.previous),
    "]": () => goTo(detail?.next),
    m: togglePhi,
    Escape: () => {
      if (route.message !== undefined || route.pdu !== undefined) {
        navigate(openPanel(route, route.panel), { replace: true });
      } else navigate(listBefore());
    },
  });
  if (detail === undefined) {
    return html`<h1 class="sr_only">Association ${id} of ${capture}</h1>
      ${
        resource.error === undefined
          ? html`<${Loading} what="the association" />`
          : html`<${Failure} what="this association" error=${resource.error} again=${resource.reload} />`
      }`;
  }
  const props: PanelProps = { route, detail, data };
  return html`<header class="a_head">
      <${Headline} detail=${detail} />
      <${Actions} detail=${detail} notes=${notes} toggleNotes=${() => setNotes(!notes)} reload=${resource.reload} />
    </header>
    <${VerdictBox} route=${route} detail=${detail} data=${data} />
    ${
      route.panel === "ladder" &&
      html`<div class="overview">
        <${Facts} association=${detail.association} />
        <${Linked} linked=${detail.linked} started=${detail.association.started} />
      </div>`
    }
    ${(notes || detail.notes.length > 0) && html`<${Notes} detail=${detail} reload=${resource.reload} />`}
    <${PanelTabs} route=${route} detail=${detail} />
    ${panelOf(props)}`;
}

function panelOf(props: PanelProps): VNode {
  switch (props.route.panel) {
    case "ladder":
      return html`<${LadderPanel} ...${props} />`;
    case "messages":
      return html`<${MessagesPanel} ...${props} />`;
    case "pdus":
      return html`<${PdusPanel} ...${props} />`;
    case "contexts":
      return html`<${ContextsPanel} ...${props} />`;
    case "timing":
      return html`<${TimingPanel} ...${props} />`;
    case "findings":
      return html`<${FindingsPanel} ...${props} />`;
    default:
      return props.route.panel satisfies never;
  }
}

function goTo(key: string | null | undefined): void {
  if (typeof key !== "string") return;
  const cut = key.lastIndexOf("/");
  const [capture, id] = [key.slice(0, cut), Number(key.slice(cut + 1))];
  navigate({
    page: "association",
    capture,
    id,
    panel: "ladder",
    message: undefined,
    pdu: undefined,
  });
}

/** For the tab of the browser: what one looks for among many. */
function titleOf({ association }: AssociationDetailJson): string {
  const { calling_ae_title: calling, called_ae_title: called, outcome, id } = association;
  const aes = `${aeName(calling, association.requestor)} → ${aeName(called, association.acceptor)}`;
  return `${escapeControls(aes)} ${outcome} #${id} - dicomtap`;
}

/** At most every half second, however fast the news come. */
function refreshWhenNews(key: string, refresh: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      refresh();
    }, 500);
  };
  const ends = [
    listen("associations", ({ rows }) => rows.some((row) => row.key === key) && soon()),
    listen("hello", soon),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
