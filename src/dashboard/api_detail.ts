/**
 * What the dashboard's API says about one association, one message and one PDU. See `api_types.ts`.
 */
import type { CommandValue } from "../dimse/command_set.ts";
import type { ReportedEvent } from "../meaning/reported_event.ts";
import type { AssociationJson, DataSetJson, MessageJson, Outcome } from "../observe/summary.ts";
import type { Role } from "../role.ts";
import type { AssociationRow, Note } from "./api_types.ts";

export interface AssociationDetailJson {
  readonly key: string;
  readonly association: AssociationJson;
  readonly row: AssociationRow;
  readonly verdict: Verdict;
  /** Other associations that belong to the same studies, instances or transactions. */
  readonly linked: readonly LinkedAssociation[];
  readonly notes: readonly Note[];
  /** Neighbours in the order of time, for j and k. */
  readonly previous: string | null;
  readonly next: string | null;
  /** Still open: it will change. */
  readonly live: boolean;
  /** The capture has not all of its octets; why, in words. */
  readonly missing: readonly string[];
}

export interface Verdict {
  readonly level: "good" | "notable" | "bad" | "open";
  /** "Rejected: called AE title not recognized". */
  readonly headline: string;
  /** What it means and what to do, one sentence each. */
  readonly details: readonly string[];
  /** Where the standard speaks of it. */
  readonly section?: string;
}

export interface LinkedAssociation {
  readonly key: string;
  readonly calling_ae_title: string | null;
  readonly called_ae_title: string | null;
  readonly started: string | null;
  readonly outcome: Outcome;
  /** "C-STORE CT Image Storage -> Success (3 like this)". */
  readonly meaning: string;
  /** How it is known: "study", "move originator", "AE titles and time". */
  readonly linked_by: string;
}

export interface MessagesJson {
  readonly total: number;
  readonly offset: number;
  /** False: the association is still being read; ask again in a moment. */
  readonly complete: boolean;
  readonly messages: readonly MessageRow[];
}

export interface MessageRow extends MessageJson {
  /** Indices into the findings of the association. */
  readonly findings: readonly number[];
  /** First and last PDU that carried it. */
  readonly first_pdu: number | null;
  readonly last_pdu: number | null;
  /** Has pixel data that may be shown. */
  readonly image: boolean;
  /** Of an N-EVENT-REPORT and its response: what it says came of earlier requests. */
  readonly reported?: ReportedEvent;
}

export interface MessageDetailJson {
  readonly message: MessageRow;
  readonly transfer_syntax_name: string | null;
  readonly abstract_syntax_name: string | null;
  readonly command_elements: readonly CommandElement[];
  /** Null where there is no data set. */
  readonly data_set: DataSetTree | null;
  /** Index of the request that this belongs to, and those of its responses, in order. */
  readonly exchange: { readonly request: number; readonly responses: readonly number[] } | null;
  /** Null where there are no frames to look at. */
  readonly image: ImageFacts | null;
}

export interface CommandElement {
  /** "00000100". */
  readonly tag: string;
  readonly keyword: string;
  readonly vr: string;
  readonly value: CommandValue | null;
  /** What the value means: name of a UID, of a status, of a command. */
  readonly words: string | null;
  /** Of the head and of the value, from the beginning of the command set. */
  readonly offset: number;
  readonly length: number;
}

export interface DataSetTree extends Omit<DataSetJson, "json" | "json_missing"> {
  readonly elements: readonly ElementNode[];
  /** Octets at the end of which `elements` do not say anything. */
  readonly missing: number;
  /** Values were masked: `show_phi=1` gives them to who may see them. */
  readonly masked: boolean;
  readonly findings: readonly string[];
  /** Why there are no elements, in words. */
  readonly reason: string | null;
}

export interface ElementNode {
  /** "00100010". */
  readonly tag: string;
  /** Empty where neither the standard nor the vendor names it. */
  readonly keyword: string;
  readonly vr: string;
  /** Where the value begins in the data set's octets. */
  readonly offset: number;
  readonly length: number;
  /** Text of the value, shortened; null for sequences and bulk data. */
  readonly value: string | null;
  /** A name for it: of a UID, "3 items", "64 fragments". */
  readonly words: string | null;
  readonly masked: boolean;
  readonly items?: readonly { readonly elements: readonly ElementNode[] }[];
  /** Items or elements beyond those that are given. */
  readonly more?: number;
}

export interface ImageFacts {
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  readonly photometric_interpretation: string;
  readonly bits_stored: number;
  /** Window of the data set; null where it has none: then it is that of the values in each frame. */
  readonly center: number | null;
  readonly width: number | null;
  /** That of the values in the first frame, as far as was looked at; null where there is one, and for colour. */
  readonly first_window: { readonly center: number; readonly width: number } | null;
  /** Between these are the values that grey pixels can have (PS3.3 C.11.1); null for colour. */
  readonly values: { readonly lowest: number; readonly highest: number } | null;
  /** Why it cannot be shown, in words; null where it can. */
  readonly reason: string | null;
}

export interface PdusJson {
  readonly total: number;
  readonly offset: number;
  /** False: the association is still being read; ask again in a moment. */
  readonly complete: boolean;
  readonly pdus: readonly PduRow[];
}

export interface PduRow {
  /** In the order in which they were whole, of both AEs, from 0. */
  readonly index: number;
  readonly sender: Role;
  readonly at_ms: number;
  /** "A-ASSOCIATE-RQ"; "unknown (0AH)". */
  readonly pdu_type: string;
  /** Where it begins in this AE's octets, and how many it has, the six of its head included. */
  readonly offset: number;
  readonly length: number;
  /** What is in it: "STORESCU > ANY-SCP, 12 contexts". */
  readonly words: string;
  /** Index of the messages that it carries something of. */
  readonly messages: readonly number[];
  readonly findings: readonly number[];
}

export interface PduDetailJson {
  readonly pdu: PduRow;
  /** Offsets count from the PDU's first octet. Ranges of children lie in that of their parent. */
  readonly fields: readonly PduField[];
  /** Its first octets in hexadecimal; two `?` for one that is not shown. */
  readonly hex: string;
  /** Octets beyond `hex`. */
  readonly more: number;
  readonly hidden: readonly HiddenRange[];
}

export interface PduField {
  /** As the standard has it: "Called-AE-title", "Item-length". */
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** Text of the value; null where it only has children. */
  readonly value: string | null;
  /** What it means. */
  readonly words: string | null;
  /** "PS3.8 9.3.2"; absent where that of the parent holds. */
  readonly section?: string;
  readonly fields?: readonly PduField[];
}

export interface HiddenRange {
  readonly offset: number;
  readonly length: number;
  /** "data set: may hold patient data", "secret of a user identity", "not recorded". */
  readonly why: string;
  /** `show_phi=1` shows it. */
  readonly phi: boolean;
}
