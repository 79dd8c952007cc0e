/**
 * What `show --json`, the dashboard and the capture index say about an association and its
 * messages. The contract: fields may be added, never renamed within a major version.
 *
 * Times: `started` is UTC with microseconds; fields in `_ms` are milliseconds from there.
 */
import type { CommandValue } from "../dimse/command_set.ts";
import type { Severity } from "./finding.ts";
import type { RuleId } from "./rule_catalogue.ts";

export type Outcome =
  | "released"
  | "aborted"
  | "rejected"
  /** FIN without a release. */
  | "closed"
  | "reset"
  /** No connection to the acceptor. */
  | "refused"
  | "timeout"
  /** Not ended yet, or the capture ends before it. */
  | "open"
  /** Not DICOM, or framing was lost: recorded raw, not decoded. */
  | "opaque";

export interface AssociationJson {
  readonly kind: "association";
  readonly capture: string;
  readonly id: number;
  /** null where the capture does not tell. */
  readonly started: string | null;
  readonly duration_ms: number;
  readonly requestor: { readonly address: string };
  readonly acceptor: { readonly address: string };
  /** null until an A-ASSOCIATE-RQ was read. */
  readonly calling_ae_title: string | null;
  readonly called_ae_title: string | null;
  readonly outcome: Outcome;
  /** What was done, in a few words: "stored 3 CT images"; absent where nothing was asked for. */
  readonly meaning?: string;
  readonly reject?: { readonly result: number; readonly source: number; readonly reason: number };
  readonly abort?: { readonly sender: string; readonly source: number; readonly reason: number };
  /** Where the octets are not DICOM: "TLS", "HTTP", ... */
  readonly protocol?: string;
  /** Why it ended as it did and what to do next, in plain words; absent where all is well. */
  readonly explanation?: string;
  readonly contexts: readonly ContextJson[];
  /** How many of them the acceptor refused. */
  readonly refused_contexts: number;
  readonly user_information: {
    readonly requestor: UserInformationJson;
    readonly acceptor: UserInformationJson;
  };
  readonly messages: number;
  /** Number of messages of each command, "C-STORE-RQ": 3. */
  readonly commands: Readonly<Record<string, number>>;
  /** Number of final responses by Status, "A700": 1. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly pdus: Readonly<Record<"requestor" | "acceptor", number>>;
  readonly bytes: Readonly<Record<"requestor" | "acceptor", number>>;
  /** How often octets passed that were not recorded (left out on request is no gap). */
  readonly gaps: number;
  readonly findings: readonly FindingJson[];
  /** Findings beyond those that are kept; absent where there are none. */
  readonly more_findings?: number;
}

export interface ContextJson {
  readonly id: number;
  /** null where none was proposed under this id. */
  readonly abstract_syntax: string | null;
  readonly abstract_syntax_name?: string;
  readonly transfer_syntaxes: readonly string[];
  /** null where it was not answered. */
  readonly result: number | null;
  readonly accepted_transfer_syntax: string | null;
  /** Messages of both AEs that used it. */
  readonly messages: number;
  /** Why it was refused, in plain words; absent where accepted. */
  readonly explanation?: string;
}

/** Secrets are never here: of a user identity, type and user name at most (PS3.7 D.3.3.7). */
export interface UserInformationJson {
  readonly maximum_length?: number;
  readonly implementation_class_uid?: string;
  readonly implementation_version_name?: string;
  readonly asynchronous_operations_window?: {
    readonly invoked: number;
    readonly performed: number;
  };
  readonly role_selections?: readonly {
    readonly sop_class_uid: string;
    readonly scu_role: number;
    readonly scp_role: number;
  }[];
  /** `information` in hexadecimal. */
  readonly extended_negotiations?: readonly {
    readonly sop_class_uid: string;
    readonly information: string;
  }[];
  readonly common_extended_negotiations?: readonly {
    readonly sop_class_uid: string;
    readonly service_class_uid: string;
    readonly related_general_sop_class_uids: readonly string[];
  }[];
  readonly user_identity?: {
    readonly type: number;
    readonly positive_response_requested: boolean;
    /** Types 1 and 2 only. */
    readonly username?: string;
    readonly primary_length: number;
    readonly secondary_length: number;
  };
  /** Octets of the server response to a user identity. */
  readonly user_identity_response_length?: number;
}

export interface FindingJson {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly section: string;
  readonly text: string;
  readonly sender: "requestor" | "acceptor";
  readonly offset?: number;
  readonly at_ms?: number;
  /** Index of the message it is about. */
  readonly message?: number;
}

export interface MessageJson {
  readonly kind: "message";
  readonly association: number;
  readonly index: number;
  readonly sender: "requestor" | "acceptor";
  readonly at_ms: number;
  /** From its first octet to its last. */
  readonly duration_ms: number;
  readonly context_id: number;
  /** "C-STORE-RQ", "0160H" where PS3.7 does not list the Command Field, "unknown" without one. */
  readonly command: string;
  /** Of a response: MessageIDBeingRespondedTo, as of C-CANCEL-RQ. */
  readonly message_id: number | null;
  readonly status: number | null;
  readonly status_class?: string;
  readonly status_text?: string;
  readonly abstract_syntax: string | null;
  readonly command_set: Readonly<Record<string, CommandValue>>;
  readonly data_set: DataSetJson | null;
  readonly pdus: number;
  /** Index of the request that this message answers or cancels. */
  readonly responds_to: number | null;
  /** Of a response: from the end of the request to its first octet. */
  readonly response_ms?: number;
  /** false: broken off, or not all of it could be read. */
  readonly complete: boolean;
  /** Of a request what it asks for, of a final response the whole exchange, in words. */
  readonly meaning?: string;
}

export interface DataSetJson {
  readonly transfer_syntax: string | null;
  readonly length: number;
  /** null where not computed, or where octets were not recorded. */
  readonly sha256: string | null;
  readonly complete: boolean;
  /** Octets that passed but are not in the capture; absent where there are none. */
  readonly skipped?: number;
  /** DICOM JSON Model (PS3.18 Annex F), where it was asked for. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** Octets at the end that `json` does not say anything about; absent where it says all. */
  readonly json_missing?: number;
}
