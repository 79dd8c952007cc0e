/**
 * The directory that captures are written to.
 *
 * Rule: captures hold patient data, so a directory that somebody else may have prepared, or
 * may write to, is refused: a symbolic link, something that is no directory, another user's, one
 * that everybody may write to.
 */
import { CAPTURE_SUFFIX } from "./capture_paths.ts";
import type { FileOwner } from "./file_owner.ts";
import type { FileSystem } from "./file_system.ts";
import { RecordingFault, systemReason } from "./recording_fault.ts";

/** Makes the directory where there is none. Throws `RecordingFault` where it must not be used. */
export function prepareDirectory(
  path: string,
  { fileSystem, owner }: { fileSystem: FileSystem; owner: FileOwner },
): void {
  let facts = attempt(path, "look at", () => fileSystem.look(path));
  if (facts === undefined) {
    attempt(path, "make", () => fileSystem.makeDirectory(path));
    facts = attempt(path, "look at", () => fileSystem.look(path));
  }
  if (facts === undefined) throw refused(path, "it cannot be made");
  if (facts.kind === "link") {
    throw refused(path, "it is a symbolic link; name the directory that it leads to");
  }
  if (facts.kind !== "directory") throw refused(path, "it is no directory");
  if (facts.user !== owner.user) {
    const whose = `it belongs to user ${facts.user}, and this is user ${owner.user}`;
    throw refused(path, `${whose}; choose a directory of your own`);
  }
  if ((facts.mode & 0o002) !== 0) {
    throw refused(path, `everybody may write to it; take that away with: chmod o-w ${path}`);
  }
}

/** "dicomtap-20260203T141502Z-0001.dcap": from time and counter alone, never from what was sent. */
export function captureName(wallUs: number, part: number): string {
  const time = new Date(wallUs / 1000).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
  return `dicomtap-${time}-${String(part).padStart(4, "0")}${CAPTURE_SUFFIX}`;
}

/** Behind the name of a file that ends like a capture and is none. */
export const SET_ASIDE_ENDING = ".unreadable";

function attempt<T>(path: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new RecordingFault(
      `Cannot ${what} the capture directory ${path}: ${systemReason(error)}`,
      "refused",
    );
  }
}

function refused(path: string, why: string): RecordingFault {
  return new RecordingFault(`Cannot record to ${path}: ${why}`, "refused");
}
