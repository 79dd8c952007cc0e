/** A small file that an option names, or a usage error that names both. */
import { readFileSync } from "node:fs";
import { escapeControls } from "../escape.ts";
import { usageError } from "./command_error.ts";
import { explainSystemError } from "./system_error.ts";

/** `hint` is of an option that takes other things, too. */
export function readTextFile(path: string, option: string, hint?: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const why = explainSystemError(error, path)?.message ?? `cannot read ${escapeControls(path)}`;
    throw usageError(`Option ${option}: ${why}`, hint);
  }
}
