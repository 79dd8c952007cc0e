/** What the relay's thread and the recorder's thread say to each other. */
import type { MessagePort } from "node:worker_threads";
import type { AssociationJson } from "../../src/observe/summary.ts";
import type { Batch } from "../record_queue.ts";
import type { Untold } from "./deferred_records.ts";

/** All plain values: it is handed to the thread as a structured clone. */
export interface RecorderWorkerOptions {
  /** Where captures go; undefined observes without recording. */
  readonly directory: string | undefined;
  readonly payload: "full" | "headers";
  /** A filter in the language of `src/filter`: only these associations are recorded. */
  readonly filter: string | undefined;
  readonly rotateSize: number | undefined;
  /** Milliseconds. */
  readonly rotateTime: number | undefined;
  readonly retainSize: number | undefined;
  /** Milliseconds. */
  readonly retainAge: number | undefined;
  readonly fsync: "never" | "close" | "flush";
}

export interface RecorderWorkerData {
  readonly routes: readonly { readonly listen: string; readonly to: string }[];
  readonly options: RecorderWorkerOptions;
  /** The relay's monotonic clock at the start of the thread, microseconds. */
  readonly at: number;
  /** Wall clock at the same moment, microseconds since 1970-01-01 UTC. */
  readonly wall: number;
  /** False: switched off until told otherwise. */
  readonly recording: boolean;
  /** Batches that were read go back on it, as `ReadBatch`. */
  readonly batches: MessagePort;
  /** To the dashboard's thread, see `news_desk.ts`. */
  readonly news: MessagePort | undefined;
}

export interface RecorderStatus {
  /** "refused": the directory cannot be used, or another recorder has it. */
  readonly state: "starting" | "ok" | "paused" | "refused" | "off";
  readonly reason: string | null;
  /** Capture files begun. */
  readonly files: number;
  /** Octets written to them. */
  readonly bytes: number;
  /** Octets of traffic that were forwarded and could not be recorded, or may not be. */
  readonly lost: number;
  /** Files that were given up after an error, because they cannot be trusted. */
  readonly suspects: number;
  /** Records that could not be observed: a fault of dicomtap. They are recorded all the same. */
  readonly unobserved: number;
}

export type RecorderCommand =
  | ({ readonly type: "records" } & Batch)
  /** Comes behind all records. */
  | { readonly type: "stop" }
  /** From here on new associations are recorded, or are not. */
  | { readonly type: "recording"; readonly on: boolean };

export type RecorderReport =
  | { readonly type: "ready"; readonly status: RecorderStatus }
  | { readonly type: "status"; readonly status: RecorderStatus }
  /** Those that ended in one batch. */
  | { readonly type: "associations"; readonly associations: readonly AssociationJson[] }
  | { readonly type: "alarm"; readonly text: string }
  /** `unrecorded`: octets that no capture tells of, not even as a gap. */
  | {
      readonly type: "stopped";
      readonly status: RecorderStatus;
      readonly unrecorded: Readonly<Untold>;
    };
