/** Captures as a user names them: files, and directories that stand for the captures in them. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const CAPTURE_SUFFIX = ".dcap";

/** Files in the order given, those of a directory by name, which is by time. */
export function capturePaths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => name.endsWith(CAPTURE_SUFFIX));
    return names.sort().map((name) => join(path, name));
  });
}

export function pathExists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
