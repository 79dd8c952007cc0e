/**
 * The seam between `replay scp` and its services: a request that a live SCU made, and what answers it.
 *
 * The session (session.ts) asks the responders of a chain, one after another, until one gives an
 * `Answered`: C-ECHO; services with a state of their own (replay/scp/service); recorded answers by
 * meaning (recorded_responder.ts); the archive; what `--unmatched` says.
 *
 * Rule: a responder says what is answered, the session does it. It fills in what every response
 * repeats of its request (Message ID Being Responded To, Affected SOP Class and Instance UID, Event and
 * Action Type ID: PS3.7 9.3, 10.3; `values` win over these), encodes data sets in the live context's
 * transfer syntax, waits as long as the recorded answer took, ends with FE00H at a C-CANCEL-RQ
 * (PS3.7 9.3.2.3), reads to its end what nobody read, and tells the `RequestEvent`.
 * Rule: nothing recorded is sent where it names what is made anew: whoever answers with UIDs of
 * instances goes through `server.instances`.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { CommandName } from "../../src/dimse/command_field.ts";
import type { CommandValues } from "../../src/io/association.ts";
import type { TransportTap } from "../../src/io/transport_tap.ts";
import type { OperationName } from "../../src/service/operation.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import type { AgreedContext } from "../../src/ul/negotiate.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { Difference, MatchLevel } from "../events.ts";
import type { RecordedSource } from "../record/recorded_connection.ts";
import type { RecordedAssociation, RecordedDataSet, RecordedEnd } from "../recorded.ts";
import type { InstanceMap } from "./instance_map.ts";
import type { Cursors, Library, RecordedExchange } from "./library.ts";
import type { NamedStates } from "./named_states.ts";
import type { StateMap } from "./state_map.ts";

export interface Responder {
  /** Undefined: not mine, ask the next one. It must not have begun to read `dataSet` then. */
  answer(
    request: LiveRequest,
    library: Library,
  ): Answered | undefined | Promise<Answered | undefined>;
}

export interface LiveRequest {
  readonly operation: OperationName;
  /** "C-FIND-RQ". */
  readonly command: CommandName;
  readonly messageId: number;
  /** The command set by keyword (PS3.7 Annex E). */
  readonly values: CommandValues;
  readonly context: AgreedContext;
  /** Affected or Requested SOP Class UID; the abstract syntax where the request names none. */
  readonly sopClassUid: string;
  readonly sopInstanceUid: string | undefined;
  /**
   * The data set read: an Identifier, an attribute list. Read once, however often it is asked for;
   * undefined where there is none. Values beyond 64 MiB are left out. Not for what is streamed.
   */
  identifier(): Promise<DataSet | undefined>;
  /** The data set as it comes, for who does not call `identifier`: pixel data are never held. */
  readonly dataSet: AsyncIterable<Uint8Array> | undefined;
  /** Aborts at the C-CANCEL-RQ for this request, and when the association ends. */
  readonly canceled: AbortSignal;
  readonly association: LiveAssociation;
  readonly server: LiveServer;
}

/** Facts of the association that a request came on. */
export interface LiveAssociation {
  /** Counted from 1. */
  readonly number: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly request: AAssociateRq;
  /** To invoke operations on it: C-STORE sub-operations of a C-GET, N-EVENT-REPORT. */
  readonly user: ServiceUser;
  /** The recorded association that this one is like; its exchanges are preferred. */
  readonly recorded: RecordedAssociation | undefined;
  /** How far that one's exchanges are used. */
  readonly cursors: Cursors;
  /**
   * Does something that invokes operations when nothing else of this side does: without a negotiated
   * window there is one operation at a time (PS3.7 D.3.3.3).
   */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** What a service remembers of this association: a film session, for example. */
  readonly state: StateMap;
}

/** What all associations share. */
export interface LiveServer {
  /** What a service remembers over associations: performed procedure steps, for example. */
  readonly state: StateMap;
  /** SOP instances that the recording and the live side have under different UIDs. */
  readonly instances: InstanceMap;
  /** Named states of the whole replay; none where the user gave no rules for such. */
  readonly states: NamedStates;
  /** Resolves after so many recorded microseconds at the chosen speed; at once when canceled. */
  pause(microseconds: number, canceled: AbortSignal): Promise<void>;
  /** Whether events may name patients. */
  readonly showPatient: boolean;
  /**
   * Records an association that this side opens, linked to the recorded one that it plays; undefined
   * where the replay is not recorded.
   */
  tap(plays: RecordedSource | undefined): TransportTap | undefined;
  /** Something went wrong that no answer tells: a destination that cannot be reached. */
  warn(text: string): void;
  /** Aborts when the server is to end: long waits and retries stop. */
  readonly stopping: AbortSignal;
}

export interface Answered {
  /** Null where no recording had an answer. */
  readonly by: MatchLevel | null;
  /** The recorded exchange that the answer comes from. */
  readonly exchange?: RecordedExchange;
  /** What differs from the recorded request. */
  readonly missed?: readonly Difference[];
  /** How like the live request it is, where nothing recorded answers it: from 0 to 1. */
  readonly score?: number;
  /** More to say in the event, in words. */
  readonly reason?: string;
  /** Pending ones first, a final one last; none at all only where `end` says how it goes on. */
  readonly answers: AsyncIterable<LiveAnswer> | Iterable<LiveAnswer>;
  /** After the answers the association ends as the recorded one did, or as is told. */
  readonly end?: Pick<RecordedEnd, "how" | "source" | "reason">;
  /** The recorded operation was canceled: its answers already end so. */
  readonly endsCanceled?: boolean;
  /** Done when the final answer was sent, beside the further traffic: a commitment's report. */
  readonly after?: () => Promise<void>;
}

/** Octets of a data set, those of a recorded one for example, and what they are encoded in. */
export type OctetsInSyntax = Pick<RecordedDataSet, "transferSyntax" | "octets">;

export interface LiveAnswer {
  readonly status: number;
  /** Further elements of the command set, by keyword: ErrorComment, numbers of sub-operations. */
  readonly values?: CommandValues;
  /** Elements that a response repeats of its request, and that this one has not. */
  readonly omit?: readonly string[];
  readonly dataSet?: DataSet | RecordedDataSet;
  /** In place of `dataSet`: one that passes through. */
  readonly passing?: OctetsInSyntax;
  /** How long the recorded one took, microseconds since its request or the answer before it. */
  readonly after?: number;
}
