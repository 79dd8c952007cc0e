/** The visible switch for patient data. */
import type { VNode } from "preact";
import { classes, html } from "../html.ts";
import { mayShowPhi, showPhi, togglePhi } from "../show_phi.ts";
import { Icon } from "./icon.ts";

export function PhiSwitch(): VNode {
  const shown = showPhi.value;
  if (!mayShowPhi.value) {
    return html`<span class="phi faint" title="Your role may not see patient data">
      <${Icon} name="eye" /> Patient data masked
    </span>`;
  }
  return html`<button
    type="button"
    role="switch"
    class=${classes("phi", shown && "on")}
    aria-checked=${shown}
    title="Show or mask patient data (m)"
    onClick=${togglePhi}
  >
    <${Icon} name="eye" /> Patient data ${shown ? "shown" : "masked"}
  </button>`;
}
