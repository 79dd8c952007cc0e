/**
 * One line on stderr that says how far long work has come: only on a terminal, at most ten times a
 * second, and gone when the work is done.
 */
import type { Output } from "./output.ts";

const INTERVAL_MS = 100;
const BAR = 24;

export interface ProgressOptions {
  readonly label: string;
  readonly total: number;
  readonly shown: boolean;
}

export class Progress {
  readonly #err: Output;
  readonly #options: ProgressOptions;
  /** The clock begins with the process: the first line of a quick start is drawn, too. */
  #last = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(err: Output, options: ProgressOptions) {
    this.#err = err;
    this.#options = options;
  }

  /** Cheap enough to call for each block of a file. */
  at(done: number): void {
    if (!this.#options.shown) return;
    const now = performance.now();
    if (now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    this.#drawn = true;
    const { label, total } = this.#options;
    const share = total > 0 ? Math.min(done / total, 1) : 0;
    const bar = "#".repeat(Math.round(share * BAR)).padEnd(BAR, ".");
    const percent = String(Math.floor(share * 100)).padStart(3);
    this.#err.write(`\r\x1b[2K${label} [${bar}] ${percent}%`);
  }

  /** Removes the line, before anything else is printed in its place, on stdout too. */
  done(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#err.write("\r\x1b[2K");
    void this.#err.flush();
  }
}
