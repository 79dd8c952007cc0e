/**
 * What `AssociationObserver` tells its owner, in the order of events. Every method is optional;
 * what is not listened to is not built.
 *
 * Rule: `Uint8Array`s of a `PduEvent` are views that are valid until the method returns. Objects
 * given here (messages, exchanges) go on growing until they have ended.
 */
import type { Exchange } from "../dimse/exchange.ts";
import type { Message } from "../dimse/message.ts";
import type { Role } from "../role.ts";
import type { Pdu } from "../ul/pdu.ts";
import type { Finding } from "./finding.ts";
import type { NegotiatedContext } from "./negotiation.ts";

export interface AssociationSink {
  /** A PDU is whole. P-DATA-TF too, without its fragments. */
  pdu?(event: PduEvent): void;
  /** The command set is whole; a data set may follow for a long time. */
  messageStarted?(observed: ObservedMessage): void;
  /** The same object when the message is whole or broken off. */
  messageEnded?(observed: ObservedMessage): void;
  /** Final response, or nothing will answer it any more. */
  exchangeEnded?(exchange: Exchange): void;
  finding?(finding: Finding): void;
  /** The summary tells something new that is not a count: negotiated, ended, opaque. */
  changed?(): void;
}

export interface ObservedMessage {
  readonly message: Message;
  /** undefined where the presentation context was neither proposed nor answered. */
  readonly context: NegotiatedContext | undefined;
  /** Its own, of a request; that of the request, of a response or C-CANCEL-RQ. */
  readonly exchange: Exchange | undefined;
  /** Index of the request that it answers or cancels. */
  readonly respondsTo: number | undefined;
}

export interface PduEvent {
  readonly sender: Role;
  readonly type: Pdu["type"];
  readonly pduType: number;
  /** Of its first octet in the sender's stream. */
  readonly offset: number;
  /** Six octets of header included. */
  readonly length: number;
  /** Microseconds, when it was whole. */
  readonly at: number;
  /** All but P-DATA-TF: what was read, and its octets. */
  readonly pdu?: Pdu;
  readonly bytes?: Uint8Array;
  /** P-DATA-TF: the first PDVs (64 at most) and how many there are. */
  readonly pdvs?: readonly PdvEvent[];
  readonly pdvCount?: number;
}

export interface PdvEvent {
  readonly contextId: number;
  readonly messageControlHeader: number;
  /** Octets of the fragment. */
  readonly length: number;
  readonly offset: number;
}
