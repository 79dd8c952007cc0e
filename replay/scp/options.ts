/** What `replayAsScp` is told; all but the captures may be left out. */
import type { RequestEvent, ServedAssociationEvent } from "../events.ts";
import type { RequestComparison } from "./compare_requests.ts";
import type { Reuse } from "./library.ts";
import type { RecordedLevel } from "./request_facts.ts";
import type { ServiceOptions } from "./service/service_responders.ts";
import type { UnmatchedPolicy } from "./unmatched_responder.ts";

export interface ReplayScpOptions extends ServiceOptions {
  /** Paths of captures, and of directories that stand for the captures in them. */
  readonly captures: readonly string[];
  /** 127.0.0.1 unless told. */
  readonly host?: string;
  /** 0, any free port, unless told. */
  readonly port?: number;
  /** "any" AE titles, unless only those in the captures are taken: "strict". */
  readonly ae?: "any" | "strict";
  /** Contexts that no capture has: accepted in the usual transfer syntaxes, unless told. */
  readonly unknownContext?: "accept" | "reject";
  /**
   * The level that is good enough for an answer; "keys" for C-FIND, C-MOVE and C-GET, "order" for the
   * rest, unless told.
   */
  readonly match?: RecordedLevel;
  /** Names of persons are the same keys of a query in any case (PS3.4 C.2.2.2.1); not unless told. */
  readonly anyCase?: boolean;
  /** What follows when every recorded answer was used: the "last" one again, unless told. */
  readonly reuse?: Reuse;
  readonly unmatched?: UnmatchedPolicy;
  /**
   * "NAME=FILTER", as typed after `--state`: what a request that the filter takes brings about. Answers
   * come from what was recorded in the same state first.
   */
  readonly states?: readonly string[];
  /** Times as fast as recorded, 1 unless told; Infinity makes no pauses. */
  readonly speed?: number;
  /** Milliseconds; no recorded pause is longer. 10 s unless told. */
  readonly maxGap?: number;
  /** Octets of a P-DATA-TF that this side is ready to receive; as recorded unless told. */
  readonly maximumLength?: number;
  /** Directory for what C-STORE brings, as Part 10 files. */
  readonly store?: string;
  /** Directory for a capture of the replay itself, linked to what it plays. */
  readonly record?: string;
  /** Associations at once; one more is rejected (PS3.8 9.3.4). 1,000 unless told. */
  readonly maxAssociations?: number;
  /** Milliseconds; 30 s, 60 s and 10 min unless told, 0 for ever. */
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  readonly idleTimeout?: number;
  /** Names and identifiers of patients stand in events. */
  readonly showPatient?: boolean;
  /** What of a request's data set is held against the recorded one; "attributes" unless told. */
  readonly compare?: RequestComparison;
  /** Elements that may differ there, as typed after `--ignore`: "PatientName", "0008,0012", "Study*". */
  readonly ignore?: readonly string[];
  /** Ends the reading of captures, and the listening that began with it. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RequestEvent | ServedAssociationEvent) => void;
  /** Recorded associations that were read so far, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What went wrong beside the answers, in words. */
  readonly onWarning?: (text: string) => void;
}

/** Milliseconds: for the answer to an association request, and for a connection to close. */
export const DEFAULT_ACSE_TIMEOUT = 30_000;
/** Milliseconds: for each part of a message and each response. */
export const DEFAULT_DIMSE_TIMEOUT = 60_000;
/** Milliseconds that a requestor may be silent. */
export const DEFAULT_IDLE_TIMEOUT = 600_000;
/** Milliseconds: no recorded pause is longer. */
export const DEFAULT_MAX_GAP = 10_000;
