/**
 * What `dicomtap diff --json` prints (the contract: fields may be added, never renamed within a major
 * version). The words of a replay: A is what was recorded, B what is there now.
 */
import type { Difference } from "../events.ts";

export type DiffOutcome = "same" | "differs" | "only in A" | "only in B";

/** An exchange of two captures; "A-ASSOCIATE" and "end" for how an association began and ended. */
export interface DiffEvent {
  readonly event: "exchange";
  readonly request: string;
  readonly outcome: DiffOutcome;
  readonly a: DiffPlace | null;
  readonly b: DiffPlace | null;
  readonly recorded_status: number | null;
  readonly status: number | null;
  readonly differences: readonly Difference[];
  /** What is worth knowing beside, in words. */
  readonly reason: string | null;
  readonly recorded_ms: number | null;
  readonly ms: number | null;
}

/** Where a request is; `index` is -1 for "A-ASSOCIATE", the number of messages for "end". */
export interface DiffPlace {
  readonly capture: string;
  readonly association: number;
  readonly index: number;
}

/** An association that the other side has not. */
export interface LoneAssociationEvent {
  readonly event: "association";
  readonly outcome: "only in A" | "only in B";
  readonly capture: string;
  readonly association: number;
  readonly calling_ae_title: string | null;
  readonly called_ae_title: string | null;
  readonly messages: number;
}

export interface DiffSummary {
  readonly event: "summary";
  /** In each of the captures, and how many have a partner. */
  readonly associations: { readonly a: number; readonly b: number; readonly paired: number };
  readonly exchanges: number;
  readonly same: number;
  readonly differs: number;
  readonly only_in_a: number;
  readonly only_in_b: number;
  /** UIDs of A for which B has other ones, used alike. */
  readonly other_uids: number;
}
