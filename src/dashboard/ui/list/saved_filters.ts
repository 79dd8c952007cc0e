/** Filters that this browser keeps, as links. */
import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { html } from "../html.ts";
import type { Paged } from "../paged.ts";
import { Icon } from "../parts/icon.ts";
import { remember, remembered } from "../remember.ts";
import { listRoute, routeAddress } from "../route.ts";

/** More are not kept: the oldest goes. */
const MOST = 12;

const saved = signal(readSaved(remembered("filters")));

interface SavedFiltersProps {
  readonly filter: string;
  /** What it lets through. */
  readonly paged: Paged<unknown>;
}

export function SavedFilters({ filter, paged }: SavedFiltersProps): VNode | null {
  const filters = saved.value;
  paged.version.value; // draws again when an answer has come: it is a filter that can be read
  const canSave = paged.total !== undefined;
  const isSaved = filters.includes(filter);
  const offers = filter !== "" && !isSaved && canSave;
  if (filters.length === 0 && !offers) return null;
  return html`<ul class="saved" aria-label="Saved filters">
    ${
      offers &&
      html`<li>
        <button type="button" class="save" onClick=${() => keep([filter, ...filters])}>
          <${Icon} name="star" /> Save this filter
        </button>
      </li>`
    }
    ${filters.map(
      (text) => html`<li key=${text} class=${text === filter ? "on" : ""}>
        <a href=${routeAddress(listRoute(text))}><code>${text}</code></a>
        <button
          type="button"
          class="quiet"
          aria-label=${`Forget the filter ${text}`}
          onClick=${() => keep(filters.filter((other) => other !== text))}
        >
          <${Icon} name="close" />
        </button>
      </li>`,
    )}
  </ul>`;
}

function keep(filters: readonly string[]): void {
  saved.value = filters.slice(0, MOST);
  remember("filters", saved.value);
}

function readSaved(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((text) => typeof text === "string").slice(0, MOST);
}
