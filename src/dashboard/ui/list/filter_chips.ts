/**
 * Parts of a filter that one click puts in or takes out again: of the outcomes those that the filter
 * language has a word for, and all that went wrong.
 */
import type { Outcome } from "../../../observe/summary.ts";

const OUTCOME_WORDS: Readonly<Partial<Record<Outcome, string>>> = {
  released: "~rel",
  rejected: "~rj",
  aborted: "~abort",
};

/** Not released, or with a request that failed, or against the standard. */
export const PROBLEMS = "(!~rel | ~c failure | ~e)";

/** Ended well, though a request failed. */
export const FAILURES = "(~rel ~c failure)";

const CHIPS = [PROBLEMS, FAILURES, ...Object.values(OUTCOME_WORDS)];

export function outcomeChip(outcome: Outcome): string | undefined {
  return OUTCOME_WORDS[outcome];
}

export function hasChip(filter: string, chip: string): boolean {
  return ` ${filter} `.includes(` ${chip} `);
}

/** The filter with this chip in place of any other; without it where it was there. */
export function toggleChip(filter: string, chip: string): string {
  const rest = CHIPS.reduce((text, other) => text.replace(` ${other} `, " "), ` ${filter} `).trim();
  if (hasChip(filter, chip)) return rest;
  if (rest === "") return chip;
  // Side by side binds closer than `|`.
  return `${rest.includes("|") ? `(${rest})` : rest} ${chip}`;
}
