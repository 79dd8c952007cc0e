/**
 * Which recorded exchange a live request is like, and by what: exact, keys, shape, order.
 *
 * - exact: the command set and the data set are the same by meaning, return keys included.
 * - keys: what decides on the answer is the same: matching keys of an Identifier, the SOP instance and
 *   the type of an action or event (request_facts.ts).
 * - shape: the same elements have values, but other ones.
 * - order: the next one of that operation and SOP class.
 *
 * Rule: never on Message ID, context, fragmentation, priority, group length, octets (PS3.7 E.1).
 * Rule: with named states (named_states.ts) what was recorded in the state that is now goes before all
 * else, at whatever level it is like the request.
 * Rule: at each level the recorded association that the live one is like is asked first, then others
 * of the same called AE title.
 */
import type { OperationName } from "../../src/service/operation.ts";
import type { Difference } from "../events.ts";
import { recordedFacts, type Scope } from "./exchange_index.ts";
import type { Cursors, Library, RecordedExchange } from "./library.ts";
import { recordedIdentifier } from "./live_uids.ts";
import {
  differences,
  LEVELS,
  type RecordedLevel,
  type RequestFacts,
  requestFacts,
  score,
} from "./request_facts.ts";
import type { LiveRequest } from "./responder.ts";

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
  /** How like the request it is, from 0 to 1; undefined where there is none to be like. */
  readonly score: number | undefined;
  /** Every exchange that would match was used, and none is used again. */
  readonly usedUp: boolean;
}

export interface MatchOptions {
  /**
   * The level that is good enough: "keys" for C-FIND, C-MOVE and C-GET, whose answers are about what
   * was asked for, "order" for the rest, unless told.
   */
  readonly lowest?: RecordedLevel | undefined;
  /** How far answers are used, where that is not a matter of associations: of one live instance. */
  readonly cursors?: Cursors | undefined;
  /** Recorded exchanges that are out of the question. */
  readonly accept?: ((exchange: RecordedExchange) => boolean) | undefined;
}

/**
 * Finds the recorded exchange for a live request and moves its cursor on: each call uses one up. Reads
 * the request's data set, but for C-STORE.
 */
export async function matchRecorded(
  request: LiveRequest,
  library: Library,
  options: MatchOptions = {},
): Promise<Match | Miss> {
  const index = library.index(request.operation, request.sopClassUid);
  const live = await liveFacts(request, library);
  const { showPatient } = request.server;
  const isQuery = QUERIES.has(request.operation);
  const missedFrom = (exchange: RecordedExchange, keysOnly: boolean): readonly Difference[] =>
    differences(recordedFacts(exchange).facts, live.facts, { showPatient, keysOnly });
  const scoreOf = (exchange: RecordedExchange): number =>
    score(recordedFacts(exchange).facts, live.facts, { keysOnly: isQuery });

  for (const { level, scope, cursors, accept } of searched(request, options)) {
    const alike = index.like(level, live.levels[level], scope);
    const found = accept === undefined ? alike : alike.filter(accept);
    if (found.length === 0) continue;
    const exchange = library.next(found, options.cursors ?? cursors);
    if (exchange !== undefined) {
      return { by: level, exchange, missed: missedFrom(exchange, false) };
    }
    const last = found.at(-1);
    const score = last && scoreOf(last);
    return { by: undefined, exchange: last, missed: [], score, usedUp: true };
  }
  const exchange = index.closest(({ facts }) => {
    return differences(facts, live.facts, { showPatient: true, keysOnly: isQuery }).length;
  }, MAX_CANDIDATES);
  if (exchange === undefined) {
    return { by: undefined, exchange, missed: [], score: undefined, usedUp: false };
  }
  const missed = missedFrom(exchange, isQuery);
  return { by: undefined, exchange, missed, score: scoreOf(exchange), usedUp: false };
}

/** Recorded requests that are looked at for the closest one. */
const MAX_CANDIDATES = 100;

interface Search {
  readonly level: RecordedLevel;
  readonly scope: Scope;
  readonly cursors?: Cursors;
  readonly accept: MatchOptions["accept"];
}

/** Where it is looked for, in this order: in the state that is now first, if there are such. */
function* searched(request: LiveRequest, { lowest, accept }: MatchOptions): Generator<Search> {
  const { association, operation, server } = request;
  const { recorded, cursors, calledAeTitle } = association;
  const { states } = server;
  const ofNow = (exchange: RecordedExchange): boolean =>
    states.isOfNow(exchange) && accept?.(exchange) !== false;
  const levels = LEVELS.slice(0, LEVELS.indexOf(lowest ?? lowestFor(operation)) + 1);
  for (const accepted of states.current === undefined ? [accept] : [ofNow, accept]) {
    for (const level of levels) {
      if (recorded !== undefined) yield { level, scope: recorded, cursors, accept: accepted };
      yield { level, scope: calledAeTitle, accept: accepted };
      yield { level, scope: undefined, accept: accepted };
    }
  }
}

async function liveFacts(request: LiveRequest, { anyCase }: Library): Promise<RequestFacts> {
  const { operation, values, sopInstanceUid, server } = request;
  return requestFacts({
    anyCase,
    operation,
    values,
    // An instance that was created under another UID in the recording.
    sopInstanceUid:
      sopInstanceUid && (server.instances.recordedOf(sopInstanceUid) ?? sopInstanceUid),
    dataSet: operation === "C-STORE" ? undefined : await recordedIdentifier(request),
  });
}

function lowestFor(operation: OperationName): RecordedLevel {
  return QUERIES.has(operation) ? "keys" : "order";
}

const QUERIES: ReadonlySet<OperationName> = new Set(["C-FIND", "C-GET", "C-MOVE"]);
