/**
 * What is to be played, in order: which recorded associations are ours to ask for, and which the other
 * side made because of ours (C-STOREs of a C-MOVE, N-EVENT-REPORTs), which it makes anew.
 */

import type { RecordedAssociation } from "../recorded.ts";
import type { Recordings } from "../source/recordings.ts";

export interface Listed {
  readonly recorded: RecordedAssociation;
  /** Microseconds since 1970-01-01 UTC. */
  readonly startedAt: number;
  readonly endedAt: number;
}

export function playlist(recordings: Recordings): readonly Listed[] {
  return [...recordings.associations()].map((recorded) => {
    const startedAt = microseconds(recorded.summary.started);
    return { recorded, startedAt, endedAt: startedAt + recorded.summary.duration_ms * 1000 };
  });
}

/** Of ISO 8601 with microseconds: a Date has milliseconds. */
export function microseconds(started: string | null): number {
  const match = /^(.*?)(?:\.(\d{1,6}))?Z$/.exec(started ?? "");
  if (match === null) return 0;
  const seconds = Date.parse(`${match[1]}Z`);
  return Number.isNaN(seconds) ? 0 : seconds * 1000 + Number((match[2] ?? "").padEnd(6, "0"));
}
