/**
 * The file operations that recording needs, behind an interface, so that tests can make any of them
 * fail at any time. All are synchronous: recording runs on a thread of its own.
 *
 * Every method throws the system's error (with `code`) where it cannot do what it says.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { ByteSource } from "../capture/byte_source.ts";
import { FileSource } from "./file_source.ts";

export interface FileSystem {
  /** Makes a new file that only its owner may read (0600). Never opens one that is there. */
  create(path: string): number;
  /** Writes at `position` and returns how many octets the system took: perhaps fewer. */
  write(descriptor: number, bytes: Uint8Array, position: number): number;
  truncate(descriptor: number, size: number): void;
  sync(descriptor: number): void;
  /** Makes the names in a directory durable, where the system has that. */
  syncDirectory(path: string): void;
  close(descriptor: number): void;
  /** What lies at `path`, links not followed; undefined where there is nothing. */
  look(path: string): FileFacts | undefined;
  lookAt(descriptor: number): FileFacts;
  /** Makes a directory, and those above it, that only its owner may enter (0700). */
  makeDirectory(path: string): void;
  /** Names in a directory. */
  list(path: string): string[];
  remove(path: string): void;
  rename(from: string, to: string): void;
  readText(path: string): string;
  /** Sets the time of the last change to now. */
  touch(path: string): void;
  source(path: string): ByteSource & { close(): void };
}

export interface FileFacts {
  readonly kind: "file" | "directory" | "link" | "other";
  /** Octets. */
  readonly size: number;
  /** Permission bits, 0o777 at most. */
  readonly mode: number;
  /** Numerical user, -1 where the system has none. */
  readonly user: number;
  /** Last change, microseconds since 1970-01-01 UTC. */
  readonly changedUs: number;
  /** Tells files apart: device and inode. */
  readonly identity: string;
}

export const nodeFileSystem: FileSystem = {
  create(path) {
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    const noFollow = constants.O_NOFOLLOW ?? 0; // not on Windows
    return openSync(path, O_WRONLY | O_CREAT | O_EXCL | noFollow, 0o600);
  },
  write: (descriptor, bytes, position) => writeSync(descriptor, bytes, 0, bytes.length, position),
  truncate: ftruncateSync,
  sync: fsyncSync,
  syncDirectory(path) {
    const descriptor = openSync(path, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  },
  close: closeSync,
  look(path) {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    return facts && factsOf(facts);
  },
  lookAt: (descriptor) => factsOf(fstatSync(descriptor)),
  makeDirectory,
  list: (path) => readdirSync(path),
  remove: unlinkSync,
  rename: renameSync,
  readText: (path) => readFileSync(path, "utf8"),
  touch(path) {
    const now = new Date();
    utimesSync(path, now, now);
  },
  source: (path) => new FileSource(path),
};

/**
 * Not by `recursive`: Node tries for ever where a directory that is there refuses a new one by ENOENT,
 * as /proc does.
 */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it just now.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function factsOf(facts: Stats): FileFacts {
  return {
    kind: facts.isFile()
      ? "file"
      : facts.isDirectory()
        ? "directory"
        : facts.isSymbolicLink()
          ? "link"
          : "other",
    size: facts.size,
    mode: facts.mode & 0o777,
    user: typeof process.getuid === "function" ? facts.uid : -1,
    changedUs: Math.round(facts.mtimeMs * 1000),
    identity: `${facts.dev}:${facts.ino}`,
  };
}
