/**
 * The associations that somebody looks at, read once and kept for a while.
 *
 * Rule: reading takes turns with everything else on this thread. Who asks waits `PATIENCE_MS` at
 * most and then gets what there is; the reading goes on.
 * Rule: bounded: `MAX_KEPT` associations, of which the one that was not asked for longest goes.
 */
import { setTimeout as pause } from "node:timers/promises";
import { BoundedMap } from "../../observe/service/bounded_map.ts";
import type { OpenedAssociation } from "../library/capture_library.ts";
import type { Entry } from "../library/entry.ts";
import type { DashboardState } from "../state.ts";
import { AssociationPass } from "./association_pass.ts";

const MAX_KEPT = 6;
const PATIENCE_MS = 3_000;
const SLICE_MS = 20;

export interface Detail {
  readonly pass: AssociationPass;
  /** All that the capture has of it now was read. */
  readonly complete: boolean;
}

interface Kept {
  readonly pass: AssociationPass;
  /** Of the entry that was read to its end; the association has not changed since where it is so. */
  version: number;
  /** It had ended when it was read. */
  ended: boolean;
  reading: Promise<void> | undefined;
}

export class DetailCache {
  readonly #state: DashboardState;
  readonly #kept = new BoundedMap<string, Kept>(MAX_KEPT);

  constructor(state: DashboardState) {
    this.#state = state;
  }

  /** Undefined where no capture has its records. */
  async get(key: string): Promise<Detail | undefined> {
    const opened = await this.#state.open(key);
    if (opened === undefined) return undefined;
    const kept = this.#keep(opened.entry);
    const { version } = opened.entry;
    if (kept.reading === undefined && kept.version < version && !kept.ended) {
      kept.reading = this.#read(kept, opened).finally(() => {
        kept.reading = undefined;
      });
    } else {
      opened.close();
    }
    if (kept.reading !== undefined) await Promise.race([kept.reading, pause(PATIENCE_MS)]);
    return { pass: kept.pass, complete: kept.reading === undefined };
  }

  /** Runs `work` with the records at hand. Undefined where no capture has them. */
  async withRecords<T>(
    key: string,
    work: (opened: OpenedAssociation, detail: Detail) => T | Promise<T>,
  ): Promise<T | undefined> {
    const detail = await this.get(key);
    const opened = await this.#state.open(key);
    if (detail === undefined || opened === undefined) return undefined;
    try {
      return await work(opened, detail);
    } finally {
      opened.close();
    }
  }

  #keep({ key, capture, id }: Entry): Kept {
    const kept = this.#kept.get(key) ?? {
      pass: new AssociationPass({ capture, id }),
      version: -1,
      ended: false,
      reading: undefined,
    };
    this.#kept.set(key, kept);
    return kept;
  }

  async #read(kept: Kept, opened: OpenedAssociation): Promise<void> {
    const { found, reader, entry } = opened;
    try {
      let until = performance.now() + SLICE_MS;
      for (const _block of kept.pass.read(found, reader)) {
        if (performance.now() < until) continue;
        await pause(0);
        until = performance.now() + SLICE_MS;
      }
      if (entry.whole) {
        kept.pass.finish();
        kept.ended = true;
      }
      kept.version = entry.version;
    } finally {
      opened.close();
    }
  }
}
