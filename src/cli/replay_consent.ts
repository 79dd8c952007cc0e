/**
 * May this be played there? A replay invokes operations: on a production system it stores, moves and
 * prints. A target that is not this machine needs `--yes`, or a person at the terminal who says so.
 */
import { createInterface } from "node:readline/promises";
import { formatAddress, isThisMachine } from "../address.ts";
import { escapeControls } from "../escape.ts";
import type { Target } from "./association_failure.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";

export interface ConsentOptions {
  readonly targets: readonly Target[];
  /** `--yes`. */
  readonly given: boolean;
  /** "3 associations with 12 requests". */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Throws a usage error unless it may. */
export async function consent(options: ConsentOptions, context: Context): Promise<void> {
  const { targets, given, what, signal } = options;
  const others = targets.filter(({ host }) => !isThisMachine(host)).map(formatAddress);
  if (given || others.length === 0) return;
  const where = escapeControls([...new Set(others)].join(" and "));
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw usageError(
      `Cannot play to ${where} without consent: that is not this machine`,
      "Say --yes if that system may be changed by what is played.",
    );
  }
  await context.err.flush();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal
      .question(`Play ${what} to ${where}, not on this machine? [y/N] `, { signal })
      .catch(() => "");
    if (!/^y(es)?$/i.test(answer.trim())) throw usageError("Nothing was played: no consent");
  } finally {
    terminal.close();
  }
}
