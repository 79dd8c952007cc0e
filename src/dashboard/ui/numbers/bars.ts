/** Horizontal bars: a word, a bar, a number. */
import type { VNode } from "preact";
import { formatCount } from "../../../units.ts";
import { type Child, html } from "../html.ts";

export interface Bar {
  readonly key: string;
  readonly label: Child;
  readonly value: number;
  /** Class of the colour. */
  readonly look: string;
}

export function Bars({ bars }: { readonly bars: readonly Bar[] }): VNode {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return html`<ul class="bars_list">
    ${bars.map(
      ({ key, label, value, look }) => html`<li key=${key}>
        <span class="bar_label">${label}</span>
        <svg class=${`hbar ${look}`} aria-hidden="true">
          <rect x="0" y="15%" height="70%" width=${`${Math.max(0.6, (value / most) * 100).toFixed(2)}%`} rx="2" />
        </svg>
        <span class="right">${formatCount(value)}</span>
      </li>`,
    )}
  </ul>`;
}
