/** Runs recorded or scripted traffic through an `AssociationObserver` and keeps what it tells. */
import { createHash } from "node:crypto";
import type { Exchange } from "../../src/dimse/exchange.ts";
import {
  AssociationObserver,
  type ObserverOptions,
} from "../../src/observe/association_observer.ts";
import type { ObservedMessage, PduEvent } from "../../src/observe/association_sink.ts";
import type { Finding } from "../../src/observe/finding.ts";
import type { TcpConnection } from "./pcap.ts";

export interface Observed {
  readonly observer: AssociationObserver;
  readonly pdus: PduEvent[];
  readonly started: ObservedMessage[];
  readonly messages: ObservedMessage[];
  readonly exchanges: Exchange[];
  readonly findings: Finding[];
}

export function observing(options: ObserverOptions = {}): Observed {
  const kept = { pdus: [], started: [], messages: [], exchanges: [], findings: [] } as Omit<
    Observed,
    "observer"
  >;
  const observer = new AssociationObserver(
    {
      pdu: (event) => kept.pdus.push(event),
      messageStarted: (observed) => kept.started.push(observed),
      messageEnded: (observed) => kept.messages.push(observed),
      exchangeEnded: (exchange) => kept.exchanges.push(exchange),
      finding: (finding) => kept.findings.push(finding),
    },
    options,
  );
  return { observer, ...kept };
}

export function sha256() {
  const hash = createHash("sha256");
  return {
    update: (bytes: Uint8Array) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
  };
}

/** Plays a recorded connection to its end. */
export function observeConnection(connection: TcpConnection): Observed {
  const observed = observing({ createHash: sha256 });
  const { observer } = observed;
  const start = connection.events[0]?.at ?? 0;
  const { requestor, acceptor } = connection;
  observer.opened({ capture: "pcap", id: 1, at: start, wallUs: start, requestor, acceptor });
  let last = start;
  let reset = false;
  for (const event of connection.events) {
    last = event.at;
    if (event.kind === "bytes") {
      observer.bytes(event.sender, event.at, event.bytes);
    } else {
      reset ||= event.kind === "reset";
      observer.ended(event.sender, event.at, event.kind);
    }
  }
  observer.closed(last, reset ? "reset" : "closed");
  return observed;
}
