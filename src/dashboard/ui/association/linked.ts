/** Associations that belong to this one: the rest of its story. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import type { LinkedAssociation } from "../../api_types.ts";
import { aeTitle, clockTime, plural } from "../format.ts";
import { html } from "../html.ts";
import { To } from "../parts/arrows.ts";
import { Icon } from "../parts/icon.ts";
import { OutcomeMark } from "../parts/mark.ts";
import { addressOfKey } from "../route.ts";

/** So many are listed at once: those that are nearest in time. */
const FEW = 3;

interface LinkedProps {
  readonly linked: readonly LinkedAssociation[];
  /** When the association began that they are linked with; UTC. */
  readonly started: string | null;
}

export function Linked({ linked, started }: LinkedProps): VNode | null {
  const [all, setAll] = useState(false);
  if (linked.length === 0) return null;
  const shown = all ? linked : nearest(linked, started);
  return html`<section class="linked" aria-label="Linked associations">
    <h2><${Icon} name="link" /> Belongs together with</h2>
    <ul>
      ${shown.map(
        (other) => html`<li key=${other.key}>
          <a href=${addressOfKey(other.key)} title=${`Linked by ${other.linked_by}`}>
            <span class="time">${clockTime(other.started)}</span>
            <span class="mono">
              <b class="requestor">${escapeControls(aeTitle(other.calling_ae_title))}</b>
              <${To} />
              <b class="acceptor">${escapeControls(aeTitle(other.called_ae_title))}</b>
            </span>
          </a>
          <span class="what">${escapeControls(other.meaning)}</span>
          <${OutcomeMark} outcome=${other.outcome} />
        </li>`,
      )}
    </ul>
    ${
      linked.length > FEW &&
      html`<button type="button" class="quiet" aria-expanded=${all} onClick=${() => setAll(!all)}>
        ${all ? "Show fewer" : `Show all ${plural(linked.length, "association")}`}
      </button>`
    }
  </section>`;
}

/** In the order of the list. */
function nearest(
  linked: readonly LinkedAssociation[],
  started: string | null,
): readonly LinkedAssociation[] {
  const from = Date.parse(started ?? "");
  const apart = (other: LinkedAssociation) => Math.abs(Date.parse(other.started ?? "") - from);
  const near = new Set([...linked].sort((a, b) => apart(a) - apart(b)).slice(0, FEW));
  return linked.filter((other) => near.has(other));
}
