/** Octets over the time of an association, as small bars. A picture of what the numbers say. */
import type { VNode } from "preact";
import { html } from "../html.ts";

const WIDTH = 72;
const HEIGHT = 16;
/** So many bars fill the width; fewer leave some of it free. */
const FEW = 12;

export function Spark({ values }: { readonly values: readonly number[] | null }): VNode | null {
  if (values === null || values.length === 0) return null;
  const most = Math.max(...values, 1);
  const step = WIDTH / Math.max(FEW, values.length);
  const bars = values.map((value, index) => {
    if (value === 0) return "";
    // The square root shows small exchanges beside large ones.
    const height = Math.max(1.5, Math.sqrt(value / most) * HEIGHT);
    return `M${(index * step).toFixed(1)} ${HEIGHT}v-${height.toFixed(1)}h${Math.max(1, step - 1).toFixed(1)}v${height.toFixed(1)}z`;
  });
  return html`<svg class="spark_bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
    <path d=${bars.join("")} />
  </svg>`;
}
