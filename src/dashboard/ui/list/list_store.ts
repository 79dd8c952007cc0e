/**
 * The live list: which associations match, of which only those in sight are fetched, and how news
 * change it. It outlives its view, so that who comes back from an association finds the same place.
 *
 * Rule: in the order of time, newest first, new rows are put in front as they come; in any other
 * order, and to get the counts right, the list is asked for again, at most every `REFRESH_MS`.
 */
import { type Signal, signal } from "@preact/signals";
import { failedStatuses } from "../../../dimse/status.ts";
import type { AssociationRow, AssociationsJson, DashboardEvent } from "../../api_types.ts";
import { apiPath, getJson } from "../api.ts";
import { type Page, Paged } from "../paged.ts";
import type { ListOrder } from "../route.ts";

export interface ListQuery extends ListOrder {
  readonly filter: string;
}

export type ListFacts = Omit<AssociationsJson, "associations" | "offset">;

type News = Extract<DashboardEvent, { event: "associations" }>["data"];

const REFRESH_MS = 2_000;
/** A part of the answer comes with each question. */
const INCOMPLETE_MS = 500;
/** So many new rows at once are no news but a capture that is being read. */
const MANY = 200;

export class ListStore {
  readonly query: ListQuery;
  readonly paged: Paged<AssociationRow>;
  readonly facts: Signal<ListFacts | undefined> = signal(undefined);
  readonly paused: Signal<boolean> = signal(false);
  /** Associations that changed while paused. */
  readonly waiting: Signal<ReadonlySet<string>> = signal(new Set());
  /** Rows that were put in front, in all. */
  readonly shift: Signal<number> = signal(0);
  /** Where j and k are. */
  readonly current: Signal<string | undefined> = signal(undefined);
  readonly selected: Signal<ReadonlySet<string>> = signal(new Set());
  /** On a phone: rows are selected by touching them, and not opened. */
  readonly selecting: Signal<boolean> = signal(false);
  #refreshing: ReturnType<typeof setTimeout> | undefined;
  #busy = false;

  constructor(query: ListQuery) {
    this.query = query;
    this.paged = new Paged((offset, limit) => this.#fetch(offset, limit), {
      keyOf: ({ key }) => key,
    });
  }

  async #fetch(offset: number, limit: number): Promise<Page<AssociationRow>> {
    const { associations, ...facts } = await getJson<AssociationsJson>(
      apiPath("associations", { ...this.query, offset, limit }),
    );
    this.facts.value = facts;
    // Captures are still being read, or asked the filter: there will be more, of which no news tell.
    if (!facts.complete) this.#refreshSoon(INCOMPLETE_MS);
    return { total: facts.total, rows: associations };
  }

  look(from: number, to: number): void {
    this.paged.ensure(from, to);
  }

  news({ rows, gone }: News): void {
    if (this.paused.value) {
      const keys = rows.map(({ key }) => key);
      this.waiting.value = new Set([...this.waiting.value, ...keys, ...gone]);
      return;
    }
    const fresh = rows.filter((row) => !this.paged.replace(row));
    const inFront = this.query.sort === "started" && this.query.order === "desc";
    const newest = this.paged.at(0)?.started ?? "";
    const front = fresh.filter(({ started }) => inFront && (started ?? "") >= newest);
    if (front.length > 0 && front.length < MANY && this.paged.total !== undefined) {
      front.sort((a, b) => ((a.started ?? "") < (b.started ?? "") ? 1 : -1));
      this.paged.prepend(front);
      this.shift.value += front.length;
      this.#count(front);
    }
    this.#refreshSoon();
  }

  pause(on: boolean): void {
    this.paused.value = on;
    if (on) return;
    this.waiting.value = new Set();
    this.refresh();
  }

  /** Nobody listened for a while, or the server has news that it cannot tell one by one. */
  missedNews(): void {
    if (!this.paused.value) this.refresh();
  }

  /** One at a time: who asks meanwhile is answered by the next one. */
  async refresh(): Promise<void> {
    if (this.#busy) {
      this.#refreshSoon();
      return;
    }
    this.#busy = true;
    await this.paged.refresh();
    this.#busy = false;
  }

  toggle(key: string): void {
    const selected = new Set(this.selected.value);
    if (!selected.delete(key)) selected.add(key);
    this.selected.value = selected;
  }

  /** What was selected before is not any more. */
  select(on: boolean): void {
    this.selected.value = new Set();
    this.selecting.value = on;
  }

  #refreshSoon(ms = REFRESH_MS): void {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined;
      if (!this.paused.value) this.refresh();
    }, ms);
  }

  /** What is known at once; the next refresh says it exactly. */
  #count(rows: readonly AssociationRow[]): void {
    const facts = this.facts.value;
    if (facts === undefined) return;
    const counts = { ...facts.counts };
    for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
    const failed = rows.filter(
      ({ outcome, statuses }) => outcome === "released" && failedStatuses(statuses).length > 0,
    );
    this.facts.value = {
      ...facts,
      counts,
      released_with_failures: facts.released_with_failures + failed.length,
      total: facts.total + rows.length,
      all: facts.all + rows.length,
    };
  }
}

let store: ListStore | undefined;

/** The store of this query: the one that there was, if it is still the same query. */
export function listStore(query: ListQuery): ListStore {
  const last = store?.query;
  if (store !== undefined && last !== undefined) {
    const { filter, sort, order } = last;
    if (filter === query.filter && sort === query.sort && order === query.order) return store;
  }
  store = new ListStore(query);
  return store;
}
