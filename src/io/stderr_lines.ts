/**
 * Lines to stderr that can never hold the program up (O-09). A pipe whose reader stopped blocks a
 * synchronous write for ever, and `process.stderr` is synchronous; so writes go out elsewhere, one
 * at a time, and what waits is bounded: beyond the limit lines are dropped and counted.
 */
import { writeAllStandard } from "./standard_write.ts";

const LIMIT = 64 * 1024;
/** Lines that nobody reads do not keep the process. */
const RETRY = { ms: 100, ref: false } as const;

export class StderrLines {
  #waiting: string[] = [];
  #size = 0;
  #dropped = 0;
  #busy = false;
  #closed = false;
  readonly #idle: (() => void)[] = [];

  /** Lines that did not fit, or that nobody was there to read. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#closed || this.#size + line.length > LIMIT) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#size += line.length + 1;
    if (!this.#busy) this.#next();
  }

  /** Resolves when all is written, or after the limit when the reader does not read. */
  async flush(limitMs: number): Promise<void> {
    if (!this.#busy) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #next(): void {
    if (this.#waiting.length === 0) {
      this.#busy = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#busy = true;
    const text = `${this.#waiting.join("\n")}\n`;
    this.#waiting = [];
    this.#size = 0;
    this.#send(Buffer.from(text));
  }

  #send(bytes: Uint8Array): void {
    writeAllStandard("stderr", bytes, RETRY)
      .catch(() => {
        this.#closed = true;
        this.#waiting = [];
      })
      .then(() => this.#next());
  }
}
