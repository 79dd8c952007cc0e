/** Other applications that services send to: C-MOVE, N-EVENT-REPORT. Only those that were named. */
import type { Address } from "../../../src/address.ts";
import { openAssociation } from "../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import type { ContextProposal } from "../../../src/ul/negotiate.ts";
import type { RecordedSource } from "../../record/recorded_connection.ts";
import type { LiveRequest } from "../responder.ts";

export interface Destination extends Address {
  readonly aeTitle: string;
}

/** Milliseconds for a destination: to connect, to answer the association, to answer a request. */
export interface DestinationTimeouts {
  readonly connectTimeout?: number;
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
}

/**
 * An association for a live request, under the AE title that was called there; aborted when the server
 * is to end. Rejects with an `AssociationError`.
 */
export async function openAt(
  destination: Destination,
  options: {
    readonly request: LiveRequest;
    readonly contexts: readonly ContextProposal[];
    readonly timeouts: DestinationTimeouts;
    /** The recorded association that it plays, where the captures have one. */
    readonly plays?: RecordedSource | undefined;
  },
): Promise<ServiceUser> {
  const { request, contexts, timeouts, plays } = options;
  const { stopping } = request.server;
  const tap = request.server.tap(plays);
  const user = await openAssociation({
    dimseTimeout: DIMSE_TIMEOUT,
    ...timeouts,
    host: destination.host ?? "127.0.0.1",
    port: destination.port,
    callingAeTitle: request.association.calledAeTitle,
    calledAeTitle: destination.aeTitle,
    contexts,
    signal: stopping,
    ...(tap !== undefined && { tap }),
  });
  const stop = (): void => user.abort();
  const forget = (): void => stopping.removeEventListener("abort", stop);
  stopping.addEventListener("abort", stop);
  user.ended().then(forget, forget);
  return user;
}

/** Milliseconds, unless told. */
const DIMSE_TIMEOUT = 60_000;
