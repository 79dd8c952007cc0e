/**
 * stdout and stderr as lines. Lines are gathered into larger writes; a reader that went away
 * (`| head -1`, EPIPE) is no error: what it does not read is not written.
 *
 * Rule: a command that prints without end awaits `room()` now and then, so that a slow reader slows
 * it down instead of filling memory, and a reader that left ends it.
 */
import { escapeJson } from "../escape.ts";

const BATCH = 16_384;

export interface WritableLike {
  readonly writableNeedDrain: boolean;
  write(text: string, done?: (error?: Error | null) => void): boolean;
  once(event: "drain" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** Thrown by `room()` when nobody reads any more. The program then ends with exit code 0. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

export class Output {
  readonly #stream: WritableLike;
  #pending = "";
  #scheduled = false;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(stream: WritableLike) {
    this.#stream = stream;
    stream.on("error", () => {
      this.#closed = true;
      this.#pending = "";
      this.#wake?.();
    });
  }

  /** Whether the reader is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the reader lags behind: who can leave something out should. */
  get isFull(): boolean {
    return this.#stream.writableNeedDrain;
  }

  write(text: string): void {
    if (this.#closed) return;
    this.#pending += text;
    if (this.#pending.length >= BATCH) this.#send();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    }
  }

  line(text = ""): void {
    this.write(`${text}\n`);
  }

  /** One JSON object on a line of its own, also where the line ends up on a terminal (P-15). */
  json(value: unknown): void {
    this.write(`${escapeJson(JSON.stringify(value))}\n`);
  }

  /** Resolves when the reader has room for more. Throws OutputClosed when there is none. */
  async room(): Promise<void> {
    if (this.#stream.writableNeedDrain && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#stream.once("drain", resolve);
      });
      this.#wake = undefined;
    }
    if (this.#closed) throw new OutputClosed("Nobody reads the output any more");
  }

  /** Resolves when everything written so far has left this process, or cannot leave any more. */
  async flush(): Promise<void> {
    if (this.#closed) return;
    const text = this.#pending;
    this.#pending = "";
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#stream.write(text, () => resolve());
    });
    this.#wake = undefined;
  }

  #send(): void {
    if (this.#pending === "" || this.#closed) return;
    const text = this.#pending;
    this.#pending = "";
    this.#stream.write(text);
  }
}
