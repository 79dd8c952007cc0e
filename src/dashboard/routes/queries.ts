/** What endpoints take in their queries, read and refused in one way. */
import * as z from "zod";
import { isFilterError } from "../../filter/filter.ts";
import { MAX_FILTER_LENGTH, parseFilter } from "../../filter/parse_filter.ts";
import { ApiError } from "../endpoint.ts";
import type { Entry } from "../library/entry.ts";
import type { EntryQuery } from "../library/entry_list.ts";
import type { DashboardState } from "../state.ts";

export const FILTER_TEXT = z
  .string()
  .max(MAX_FILTER_LENGTH)
  .default("")
  .describe("In the filter language of `dicomtap show`; empty for all");

export const OFFSET = z.coerce.number().int().min(0).max(10_000_000).default(0);

/** The window of a list that is asked for. */
export function limit(most: number, usual: number) {
  return z.coerce.number().int().min(1).max(most).default(usual);
}

/** Patient data in clear: `1`. */
export const SHOW_PHI = z.enum(["0", "1"]).default("0");

export const KEY = z.string().min(3).max(512).describe('"2026-02-03.dcap/17"');

/** Throws an `ApiError` that says where it is wrong. */
export function filterOf(text: string): EntryQuery["filter"] {
  const filter = parseFilter(text);
  if (!isFilterError(filter)) return { text, filter };
  const { message, position, hint } = filter;
  throw new ApiError(400, { error: `Cannot read the filter: ${message}`, position, hint });
}

/** Throws an `ApiError` where there is none. */
export function entryOfKey(state: DashboardState, key: string): Entry {
  const entry = state.list.get(key);
  if (entry === undefined) throw notThere(key);
  return entry;
}

export function notThere(key: string): ApiError {
  return new ApiError(404, {
    error: `There is no association ${JSON.stringify(key.slice(0, 200))} here`,
    hint: "Its capture may have been deleted.",
  });
}
