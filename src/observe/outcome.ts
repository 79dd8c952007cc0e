/**
 * The one word for how an association ended, out of what its PDUs and its transport said.
 */
import type { AssociationEnd } from "./association_state.ts";
import type { Outcome } from "./summary.ts";

export interface OutcomeFacts {
  readonly end: AssociationEnd | undefined;
  /** Framing of an AE was lost, or decoding was given up, before the stream's end. */
  readonly opaque: "from the start" | "later" | undefined;
  /** How the transport ended, in the word of the relay or of the capture; undefined: not yet. */
  readonly transport: string | undefined;
}

/** PDUs speak before the transport: a reset behind A-RELEASE-RP is a released association. */
export function outcomeOf(facts: OutcomeFacts): Outcome {
  const { end, opaque, transport } = facts;
  if (transport === "refused" || transport === "timeout") return transport;
  // an acceptor may answer TLS on a plain port with an A-ABORT: that makes it no association
  if (opaque === "from the start") return "opaque";
  if (end !== undefined) return end;
  if (opaque === "later") return "opaque";
  switch (transport) {
    case undefined:
      return "open";
    case "fin":
    case "closed":
      return "closed";
    default: // "reset", and "stopped" or "shutdown": the proxy reset both sides
      return "reset";
  }
}
