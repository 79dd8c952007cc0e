/** How many associations ended how; those that the filter language has a word for can be clicked. */
import type { VNode } from "preact";
import type { Outcome } from "../../../observe/summary.ts";
import { formatCount } from "../../../units.ts";
import { plural } from "../format.ts";
import { type Child, html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { OUTCOMES, outcomeTone, type Tone } from "../parts/tone.ts";
import { type ListRoute, routeAddress } from "../route.ts";
import { FAILURES, hasChip, outcomeChip, PROBLEMS, toggleChip } from "./filter_chips.ts";
import type { ListFacts } from "./list_store.ts";

interface CountsProps {
  readonly facts: ListFacts | undefined;
  readonly route: ListRoute;
}

export function OutcomeCounts({ facts, route }: CountsProps): VNode | null {
  if (facts === undefined) return null;
  const { counts, total, all, left, complete, released_with_failures: failures } = facts;
  const there = OUTCOMES.filter((outcome) => (counts[outcome] ?? 0) > 0);
  const of = total === all ? "" : ` of ${formatCount(all)}`;
  return html`<p class="total">
      <strong>${formatCount(total)}</strong>${of} ${all === 1 ? "association" : "associations"}
      ${!complete && html`<span class="faint"> (still reading)</span>`}
      ${left > 0 && html`<span class="faint"> (${plural(left, "older one")} not listed)</span>`}
    </p>
    <ul class="counts" aria-label="By outcome">
      ${
        all > 0 &&
        html`<li>
          <${Chip} tone="warn" chip=${PROBLEMS} route=${route} title="Not released, with a request that failed, or against the standard">
            Problems only
          <//>
        </li>`
      }
      ${
        failures > 0 &&
        html`<li>
          <${Chip} tone="bad" chip=${FAILURES} route=${route} title="Show only those that were released and had a request that failed">
            <b>${formatCount(failures)}</b> released with failures
          <//>
        </li>`
      }
      ${there.map(
        (outcome) => html`<li key=${outcome}>
          <${OutcomeCount} outcome=${outcome} count=${counts[outcome] ?? 0} route=${route} />
        </li>`,
      )}
    </ul>`;
}

interface CountProps {
  readonly outcome: Outcome;
  readonly count: number;
  readonly route: ListRoute;
}

function OutcomeCount({ outcome, count, route }: CountProps): VNode {
  const tone = outcomeTone(outcome);
  const chip = outcomeChip(outcome);
  const inside = html`<b>${formatCount(count)}</b> ${outcome}`;
  if (chip === undefined) {
    return html`<span class=${`chip ${tone}`}><${Icon} name=${tone} />${inside}</span>`;
  }
  return html`<${Chip} tone=${tone} chip=${chip} route=${route} title=${`Show only ${outcome}`}>${inside}<//>`;
}

interface ChipProps {
  readonly tone: Tone;
  readonly chip: string;
  readonly route: ListRoute;
  readonly title: string;
  readonly children?: Child;
}

function Chip({ tone, chip, route, title, children }: ChipProps): VNode {
  const on = hasChip(route.filter, chip);
  return html`<a
    class=${`chip ${tone}`}
    href=${routeAddress({ ...route, filter: toggleChip(route.filter, chip) })}
    aria-current=${on ? "true" : undefined}
    title=${on ? "Show all again" : title}
    ><${Icon} name=${tone} />${children}</a
  >`;
}
