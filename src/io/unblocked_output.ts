/**
 * stdout and stderr on Deno. There `process.stdout.write` blocks the whole program when a pipe's
 * reader stops (O-09); Deno's own API does not. This is as much of a stream as `Output` needs.
 */
import { EventEmitter } from "node:events";

/** What may wait before `writableNeedDrain` says so; who cares about memory looks at that. */
const HIGH_WATER = 65_536;

interface DenoWriter {
  write(bytes: Uint8Array): Promise<number>;
}

type Done = (error?: Error | null) => void;

export class DenoOutput extends EventEmitter {
  readonly #writer: DenoWriter;
  readonly #waiting: { readonly bytes: Uint8Array; readonly done: Done | undefined }[] = [];
  #size = 0;
  #needDrain = false;
  #busy = false;

  /** `undefined` on the other runtimes, whose streams do not block. */
  static open(stream: "stdout" | "stderr"): DenoOutput | undefined {
    const { Deno } = globalThis as { readonly Deno?: Readonly<Record<typeof stream, DenoWriter>> };
    return Deno === undefined ? undefined : new DenoOutput(Deno[stream]);
  }

  constructor(writer: DenoWriter) {
    super();
    this.#writer = writer;
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
    try {
      for (let at = 0; at < bytes.length; ) at += await this.#writer.write(bytes.subarray(at));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
