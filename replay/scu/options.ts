/** What `replayAsScu` is asked for, and what the parts of a run share. */
import type { ExchangeEvent, SummaryEvent } from "../events.ts";
import type { ReplayRecorder } from "../record/replay_recorder.ts";
import type { RecordedAssociation } from "../recorded.ts";
import type { Rewriter, RewriterOptions } from "../rewrite/rewriter.ts";
import type { UserIdentity } from "./association_request.ts";
import type { Pace } from "./pace.ts";
import type { Timeline } from "./timeline.ts";

export interface ReplayScuOptions {
  /** Files and directories of captures. */
  readonly captures: readonly string[];
  /** Which associations of them; all unless told. A RangeError where it cannot be read. */
  readonly filter?: string;
  /** Where it is played: nothing else is ever connected to. */
  readonly host: string;
  readonly port: number;
  /** Times as fast as recorded, 1 unless told; Infinity makes no pauses. */
  readonly speed?: number;
  /** Milliseconds; no recorded pause is longer. As recorded unless told. */
  readonly maxGap?: number;
  /**
   * Associations at once: "recorded" (unless told) lets each begin when those have ended that had
   * ended before; of those that overlapped, the requests go out in their order. A number N begins
   * them in their order, N at once; where they are repeated, those of one repetition wait for each
   * other as recorded.
   */
  readonly concurrency?: "recorded" | number;
  /** How often everything is played; 1 unless told. */
  readonly repeat?: number;
  /** Associations that begin in a second, at most; any number unless told. */
  readonly ratePerSecond?: number;
  readonly rewrite?: RewriterOptions;
  /** Elements that may differ, beside the defaults: "PatientName", "0008,0012", "Study*". */
  readonly ignore?: readonly string[];
  /** Names and identifiers of patients stand in differences; `***` unless told. */
  readonly showPatient?: boolean;
  /** How messages are cut into PDVs; "max" unless told. */
  readonly fragment?: Fragment;
  readonly pinTransferSyntaxes?: boolean;
  readonly omitAsynchronousWindow?: boolean;
  /** What becomes of messages whose presentation context is refused; "skip" unless told. */
  readonly refusedContext?: RefusedContext;
  /** Fills in a user identity that was redacted. */
  readonly identity?: UserIdentity;
  /** Where C-STOREs of a C-MOVE to us and N-EVENT-REPORTs on new associations come in. */
  readonly moveListen?: { readonly host?: string; readonly port: number };
  /** Release where the recording has an abort or a lost connection. */
  readonly graceful?: boolean;
  /** Milliseconds; 10 s and 30 s unless told. */
  readonly connectTimeout?: number;
  readonly acseTimeout?: number;
  /** For a response, or a part of one; 60 s, or twice as long as in the recording, unless told. */
  readonly dimseTimeout?: number;
  /**
   * For what the peer did of its own accord: requests, an abort, a release; 10 s, or twice as long
   * as in the recording, unless told.
   */
  readonly eventTimeout?: number;
  /** Directory for a capture of the replay itself. */
  readonly record?: string;
  /** Ends the run: what is under way is released or aborted; captures are read no further. */
  readonly signal?: AbortSignal;
  /** Each exchange as it ends. */
  readonly onExchange?: (event: ExchangeEvent) => void;
  /** What could not be done as recorded, lag of the schedule: in words, each once. */
  readonly onWarning?: (text: string) => void;
  /** Requests of the recording that are done with, and how many there are in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

export type RefusedContext = "skip" | "retry" | "fail";
export type Fragment = "max" | "recorded" | "one-pdv" | number;

export interface ReplayScuResult {
  readonly summary: SummaryEvent;
  /** Those that are not "same", the first 1,000. */
  readonly different: readonly ExchangeEvent[];
  /** Live associations that came to be. */
  readonly established: number;
  /** Associations that could be asked for again, and that the recording does not have rejected. */
  readonly wanted: number;
  /** Path of the capture of the replay itself, where that was asked for. */
  readonly recording?: string;
}

/** What everything that is played in one run shares. */
export interface Run {
  /** Records what is played; undefined where that was not asked for. */
  readonly recorder: ReplayRecorder | undefined;
  readonly options: ReplayScuOptions;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  tell(event: ExchangeEvent): void;
  /** In words; the same words once. */
  warn(text: string): void;
}

/** One recorded association to be played, the n-th time. */
export interface Play {
  readonly recorded: RecordedAssociation;
  readonly rewriter: Rewriter;
  /** When it began, microseconds of one clock for all that is played. */
  readonly startedAt: number;
  /** Keeps the order of what overlapped; undefined where pauses do, or nothing is to. */
  readonly timeline: Timeline | undefined;
}
