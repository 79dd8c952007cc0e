/**
 * A report that is written while a replay runs, so that it costs no memory. Only its owner may read it,
 * unless a file was there that others may read.
 *
 * Rule: opened before anything is sent, where a path that cannot be written is still harmless.
 * Rule: written beside its place and moved there when it is whole: a replay that came to nothing leaves
 * the report of the last one as it is. Where nothing can be made beside it, it is written in its place.
 * Rule: what is no file (/dev/stdout) is written as it goes, and from its beginning to its end.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  fchmodSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";

export interface ReportFileOptions {
  /** `writeOverHead` will be called: a pipe or a terminal is refused with ESPIPE. */
  readonly changesHead?: boolean;
}

export class ReportFile {
  readonly #descriptor: number;
  readonly #path: string;
  /** Where it is written until it is whole; undefined where that is its place. */
  readonly #beside: string | undefined;
  /** What is none has no places: a pipe, a terminal. */
  readonly #isFile: boolean;
  #pending = "";
  #at = 0;
  #isOpen = true;

  /** Throws the system's error. */
  constructor(path: string, { changesHead = false }: ReportFileOptions = {}) {
    const before = statSync(path, { throwIfNoEntry: false });
    this.#isFile = before?.isFile() ?? true;
    this.#path = before !== undefined && this.#isFile ? realpathSync(path) : path;
    if (changesHead && before?.isFIFO() === true) throw noPlaces(path);
    const opened: Opened =
      this.#isFile && !isDangling(path, before)
        ? openBeside(this.#path, { named: path, before })
        : { descriptor: openSync(path, "w", 0o600) };
    this.#descriptor = opened.descriptor;
    this.#beside = opened.beside;
    if (changesHead && isatty(this.#descriptor)) {
      closeSync(this.#descriptor);
      throw noPlaces(path);
    }
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
      const position = this.#isFile ? place + done : null;
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position);
    }
    return bytes.length;
  }
}

/** As the system says it, which says so only at the end. */
function noPlaces(path: string): Error {
  const code = "ESPIPE";
  return Object.assign(new Error(`${code}: illegal seek, open '${path}'`), { code, path });
}

interface Opened {
  readonly descriptor: number;
  /** Its path, unless that is the place itself. */
  readonly beside?: string;
}

/** An error names the path that the user gave. */
function openBeside(
  path: string,
  { named, before }: { readonly named: string; readonly before: Stats | undefined },
): Opened {
  const beside = join(dirname(path), `.dicomtap-report-${randomUUID()}`);
  try {
    const descriptor = openSync(beside, "wx", 0o600);
    if (before !== undefined) giveMode(descriptor, before.mode & 0o666);
    return { descriptor, beside };
  } catch (error) {
    // a directory that takes no other file may have one that can be written
    if (before !== undefined) return { descriptor: openSync(named, "w") };
    if (error instanceof Error && "path" in error) throw Object.assign(error, { path: named });
    throw error;
  }
}

/** Not every file system has modes. */
function giveMode(descriptor: number, mode: number): void {
  try {
    fchmodSync(descriptor, mode);
  } catch {
    // its owner alone may read it
  }
}

/** A link to what is to be: moved over, the link itself would be gone. */
function isDangling(path: string, target: Stats | undefined): boolean {
  return target === undefined && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
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
