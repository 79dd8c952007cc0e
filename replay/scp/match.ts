/**
 * Which recorded exchange a live request is like, and by what: exact, keys, shape, order.
 *
 * - exact: the command set and the data set are the same by meaning, return keys included.
 * - keys: what decides on the answer is the same: matching keys of an Identifier (query_keys.ts), the
 *   SOP instance and the type of an action or event.
 * - shape: the same elements have values, but other ones.
 * - order: the next one of that operation and SOP class.
 *
 * Rule: never on Message ID, context, fragmentation, priority, group length, octets (PS3.7 E.1).
 */
import type { Difference, MatchLevel } from "../events.ts";
import type { Library, RecordedExchange } from "./library.ts";
import type { LiveRequest } from "./responder.ts";

export type RecordedLevel = Extract<MatchLevel, "exact" | "keys" | "shape" | "order">;

export interface Match {
  readonly by: RecordedLevel;
  readonly exchange: RecordedExchange;
  readonly missed: readonly Difference[];
}

/** Why there is no match: the closest recorded request, and what differs from it. */
export interface Miss {
  readonly by: undefined;
  /** Undefined where the recording has no request of that operation and SOP class at all. */
  readonly exchange: RecordedExchange | undefined;
  readonly missed: readonly Difference[];
  /** Every exchange that would match was used, and none is used again. */
  readonly usedUp: boolean;
}

/**
 * Finds the recorded exchange for a live request and moves its cursor on. Reads the request's data
 * set, but for C-STORE. `lowest` is the level that is good enough: "keys" for C-FIND, C-MOVE and
 * C-GET, "order" for the rest, unless told.
 */
export async function matchRecorded(
  request: LiveRequest,
  library: Library,
  options: { readonly lowest?: RecordedLevel } = {},
): Promise<Match | Miss> {
  const all = library.exchanges(request.operation, request.sopClassUid);
  const exchange = library.next(all);
  if (exchange === undefined) {
    return { by: undefined, exchange: all.at(-1), missed: [], usedUp: all.length > 0 };
  }
  return { by: options.lowest ?? "order", exchange, missed: [] };
}
