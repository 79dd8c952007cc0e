/** The states of a view that has nothing to show yet, nothing at all, or could not get it. */
import type { VNode } from "preact";
import { type Child, html } from "../html.ts";

export function Loading({ what }: { readonly what: string }): VNode {
  return html`<div class="state loading" role="status">
    <span class="bars" aria-hidden="true"><i /><i /><i /></span>
    <p>Loading ${what}</p>
  </div>`;
}

interface EmptyProps {
  readonly title: string;
  readonly children?: Child;
}

/** `children`: what to do next. */
export function Empty({ title, children }: EmptyProps): VNode {
  return html`<div class="state empty">
    <svg class="empty_art" viewBox="0 0 120 56" aria-hidden="true">
      <path class="line" d="M20 4v48M100 4v48" />
      <path class="out" d="M24 18h70m-6-5 6 5-6 5" />
      <path class="back" d="M96 38H26m6-5-6 5 6 5" />
    </svg>
    <h2>${title}</h2>
    ${children}
  </div>`;
}

interface FailureProps {
  readonly error: Error;
  readonly what: string;
  readonly again?: () => void;
}

export function Failure({ error, what, again }: FailureProps): VNode {
  return html`<div class="state failure" role="alert">
    <h2>Cannot show ${what}</h2>
    <p>${error.message}</p>
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
  </div>`;
}
