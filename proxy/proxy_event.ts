/** What a `ProxyServer` tells its owner: events, figures, and where it listens. */
import type { TransportOutcome } from "./relay_tap.ts";

export type ProxyEvent =
  /** Connections were reset because `limit` associations stand; told at most each 10 s. */
  | { readonly kind: "limit"; readonly limit: number; readonly refused: number }
  /** No connection to the acceptor; the requestor was reset. */
  | {
      readonly kind: "not connected";
      readonly id: number;
      readonly to: string;
      readonly reason: string;
    }
  /** The tap threw; that association goes on unobserved. */
  | { readonly kind: "tap failed"; readonly id: number; readonly error: unknown }
  /** A target's name cannot be looked up now; its route listens all the same. */
  | { readonly kind: "unknown target"; readonly to: string; readonly reason: string }
  | { readonly kind: "accept failed"; readonly listen: string; readonly error: Error };

export interface ProxyCounters {
  readonly open: number;
  readonly opened: number;
  /** Over the limit, or while stopping. */
  readonly turnedAway: number;
  readonly outcomes: Readonly<Record<TransportOutcome, number>>;
  /** Of associations that are over. */
  readonly bytes: { readonly requestor: number; readonly acceptor: number };
}

export interface ReadyRoute {
  readonly listen: string;
  readonly to: string;
  /** The real port, where 0 was asked for. */
  readonly port: number;
}
