/** The operators of the filter language, each to be put into the filter by a click. */
import type { VNode } from "preact";
import type { FilterJson } from "../../api_types.ts";
import { html } from "../html.ts";

interface FilterHelpProps {
  readonly operators: FilterJson["operators"];
  readonly use: (name: string) => void;
}

export function FilterHelp({ operators, use }: FilterHelpProps): VNode {
  return html`<section class="filter_help" aria-label="Help on filters">
    <p>
      A word looks at AE titles, addresses, commands and SOP classes. Side by side means and;${" "}
      <code>|</code> or, <code>!</code> not, <code>( )</code> groups, <code>"…"</code> quotes. All
      texts are regular expressions, without regard to case.
    </p>
    <dl>
      ${operators.map(
        ({ name, argument, help }) => html`<div key=${name}>
          <dt>
            <button type="button" onClick=${() => use(name)}><code>${name}</code></button>${" "}
            <span class="faint">${argument}</span>
          </dt>
          <dd>${help}</dd>
        </div>`,
      )}
    </dl>
  </section>`;
}
