/**
 * A report that is written while a replay runs, so that it costs no memory: opened before anything is
 * sent, where a path that cannot be written is still harmless. Only its owner may read it.
 */
import { closeSync, openSync, writeSync } from "node:fs";

export class ReportFile {
  readonly #descriptor: number;
  #pending = "";
  #at = 0;

  /** Throws the system's error. What was there is written over. */
  constructor(path: string) {
    this.#descriptor = openSync(path, "w", 0o600);
  }

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= BATCH) this.flush();
  }

  flush(): void {
    this.#at += this.#writeAt(this.#pending, this.#at);
    this.#pending = "";
  }

  /** Writes over what is at the beginning: `text` must be as long as that. */
  writeOverHead(text: string): void {
    this.flush();
    this.#writeAt(text, 0);
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }

  #writeAt(text: string, place: number): number {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, place + done);
    }
    return bytes.length;
  }
}

const BATCH = 65_536;
