/**
 * The associations of all captures and of the proxy, filtered and sorted for a list of which a
 * window is shown.
 *
 * Rule: bounded by `MAX_ENTRIES`; beyond it the oldest are dropped and counted in `left`.
 * Rule: one question takes `BUDGET_MS` at most, but for sorting. What a filter could not be asked of
 * in that time is left out, `complete` is false, and the next question goes on from there.
 */
import { statusClass } from "../../dimse/status.ts";
import type { Filter } from "../../filter/filter.ts";
import type { Outcome } from "../../observe/summary.ts";
import type { AssociationSort } from "../api_types.ts";
import type { Entry } from "./entry.ts";

/** Some 600 octets each. */
export const MAX_ENTRIES = 100_000;

const BUDGET_MS = 250;

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

/** Room for entries that come after a filter was first asked. */
const SPARE_SLOTS = 1_000;

/** Filters whose verdicts are kept. */
const MAX_FILTERS = 16;

export interface EntryQuery {
  /** The text names it in the memory of verdicts. */
  readonly filter: { readonly text: string; readonly filter: Filter };
  readonly sort: AssociationSort;
  readonly order: "asc" | "desc";
}

export interface EntryAnswer {
  /** All that match, sorted. */
  readonly entries: readonly Entry[];
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  readonly releasedWithFailures: number;
  readonly complete: boolean;
}

export class EntryList {
  /** Entries that were dropped because there are too many. */
  left = 0;
  readonly #max: number;
  readonly #judge: (filter: Filter, entry: Entry) => boolean;
  readonly #entries = new Map<string, Entry>();
  /** By filter, then by the slot of the entry: unknown, no, or yes. */
  readonly #verdicts = new Map<string, Uint8Array>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  /** Newest first; undefined when something changed. */
  #newestFirst: readonly Entry[] | undefined;
  #answers = new Map<string, EntryAnswer>();

  constructor(judge: (filter: Filter, entry: Entry) => boolean, max = MAX_ENTRIES) {
    this.#judge = judge;
    this.#max = max;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  put(entry: Entry): void {
    const slot = this.#entries.get(entry.key)?.slot ?? this.#freeSlots.pop() ?? this.#slots++;
    for (const verdicts of this.#verdicts.values()) verdicts[slot] = UNKNOWN;
    entry.slot = slot;
    this.#entries.set(entry.key, entry);
    this.#changed();
    if (this.#entries.size > this.#max + Math.ceil(this.#max / 10)) this.#dropOldest();
  }

  delete(key: string): void {
    const slot = this.#entries.get(key)?.slot;
    if (slot !== undefined) this.#freeSlots.push(slot);
    if (this.#entries.delete(key)) this.#changed();
  }

  newestFirst(): readonly Entry[] {
    this.#newestFirst ??= [...this.#entries.values()].sort(compareStarted).reverse();
    return this.#newestFirst;
  }

  query(query: EntryQuery): EntryAnswer {
    const name = JSON.stringify([query.filter.text, query.sort, query.order]);
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const { entries, complete } = this.matching(query.filter);
    const counts: Partial<Record<Outcome, number>> = {};
    let releasedWithFailures = 0;
    for (const { outcome, statuses } of entries) {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      if (outcome === "released" && statuses.some(isFailure)) releasedWithFailures += 1;
    }
    const answer = { entries: sorted(entries, query), counts, releasedWithFailures, complete };
    if (complete) remember(this.#answers, name, answer);
    return answer;
  }

  /** Newest first. */
  matching({ text, filter }: EntryQuery["filter"]): Pick<EntryAnswer, "entries" | "complete"> {
    const all = this.newestFirst();
    if (filter.kind === "all") return { entries: all, complete: true };
    const verdicts = this.#verdictsOf(text);
    const until = performance.now() + BUDGET_MS;
    const entries: Entry[] = [];
    let complete = true;
    for (const entry of all) {
      const slot = entry.slot ?? 0;
      let verdict = verdicts[slot] ?? UNKNOWN;
      if (verdict === UNKNOWN && complete) {
        verdict = this.#judge(filter, entry) ? YES : NO;
        verdicts[slot] = verdict;
        if (performance.now() > until) complete = false;
      }
      if (verdict === YES) entries.push(entry);
    }
    return { entries, complete };
  }

  /** Whether one entry matches, for those who are told of changes. */
  matches({ text, filter }: EntryQuery["filter"], entry: Entry): boolean {
    if (filter.kind === "all") return true;
    const verdicts = this.#verdictsOf(text);
    const slot = entry.slot ?? 0;
    if ((verdicts[slot] ?? UNKNOWN) === UNKNOWN) {
      verdicts[slot] = this.#judge(filter, entry) ? YES : NO;
    }
    return verdicts[slot] === YES;
  }

  #verdictsOf(text: string): Uint8Array {
    const known = this.#verdicts.get(text);
    const isLongEnough = known !== undefined && known.length >= this.#slots;
    const verdicts = isLongEnough ? known : new Uint8Array(this.#slots + SPARE_SLOTS);
    if (known !== undefined && verdicts !== known) verdicts.set(known);
    remember(this.#verdicts, text, verdicts);
    return verdicts;
  }

  #changed(): void {
    this.#newestFirst = undefined;
    if (this.#answers.size > 0) this.#answers = new Map();
  }

  #dropOldest(): void {
    for (const { key } of this.newestFirst().slice(this.#max)) {
      this.delete(key);
      this.left += 1;
    }
  }
}

function isFailure(status: number): boolean {
  return statusClass(status) === "failure";
}

/** Puts it last; the one that was not used for longest goes. */
function remember<V>(memory: Map<string, V>, name: string, value: V): void {
  memory.delete(name);
  memory.set(name, value);
  for (const oldest of memory.keys()) {
    if (memory.size <= MAX_FILTERS) break;
    memory.delete(oldest);
  }
}

function sorted(entries: readonly Entry[], { sort, order }: EntryQuery): readonly Entry[] {
  if (sort === "started") return order === "desc" ? entries : [...entries].reverse();
  const compare = COMPARE[sort];
  const sign = order === "desc" ? -1 : 1;
  // equal ones stay newest first
  return [...entries].sort((a, b) => sign * compare(a, b));
}

const COMPARE: Readonly<Record<AssociationSort, (a: Entry, b: Entry) => number>> = {
  started: compareStarted,
  duration: (a, b) => a.durationMs - b.durationMs,
  messages: (a, b) => a.messages - b.messages,
  bytes: (a, b) => a.bytes - b.bytes,
  findings: (a, b) => weight(a) - weight(b),
  calling: (a, b) => compareText(a.calling, b.calling),
  called: (a, b) => compareText(a.called, b.called),
  outcome: (a, b) => compareText(a.outcome, b.outcome),
};

function compareStarted(a: Entry, b: Entry): number {
  return a.started - b.started || compareText(a.capture, b.capture) || a.id - b.id;
}

/** An error counts more than any number of warnings. */
function weight({ findings }: Entry): number {
  return findings.error * 1e6 + findings.warning * 1e3 + findings.note;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
