/** A capture on disk, read piece by piece. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { ByteSource } from "../capture/byte_source.ts";
import { CaptureError } from "../capture/capture_error.ts";

export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #descriptor: number;

  /** Throws the system's error where `path` cannot be opened, `CaptureError` where it is no plain file. */
  constructor(path: string) {
    // Asked before it is opened: opening a named pipe would wait for somebody to write into it.
    if (!statSync(path).isFile()) {
      throw new CaptureError("Cannot read as a capture: it is no plain file", "foreign");
    }
    this.path = path;
    this.#descriptor = openSync(path, "r");
    this.size = fstatSync(this.#descriptor).size;
  }

  read(position: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    // Filled at once: zeros in it first would cost a tenth of reading.
    const bytes = Buffer.allocUnsafeSlow(wanted);
    return new Uint8Array(bytes.buffer, 0, this.readInto(position, bytes));
  }

  readInto(position: number, memory: Uint8Array): number {
    const wanted = Math.max(0, Math.min(memory.length, this.size - position));
    let filled = 0;
    while (filled < wanted) {
      const count = readSync(this.#descriptor, memory, filled, wanted - filled, position + filled);
      if (count === 0) break; // cut off since it was opened
      filled += count;
    }
    return filled;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
