/**
 * The contract between the dashboard's server and whoever asks it: the page in `ui/`, and programs.
 * Shapes of `show --json` are used as they are (`src/observe/summary.ts`); what is added here stands
 * beside them. Fields may be added, never renamed within a major version.
 *
 *     GET  /api/session                                   SessionJson
 *     GET  /api/health                                    HealthJson
 *     GET  /api/captures                                  CapturesJson
 *     GET  /api/associations?filter&offset&limit&sort&order   AssociationsJson
 *     GET  /api/events?filter                             server-sent events, see `DashboardEvent`
 *     GET  /api/associations/:capture/:id                 AssociationDetailJson
 *     GET  /api/associations/:capture/:id/messages?offset&limit          MessagesJson
 *     GET  /api/associations/:capture/:id/messages/:index?show_phi       MessageDetailJson
 *     GET  /api/associations/:capture/:id/messages/:index/part10         application/dicom
 *     GET  /api/associations/:capture/:id/messages/:index/image?frame&center&width   image/png
 *     GET  /api/associations/:capture/:id/pdus?offset&limit              PdusJson
 *     GET  /api/associations/:capture/:id/pdus/:index?show_phi           PduDetailJson
 *     GET  /api/numbers?filter                            NumbersJson
 *     GET  /api/stories?filter                            StoriesJson
 *     GET  /api/filter?text                               FilterJson
 *     GET  /api/commands?key&message                      CommandsJson
 *     GET  /api/download?key&key... or ?filter            application/vnd.dicomtap.capture
 *     GET  /api/notes, POST /api/notes                    NotesJson, NoteRequest
 *     POST /api/recording                                 RecordingRequest -> HealthJson
 *     GET  /api/replays, POST /api/replays                ReplaysJson, ReplayRequest -> ReplayJson
 *     GET  /api/replays/:id, DELETE /api/replays/:id      ReplayDetailJson, ReplayJson
 *     GET  /api/openapi.json, /metrics, /healthz, /readyz
 *
 * `:capture` and `:id` together are the `key` of an association, "2026-02-03.dcap/17": to be put into
 * an address with `encodeURIComponent` of each half. Every error is an `ErrorJson`. POST and DELETE
 * need the header `x-dicomtap: 1`, which no form of another site can send (P-02).
 */
import type { AssociationJson, FindingJson, Outcome } from "../observe/summary.ts";

export type * from "./api_detail.ts";
export type * from "./api_numbers.ts";

/** Status 400, 401, 403, 404, 405, 409, 413, 415, 429, 500 or 503. */
export interface ErrorJson {
  /** What is wrong and what to do about it, in words. */
  readonly error: string;
  /** Where a text such as a filter is wrong, in characters from its beginning. */
  readonly position?: number;
  readonly hint?: string;
}

/** What each may do includes what the one before may. */
export type UserRole = "viewer" | "operator" | "admin";

export interface SessionJson {
  /** Name of the user; "token" for who came with the random token. */
  readonly user: string;
  readonly role: UserRole;
  readonly version: string;
  /** False: captures only, nothing is live and nothing can be recorded. */
  readonly proxy: boolean;
  /** May patient data be asked for (`show_phi`)? From the operator on. */
  readonly may_show_phi: boolean;
  /** May a replay be started, may recording be switched? From the operator on. */
  readonly may_operate: boolean;
  /** "host:port" that a replay may go to besides loopback. */
  readonly replay_targets: readonly string[];
  /** Whether compressed pixel data can be shown. */
  readonly decodes_compressed: boolean;
}

export interface HealthJson {
  readonly forwarding: boolean;
  /** "ok", "paused", "refused", "off". */
  readonly recording: string;
  /** Why recording is not "ok", in words. */
  readonly reason: string | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly routes: readonly { readonly listen: string; readonly to: string }[];
}

export interface CapturesJson {
  readonly captures: readonly CaptureJson[];
  /** Directories and files that were given. */
  readonly places: readonly string[];
  /** What could not be looked at, in words. */
  readonly problems: readonly string[];
}

export interface CaptureJson {
  /** File name; a number behind it where two have the same. First half of the key. */
  readonly capture: string;
  readonly size: number;
  /** UTC; null where the header is damaged. */
  readonly created: string | null;
  readonly modified: string;
  readonly associations: number;
  /**
   * "indexed": read in an instant; "scanned": no index, its records were read; "growing": being
   * written, or its recorder was killed; "reading": not wholly read yet; "unreadable": see `problems`.
   */
  readonly state: "indexed" | "scanned" | "growing" | "reading" | "unreadable";
  /** All of it was read, so `problems` names all damage. What is listed by its index is checked later. */
  readonly checked: boolean;
  /** Octets of traffic that are known to be missing. */
  readonly lost: number;
  /** Damage, foreign content, encryption: each in words. */
  readonly problems: readonly string[];
  readonly product: string | null;
  readonly runtime: string | null;
  /** "full" or "headers". */
  readonly payload: string | null;
}

export type AssociationSort =
  | "started"
  | "duration"
  | "messages"
  | "bytes"
  | "findings"
  | "calling"
  | "called"
  | "outcome";

export interface AssociationsJson {
  /** How many match. */
  readonly total: number;
  /** How many there are in all. */
  readonly all: number;
  readonly offset: number;
  /** Of those that match. */
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  /** Of them, those that were released and had a request that failed. */
  readonly released_with_failures: number;
  readonly associations: readonly AssociationRow[];
  /** False: captures are still being read or filtered; ask again in a moment for more. */
  readonly complete: boolean;
  /** Associations that are not listed because there are more than are kept. */
  readonly left: number;
}

/** A summary without what only its own page shows. */
export interface AssociationRow
  extends Omit<AssociationJson, "contexts" | "user_information" | "findings" | "more_findings"> {
  /** "2026-02-03.dcap/17". */
  readonly key: string;
  /** What it was for, in words: "stored 3 CT images", or the names of the services proposed. */
  readonly services: string;
  /** The address that the modality connected to, where the capture tells. */
  readonly route: string | null;
  readonly findings: Readonly<Record<FindingJson["severity"], number>>;
  /** Octets of both AEs in equal parts of the duration, at most 24; null where not known. */
  readonly spark: readonly number[] | null;
  readonly mark: Mark | null;
  /** How many notes there are on it. */
  readonly notes: number;
}

export type Mark = "red" | "amber" | "green" | "blue" | "star";

/** `event:` and `data:` of /api/events; `id:` of the last one comes back as Last-Event-ID. */
export type DashboardEvent =
  /** First, and whenever news were lost: fetch everything again. */
  | { readonly event: "hello"; readonly data: { readonly all: number } }
  | {
      readonly event: "associations";
      readonly data: {
        /** New or changed, those that match the filter. */
        readonly rows: readonly AssociationRow[];
        /** Keys of changed ones that do not match it, or not any more. */
        readonly gone: readonly string[];
      };
    }
  | { readonly event: "health"; readonly data: HealthJson }
  | { readonly event: "captures"; readonly data: CapturesJson }
  | { readonly event: "replay"; readonly data: ReplayNews }
  /** Every 15 s, so that a broken connection is noticed. */
  | { readonly event: "ping"; readonly data: Record<string, never> };

export interface FilterJson {
  readonly ok: boolean;
  readonly error: ErrorJson | null;
  /** The filter as it was understood. */
  readonly understood: string | null;
  /** What may stand at the end of the text, or at `at`: the best first. */
  readonly completions: readonly FilterCompletion[];
  readonly operators: readonly {
    readonly name: string;
    readonly argument: string;
    readonly help: string;
  }[];
}

export interface FilterCompletion {
  /** What is put in place of the text from `from` to `to`. */
  readonly insert: string;
  readonly from: number;
  readonly to: number;
  readonly help: string;
}

export interface CommandsJson {
  readonly commands: readonly CopyCommand[];
}

export interface CopyCommand {
  /** "storescu", "findscu", "movescu", "getscu", "echoscu", "dicomtap send", "dicomtap replay". */
  readonly program: string;
  /** Quoted for a POSIX shell. */
  readonly text: string;
  /** What it needs, in words: "download the data set as image.dcm first". */
  readonly note: string | null;
}

export interface Note {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  readonly user: string;
  /** UTC. */
  readonly at: string;
}

export interface NotesJson {
  readonly notes: readonly Note[];
  readonly marks: Readonly<Record<string, Mark>>;
}

/** One of them: a new note, the end of one, or a mark (null takes it off). */
export type NoteRequest =
  | { readonly key: string; readonly text: string }
  | { readonly key: string; readonly remove: string }
  | { readonly key: string; readonly mark: Mark | null };

export interface RecordingRequest {
  readonly on: boolean;
}

export interface ReplayRequest {
  /** Keys of associations, or a filter: at most 1,000 associations. */
  readonly keys?: readonly string[];
  readonly filter?: string;
  /** "host:port"; loopback, or one of `replay_targets`. */
  readonly to: string;
  readonly speed?: "recorded" | "max";
  readonly called_ae_title?: string;
  readonly calling_ae_title?: string;
  readonly uids?: "keep" | "new";
  readonly dates?: "keep" | "shift";
}

export interface ReplaysJson {
  readonly replays: readonly ReplayJson[];
}

export interface ReplayJson {
  readonly id: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly to: string;
  readonly keys: readonly string[];
  /** UTC. */
  readonly started: string;
  readonly ended: string | null;
  /** Exit code of `replay scu`: 0 all the same, 1 something differs, 3 no association. */
  readonly exit_code: number | null;
  readonly user: string;
  readonly exchanges: number;
  readonly same: number;
  readonly differs: number;
  readonly skipped: number;
  readonly failed: number;
  /** What it said last, where it failed. */
  readonly error: string | null;
}

export interface ReplayDetailJson extends ReplayJson {
  /** Of them the newest 10,000; `ExchangeEvent` and `SummaryEvent` of `replay scu --json`. */
  readonly events: readonly ReplayEvent[];
}

/** One line of `replay scu --json`. */
export interface ReplayEvent {
  readonly event: string;
  /** Of the recorded association. */
  readonly key?: string;
  readonly association?: number;
  readonly index?: number;
  readonly capture?: string;
  readonly request?: string;
  readonly outcome?: "same" | "differs" | "skipped" | "timeout" | "failed";
  readonly recorded_status?: number | null;
  readonly status?: number | null;
  readonly differences?: readonly {
    readonly path: string;
    readonly recorded: unknown;
    readonly got: unknown;
  }[];
  readonly reason?: string | null;
  readonly recorded_ms?: number | null;
  readonly ms?: number | null;
}

export interface ReplayNews {
  readonly replay: ReplayJson;
  /** New since the last news. */
  readonly events: readonly ReplayEvent[];
}
