/**
 * What the relay tells whoever watches it. The relay owns this contract, the tap implements it.
 *
 * Order, per association: `opened`, then any number of `data` and `ended`, `connected` at most
 * once among them, and `closed` exactly once and last. Nothing is called after `closed`.
 *
 * Rule: every method is synchronous and returns quickly. The bytes have been handed to the other
 * side before `data` is called (bytes that come before the acceptor is connected: kept first).
 * Rule: a method that throws switches observation off for that association, and costs no byte.
 */
import type { Role } from "../src/role.ts";

export interface RelayTap {
  /** A requestor connected. The answer watches this association; `undefined` leaves it unwatched. */
  opened(facts: OpenedFacts): AssociationTap | undefined;
}

export interface AssociationTap {
  /** The connection to the acceptor stands. */
  connected(facts: ConnectedFacts): void;
  /** Bytes of one AE, in order. `chunk` is a view on a reused buffer: copy what you keep. */
  data(sender: Role, chunk: Uint8Array): void;
  /** This AE will send no more: it half-closed (FIN) or reset the connection. */
  ended(sender: Role, how: "fin" | "reset"): void;
  closed(facts: ClosedFacts): void;
  /**
   * Asked after each `data`. A promise pauses reading from this AE until it settles
   * (`--on-full stall`); `undefined` reads on.
   */
  room?(sender: Role): Promise<void> | undefined;
}

export interface OpenedFacts {
  /** Counts from 1, unique within one `ProxyServer`. */
  readonly id: number;
  /** The route's listening address as it really is, `host:port`. */
  readonly listen: string;
  /** The route's target as configured, `host:port`. */
  readonly to: string;
  /** Address of the requestor, `host:port`. */
  readonly requestor: string;
}

export interface ConnectedFacts {
  /** Address of the acceptor that answered, `host:port`. */
  readonly acceptor: string;
  /** Our own end of that connection, `host:port`. */
  readonly local: string;
}

export interface ClosedFacts {
  readonly outcome: TransportOutcome;
  /** Whose doing the end was: for `closed`, the AE whose FIN came first. */
  readonly by: Role | "proxy";
  /** Bytes taken from each AE. */
  readonly bytes: Readonly<Record<Role, number>>;
  /** In words, where there is more to say than the outcome: "connect ECONNREFUSED 10.0.0.1:104". */
  readonly reason: string | undefined;
}

/**
 * - `closed`: both AEs sent FIN, all bytes were delivered
 * - `reset`: an AE reset the connection, and the other side was reset too
 * - `refused`: the acceptor refused, could not be reached or resolved, or is the proxy itself
 * - `timeout`: no connection to the acceptor within the connect timeout
 * - `stopped`: the proxy was stopped and its drain limit passed
 */
export type TransportOutcome = "closed" | "reset" | "refused" | "timeout" | "stopped";
