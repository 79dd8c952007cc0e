/**
 * Only one recorder at a time writes to a directory. The lock is a file that says who has
 * it: host, boot, process and when that process started, so that a lock left behind by a crash is
 * told from one that is held, also where a container gives every process the number 1.
 *
 * A lock of another host (a shared volume) cannot be asked for its process. It counts as held while
 * it is renewed; `renew` is called about each second.
 */
import type { FileOwner } from "../../src/io/file_owner.ts";
import type { FileSystem } from "../../src/io/file_system.ts";
import { codeOf, RecordingFault, systemReason } from "../../src/io/recording_fault.ts";

export interface LockOptions {
  readonly fileSystem: FileSystem;
  readonly owner: FileOwner;
  readonly wallUs: () => number;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly boot: string;
  readonly started: string;
}

export class DirectoryLock {
  readonly #path: string;
  readonly #options: LockOptions;
  readonly #text: string;

  /** Takes the lock, or throws `RecordingFault` "locked". */
  constructor(directory: string, options: LockOptions) {
    const { pid, host, boot, started } = options.owner;
    this.#path = `${directory}/${LOCK_NAME}`;
    this.#options = options;
    this.#text = JSON.stringify({ pid, host, boot, started: started(pid) ?? "" });
    if (!this.#create()) {
      this.#takeOver();
      if (!this.#create()) throw this.#held(this.#read());
    }
  }

  /** Shows that the lock is still in use, without a look at whose it is. */
  touch(): void {
    try {
      this.#options.fileSystem.touch(this.#path);
    } catch {
      // `renew` notices a lock that is gone.
    }
  }

  /** Shows that the lock is still in use. Throws `RecordingFault` where somebody else took it. */
  renew(): void {
    const text = this.#read();
    if (text !== this.#text) throw this.#held(text);
    this.touch();
  }

  release(): void {
    try {
      if (this.#read() === this.#text) this.#options.fileSystem.remove(this.#path);
    } catch {
      // Gone with its directory, or it stays behind: the next one takes it over.
    }
  }

  #create(): boolean {
    const { fileSystem } = this.#options;
    let descriptor: number;
    try {
      descriptor = fileSystem.create(this.#path);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw this.#cannot(error);
    }
    try {
      fileSystem.write(descriptor, new TextEncoder().encode(this.#text), 0);
      return true;
    } catch (error) {
      fileSystem.remove(this.#path);
      throw this.#cannot(error);
    } finally {
      fileSystem.close(descriptor);
    }
  }

  /** Removes a lock whose holder is gone. */
  #takeOver(): void {
    const { fileSystem, owner } = this.#options;
    const text = this.#read();
    if (text === undefined) return; // released meanwhile
    if (this.#isHeld(text)) throw this.#held(text);
    // Two recorders may find the same old lock. Both move it away, and only one moves the old one:
    // who finds that it moved a new one puts it back.
    const aside = `${this.#path}.${owner.pid}`;
    try {
      fileSystem.rename(this.#path, aside);
      if (fileSystem.readText(aside) === text) fileSystem.remove(aside);
      else fileSystem.rename(aside, this.#path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw this.#cannot(error);
    }
  }

  #isHeld(text: string): boolean {
    const { fileSystem, owner, wallUs } = this.#options;
    const holder = holderOf(text);
    const renewed = fileSystem.look(this.#path)?.changedUs ?? 0;
    const age = Math.abs(wallUs() - renewed);
    const fresh = age < RENEWED_WITHIN;
    if (holder === undefined) return fresh; // being written, or cut off by a crash
    if (holder.host !== owner.host) return fresh;
    if (holder.boot !== owner.boot) return false;
    const started = owner.started(holder.pid);
    if (started === undefined || started !== holder.started) return false;
    // This process itself: another recorder in it, or a thread of it that has died.
    return holder.pid !== owner.pid || age < RENEWED_BY_THREAD;
  }

  #read(): string | undefined {
    try {
      return this.#options.fileSystem.readText(this.#path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw this.#cannot(error);
    }
  }

  #held(text: string | undefined): RecordingFault {
    const holder = holderOf(text ?? "");
    const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
    return new RecordingFault(
      `Cannot record to ${this.#path.slice(0, -LOCK_NAME.length - 1)}: ${who} records there; ` +
        `choose another directory with --record`,
      "locked",
    );
  }

  #cannot(error: unknown): RecordingFault {
    return new RecordingFault(`Cannot lock ${this.#path}: ${systemReason(error)}`, "refused");
  }
}

export const LOCK_NAME = ".dicomtap.lock";

/** Microseconds. */
const RENEWED_WITHIN = 60_000_000;
const RENEWED_BY_THREAD = 5_000_000;

function holderOf(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    const { pid, host, boot, started } = value ?? {};
    if (typeof pid !== "number" || typeof host !== "string") return undefined;
    return { pid, host, boot: boot ?? "", started: started ?? "" };
  } catch {
    return undefined;
  }
}
