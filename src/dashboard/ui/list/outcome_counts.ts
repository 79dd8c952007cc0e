/** How many associations ended how; those that the filter language has a word for can be clicked. */
import type { VNode } from "preact";
import type { Outcome } from "../../../observe/summary.ts";
import { formatCount } from "../../../units.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { OUTCOMES, outcomeTone } from "../parts/tone.ts";
import { routeAddress } from "../route.ts";
import type { ListFacts } from "./list_store.ts";

const OPERATOR: Readonly<Partial<Record<Outcome, string>>> = {
  released: "~rel",
  rejected: "~rj",
  aborted: "~abort",
};

interface CountsProps {
  readonly facts: ListFacts | undefined;
  readonly filter: string;
}

export function OutcomeCounts({ facts, filter }: CountsProps): VNode | null {
  if (facts === undefined) return null;
  const { counts, total, all, left, complete } = facts;
  const there = OUTCOMES.filter((outcome) => (counts[outcome] ?? 0) > 0);
  const of = total === all ? "" : ` of ${formatCount(all)}`;
  return html`<p class="total">
      <strong>${formatCount(total)}</strong>${of} ${all === 1 ? "association" : "associations"}
      ${!complete && html`<span class="faint"> (still reading)</span>`}
      ${left > 0 && html`<span class="faint"> (${plural(left, "older one")} not listed)</span>`}
    </p>
    <ul class="counts" aria-label="By outcome">
      ${there.map(
        (outcome) => html`<li key=${outcome}>
          <${OutcomeCount} outcome=${outcome} count=${counts[outcome] ?? 0} filter=${filter} />
        </li>`,
      )}
    </ul>`;
}

interface CountProps {
  readonly outcome: Outcome;
  readonly count: number;
  readonly filter: string;
}

function OutcomeCount({ outcome, count, filter }: CountProps): VNode {
  const tone = outcomeTone(outcome);
  const inside = html`<${Icon} name=${tone} /><b>${formatCount(count)}</b> ${outcome}`;
  const operator = OPERATOR[outcome];
  if (operator === undefined) return html`<span class=${`chip ${tone}`}>${inside}</span>`;
  const on = filter.split(/\s+/).includes(operator);
  const rest = filter
    .split(/\s+/)
    .filter((word) => !Object.values(OPERATOR).includes(word))
    .join(" ");
  const next = on ? rest : `${rest} ${operator}`.trim();
  return html`<a
    class=${`chip ${tone}`}
    href=${routeAddress({ page: "list", filter: next })}
    aria-current=${on ? "true" : undefined}
    title=${on ? "Show all again" : `Show only ${outcome}`}
    >${inside}</a
  >`;
}
