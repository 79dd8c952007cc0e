/**
 * A long list of which only what is looked at is fetched, in pages.
 *
 * Rule: answers of an older `reset` are thrown away. What was fetched stays until the list is reset;
 * 100,000 rows of a list are some 60 MB at most, if somebody scrolls through all of them.
 */
import { type Signal, signal } from "@preact/signals";

export interface Page<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

export type FetchPage<T> = (offset: number, limit: number) => Promise<Page<T>>;

export interface PagedOptions<T> {
  readonly pageSize?: number;
  /** What tells rows apart, for `replace` and `indexOf`. */
  readonly keyOf?: (row: T) => string;
}

export class Paged<T> {
  /** Counts up whenever something changed: to be read where the list is drawn. */
  readonly version: Signal<number> = signal(0);
  readonly error: Signal<Error | undefined> = signal(undefined);
  readonly #pageSize: number;
  readonly #fetch: FetchPage<T>;
  readonly #keyOf: ((row: T) => string) | undefined;
  /** Index of a key, less the rows that were put in front since. */
  readonly #places = new Map<string, number>();
  #inFront = 0;
  #rows: (T | undefined)[] = [];
  #total: number | undefined;
  #asked = new Set<number>();
  #round = 0;
  /** What was looked at last. */
  #sight: readonly [from: number, to: number] = [0, 1];

  constructor(fetch: FetchPage<T>, { pageSize = 200, keyOf }: PagedOptions<T> = {}) {
    this.#fetch = fetch;
    this.#pageSize = pageSize;
    this.#keyOf = keyOf;
  }

  /** `undefined` until the first answer. */
  get total(): number | undefined {
    return this.#total;
  }

  /** `undefined` where it was not fetched yet. */
  at(index: number): T | undefined {
    return this.#rows[index];
  }

  /** Fetches what is missing of the rows from `from` to before `to`. */
  async ensure(from: number, to: number): Promise<void> {
    this.#sight = [from, to];
    const last = Math.max(0, Math.min(to, this.#total ?? to) - 1);
    const waits: Promise<void>[] = [];
    for (let page = this.#pageOf(from); page <= this.#pageOf(last); page++) {
      if (!this.#asked.has(page)) waits.push(this.#load(page));
    }
    await Promise.all(waits);
  }

  /** Forgets which pages are there, and fetches those again that are looked at. */
  async refresh(): Promise<void> {
    this.#round++;
    this.#asked = new Set();
    await this.ensure(...this.#sight);
  }

  /** Puts rows in front of all others. */
  prepend(rows: readonly T[]): void {
    this.#rows = [...rows, ...this.#filled()];
    this.#total = (this.#total ?? 0) + rows.length;
    this.#inFront += rows.length;
    for (const [index, row] of rows.entries()) this.#place(row, index);
    // Pages that were not asked for begin elsewhere now: those that hold a hole are asked again.
    this.#asked = new Set(
      [...Array(Math.ceil(this.#rows.length / this.#pageSize)).keys()].filter((page) =>
        this.#isWhole(page),
      ),
    );
    this.version.value++;
  }

  /** Puts `row` in place of the fetched one with its key; false: there is none. */
  replace(row: T): boolean {
    const index = this.#keyOf === undefined ? -1 : this.indexOf(this.#keyOf(row));
    if (index < 0) return false;
    this.#rows[index] = row;
    this.version.value++;
    return true;
  }

  /** -1 where no row with this key was fetched. */
  indexOf(key: string): number {
    const index = (this.#places.get(key) ?? Number.NaN) + this.#inFront;
    const row = this.#rows[index];
    return row !== undefined && this.#keyOf?.(row) === key ? index : -1;
  }

  #place(row: T, index: number): void {
    if (this.#keyOf !== undefined) this.#places.set(this.#keyOf(row), index - this.#inFront);
  }

  #filled(): (T | undefined)[] {
    const rows = this.#rows.slice();
    rows.length = this.#total ?? 0;
    return rows;
  }

  #isWhole(page: number): boolean {
    const end = Math.min((page + 1) * this.#pageSize, this.#total ?? 0);
    for (let index = page * this.#pageSize; index < end; index++) {
      if (this.#rows[index] === undefined) return false;
    }
    return true;
  }

  #pageOf(index: number): number {
    return Math.floor(index / this.#pageSize);
  }

  async #load(page: number): Promise<void> {
    const round = this.#round;
    const size = this.#pageSize;
    this.#asked.add(page);
    try {
      const { total, rows } = await this.#fetch(page * size, size);
      if (round !== this.#round) return;
      this.#total = total;
      this.#rows.length = total;
      for (const [index, row] of rows.entries()) {
        this.#rows[page * size + index] = row;
        this.#place(row, page * size + index);
      }
      this.error.value = undefined;
    } catch (error) {
      if (round !== this.#round) return;
      this.#asked.delete(page);
      this.error.value = error as Error;
    }
    this.version.value++;
  }
}
