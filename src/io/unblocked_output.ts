/**
 * stdout and stderr that never hold the program up (O-09), where those of the runtime can: on Deno
 * always; on Node on a terminal that is stopped, and on a pipe in a checkout, where the compiler of
 * TypeScript runs as a child that shares stderr, and libuv makes what a child shares block for both.
 * This is as much of a stream as `Output` needs.
 */
import { EventEmitter } from "node:events";
import { isatty } from "node:tty";
import { runtime } from "./runtime.ts";
import { type StandardStream, writeAllStandard } from "./standard_write.ts";

/** What may wait before `writableNeedDrain` says so; who cares about memory looks at that. */
const HIGH_WATER = 65_536;

const RETRY = { ms: 5, ref: true } as const;

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
      const error = await writeAllStandard(this.#stream, next.bytes, RETRY).then(
        () => null,
        (reason: unknown) => (reason instanceof Error ? reason : new Error(String(reason))),
      );
      this.#size -= next.bytes.length;
      if (error !== null) this.emit("error", error);
      next.done?.(error);
    }
    this.#busy = false;
    if (!this.#needDrain) return;
    this.#needDrain = false;
    this.emit("drain");
  }
}

function blocks(stream: StandardStream): boolean {
  if (runtime.name === "deno") return true;
  if (runtime.name === "bun") return false;
  return !runtime.typescript || isatty(stream === "stdout" ? 1 : 2);
}
