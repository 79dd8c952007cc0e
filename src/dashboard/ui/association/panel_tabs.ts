/** The panels of an association, as links: each has an address. */
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { AssociationJson } from "../../../observe/summary.ts";
import { formatCount } from "../../../units.ts";
import type { AssociationDetailJson } from "../../api_types.ts";
import { classes, html } from "../html.ts";
import type { Tone } from "../parts/tone.ts";
import { type AssociationRoute, openPanel, PANELS, type Panel, routeAddress } from "../route.ts";

const WORDS: Readonly<Record<Panel, string>> = {
  ladder: "Ladder",
  messages: "Messages",
  pdus: "PDUs",
  contexts: "Contexts",
  timing: "Timing",
  findings: "Findings",
};

interface TabsProps {
  readonly route: AssociationRoute;
  readonly detail: AssociationDetailJson;
}

export function PanelTabs({ route, detail }: TabsProps): VNode {
  const { association } = detail;
  const findings = association.findings.length + (association.more_findings ?? 0);
  const counts: Readonly<Partial<Record<Panel, number>>> = {
    messages: association.messages,
    pdus: association.pdus.requestor + association.pdus.acceptor,
    contexts: association.contexts.length,
    findings,
  };
  const nav = useRef<HTMLElement>(null);
  // On a phone not all of them are in sight. Sideways only: the verdict above stays where it is.
  useLayoutEffect(() => {
    const tabs = nav.current;
    const current = tabs?.querySelector<HTMLElement>("[href][aria-current]");
    if (!tabs || !current) return;
    const [box, tab] = [tabs.getBoundingClientRect(), current.getBoundingClientRect()];
    tabs.scrollLeft += Math.min(0, tab.left - box.left) + Math.max(0, tab.right - box.right);
  }, [route.panel]);
  return html`<nav ref=${nav} class="tabs" aria-label="Panels of the association">
    ${PANELS.map(
      (panel, index) => html`<a
        key=${panel}
        href=${routeAddress(openPanel(route, panel))}
        aria-current=${panel === route.panel ? "page" : undefined}
        title=${`Key ${index + 1}`}
      >
        ${WORDS[panel]}
        ${
          counts[panel] !== undefined &&
          html`<span class=${classes("tab_count", toneOf(panel, association))}
            >${formatCount(counts[panel])}</span
          >`
        }
      </a>`,
    )}
  </nav>`;
}

/** Where something is to be seen, besides how much. */
function toneOf(panel: Panel, association: AssociationJson): Tone | undefined {
  if (panel === "contexts") return association.refused_contexts > 0 ? "warn" : undefined;
  if (panel !== "findings") return undefined;
  const severities = new Set(association.findings.map(({ severity }) => severity));
  return severities.has("error") ? "bad" : severities.has("warning") ? "warn" : undefined;
}
