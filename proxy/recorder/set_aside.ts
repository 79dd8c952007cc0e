/**
 * Looks at the captures that lie in the directory when recording begins, a few at a time, and
 * renames what only pretends to be one. Never in the way of anything: forwarding and
 * recording have begun before.
 *
 * A capture that was cut off is left as it is: readers read it, `dicomtap repair` mends it.
 */
import { readBlocks } from "../../src/capture/block_reader.ts";
import { CaptureError } from "../../src/capture/capture_error.ts";
import { findTrailer } from "../../src/capture/trailer.ts";
import { SET_ASIDE_ENDING } from "../../src/io/capture_directory.ts";
import type { FileSystem } from "../../src/io/file_system.ts";

/** Why the file at `path` is no capture; undefined where it is one, or cannot be told. */
export function whyNoCapture(path: string, fileSystem: FileSystem): string | undefined {
  try {
    const source = fileSystem.source(path);
    try {
      if (findTrailer(source, source.size) === undefined) readBlocks(source).next();
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof CaptureError && (error.reason === "foreign" || error.reason === "empty")) {
      return error.message;
    }
  }
  return undefined;
}

/** Gives the file another name beside the old one; undefined where that cannot be done. */
export function setAside(path: string, fileSystem: FileSystem): string | undefined {
  for (const ending of [SET_ASIDE_ENDING, `.2${SET_ASIDE_ENDING}`, `.3${SET_ASIDE_ENDING}`]) {
    try {
      if (fileSystem.look(path + ending) !== undefined) continue;
      fileSystem.rename(path, path + ending);
      return path + ending;
    } catch {
      return undefined;
    }
  }
  return undefined;
}
