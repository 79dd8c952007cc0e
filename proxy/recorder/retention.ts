/**
 * Keeps the closed captures of a directory within a total size and an age.
 *
 * Rule: only captures are deleted, only closed ones, the oldest first.
 */

import { CAPTURE_SUFFIX } from "../../src/io/capture_paths.ts";
import type { FileSystem } from "../../src/io/file_system.ts";

export interface ClosedCapture {
  readonly path: string;
  readonly size: number;
  /** When it was last written to: microseconds since 1970-01-01 UTC. */
  readonly changedUs: number;
}

export class Retention {
  readonly #fileSystem: FileSystem;
  /** Oldest first. */
  #captures: ClosedCapture[] = [];
  #bytes = 0;

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** Octets in closed captures. */
  get bytes(): number {
    return this.#bytes;
  }

  get captures(): readonly ClosedCapture[] {
    return this.#captures;
  }

  /** Takes the captures that lie in the directory already. Throws the system's error. */
  load(directory: string): void {
    const found: ClosedCapture[] = [];
    for (const name of this.#fileSystem.list(directory)) {
      if (!name.endsWith(CAPTURE_SUFFIX)) continue;
      const path = `${directory}/${name}`;
      const facts = this.#fileSystem.look(path);
      if (facts?.kind === "file") found.push({ path, ...facts });
    }
    this.#captures = found.sort((a, b) => a.changedUs - b.changedUs || (a.path < b.path ? -1 : 1));
    this.#bytes = found.reduce((sum, capture) => sum + capture.size, 0);
  }

  add(capture: ClosedCapture): void {
    this.#captures.push(capture);
    this.#bytes += capture.size;
  }

  /** A file that turned out to be no capture, or that somebody else removed. */
  forget(path: string): void {
    const index = this.#captures.findIndex((capture) => capture.path === path);
    const [capture] = index >= 0 ? this.#captures.splice(index, 1) : [];
    this.#bytes -= capture?.size ?? 0;
  }

  /** Deletes the oldest until `size` octets at most are left; false where that cannot be. */
  shrinkTo(size: number): boolean {
    while (this.#bytes > size) if (!this.#deleteOldest()) return false;
    return true;
  }

  deleteOlderThan(changedUs: number): void {
    while ((this.#captures[0]?.changedUs ?? Number.POSITIVE_INFINITY) < changedUs) {
      if (!this.#deleteOldest()) return;
    }
  }

  #deleteOldest(): boolean {
    const oldest = this.#captures[0];
    if (oldest === undefined) return false;
    try {
      this.#fileSystem.remove(oldest.path);
    } catch {
      if (this.#isThere(oldest.path)) return false;
    }
    this.#captures.shift();
    this.#bytes -= oldest.size;
    return true;
  }

  #isThere(path: string): boolean {
    try {
      return this.#fileSystem.look(path) !== undefined;
    } catch {
      return true;
    }
  }
}
