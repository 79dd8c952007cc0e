/** A small file that an option names, or a usage error that names both. */
import { readFileSync } from "node:fs";
import { escapeControls } from "../escape.ts";
import { usageError } from "./command_error.ts";
import { explainSystemError } from "./system_error.ts";

export function readTextFile(path: string, option: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // Reading a directory fails without a word about which.
    const told = explainSystemError(Object.assign(error as Error, { path }));
    throw usageError(`Option ${option}: ${told?.message ?? `cannot read ${escapeControls(path)}`}`);
  }
}
