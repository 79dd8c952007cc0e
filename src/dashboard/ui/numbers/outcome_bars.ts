/** How many associations ended how. */
import type { VNode } from "preact";
import type { NumbersJson } from "../../api_types.ts";
import { html } from "../html.ts";
import { OutcomeMark } from "../parts/mark.ts";
import { OUTCOMES, outcomeTone } from "../parts/tone.ts";
import { Bars } from "./bars.ts";
import { ChartFrame } from "./chart_frame.ts";

export function OutcomeBars({ outcomes }: Pick<NumbersJson, "outcomes">): VNode {
  const there = OUTCOMES.filter((outcome) => (outcomes[outcome] ?? 0) > 0);
  const bars = there.map((outcome) => ({
    key: outcome,
    label: html`<${OutcomeMark} outcome=${outcome} />`,
    value: outcomes[outcome] ?? 0,
    look: outcomeTone(outcome),
  }));
  return html`<${ChartFrame}
    title="Outcomes"
    chart=${html`<${Bars} bars=${bars} />`}
    columns=${["Outcome", "Associations"]}
    rows=${there.map((outcome) => [outcome, outcomes[outcome] ?? 0])}
  />`;
}
