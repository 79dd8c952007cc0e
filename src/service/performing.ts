/**
 * The operations that this side performs for the peer at the moment: as many at once as were
 * negotiated (PS3.7 D.3.3.3), the next one waits for its turn.
 */
import type { Performance } from "./performance.ts";

export class Performing {
  readonly #window: number;
  /** With the place of each among all that was begun. */
  readonly #running = new Map<Performance, number>();

  constructor(window: number) {
    this.#window = Math.min(window, MOST);
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Resolves when there is room for one more. */
  async room(): Promise<void> {
    while (this.#running.size >= this.#window) {
      await Promise.race([...this.#running.keys()].map(settled));
    }
  }

  add(performance: Performance, order: number): void {
    this.#running.set(performance, order);
    settled(performance).then(() => this.#running.delete(performance));
  }

  /** Whether one runs that was begun after `order`. */
  since(order: number): boolean {
    for (const begun of this.#running.values()) if (begun > order) return true;
    return false;
  }

  /** Cancels the one with this Message ID, or all. */
  cancel(messageId?: number): void {
    for (const performance of this.#running.keys()) {
      if (messageId === undefined || performance.messageId === messageId) performance.cancel();
    }
  }
}

/** What a peer that may send any number of requests at once can make us do at once. */
const MOST = 32;

function settled(performance: Performance): Promise<void> {
  return performance.ended.catch(() => undefined);
}
