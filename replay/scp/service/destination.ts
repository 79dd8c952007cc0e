/** Other applications that services send to: C-MOVE, N-EVENT-REPORT. Only those that were named. */
import type { Address } from "../../../src/address.ts";

export interface Destination extends Address {
  readonly aeTitle: string;
}

/** Milliseconds for a destination: to connect, to answer the association, to answer a request. */
export interface DestinationTimeouts {
  readonly connectTimeout?: number;
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
}
