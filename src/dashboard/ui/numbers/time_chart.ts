/** Associations or octets over time, as stacked bars. */
import type { VNode } from "preact";
import { formatCount, formatDurationMs, formatSize } from "../../../units.ts";
import type { TimeBucket } from "../../api_types.ts";
import { clockDate, clockTime } from "../format.ts";
import { html } from "../html.ts";
import { ChartFrame } from "./chart_frame.ts";
import { niceCeiling, niceSize } from "./scale.ts";

interface TimeChartProps {
  readonly buckets: readonly TimeBucket[];
  readonly bucketMs: number;
  readonly of: "associations" | "bytes";
}

interface Series {
  readonly name: string;
  /** Class of the colour. */
  readonly look: string;
  readonly read: (bucket: TimeBucket) => number;
}

const SERIES: Readonly<Record<TimeChartProps["of"], readonly [Series, Series]>> = {
  associations: [
    { name: "released", look: "good", read: ({ associations, failed }) => associations - failed },
    { name: "not released", look: "bad", read: ({ failed }) => failed },
  ],
  bytes: [
    { name: "from requestors", look: "requestor", read: ({ bytes }) => bytes.requestor },
    { name: "from acceptors", look: "acceptor", read: ({ bytes }) => bytes.acceptor },
  ],
};

const WIDTH = 640;
const HEIGHT = 180;
const FOOT = 22;

export function TimeChart({ buckets, bucketMs, of }: TimeChartProps): VNode {
  const [first, second] = SERIES[of];
  const print = of === "bytes" ? formatSize : formatCount;
  const highest = Math.max(...buckets.map((bucket) => first.read(bucket) + second.read(bucket)), 1);
  const most = of === "bytes" ? niceSize(highest) : Math.max(2, niceCeiling(highest));
  const step = WIDTH / Math.max(1, buckets.length);
  const scale = (HEIGHT - FOOT - 12) / most;
  const bar = (series: Series, from: (bucket: TimeBucket) => number) =>
    buckets.map((bucket, index) => {
      const height = series.read(bucket) * scale;
      if (height === 0) return null;
      const y = HEIGHT - FOOT - from(bucket) * scale - height;
      return html`<rect
        key=${index}
        class=${series.look}
        x=${(index * step + step * 0.1).toFixed(2)}
        y=${(series.read(bucket) > 0 ? Math.min(y, HEIGHT - FOOT - 1) : y).toFixed(2)}
        width=${(step * 0.8).toFixed(2)}
        height=${Math.max(1, height).toFixed(2)}
      >
        <title>${`${label(bucket, bucketMs)}: ${print(series.read(bucket))} ${series.name}`}</title>
      </rect>`;
    });
  // Half of what is whole need not be whole: then there is no line there.
  const ticks = [0, 0.5, 1].map((part) => part * most).filter(Number.isInteger);
  const chart = html`<div class="chart_row">
      <ol class="y_axis" aria-hidden="true">
        ${[...ticks].reverse().map((value) => html`<li key=${value}>${print(value)}</li>`)}
      </ol>
      <svg class="time_chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${summary({ of, buckets, bucketMs })}>
        ${ticks.map((value) => html`<line key=${value} class="grid" x1="0" x2=${WIDTH} y1=${HEIGHT - FOOT - value * scale} y2=${HEIGHT - FOOT - value * scale} />`)}
        ${bar(first, () => 0)} ${bar(second, first.read)}
      </svg>
      <p class="x_axis" aria-hidden="true">
        <span>${label(buckets[0], bucketMs)}</span><span>${label(buckets.at(-1), bucketMs)}</span>
      </p>
    </div>
    <p class="legend">
      ${[first, second].map(({ name, look }) => html`<span key=${name}><i class=${`swatch ${look}`} /> ${name}</span>`)}
    </p>`;
  return html`<${ChartFrame}
    title=${of === "bytes" ? "Octets over time" : "Associations over time"}
    note=${`Each bar is ${formatDurationMs(bucketMs)}`}
    chart=${chart}
    columns=${["From", first.name, second.name]}
    rows=${buckets.map((bucket) => [label(bucket, bucketMs), print(first.read(bucket)), print(second.read(bucket))])}
  />`;
}

/** Days need no time of day. */
function label(bucket: TimeBucket | undefined, bucketMs: number): string {
  if (bucket === undefined) return "";
  const date = clockDate(bucket.at);
  return bucketMs >= DAY_MS ? date : `${date} ${clockTime(bucket.at).slice(0, 8)}`;
}

const DAY_MS = 86_400_000;

function summary({ of, buckets, bucketMs }: TimeChartProps): string {
  return `${of} in ${buckets.length} parts of time, from ${label(buckets[0], bucketMs)} to ${label(buckets.at(-1), bucketMs)}`;
}
