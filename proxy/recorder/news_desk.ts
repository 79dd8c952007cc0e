/**
 * Tells the dashboard's thread what is new, at its pace: the next news go out only when the last
 * were acknowledged, and of one association only the newest state is kept meanwhile.
 *
 * Rule: bounded by `MAX_WAITING` associations; the oldest news are dropped first.
 */
import type { MessagePort } from "node:worker_threads";
import type { AssociationJson } from "../../src/observe/summary.ts";

const MAX_WAITING = 1_000;

export class NewsDesk {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, () => AssociationJson>();
  #acknowledged = true;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", () => {
      this.#acknowledged = true;
    });
  }

  /** `json` is called when the news go out, or never. */
  changed(association: number, json: () => AssociationJson): void {
    this.#waiting.delete(association);
    this.#waiting.set(association, json);
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.#waiting.delete(oldest);
    }
  }

  /** Call it now and then. */
  send(): void {
    if (!this.#acknowledged || this.#waiting.size === 0) return;
    this.#acknowledged = false;
    const news = [...this.#waiting.values()].map((json) => json());
    this.#waiting.clear();
    this.#port.postMessage(news);
  }

  close(): void {
    this.#port.close();
  }
}
