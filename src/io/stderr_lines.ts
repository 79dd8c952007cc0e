/**
 * Lines to stderr that can never hold the program up (O-09). A pipe whose reader stopped blocks a
 * synchronous write for ever, and `process.stderr` is synchronous; so each write happens on the
 * runtime's thread pool, one at a time, and what waits is bounded: beyond the limit lines are
 * dropped and counted. (On Deno `fs.write` to a standard stream blocks too; its own API does not.)
 */
import { write } from "node:fs";

const STDERR = 2;
const LIMIT = 64 * 1024;
const RETRY_MS = 100;

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
    writeStderr(bytes, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#send(bytes), RETRY_MS).unref();
      } else if (error !== null) {
        this.#closed = true;
        this.#waiting = [];
        this.#next();
      } else if (written < bytes.length) this.#send(bytes.subarray(written));
      else this.#next();
    });
  }
}

type Written = (error: { readonly code?: string | undefined } | null, written: number) => void;

interface DenoLike {
  readonly stderr: { write(bytes: Uint8Array): Promise<number> };
}

const { Deno } = globalThis as { readonly Deno?: DenoLike };

function writeStderr(bytes: Uint8Array, done: Written): void {
  if (Deno === undefined) {
    write(STDERR, bytes, 0, bytes.length, null, done);
    return;
  }
  Deno.stderr.write(bytes).then(
    (written) => done(null, written),
    (error) => done(error, 0),
  );
}
