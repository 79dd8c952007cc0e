/**
 * Long work in pieces: between them connections, timers and signals have their turn, so that a replay
 * that still reads can be stopped.
 */
import { setImmediate } from "node:timers/promises";

export interface TurnOptions {
  /** Ends the work: `take` throws its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of work that may pass in one go; 20 unless told. */
  readonly turnMs?: number;
}

export class Turns {
  readonly #options: TurnOptions;
  #began = performance.now();

  constructor(options: TurnOptions = {}) {
    this.#options = options;
  }

  /** To be awaited between two pieces. */
  async take(): Promise<void> {
    const { signal, turnMs = TURN_MS } = this.#options;
    if (performance.now() - this.#began >= turnMs) {
      await setImmediate();
      this.#began = performance.now();
    }
    signal?.throwIfAborted();
  }
}

const TURN_MS = 20;
