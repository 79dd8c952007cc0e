/** Arrows between AEs: seen as arrows, heard as words. */
import type { VNode } from "preact";
import type { Role } from "../../../role.ts";
import { html } from "../html.ts";

/** Between two AE titles. */
export function To(): VNode {
  return html`<span class="arrow" aria-hidden="true">→</span><span class="sr_only"> to </span>`;
}

/** Before what an AE sent. */
export function From({ sender }: { readonly sender: Role }): VNode {
  return html`<span class="way" aria-hidden="true">${sender === "requestor" ? "→" : "←"}</span
    ><span class="sr_only">from the ${sender} </span>`;
}
