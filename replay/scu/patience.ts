/**
 * How long a replay waits for the other side: as long as it is told; else for the usual time, and for
 * one that took longer in the recording twice as long as there.
 */
import type { RecordedAssociation } from "../recorded.ts";
import { finalResponse } from "./verdict.ts";

/** Milliseconds for a response. */
export function dimseTimeout(recorded: RecordedAssociation, told: number | undefined): number {
  if (told !== undefined) return told;
  let longestUs = 0;
  for (const request of recorded.messages) {
    if (request.sender !== "requestor") continue;
    let before = request.endedAt;
    for (const index of request.responses) {
      const { at } = recorded.messages[index] ?? request;
      longestUs = Math.max(longestUs, at - before);
      before = at;
    }
    longestUs = Math.max(longestUs, (finalResponse(recorded, request)?.at ?? before) - before);
  }
  return Math.max(DIMSE_TIMEOUT, (2 * longestUs) / 1000);
}

/** Milliseconds for what came so many microseconds after what was before it, of its own accord. */
export function eventTimeout(recordedUs: number, told: number | undefined): number {
  return told ?? Math.min(Math.max(EVENT_TIMEOUT, (2 * recordedUs) / 1000), LONGEST);
}

const DIMSE_TIMEOUT = 60_000;
const EVENT_TIMEOUT = 10_000;
/** A report that came the day after is not waited for. */
const LONGEST = 600_000;
