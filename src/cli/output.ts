/**
 * stdout and stderr as lines. Lines are gathered into larger writes; a reader that went away
 * (`| head -1`, EPIPE) is no error: what it does not read is not written. A disk that is full is one.
 *
 * Rule: a command that prints without end awaits `room()` now and then, so that a slow reader slows
 * it down instead of filling memory, and a reader that left ends it.
 */
import { escapeJson } from "../escape.ts";
import { systemErrorCode } from "./system_error.ts";

const BATCH = 16_384;

/** Of the disk behind a redirected stream. Others, such as EPIPE, say that nobody wants the rest. */
const FAULTS: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

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
  #fault: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: WritableLike) {
    this.#stream = stream;
    stream.on("error", (error) => {
      this.#noteFault(error);
      this.#closed = true;
      this.#pending = "";
      this.#wake?.();
    });
  }

  /** Whether the reader is gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Why the system did not take what was written: a full disk. No fault where a reader left. */
  get fault(): Error | undefined {
    return this.#fault;
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
      this.#stream.write(text, (error) => {
        this.#noteFault(error);
        resolve();
      });
    });
    this.#wake = undefined;
  }

  #noteFault(error: Error | null | undefined): void {
    if (FAULTS.has(systemErrorCode(error))) this.#fault ??= error ?? undefined;
  }

  #send(): void {
    if (this.#pending === "" || this.#closed) return;
    const text = this.#pending;
    this.#pending = "";
    this.#stream.write(text);
  }
}
