/**
 * The captures of some directories and files: found, read, and read on while they grow.
 *
 * Rule: reading takes turns with everything else on this thread: steps of `SLICE_MS`, then a pause,
 * however many files a slice is of.
 * Rule: what was listed by its index is read through afterwards for damage, the newest first, in a
 * small part of the time, so that neither a disk nor a processor is busy with it.
 * Rule: files that the proxy is writing are not read as they grow, because their associations are
 * known from the recorder's thread; they are read when somebody looks into one.
 */
import { statSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CaptureError } from "../../capture/capture_error.ts";
import { findTrailer } from "../../capture/trailer.ts";
import { AssociationReader, type FoundAssociation } from "../../inspect/read_association.ts";
import { capturePaths } from "../../io/capture_paths.ts";
import { FileSource } from "../../io/file_source.ts";
import type { CapturesJson } from "../api_types.ts";
import type { Entry } from "./entry.ts";
import type { EntryList } from "./entry_list.ts";
import { LibraryFile } from "./library_file.ts";
import type { SummaryShelf } from "./summary_shelf.ts";

export interface CaptureLibraryOptions {
  /** Directories, which may come and go, and files. */
  readonly places: readonly string[];
  readonly list: EntryList;
  readonly shelf: SummaryShelf;
  readonly nextVersion: () => number;
  readonly put: (entry: Entry) => void;
  readonly gone: (key: string) => void;
  readonly capturesChanged: () => void;
  /** Milliseconds between slices of reading. 0 where nothing else has to be left its time. */
  readonly pauseMs?: number;
  /** How many times as long as it was checked there is a rest. */
  readonly checkRest?: number;
  /** A clock in milliseconds that never goes back, for the slices. */
  readonly now?: () => number;
}

/** Milliseconds of reading in one go. */
const SLICE_MS = 20;

const CHECK_SLICE_MS = 10;

/** Times as long as it was read through, nothing is: that is a tenth of one processor and disk. */
const CHECK_REST = 9;

/** Milliseconds for records that are about to be written: recorders flush each half second. */
const PATIENCE_MS = 2_000;
const LOOK_AGAIN_MS = 100;

/** Files of one library; more are named as a problem. */
const MAX_FILES = 20_000;

export interface OpenedAssociation {
  readonly entry: Entry;
  readonly found: FoundAssociation;
  readonly reader: AssociationReader;
  close(): void;
}

/** A capture that is there and that the system does not let us read. */
export class UnreadableCapture extends Error {
  override readonly name = "UnreadableCapture";
}

export class CaptureLibrary {
  readonly #options: CaptureLibraryOptions;
  readonly #files = new Map<string, LibraryFile>();
  readonly #names = new Map<string, LibraryFile>();
  #problems: string[] = [];
  #live: ReadonlySet<string> = new Set();
  #refreshing: Promise<void> | undefined;
  #checking: Promise<void> | undefined;
  #stopped = false;
  #reading = 0;
  #looked = false;
  readonly #now: () => number;
  /** When the next pause in reading is due. */
  #sliceEnd = 0;

  constructor(options: CaptureLibraryOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Everything that is there was read. */
  get complete(): boolean {
    return this.#looked && this.#reading === 0;
  }

  json(): CapturesJson {
    const captures = [...this.#files.values()].map((file) => file.json());
    captures.sort((a, b) => (a.capture < b.capture ? 1 : -1));
    return { captures, places: this.#options.places, problems: this.#problems };
  }

  /** Names of the captures that the proxy is writing. */
  setLive(names: ReadonlySet<string>): void {
    this.#live = names;
  }

  /** Looks at the directories and reads what is new. One at a time; never rejects. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Reads through what was listed by its index and not checked yet. One at a time; never rejects. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  /** Octets of an association's records that cannot be read, as far as is known. */
  damagedOf({ capture, found }: Entry): number {
    return this.#fileOf(capture)?.damagedIn(found?.places ?? []) ?? 0;
  }

  /** Why its capture cannot be read now, in words of the system. */
  barredOf({ capture }: Entry): string | undefined {
    return this.#fileOf(capture)?.barred;
  }

  /** Ends what goes on in the background. */
  stop(): void {
    this.#stopped = true;
  }

  /** Of the file that a capture is in. */
  pathOf(capture: string): string | undefined {
    return this.#fileOf(capture)?.path;
  }

  /** What its header says is recorded of data sets. */
  payloadOf(capture: string): string | null {
    return this.#fileOf(capture)?.json().payload ?? null;
  }

  #fileOf(capture: string): LibraryFile | undefined {
    return this.#names.get(capture) ?? this.#names.get(capture.replace(/@\d+$/, ""));
  }

  /**
   * Undefined where no file has its records. The caller closes it. What the proxy has just told of
   * may take a moment to get into its capture, and is waited for. Throws `UnreadableCapture`.
   */
  async open(key: string): Promise<OpenedAssociation | undefined> {
    const { list } = this.#options;
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const file = this.#fileOf(key.slice(0, key.lastIndexOf("/")));
      if (file?.unfinished === true) {
        if (this.#readings.size === 0 && this.#reading === 0) this.#beginSlice();
        await this.#readFile(file);
      }
      const entry = list.get(key);
      if (entry === undefined || file === undefined) {
        if (!this.#mayCome(key, until)) return undefined;
      } else if (entry.found !== undefined && (entry.whole || entry.outcome === "open")) {
        return this.#opened(file, { entry, found: entry.found });
      } else if (!this.#mayCome(key, until)) {
        return entry.found && this.#opened(file, { entry, found: entry.found });
      }
      await Promise.race([this.refresh(), pause(PATIENCE_MS)]);
      await pause(LOOK_AGAIN_MS);
    }
  }

  #opened(
    file: LibraryFile,
    of: Pick<OpenedAssociation, "entry" | "found">,
  ): OpenedAssociation | undefined {
    try {
      const source = new FileSource(file.path);
      return { ...of, reader: new AssociationReader(source), close: () => source.close() };
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined; // seen by the next look
      const isThere = !(error instanceof CaptureError);
      if (isThere && file.bar(error as Error)) this.#options.capturesChanged();
      throw new UnreadableCapture(`${file.name} cannot be read now: ${(error as Error).message}`);
    }
  }

  /** Its capture was named, and has not been seen yet. */
  #mayCome(key: string, until: number): boolean {
    const entry = this.#options.list.get(key);
    return entry !== undefined && this.#live.has(entry.capture) && performance.now() < until;
  }

  async #refresh(): Promise<void> {
    this.#beginSlice();
    const changed = this.#look();
    this.#reading = changed.length;
    this.#looked = true;
    for (const file of changed) {
      await this.#readFile(file);
      this.#reading -= 1;
      this.#options.capturesChanged();
    }
  }

  async #check(): Promise<void> {
    const { checkRest = CHECK_REST } = this.#options;
    const files = [...this.#files.values()].filter(({ unchecked }) => unchecked);
    files.sort((a, b) => (a.name < b.name ? 1 : -1));
    let from = this.#now();
    for (const file of files) {
      if (this.#files.get(file.path) !== file) continue;
      for (const _block of file.check()) {
        const worked = this.#now() - from;
        if (worked < CHECK_SLICE_MS) continue;
        await pause(worked * checkRest);
        if (this.#stopped) return;
        from = this.#now();
      }
      this.#options.capturesChanged();
    }
  }

  /** Files that are new or have changed, the newest name first. */
  #look(): LibraryFile[] {
    const problems: string[] = [];
    const found = new Set<string>();
    for (const place of this.#options.places) {
      try {
        for (const path of capturePaths([place])) found.add(path);
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    if (found.size > MAX_FILES) {
      problems.push(`${found.size} captures, of which ${MAX_FILES} are looked at`);
    }
    for (const [path, file] of this.#files) if (!found.has(path)) this.#remove(path, file);
    const changed: LibraryFile[] = [];
    for (const path of [...found].sort().slice(-MAX_FILES)) {
      try {
        const file = this.#changedFile(path);
        if (file !== undefined) changed.push(file);
      } catch (error) {
        // it went away, or must not be read
        const known = this.#files.get(path);
        if (known === undefined) problems.push((error as Error).message);
        else if (known.bar(error as Error)) this.#options.capturesChanged();
      }
    }
    if (problems.join() !== this.#problems.join()) this.#options.capturesChanged();
    this.#problems = problems;
    return changed.reverse();
  }

  /** The file at `path` where it is new or has changed, and is to be read. */
  #changedFile(path: string): LibraryFile | undefined {
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return undefined;
    const file = this.#files.get(path) ?? this.#add(path);
    const wasShut = file.shut;
    if (wasShut) {
      tryToOpen(path); // throws while it is so
    } else if (file.size === facts.size && file.modified === facts.mtimeMs) {
      return undefined;
    }
    const isAnew = file.size < 0 || wasShut;
    file.size = facts.size;
    file.modified = facts.mtimeMs;
    return isAnew || !this.#live.has(file.name) || isClosed(path) ? file : undefined;
  }

  #add(path: string): LibraryFile {
    let name = basename(path);
    for (let i = 2; this.#names.has(name); i++) name = `${basename(path)}~${i}`;
    const { nextVersion, put, gone, shelf } = this.#options;
    const file = new LibraryFile({ path, name, nextVersion, put, gone, shelf });
    this.#files.set(path, file);
    this.#names.set(name, file);
    return file;
  }

  #remove(path: string, file: LibraryFile): void {
    this.#files.delete(path);
    this.#names.delete(file.name);
    for (const key of file.keys) this.#options.gone(key);
    this.#options.capturesChanged();
  }

  /** One reading of a file at a time: the next waits, and finds nothing more to do. */
  async #readFile(file: LibraryFile): Promise<void> {
    const before = this.#readings.get(file);
    const reading = (async () => {
      await before;
      for (const _step of file.read()) {
        if (this.#now() < this.#sliceEnd) continue;
        await pause(this.#options.pauseMs ?? 0);
        this.#beginSlice();
      }
    })();
    this.#readings.set(file, reading);
    await reading;
    if (this.#readings.get(file) === reading) this.#readings.delete(file);
  }

  readonly #readings = new Map<LibraryFile, Promise<void>>();

  #beginSlice(): void {
    this.#sliceEnd = this.#now() + SLICE_MS;
  }
}

/** Throws the system's error. What is no plain file is to be read: that says what it is. */
function tryToOpen(path: string): void {
  try {
    new FileSource(path).close();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
}

/** Its recorder is done with it. */
function isClosed(path: string): boolean {
  const source = new FileSource(path);
  try {
    return findTrailer(source, source.size) !== undefined;
  } finally {
    source.close();
  }
}
