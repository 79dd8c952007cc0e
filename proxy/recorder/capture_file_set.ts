/**
 * The capture files of a directory: the one that new associations go to, those that wait for their
 * last association to end, and the closed ones.
 *
 * Rule: an association never spans two files. Rotation begins a new file for new associations; the
 * old one is closed when its last association ends.
 *
 * Rule: everything that goes wrong is a `RecordingFault`, and after each one the set can go on.
 */
import type { CaptureFacts } from "../../src/capture/header.ts";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { captureName, prepareDirectory } from "../../src/io/capture_directory.ts";
import { CaptureFile, type Fsync } from "../../src/io/capture_file.ts";
import { CAPTURE_SUFFIX } from "../../src/io/capture_paths.ts";
import type { RecordingClock } from "../../src/io/clock.ts";
import type { FileOwner } from "../../src/io/file_owner.ts";
import type { FileSystem } from "../../src/io/file_system.ts";
import { RecordingFault, systemReason } from "../../src/io/recording_fault.ts";
import { DirectoryLock } from "./directory_lock.ts";
import { Retention } from "./retention.ts";
import { setAside, whyNoCapture } from "./set_aside.ts";

export interface CaptureFileSetOptions {
  readonly directory: string;
  /** What headers say, beside what the set itself knows. */
  readonly facts: Pick<
    CaptureFacts,
    "product" | "runtime" | "host" | "routes" | "payload" | "redaction"
  >;
  readonly fileSystem: FileSystem;
  readonly owner: FileOwner;
  readonly clock: RecordingClock;
  /** 16 octets that nobody can guess. */
  readonly captureId: () => Uint8Array;
  /** Octets of payload in a block. */
  readonly blockSize: number;
  readonly fsync: Fsync;
  /** Octets from which on new associations go to a new file. */
  readonly rotateSize: number;
  /** Microseconds; the same by age. */
  readonly rotateTime: number;
  /** Octets in all files together. */
  readonly retainSize: number;
  /** Microseconds since the last change of a closed file. */
  readonly retainAge: number;
  /** Something that a person should know, in one sentence. */
  readonly report: (text: string) => void;
}

export class CaptureFileSet {
  readonly #options: CaptureFileSetOptions;
  readonly #retention: Retention;
  readonly #files = new Set<CaptureFile>();
  readonly #unchecked: string[] = [];
  #current: CaptureFile | undefined;
  #lock: DirectoryLock | undefined;
  /** Counts names tried, so that no name comes twice. */
  #part = 0;
  #begun = 0;
  #closedBytes = 0;
  #suspects = 0;

  constructor(options: CaptureFileSetOptions) {
    this.#options = options;
    this.#retention = new Retention(options.fileSystem);
  }

  /** Files begun, octets written to them, and files that could not be trusted. */
  get counts(): { readonly files: number; readonly bytes: number; readonly suspects: number } {
    const bytes = this.#closedBytes + this.#openBytes();
    return { files: this.#begun, bytes, suspects: this.#suspects };
  }

  get currentPath(): string | undefined {
    return this.#current?.path;
  }

  get files(): ReadonlySet<CaptureFile> {
    return this.#files;
  }

  /** Checks the directory, takes the lock, finds what is there. Does nothing where that is done. */
  start(): void {
    if (this.#lock !== undefined) return;
    const { directory, fileSystem, owner, clock } = this.#options;
    prepareDirectory(directory, this.#options);
    this.#lock = new DirectoryLock(directory, { fileSystem, owner, wallUs: clock.wallMicros });
    try {
      this.#retention.load(directory);
    } catch (error) {
      this.#unlock();
      throw new RecordingFault(`Cannot list ${directory}: ${systemReason(error)}`, "refused");
    }
    for (const file of this.#files) this.#retention.forget(file.path);
    this.#unchecked.push(...this.#retention.captures.map((capture) => capture.path));
  }

  /** The file for a new association. */
  current(): CaptureFile {
    const { clock, rotateSize, rotateTime, retainSize } = this.#options;
    const file = this.#current;
    if (file !== undefined) {
      const full = file.writer.sizeWhenClosed >= Math.min(rotateSize, retainSize / 4);
      if (!full && clock.micros() - file.startedAt < rotateTime) return file;
      this.#current = undefined;
      this.closeIfDone(file);
    }
    this.#current = this.#begin();
    return this.#current;
  }

  /**
   * Adds a record with its encoding; writes the block before it where that is full. `last`: beyond
   * the retention limit too, because the file can then be closed.
   */
  add(
    file: CaptureFile,
    { record, bytes, last = false }: { record: CaptureRecord; bytes: Uint8Array; last?: boolean },
  ): void {
    if (!file.writer.hasRoom(bytes.length)) {
      if (last) file.flush();
      else this.#put(file);
    }
    file.writer.add(record, bytes);
  }

  /** Closes a file that no association needs any more. A fault is told again by `flush`. */
  closeIfDone(file: CaptureFile): void {
    if (file === this.#current || file.open.size > 0 || !this.#files.has(file)) return;
    file.close();
    this.#forget(file);
  }

  /** Writes what waits. To be called about each second, also when nothing happens. */
  flush(): void {
    this.#renew();
    for (const file of [...this.#files]) {
      file.checkPlace();
      this.closeIfDone(file); // before anything is written: what is closed can be deleted
    }
    for (const file of [...this.#files]) {
      this.#put(file);
      this.closeIfDone(file);
    }
    const { clock, retainAge, rotateTime } = this.#options;
    const old = this.#current;
    if (old !== undefined && clock.micros() - old.startedAt >= rotateTime) {
      this.#current = undefined; // the next one is begun when it is needed
      this.closeIfDone(old);
    }
    this.#retention.deleteOlderThan(clock.wallMicros() - retainAge);
  }

  /** Keeps the directory while nothing can be written. */
  keep(): void {
    this.#lock?.touch();
  }

  /** Looks at one of the files that were there before. False where none is left to look at. */
  checkOne(): boolean {
    const path = this.#unchecked.pop();
    if (path === undefined) return false;
    const { fileSystem, report } = this.#options;
    const why = whyNoCapture(path, fileSystem);
    const aside = why === undefined ? undefined : setAside(path, fileSystem);
    if (aside !== undefined) {
      this.#retention.forget(path);
      report(`${path} is no capture and was renamed to ${aside}: ${why}`);
    }
    return true;
  }

  /** Gives up on a file that is broken and returns the records that it does not have. */
  abandon(file: CaptureFile): Uint8Array {
    const unwritten = file.writer.unwritten();
    file.abandon();
    if (this.#current === file) this.#current = undefined;
    this.#suspects += 1;
    const { fileSystem, report } = this.#options;
    const suspect = `${file.path.slice(0, -CAPTURE_SUFFIX.length)}.suspect${CAPTURE_SUFFIX}`;
    const inPlace = file.isInPlace();
    try {
      if (inPlace) fileSystem.rename(file.path, suspect);
      report(`${file.path} is suspect and no longer written to; it is now ${suspect}`);
    } catch {
      report(`${file.path} is suspect and no longer written to`);
    }
    this.#forget(file, inPlace ? suspect : undefined);
    return unwritten;
  }

  /**
   * Closes all files as well as can be and gives the directory back. Returns the records that could
   * not be written.
   */
  close(): Uint8Array[] {
    const unwritten: Uint8Array[] = [];
    this.#current = undefined;
    for (const file of [...this.#files]) {
      try {
        file.close();
      } catch (error) {
        unwritten.push(file.writer.unwritten());
        file.abandon();
        this.#options.report(`${file.path} has no index: ${(error as Error).message}`);
      }
      this.#forget(file);
    }
    this.#unlock();
    return unwritten;
  }

  #begin(): CaptureFile {
    this.start();
    const { directory, fileSystem, clock, facts, captureId, blockSize, fsync } = this.#options;
    prepareDirectory(directory, this.#options); // it may have been changed since
    this.#makeRoom(Math.min(blockSize, this.#options.retainSize / 4));
    const started_wall_us = clock.wallMicros();
    for (;;) {
      this.#part += 1;
      const path = `${directory}/${captureName(started_wall_us, this.#part)}`;
      if (fileSystem.look(path) !== undefined) continue; // of an earlier run in the same second
      const own = { started_wall_us, started_at_us: clock.micros(), part: this.#part };
      const file = new CaptureFile(path, {
        fileSystem,
        facts: { capture_id: captureId(), ...facts, ...own },
        blockSize,
        fsync,
      });
      this.#files.add(file);
      this.#begun += 1;
      if (fsync !== "never") this.#syncDirectory();
      return file;
    }
  }

  #put(file: CaptureFile): void {
    const bytes = file.writer.take();
    if (bytes !== undefined) this.#makeRoom(bytes.length, file);
    file.flush();
  }

  /** Deletes old captures until `size` more octets are within the limit. */
  #makeRoom(size: number, writing?: CaptureFile): void {
    const { retainSize } = this.#options;
    const limit = retainSize - Math.min(CLOSING_RESERVE, retainSize / 8) - size;
    if (this.#retention.shrinkTo(limit - this.#openBytes())) return;
    const current = this.#current;
    this.#current = undefined; // so that it is closed, and can be deleted, as soon as possible
    if (current !== undefined && current !== writing) this.closeIfDone(current);
    if (this.#retention.shrinkTo(limit - this.#openBytes())) return;
    throw new RecordingFault(
      `Cannot keep more than ${retainSize} octets of captures (--retain-size), and all of them are in use`,
      "limit",
    );
  }

  #openBytes(): number {
    let bytes = 0;
    for (const file of this.#files) bytes += file.writer.position;
    return bytes;
  }

  #forget(file: CaptureFile, path: string | undefined = file.path): void {
    this.#files.delete(file);
    const size = file.writer.position;
    this.#closedBytes += size;
    const changedUs = this.#options.clock.wallMicros();
    if (path !== undefined) this.#retention.add({ path, size, changedUs });
  }

  #renew(): void {
    try {
      this.#lock?.renew();
    } catch (error) {
      this.#lock = undefined;
      throw error;
    }
    this.start();
  }

  #unlock(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  #syncDirectory(): void {
    try {
      this.#options.fileSystem.syncDirectory(this.#options.directory);
    } catch {
      // Not all systems can; the file itself is synced.
    }
  }
}

/** Octets of the retention limit that are kept for indexes and trailers. */
const CLOSING_RESERVE = 65_536;
