/**
 * A filter, as parsed: what show, the dashboard, its API, the recorder, replay and faults judge
 * associations and messages by. One language for all; operators.ts lists it.
 */
import type { Pattern } from "./pattern.ts";

export type Filter =
  | { readonly kind: "all" }
  | { readonly kind: "not"; readonly of: Filter }
  | { readonly kind: "and" | "or"; readonly of: readonly Filter[] }
  /** A naked word: AE titles, addresses, command, SOP class name. */
  | { readonly kind: "word"; readonly pattern: Pattern }
  | { readonly kind: "text"; readonly field: TextField; readonly pattern: Pattern }
  | { readonly kind: "sop instance"; readonly uid: string }
  | { readonly kind: "context"; readonly id: number }
  | { readonly kind: "status"; readonly patterns: readonly StatusPattern[] }
  | {
      readonly kind: "tag";
      readonly path: readonly number[];
      readonly pattern: Pattern | undefined;
    }
  | { readonly kind: "outcome"; readonly is: "released" | "aborted" | "rejected" }
  /** Any finding of severity error. */
  | { readonly kind: "faulty" }
  | {
      readonly kind: "compare";
      readonly field: "duration" | "size" | "messages";
      readonly by: Comparison;
      /** Milliseconds, octets, or a count. */
      readonly value: number;
    }
  /** Started at or after, or before, a time in milliseconds since 1970. */
  | { readonly kind: "time"; readonly field: "since" | "until"; readonly at: number };

export type TextField =
  | "command"
  | "AE title"
  | "calling AE title"
  | "called AE title"
  | "SOP class"
  | "transfer syntax"
  | "finding"
  | "source"
  | "destination";

export type Comparison = ">" | ">=" | "<" | "<=" | "=";

export interface StatusPattern {
  /** Every status but these. */
  readonly not: boolean;
  /** A class of PS3.7 Annex C, or four digits with `x` for any: `A7xx`. */
  readonly is: StatusClassName | string;
}

export type StatusClassName = "success" | "warning" | "failure" | "cancel" | "pending";

export interface FilterError {
  readonly kind: "filter error";
  /** What is wrong, as a sentence without its end. */
  readonly message: string;
  /** Where in the text, from 0. */
  readonly position: number;
  /** What to write instead. */
  readonly hint: string;
}

export function isFilterError(result: Filter | FilterError): result is FilterError {
  return result.kind === "filter error";
}

/** The text, a mark under the place, and what is wrong: lines for a terminal. */
export function filterErrorLines(text: string, error: FilterError): string[] {
  // What steers a terminal is shown as one mark, so that the columns stay.
  const line = visible(text);
  // A long filter is shown around the place.
  const from = Math.max(0, error.position - 60);
  const shown = line.slice(from, from + 78);
  const mark = `${" ".repeat(error.position - from)}^`;
  return [
    `Cannot read the filter at column ${error.position + 1}: ${visible(error.message)}`,
    `  ${shown}`,
    `  ${mark}`,
    error.hint,
  ];
}

function visible(text: string): string {
  return text.replace(/\s/g, " ").replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\u00b7");
}
