/**
 * A DIMSE message as it is seen on the wire: its command set whole, its data set measured (PS3.7
 * 6.3, PS3.8 Annex E).
 *
 * Rule: a data set is never assembled. What is kept of it is its length, a head for display and,
 * where the owner asks for it, a hash.
 */
import type { ProtocolError } from "../protocol_error.ts";
import type { Role } from "../role.ts";
import type { CommandSet } from "./command_set.ts";

/**
 * The same object is given when the message starts and when it ends; between the two its
 * `lastAt`, `endOffset`, `pdus` and `dataSet` grow. Times are microseconds, offsets count octets
 * of the sender's stream.
 */
export interface Message {
  /** Position in the association, both senders counted together, from 0. */
  readonly index: number;
  readonly sender: Role;
  readonly contextId: number;
  /** When the first octet of its first PDV came. */
  readonly at: number;
  /** When its command set was whole. */
  readonly commandAt: number;
  /** When its newest octet came. */
  readonly lastAt: number;
  /** Where its first PDV begins. */
  readonly offset: number;
  /** Behind its newest octet. */
  readonly endOffset: number;
  /** P-DATA-TF PDUs that carry a part of it. */
  readonly pdus: number;
  /** "C-STORE-RQ", "0160H" for a Command Field that PS3.7 does not list, "unknown" without one. */
  readonly command: string;
  readonly commandField: number | undefined;
  readonly commandSet: CommandSet;
  /** A copy of its octets; empty where the message is `undecodable`. */
  readonly commandBytes: Uint8Array;
  /** From the first PDV of the data set on. */
  readonly dataSet: MessageDataSet | undefined;
  /** Whether the command set announces a data set (CommandDataSetType is not 0101H). */
  readonly dataSetAnnounced: boolean;
  /** Set when the message has ended and nothing of it is missing. */
  readonly complete: boolean;
  /** The command set is too long, has octets that were not recorded, or was broken off. */
  readonly undecodable: boolean;
  readonly problems: readonly ProtocolError[];
}

export interface MessageDataSet {
  /** When its first octet came. */
  readonly at: number;
  /** Where its first fragment begins in the sender's stream. */
  readonly offset: number;
  /** Octets of all fragments, those that were skipped included. */
  readonly length: number;
  /** The first octets, up to the owner's limit; none behind the first skipped octet. */
  readonly head: Uint8Array;
  /** Of all octets, in hexadecimal; undefined until whole, or when octets were skipped. */
  readonly sha256: string | undefined;
  readonly complete: boolean;
  /** Octets that passed but are not available. */
  readonly skipped: number;
}

/** What breaks PS3.8 Annex D and E or PS3.7 6.3 in the sequence of PDVs. */
export type PdvIrregularity =
  | "odd fragment"
  | "interleaved message"
  | "two messages in one PDU"
  | "command inside data set"
  | "data inside command set"
  | "data set without command set"
  | "command set too long"
  | "too many open messages";

export interface MessageSink {
  /** The command set is whole (or given up: `undecodable`). */
  messageStarted(message: Message): void;
  /** The message is whole or broken off; comes after `messageStarted` of the same object. */
  messageEnded(message: Message): void;
  /** `message`: the one that it happened to, where there is one. Offset: of the PDV. */
  irregular(what: PdvIrregularity, where: IrregularPdv): void;
}

export interface IrregularPdv {
  readonly offset: number;
  readonly contextId: number;
  readonly length: number;
  readonly message: Message | undefined;
}
