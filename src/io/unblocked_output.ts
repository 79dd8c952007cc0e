/**
 * stdout and stderr that never hold the program up (O-09), where those of the runtime can: on Deno
 * always; on Node on a terminal that is stopped, and on a pipe in a checkout, where the compiler of
 * TypeScript runs as a child that shares stderr, and libuv makes what a child shares block for both.
 * This is as much of a stream as `Output` needs.
 */
import { EventEmitter } from "node:events";
import { isatty } from "node:tty";
import { runtime } from "./runtime.ts";
import { isFull, type StandardStream, writeStandard } from "./standard_write.ts";

/** What may wait before `writableNeedDrain` says so; who cares about memory looks at that. */
const HIGH_WATER = 65_536;

/** Before a full pipe is tried again. */
const RETRY_MS = 5;

type Done = (error?: Error | null) => void;

export class UnblockedOutput extends EventEmitter {
  readonly #stream: StandardStream;
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: Done | undefined }[] = [];
  #size = 0;
  #needDrain = false;
  #busy = false;

  /** `undefined` where the runtime's own stream does not block. */
  static open(stream: StandardStream): UnblockedOutput | undefined {
    return blocks(stream) ? new UnblockedOutput(stream) : undefined;
  }

  constructor(stream: StandardStream) {
    super();
    this.#stream = stream;
  }

  get writableNeedDrain(): boolean {
    return this.#needDrain;
  }

  write(text: string, done?: Done): boolean {
    const bytes = Buffer.from(text);
    this.#waiting.push({ bytes, done });
    this.#size += bytes.length;
    if (this.#size >= HIGH_WATER) this.#needDrain = true;
    if (!this.#busy) void this.#run();
    return !this.#needDrain;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const error = await this.#send(next.bytes);
      this.#size -= next.bytes.length;
      if (error !== undefined) this.emit("error", error);
      next.done?.(error ?? null);
    }
    this.#busy = false;
    if (!this.#needDrain) return;
    this.#needDrain = false;
    this.emit("drain");
  }

  async #send(bytes: Uint8Array): Promise<Error | undefined> {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += await writeStandard(this.#stream, bytes.subarray(at));
      } catch (error) {
        if (!isFull(error)) return error instanceof Error ? error : new Error(String(error));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return undefined;
  }
}

function blocks(stream: StandardStream): boolean {
  if (runtime.name === "deno") return true;
  if (runtime.name === "bun") return false;
  return !runtime.typescript || isatty(stream === "stdout" ? 1 : 2);
}
