/**
 * Small data sets that were read, so that a query that is asked a thousand times is read once.
 *
 * Rule: bounded by what is kept in all. The one that was not used for the longest time goes first.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";

export interface CachedDataSet {
  readonly octets: Uint8Array;
  /** Once somebody asked for its elements. */
  dataSet?: DataSet;
}

/** Longer data sets are read from the file each time. */
export const SMALL = 65_536;

/** Octets of all data sets that are kept. */
const LIMIT = 67_108_864;

/** What elements take beside their octets, in octets, so that many tiny ones count too. */
const OVERHEAD = 1_024;

export class OctetCache {
  readonly #kept = new Map<object, CachedDataSet>();
  readonly #limit: number;
  #size = 0;

  constructor(limit: number = LIMIT) {
    this.#limit = limit;
  }

  get(key: object): CachedDataSet | undefined {
    const cached = this.#kept.get(key);
    if (cached === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, cached);
    return cached;
  }

  set(key: object, cached: CachedDataSet): void {
    this.#kept.set(key, cached);
    this.#size += sizeOf(cached);
    for (const [oldest, one] of this.#kept) {
      if (this.#size <= this.#limit) break;
      this.#kept.delete(oldest);
      this.#size -= sizeOf(one);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }
}

function sizeOf({ octets }: CachedDataSet): number {
  return octets.length + OVERHEAD;
}
