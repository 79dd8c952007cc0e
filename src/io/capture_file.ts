/**
 * One capture file that is being written.
 *
 * Rule: after an error the file is cut back to its last whole block before anything else is
 * written. Where that fails too, or where `fsync` failed (then the system may have thrown away what
 * it had accepted, and says so only once), the file is broken: nothing more is written to it.
 */
import { CaptureWriter } from "../capture/capture_writer.ts";
import type { CaptureFacts } from "../capture/header.ts";
import type { FileSystem } from "./file_system.ts";
import { isFull, RecordingFault, systemReason } from "./recording_fault.ts";

export type Fsync = "never" | "close" | "flush";

export interface CaptureFileOptions {
  readonly fileSystem: FileSystem;
  readonly facts: CaptureFacts;
  readonly blockSize: number;
  readonly fsync: Fsync;
}

export class CaptureFile {
  readonly path: string;
  readonly writer: CaptureWriter;
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** Associations whose records go here and that are not closed. */
  readonly open = new Set<number>();
  /** Octets of traffic that are gaps in this file. */
  lost = 0;
  /** Why nothing more must be written to it. */
  #broken: string | undefined;
  readonly #options: CaptureFileOptions;
  readonly #descriptor: number;
  readonly #identity: string;
  #dirty = false;
  #hasTrailer = false;
  #closed = false;

  /** Begins the file. Throws `RecordingFault` where that cannot be. */
  constructor(path: string, options: CaptureFileOptions) {
    const { fileSystem, facts, blockSize } = options;
    this.path = path;
    this.startedAt = facts.started_at_us;
    this.writer = new CaptureWriter(facts, { blockSize });
    this.#options = options;
    try {
      this.#descriptor = fileSystem.create(path);
    } catch (error) {
      const kind = isFull(error) ? "full" : "refused";
      throw new RecordingFault(`Cannot begin ${path}: ${systemReason(error)}`, kind);
    }
    try {
      this.#identity = fileSystem.lookAt(this.#descriptor).identity;
      this.put(this.writer.take());
    } catch (error) {
      this.#release();
      this.#remove(); // nothing in it
      throw error;
    }
  }

  /** Writes what the writer gave, whole or not at all, and tells the writer. */
  put(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    if (this.#broken !== undefined) throw new RecordingFault(this.#broken, "broken");
    const { fileSystem } = this.#options;
    const start = this.writer.position;
    try {
      let done = 0;
      while (done < bytes.length) {
        const rest = done === 0 ? bytes : bytes.subarray(done);
        const count = fileSystem.write(this.#descriptor, rest, start + done);
        if (!(count > 0)) throw new Error(`the system took ${count} octets`);
        done += count;
      }
    } catch (error) {
      this.#cutBack(start, error);
    }
    this.#dirty = true;
    this.writer.written();
  }

  /** Writes all waiting records, and index entries when there are many. */
  flush(): void {
    for (let bytes = this.writer.take(); bytes !== undefined; bytes = this.writer.take()) {
      this.put(bytes);
    }
    while (this.writer.indexSize >= INDEX_BLOCK_SIZE) this.put(this.writer.takeIndex());
    if (this.#options.fsync === "flush") this.#sync();
  }

  get broken(): string | undefined {
    return this.#broken;
  }

  /** Whether the file still lies where it was begun. */
  isInPlace(): boolean {
    try {
      return this.#options.fileSystem.look(this.path)?.identity === this.#identity;
    } catch {
      return false;
    }
  }

  /** Throws `RecordingFault` where the file is gone: what is written to it, nobody will find. */
  checkPlace(): void {
    if (!this.isInPlace())
      throw this.#break(`${this.path} was removed or replaced by somebody else`);
  }

  /** Writes the rest, index and trailer, and closes. Throws `RecordingFault`; call it again then. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    while (this.writer.indexSize > 0) this.put(this.writer.takeIndex());
    if (!this.#hasTrailer) {
      this.put(this.writer.takeTrailer(this.lost));
      this.#hasTrailer = true;
    }
    if (this.#options.fsync !== "never") this.#sync();
    this.#release();
  }

  /** Closes without another write. */
  abandon(): void {
    this.#release();
  }

  #sync(): void {
    if (!this.#dirty) return;
    try {
      this.#options.fileSystem.sync(this.#descriptor);
    } catch (error) {
      const what = `Cannot make ${this.path} durable: ${systemReason(error)}`;
      throw this.#break(`${what}; what was written to it lately may be lost`);
    }
    this.#dirty = false;
  }

  #cutBack(size: number, cause: unknown): never {
    const why = `Cannot write to ${this.path}: ${systemReason(cause)}`;
    try {
      this.#options.fileSystem.truncate(this.#descriptor, size);
    } catch (error) {
      throw this.#break(`${why}, and it cannot be cut back to ${size}: ${systemReason(error)}`);
    }
    throw isFull(cause) ? new RecordingFault(why, "full") : this.#break(why);
  }

  #break(why: string): RecordingFault {
    this.#broken = why;
    return new RecordingFault(why, "broken");
  }

  #release(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#options.fileSystem.close(this.#descriptor);
    } catch {
      // The descriptor is gone either way.
    }
  }

  #remove(): void {
    try {
      this.#options.fileSystem.remove(this.path);
    } catch {
      // An empty file is set aside at the next start.
    }
  }
}

const INDEX_BLOCK_SIZE = 262_144;
