/**
 * One capture file in the library: its associations by its index, or by its records where it has
 * none. One that grows is read on from where it was read last.
 *
 * Rule: `read` works in small steps and yields between them, so that requests are answered meanwhile.
 * Rule: what a reading from the start does not find again is gone, as where an index turns out to be
 * damaged behind entries that were taken from it, or where something else stands there now.
 * Rule: what the system does not let us read is still there. Its entries stay, and it says so. One
 * that it opens and then fails to read is not read again before it has changed: it may be large.
 */
import { RECORDS_BLOCK, TRAILER_BLOCK } from "../../capture/block.ts";
import { type BlockPlace, readBlocks, readBlocksOn } from "../../capture/block_reader.ts";
import { type ByteSource, SourceWindow } from "../../capture/byte_source.ts";
import { CaptureError } from "../../capture/capture_error.ts";
import {
  type CaptureHeader,
  type FoundHeader,
  MAX_HEADER_SIZE,
  readHeader,
} from "../../capture/header.ts";
import { findTrailer } from "../../capture/trailer.ts";
import { CaptureScan, type ListedAssociation } from "../../inspect/capture_scan.ts";
import { listAssociations } from "../../inspect/list_associations.ts";
import { FileSource } from "../../io/file_source.ts";
import { plural } from "../../units.ts";
import type { CaptureJson } from "../api_types.ts";
import { type Entry, type EntryPlace, entryOf } from "./entry.ts";
import { FileProblems } from "./file_problems.ts";
import { indexEntries } from "./index_entries.ts";
import type { SummaryShelf } from "./summary_shelf.ts";

export interface LibraryFileOptions {
  readonly path: string;
  /** File name, made different from all others in the library. */
  readonly name: string;
  readonly nextVersion: () => number;
  readonly put: (entry: Entry) => void;
  readonly gone: (key: string) => void;
  readonly shelf: SummaryShelf;
}

interface Follow {
  readonly scan: CaptureScan;
  place: BlockPlace;
}

export class LibraryFile {
  readonly path: string;
  readonly name: string;
  /** As they were when it was last looked at. */
  size = -1;
  modified = 0;
  readonly #options: LibraryFileOptions;
  #state: CaptureJson["state"] = "reading";
  #header: CaptureHeader | undefined;
  readonly #keys = new Set<string>();
  /** Of entries that were known when this reading began, and that it has not found yet. */
  #missing: Set<string> = new Set();
  #lost = 0;
  #problems = new FileProblems();
  #follow: Follow | undefined;
  #checked = false;
  #barred: string | undefined;
  #shut = false;
  /** Counts up when it is read anew. */
  #reading = 0;

  constructor(options: LibraryFileOptions) {
    this.#options = options;
    this.path = options.path;
    this.name = options.name;
  }

  /** Keys of the entries that it gave. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** Not read to its end, as far as is known. */
  get unfinished(): boolean {
    return this.#follow !== undefined || this.#state === "reading";
  }

  /**
   * Its index says that all is well, and nobody has looked at the blocks: damage in them does not
   * show before `check`.
   */
  get unchecked(): boolean {
    return this.#state === "indexed" && !this.#checked;
  }

  /** Why the system does not let us read it now, in its words. */
  get barred(): string | undefined {
    return this.#barred;
  }

  /** The system did not even open it: whether it does again is found out without reading it. */
  get shut(): boolean {
    return this.#shut;
  }

  /** Octets that cannot be read, of those between pairs of places in the file. */
  damagedIn(places: readonly number[]): number {
    return this.#problems.damagedIn(places);
  }

  json(): CaptureJson {
    const header = this.#header;
    return {
      capture: this.name,
      size: Math.max(0, this.size),
      created: header === undefined ? null : new Date(header.started_wall_us / 1000).toISOString(),
      modified: new Date(this.modified).toISOString(),
      associations: this.#keys.size,
      state: this.#state,
      checked: this.#checked || this.#state === "scanned",
      lost: this.#lost,
      problems: this.#problems.told,
      product: header?.product ?? null,
      runtime: header?.runtime ?? null,
      payload: header?.payload ?? null,
    };
  }

  /** Reads what is new. Never throws: what is wrong with the file becomes one of its problems. */
  *read(): Generator<void> {
    let source: FileSource | undefined;
    try {
      source = new FileSource(this.path);
      this.#barred = undefined;
      this.#shut = false;
      yield* this.#readFrom(source);
    } catch (error) {
      if (error instanceof CaptureError) this.#giveUp(error);
      else if (systemCode(error) !== undefined) {
        this.bar(error as Error);
        this.#shut = source === undefined;
      } else throw error;
    } finally {
      source?.close();
    }
    yield; // for one that cannot be read there was no step
  }

  /** The system refused to open it. True where that was not known. */
  bar({ message }: Error): boolean {
    this.#shut = true;
    // A reading that was under way may have said since that all is well.
    if (this.#barred === message && this.#state === "unreadable") return false;
    this.#unreadable(message);
    this.#barred = message;
    const count = this.#keys.size;
    if (count > 0)
      this.#problems.add(`What is told of its ${plural(count, "association")} was read before`);
    return true;
  }

  /** It is no capture, or none that may be read. */
  #giveUp({ message }: CaptureError): void {
    this.#forget();
    this.#dropMissing();
    this.#unreadable(message);
    this.#barred = undefined;
    this.#shut = false;
  }

  #unreadable(message: string): void {
    this.#follow = undefined;
    this.#state = "unreadable";
    this.#problems = new FileProblems();
    this.#problems.add(message);
  }

  /**
   * Reads all blocks of one that was listed by its index, and makes damage one of its problems. Ends
   * early where the file is read anew meanwhile. Never throws.
   */
  *check(): Generator<void> {
    const reading = this.#reading;
    let source: FileSource | undefined;
    try {
      source = new FileSource(this.path);
      for (const item of readBlocks(source, new SourceWindow(source, { passing: true }))) {
        if (this.#reading !== reading) return;
        if (item.item === "damage") this.#problems.damage(item);
        yield;
      }
      this.#checked = this.#reading === reading;
    } catch (error) {
      // what went away is seen by the next look at the directory
      if (systemCode(error) !== "ENOENT") this.#problems.add((error as Error).message);
      this.#checked = true; // not again and again
    } finally {
      source?.close();
    }
  }

  *#readFrom(source: FileSource): Generator<void> {
    const isClosed = findTrailer(source, source.size) !== undefined;
    const found = isClosed ? undefined : headerOf(source);
    // another one may be growing here now
    if (this.#follow === undefined || !isSame(found, this.#follow.place)) {
      this.#follow = undefined;
      this.#forget();
      if (isClosed) {
        if (!(yield* this.#takeIndex(source))) yield* this.#scanWhole(source);
        return;
      }
      if (found === undefined) {
        yield* this.#scanWhole(source);
        return;
      }
      this.#follow = this.#begin(found);
    }
    yield* this.#followOn(source, this.#follow);
  }

  /** Said anew by each reading from the start. */
  #forget(): void {
    this.#reading += 1;
    this.#checked = false;
    this.#header = undefined;
    this.#problems = new FileProblems();
    this.#lost = 0;
    this.#missing = new Set(this.#keys);
  }

  /** A reading from the start is done. */
  #dropMissing(): void {
    for (const key of this.#missing) {
      this.#keys.delete(key);
      this.#options.gone(key);
    }
    this.#missing.clear();
  }

  /** False where the records have to be read. */
  *#takeIndex(source: ByteSource): Generator<void, boolean> {
    let lost = 0;
    const entries = indexEntries(source, {
      shelf: this.#options.shelf,
      begin: (capture, at) => {
        lost += capture.lost;
        if (at === 0) this.#header = capture.header;
      },
      place: (header, of) => this.#place(header, of),
    });
    let next = entries.next();
    for (; next.done !== true; next = entries.next()) {
      if (next.value === undefined) yield;
      else this.#put(next.value);
    }
    if (!next.value) return false;
    this.#dropMissing();
    this.#lost = lost;
    this.#state = "indexed";
    return true;
  }

  #begin({ header, length }: FoundHeader): Follow {
    this.#header = header;
    const scan = new CaptureScan({
      name: this.name,
      ended: (listed) => this.#take(listed, { at: 0, whole: true }),
    });
    const place = { captureId: header.capture_id, position: length, sequence: 0 };
    return { scan, place };
  }

  *#followOn(source: ByteSource, follow: Follow): Generator<void> {
    this.#state = follow.place.sequence === 0 ? "reading" : "growing";
    const blocks = readBlocksOn(source, follow.place);
    let next = blocks.next();
    for (; next.done !== true; next = blocks.next()) {
      const item = next.value;
      if (item.item === "damage") this.#problems.damage(item);
      else if (item.kind === TRAILER_BLOCK) {
        // With something behind it, so the index of the file cannot be found.
        this.#follow = undefined;
        yield* this.#scanWhole(source);
        return;
      } else if (item.kind === RECORDS_BLOCK) {
        const damage = follow.scan.block(item);
        if (damage !== undefined) this.#problems.damage(damage);
      }
      yield;
    }
    this.#lost = follow.scan.lost;
    follow.place = next.value;
    for (const open of follow.scan.changed()) this.#take(open, { at: 0, whole: false });
    this.#dropMissing();
    this.#state = "growing";
  }

  /** All of it, with whatever is wrong in it, and captures that were joined to one file. */
  *#scanWhole(source: ByteSource): Generator<void> {
    this.#forget();
    this.#state = "reading";
    let at = -1;
    let closed = true;
    for (const item of listAssociations(source, { name: this.name, scan: true })) {
      if (item.item === "capture") {
        at += 1;
        this.#header ??= item.header;
      }
      if (item.item === "association") this.#take(item.association, { at, whole: true });
      if (item.item === "damage") this.#problems.damage(item);
      if (item.item === "end") {
        this.#lost += item.lost;
        closed &&= item.closed;
      }
      yield;
    }
    this.#dropMissing();
    this.#state = closed ? "scanned" : "growing";
  }

  #take(listed: ListedAssociation, { at, whole }: { at: number; whole: boolean }): void {
    const { summary, ...found } = listed;
    const place = { ...this.#place(this.#header, { found, at }), whole };
    const entry = entryOf(summary, place, this.#options.shelf);
    if (entry !== undefined) this.#put(entry);
  }

  #put(entry: Entry): void {
    this.#keys.add(entry.key);
    this.#missing.delete(entry.key);
    this.#options.put(entry);
  }

  /** `at`: which of the captures that were joined to this file. */
  #place(
    header: CaptureHeader | undefined,
    { found, at }: { readonly found: EntryPlace["found"]; readonly at: number },
  ): EntryPlace {
    const routes = header?.routes ?? [];
    return {
      capture: at === 0 ? this.name : `${this.name}@${at + 1}`,
      found,
      whole: true,
      route: routes.length === 1 ? (routes[0]?.listen ?? null) : null,
      version: this.#options.nextVersion(),
    };
  }
}

/** Undefined where it is damaged. Throws `CaptureError` where the file must not be read. */
function headerOf(source: ByteSource): FoundHeader | undefined {
  return readHeader(source.read(0, MAX_HEADER_SIZE));
}

/** Of the capture that was read up to this place. */
function isSame(found: FoundHeader | undefined, { captureId }: BlockPlace): boolean {
  return captureId.every((octet, i) => found?.header.capture_id[i] === octet);
}

function systemCode(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
