/**
 * Tones: what a value means to the reader, said by colour, by a shape and by a word, so that none
 * of the three is needed alone.
 */
import type { Severity } from "../../../observe/finding.ts";
import type { Outcome } from "../../../observe/summary.ts";

export type Tone = "good" | "bad" | "warn" | "live" | "calm";

/** In the order in which counts of them are shown: what is wrong first. */
export const OUTCOMES: readonly Outcome[] = [
  "rejected",
  "aborted",
  "refused",
  "reset",
  "timeout",
  "closed",
  "opaque",
  "open",
  "released",
];

export function outcomeTone(outcome: Outcome): Tone {
  switch (outcome) {
    case "released":
      return "good";
    case "open":
      return "live";
    case "closed":
    case "opaque":
      return "warn";
    case "aborted":
    case "rejected":
    case "reset":
    case "refused":
    case "timeout":
      return "bad";
    default:
      return outcome satisfies never;
  }
}

export function severityTone(severity: Severity): Tone {
  switch (severity) {
    case "error":
      return "bad";
    case "warning":
      return "warn";
    case "note":
      return "calm";
    default:
      return severity satisfies never;
  }
}

/** The class of a Status, PS3.7 Annex C; `undefined` for what is no final response. */
export function statusTone(statusClass: string | undefined): Tone {
  switch (statusClass) {
    case "success":
      return "good";
    case "pending":
      return "calm";
    case "warning":
    case "cancel":
      return "warn";
    case undefined:
      return "calm";
    default:
      return "bad";
  }
}
