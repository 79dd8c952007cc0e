/**
 * What a user can put right: told in one sentence, with the next step as a hint, without a stack
 * trace. Anything else that is thrown is a fault of this program.
 */
import { escapeControls } from "../escape.ts";
import type { ExitCode } from "./command.ts";

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;
  /** What to do next: a whole sentence or a command to type. */
  readonly hint: string | undefined;

  constructor(message: string, options: { exitCode: ExitCode; hint?: string | undefined }) {
    super(message);
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** A mistake in how the program was called: exit code 2. */
export function usageError(message: string, hint?: string): CommandError {
  return new CommandError(message, { exitCode: 2, hint });
}

/**
 * What was found wrong when the value of an option was read. The lines behind the first one show
 * where, and are the hint unless there is a better one. `option` may have its value behind it.
 */
export function optionError(option: string, message: string, hint?: string): CommandError {
  const [what = "", ...where] = message.split("\n").map(escapeControls);
  const shown = where.length === 0 ? undefined : where.join("\n");
  return usageError(`Option --${escapeControls(option)}: ${what}`, hint ?? shown);
}

/** An option has a value that cannot be its own. */
export function badValue(option: string, text: string, hint: string): CommandError {
  return usageError(`Option --${option} cannot be "${escapeControls(text).slice(0, 80)}"`, hint);
}
