/** The head of a view: its name, what it is in a sentence, and what can be done. */
import type { VNode } from "preact";
import { type Child, html } from "../html.ts";

interface PageHeadProps {
  readonly title: string;
  readonly about: Child;
  readonly children?: Child;
}

export function PageHead({ title, about, children }: PageHeadProps): VNode {
  return html`<header class="page_head">
    <div>
      <h1>${title}</h1>
      <p class="faint">${about}</p>
    </div>
    ${children}
  </header>`;
}
