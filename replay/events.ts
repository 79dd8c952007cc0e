/**
 * What replay tells while it plays, in the shapes of `dicomtap replay --json` (the contract: fields
 * may be added, never renamed within a major version).
 */

/** One value that is not as recorded. `path` by keyword: "Status", "[2].PatientID". */
export interface Difference {
  readonly path: string;
  readonly recorded: unknown;
  readonly got: unknown;
}

export type ExchangeOutcome = "same" | "differs" | "skipped" | "timeout" | "failed";

/** `replay scu`: a recorded exchange was played. */
export interface ExchangeEvent {
  readonly event: "exchange";
  readonly capture: string;
  /** Number of the recorded association in its capture. */
  readonly association: number;
  /** Index of the recorded request. */
  readonly index: number;
  /** "C-STORE-RQ"; "A-ASSOCIATE" and "end" for how the association began and ended. */
  readonly request: string;
  readonly outcome: ExchangeOutcome;
  readonly recorded_status: number | null;
  readonly status: number | null;
  readonly differences: readonly Difference[];
  /** Why it was skipped or failed, in words, with the section. */
  readonly reason: string | null;
  readonly recorded_ms: number | null;
  readonly ms: number | null;
  /** From 1; absent where everything is played once. */
  readonly repetition?: number;
}

export interface LatencyJson {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface SummaryEvent {
  readonly event: "summary";
  readonly associations: number;
  readonly exchanges: number;
  readonly same: number;
  readonly differs: number;
  readonly skipped: number;
  /** Timeouts included. */
  readonly failed: number;
  readonly duration_ms: number;
  /** Null where nothing was answered. */
  readonly latency_ms: LatencyJson | null;
  /** Associations that were still to begin when it was stopped; absent where it was not. */
  readonly not_begun?: number;
  /** The same by command. */
  readonly commands: Readonly<
    Record<
      string,
      {
        readonly exchanges: number;
        readonly errors: number;
        readonly latency_ms: LatencyJson | null;
      }
    >
  >;
}

/** By what a live request was answered. */
export type MatchLevel = "exact" | "keys" | "shape" | "order" | "state" | "archive" | "forward";

/** `replay scp`: a live request was answered, or could not be. */
export interface RequestEvent {
  readonly event: "request";
  /** Number of the live association, from 1. */
  readonly association: number;
  readonly request: string;
  readonly matched: boolean;
  readonly by: MatchLevel | null;
  /** The recorded request that the answer comes from; where nothing matched, the closest one. */
  readonly candidate: {
    readonly capture: string;
    readonly association: number;
    readonly message: number;
  } | null;
  /** What differs from the candidate. */
  readonly missed: readonly Difference[];
  /**
   * Where no recorded answer was given: the share of what request and candidate have that is the same,
   * from 0 to 1. Absent else, and where there is no candidate.
   */
  readonly score?: number;
  /** What came in the data set other than in the candidate's; empty where nothing matched. */
  readonly differences: readonly Difference[];
  /** The named state in which it was answered; absent where there are none. */
  readonly state?: string;
  readonly status: number | null;
  /** What was done instead of an answer, in words, or why. */
  readonly reason: string | null;
}

/** `replay scp`: a live association began or ended. */
export interface ServedAssociationEvent {
  readonly event: "association";
  readonly association: number;
  readonly calling_ae_title: string;
  readonly called_ae_title: string;
  readonly outcome: "accepted" | "rejected" | "released" | "aborted" | "closed";
  readonly reason: string | null;
}
