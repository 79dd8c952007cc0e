/**
 * What the dashboard can see of a running proxy. It is told; it asks nobody and can delay nobody.
 *
 * Rule: everything kept here is bounded: the newest `limit` associations, oldest dropped.
 */
import type { AssociationJson } from "../observe/summary.ts";

export interface ProxyHealth {
  /** True while the routes accept and forward. */
  readonly forwarding: boolean;
  /** "ok", "paused", "refused", "off": the recorder's state in one word. */
  readonly recording: string;
  /** Why recording is not "ok", in words. */
  readonly reason: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

export class DashboardState {
  readonly #limit: number;
  readonly #associations = new Map<string, AssociationJson>();
  #health: ProxyHealth = { forwarding: false, recording: "off", reason: null, counters: {} };

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  get health(): ProxyHealth {
    return this.#health;
  }

  /** Newest first. */
  get associations(): readonly AssociationJson[] {
    return [...this.#associations.values()].reverse();
  }

  setHealth(health: ProxyHealth): void {
    this.#health = health;
  }

  setAssociation(association: AssociationJson): void {
    this.#associations.set(`${association.capture}#${association.id}`, association);
    for (const oldest of this.#associations.keys()) {
      if (this.#associations.size <= this.#limit) break;
      this.#associations.delete(oldest);
    }
  }
}
