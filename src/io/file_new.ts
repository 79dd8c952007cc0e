/** A new file that is written from the first octet to the last, and is there whole or not at all. */
import { closeSync, constants, fsyncSync, openSync, unlinkSync, writeSync } from "node:fs";

export class NewFile {
  readonly path: string;
  readonly #descriptor: number;
  #size = 0;

  /** Only its owner may read it. Throws the system's error, EEXIST where `path` is there already. */
  constructor(path: string) {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    this.path = path;
    this.#descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o600);
  }

  /** Octets written. */
  get size(): number {
    return this.#size;
  }

  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = writeSync(this.#descriptor, bytes, done, bytes.length - done);
      done += count;
      this.#size += count;
    }
  }

  /** Makes the file durable and closes it. */
  finish(): void {
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
  }

  /** Removes what was written. */
  discard(): void {
    closeSync(this.#descriptor);
    unlinkSync(this.path);
  }
}
