/**
 * The exchanges of associations in words, read from the captures when a story or the numbers need
 * them, and kept for a while.
 *
 * Rule: a question takes as long as it may and then gets what is there; the next one goes on.
 * Bounded: `MAX_EXCHANGES` in memory, associations of more than `MAX_LENGTH` octets are left out.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type NarratedExchange, narrateAssociation } from "../../inspect/narrate_association.ts";
import { UnreadableCapture } from "../library/capture_library.ts";
import { type Entry, summaryOf } from "../library/entry.ts";
import type { DashboardState } from "../state.ts";

const MAX_EXCHANGES = 100_000;
const MAX_LENGTH = 1_073_741_824;
const SLICE_MS = 20;

export interface Narrated {
  readonly entry: Entry;
  readonly exchanges: readonly NarratedExchange[];
}

export class Narrations {
  readonly #state: DashboardState;
  readonly #memory = new Map<string, Narrated>();
  #exchanges = 0;

  constructor(state: DashboardState) {
    this.#state = state;
  }

  /** In the order given, as many as can be read in `budgetMs`; the others are not in the answer. */
  async of(entries: readonly Entry[], budgetMs: number): Promise<readonly Narrated[]> {
    const until = performance.now() + budgetMs;
    const narrated: Narrated[] = [];
    for (const entry of entries) {
      const known = this.#memory.get(entry.key);
      if (known?.entry.version === entry.version) {
        this.#memory.delete(entry.key);
        this.#memory.set(entry.key, known);
        narrated.push(known);
      } else if (performance.now() < until && entry.bytes <= MAX_LENGTH) {
        const read = await this.#read(entry);
        if (read !== undefined) narrated.push(read);
      }
    }
    return narrated;
  }

  async #read(entry: Entry): Promise<Narrated | undefined> {
    const opened = await this.#state.open(entry.key).catch((error: unknown) => {
      if (error instanceof UnreadableCapture) return undefined; // the others are told all the same
      throw error;
    });
    if (opened === undefined) return undefined;
    try {
      const association = { ...opened.found, summary: summaryOf(opened.entry) };
      const exchanges: NarratedExchange[] = [];
      let until = performance.now() + SLICE_MS;
      for (const exchange of narrateAssociation(association, { reader: opened.reader })) {
        exchanges.push(exchange);
        if (performance.now() < until) continue;
        await pause(0);
        until = performance.now() + SLICE_MS;
      }
      const narrated = { entry: opened.entry, exchanges };
      this.#keep(narrated);
      return narrated;
    } finally {
      opened.close();
    }
  }

  #keep(narrated: Narrated): void {
    this.#forget(narrated.entry.key);
    this.#memory.set(narrated.entry.key, narrated);
    this.#exchanges += narrated.exchanges.length;
    for (const oldest of this.#memory.keys()) {
      if (this.#exchanges <= MAX_EXCHANGES) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#exchanges -= this.#memory.get(key)?.exchanges.length ?? 0;
    this.#memory.delete(key);
  }
}
