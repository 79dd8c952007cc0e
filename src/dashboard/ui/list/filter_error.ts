/** Where a filter is wrong, and what to write instead. */
import type { VNode } from "preact";
import type { ErrorJson } from "../../api_types.ts";
import { html } from "../html.ts";

interface FilterErrorProps {
  readonly text: string;
  readonly error: ErrorJson;
}

export function FilterError({ text, error }: FilterErrorProps): VNode {
  const at = Math.min(error.position ?? 0, text.length);
  const end = text.slice(at).search(/[\s()|&]/);
  const to = end < 0 ? text.length : at + Math.max(1, end);
  return html`<div class="filter_error">
    <p class="where">
      <code>${text.slice(0, at)}<mark>${text.slice(at, to) || " "}</mark>${text.slice(to)}</code>
    </p>
    <p>
      ${error.error}${error.position !== undefined && ` (at ${error.position + 1})`}.${" "}
      ${error.hint !== undefined && html`<span class="faint">${error.hint}</span>`}
    </p>
  </div>`;
}
