/** The associations that a download or a replay is about: named one by one, or by a filter. */

import { ApiError } from "../endpoint.ts";
import type { Entry } from "../library/entry.ts";
import { filterOf } from "../routes/queries.ts";
import type { DashboardState } from "../state.ts";

export const MAX_SELECTED = 1_000;

export interface Selection {
  readonly keys: readonly string[];
  /** Used where no key is named. */
  readonly filter: string;
}

/** In the order in which they began. Throws an `ApiError` where it is nothing, or too much. */
export function selectionOf(state: DashboardState, selection: Selection): readonly Entry[] {
  const { keys, filter } = selection;
  const entries = keys.length > 0 ? namedEntries(state, keys) : matchingEntries(state, filter);
  if (entries.length === 0) throw new ApiError(404, { error: "Nothing is selected" });
  if (entries.length > MAX_SELECTED) {
    const error = `${entries.length} associations are selected, ${MAX_SELECTED} at once are the most`;
    throw new ApiError(413, { error, hint: "Use a narrower filter." });
  }
  const unrecorded = entries.find(({ capture }) => state.library.pathOf(capture) === undefined);
  if (unrecorded !== undefined) {
    throw new ApiError(404, { error: `${unrecorded.key} is in no capture: it was not recorded` });
  }
  for (const entry of entries) {
    const barred = state.library.barredOf(entry);
    if (barred === undefined) continue;
    throw new ApiError(503, { error: `The capture of ${entry.key} cannot be read now: ${barred}` });
  }
  return [...entries].sort((a, b) => a.started - b.started || a.id - b.id);
}

function namedEntries(state: DashboardState, keys: readonly string[]): Entry[] {
  return [...new Set(keys)].map((key) => {
    const entry = state.list.get(key);
    if (entry !== undefined) return entry;
    throw new ApiError(404, {
      error: `There is no association ${JSON.stringify(key.slice(0, 200))}`,
    });
  });
}

function matchingEntries(state: DashboardState, filter: string): readonly Entry[] {
  if (filter === "")
    throw new ApiError(400, { error: "Name associations by key, or give a filter" });
  const { entries, complete } = state.list.matching(filterOf(filter));
  if (complete) return entries;
  throw new ApiError(503, { error: "The filter is still being evaluated: try again in a moment" });
}
