/**
 * A report that is written while a replay runs, so that it costs no memory. Only its owner may read it,
 * unless a file was there that others may read.
 *
 * Rule: opened before anything is sent, where a path that cannot be written is still harmless.
 * Rule: written beside its place and moved there when it is whole: a replay that came to nothing leaves
 * the report of the last one as it is. What is no file (/dev/stdout) is written as it goes.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  fchmodSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

export class ReportFile {
  readonly #descriptor: number;
  readonly #path: string;
  /** Where it is written until it is whole; undefined where that is its place. */
  readonly #beside: string | undefined;
  #pending = "";
  #at = 0;
  #isOpen = true;

  /** Throws the system's error. */
  constructor(path: string) {
    const before = statSync(path, { throwIfNoEntry: false });
    if (before !== undefined && !before.isFile()) {
      this.#path = path;
      this.#descriptor = openSync(path, "w");
      return;
    }
    this.#path = before === undefined ? path : realpathSync(path);
    this.#beside = join(dirname(this.#path), `.dicomtap-report-${randomUUID()}`);
    this.#descriptor = openBeside(this.#beside, { path, before });
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

  /** It is whole, and from now on in its place. Throws the system's error. */
  close(): void {
    this.flush();
    closeSync(this.#descriptor);
    this.#isOpen = false;
    if (this.#beside !== undefined) moveOver(this.#beside, this.#path);
  }

  /** Nothing of it is left, unless it was closed. */
  discard(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
    if (this.#beside !== undefined) unlinkSync(this.#beside);
  }

  #writeAt(text: string, place: number): number {
    const bytes = new TextEncoder().encode(text);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, place + done);
    }
    return bytes.length;
  }
}

/** An error names the path that the user gave. */
function openBeside(
  beside: string,
  { path, before }: { readonly path: string; readonly before: Stats | undefined },
): number {
  try {
    const descriptor = openSync(beside, "wx", 0o600);
    if (before !== undefined) fchmodSync(descriptor, before.mode & 0o666);
    return descriptor;
  } catch (error) {
    if (error instanceof Error && "path" in error) throw Object.assign(error, { path });
    throw error;
  }
}

/** A file that is mounted by itself cannot be replaced, but written over. */
function moveOver(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    try {
      copyFileSync(from, to);
    } finally {
      unlinkSync(from);
    }
  }
}

const BATCH = 65_536;
