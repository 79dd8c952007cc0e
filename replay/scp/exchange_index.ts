/**
 * Recorded exchanges of one operation and SOP class by what they are compared by, a text a level
 * (request_facts.ts), in each association, for each called AE title, and over all.
 *
 * Rule: exchanges of which the recording has no final response answer nobody.
 */
import type { RecordedAssociation } from "../recorded.ts";
import type { RecordedExchange } from "./library.ts";
import { LEVELS, type RecordedLevel, type RequestFacts, requestFacts } from "./request_facts.ts";

/** Longest data set of a recorded request that is read to be compared: an Identifier is far shorter. */
const MAX_COMPARED = 2 ** 20;

/** Where a recorded exchange may come from: that association, that called AE title, or anywhere. */
export type Scope = RecordedAssociation | string | undefined;

export class ExchangeIndex {
  readonly #all: readonly RecordedExchange[];
  /** By level and text. */
  readonly #likes = new Map<string, RecordedExchange[]>();
  /** All that are alike by order alone, which may be very many, for each scope. */
  readonly #ordered = new Map<Scope, Map<string, RecordedExchange[]>>();

  constructor(
    exchanges: readonly RecordedExchange[],
    options: { readonly anyCase?: boolean } = {},
  ) {
    this.#all = exchanges.filter(canAnswer);
    for (const exchange of this.#all) {
      const { levels } = recordedFacts(exchange, options);
      for (const level of LEVELS) {
        const text = levels[level];
        if (text === undefined) continue;
        if (level === "order") this.#addOrdered(text, exchange);
        else add(this.#likes, key(level, text), exchange);
      }
    }
  }

  /** In the order of the recording; empty where nothing is like it at that level. */
  like(level: RecordedLevel, text: string | undefined, within: Scope): readonly RecordedExchange[] {
    if (text === undefined) return [];
    if (level === "order") return this.#ordered.get(within)?.get(text) ?? [];
    const found = this.#likes.get(key(level, text)) ?? [];
    if (within === undefined) return found;
    return found.filter(({ association }) => {
      return association === within || association.request?.calledAeTitle === within;
    });
  }

  /** The one with the fewest differences, among the first `limit`. */
  closest(
    differencesFrom: (recorded: RequestFacts) => number,
    limit: number,
  ): RecordedExchange | undefined {
    let best: { readonly exchange: RecordedExchange; readonly count: number } | undefined;
    for (const exchange of this.#all.slice(0, limit)) {
      const count = differencesFrom(recordedFacts(exchange));
      if (best === undefined || count < best.count) best = { exchange, count };
    }
    return best?.exchange;
  }

  #addOrdered(text: string, exchange: RecordedExchange): void {
    const { association } = exchange;
    for (const scope of [association, association.request?.calledAeTitle ?? "", undefined]) {
      const map = this.#ordered.get(scope) ?? new Map<string, RecordedExchange[]>();
      this.#ordered.set(scope, map);
      add(map, text, exchange);
    }
  }
}

/** What a recorded request is compared by. */
export function recordedFacts(
  exchange: RecordedExchange,
  options: { readonly anyCase?: boolean } = {},
): RequestFacts {
  const { operation, request, sopInstanceUid } = exchange;
  const { dataSet } = request;
  const readable =
    operation !== "C-STORE" && dataSet?.complete === true && dataSet.length <= MAX_COMPARED;
  return requestFacts({
    ...options,
    operation,
    values: request.values,
    sopInstanceUid,
    dataSet: readable ? dataSet.read() : undefined,
  });
}

/** It has a final response, or the acceptor ended the association instead of one. */
function canAnswer({ isWhole, association }: RecordedExchange): boolean {
  return isWhole || association.end.by === "acceptor";
}

function add(map: Map<string, RecordedExchange[]>, text: string, exchange: RecordedExchange): void {
  const list = map.get(text);
  if (list === undefined) map.set(text, [exchange]);
  else list.push(exchange);
}

function key(level: RecordedLevel, text: string): string {
  return `${level} ${text}`;
}
