/**
 * A small association-acceptor (SCP): for each request a handler gives the responses. For the demo,
 * for tests and for replay; a real PACS it is not.
 *
 * Rule: what strangers can make us hold is bounded by `maxAssociations`: one association more is
 * rejected in words, and connections far beyond it are reset.
 */
import type { Socket } from "node:net";
import { associateAc, type ContextProposal } from "../ul/negotiate.ts";
import type { AAssociateAc, AAssociateRj, AAssociateRq } from "../ul/pdu.ts";
import { AcceptedConnection, type AssociateAnswer, type Peer } from "./accepted_connection.ts";
import type { Association, CommandValues, DataSetSource } from "./association.ts";
import { AssociationError } from "./association_error.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "./implementation.ts";
import type { ReceivedMessage } from "./message_receiver.ts";
import { listenTcp } from "./tcp_listen.ts";
import { Resolver } from "./tcp_resolve.ts";
import { prepareSocket, resetSocket } from "./tcp_socket.ts";
import type { TransportTap } from "./transport_tap.ts";

export interface Reply {
  readonly values: CommandValues;
  readonly dataSet?: DataSetSource;
}

export interface AcceptOptions {
  readonly host?: string;
  readonly port: number;
  /** What is accepted, by abstract syntax. */
  readonly supported?: readonly ContextProposal[];
  /** Called AE titles that are recognized; any, unless told. */
  readonly aeTitles?: readonly string[];
  /** Octets of a P-DATA-TF that we are ready to receive; 16,384 unless told. */
  readonly maximumLength?: number;
  /**
   * Answers each A-ASSOCIATE-RQ, in place of `supported`, `aeTitles` and `maximumLength`. One that
   * throws aborts the association.
   */
  readonly answer?: (
    request: AAssociateRq,
    peer: Peer,
  ) => AssociateAnswer | Promise<AssociateAnswer>;
  /**
   * Associations at once; 1,000 unless told. One more is rejected: transient, local limit exceeded
   * (PS3.8 9.3.4).
   */
  readonly maxAssociations?: number;
  /** Milliseconds; 30 s and for ever (0) unless told. */
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  /** The responses to one message, in order; they go out on its context. */
  readonly handle?: (message: ReceivedMessage, association: Association) => AsyncIterable<Reply>;
  /** In place of `handle`: takes part in the association until it has ended. */
  readonly serve?: (association: Association, peer: Peer) => Promise<void>;
  /** How each association ended; undefined after a release. */
  readonly ended?: (association: Association, error: Error | undefined, peer: Peer) => void;
  /** Watches the octets of a connection, from its first one. */
  readonly tap?: (peer: Peer) => TransportTap | undefined;
}

export interface AssociationServer {
  readonly host: string;
  readonly port: number;
  /** Associations that are there now, and those that are being answered. */
  readonly associations: number;
  /** Takes no new connections; those that are there live on. */
  stopListening(): void;
  /** Resolves when the associations that are there have ended. */
  drained(): Promise<void>;
  /** Stops listening and aborts what is still there. */
  close(): Promise<void>;
}

/** Rejects with a `ListenError`. */
export async function acceptAssociations(options: AcceptOptions): Promise<AssociationServer> {
  const live = new Map<Socket, AcceptedConnection>();
  const maxAssociations = options.maxAssociations ?? 1000;
  const associations = (): number => {
    let count = 0;
    for (const connection of live.values()) if (connection.isActive) count++;
    return count;
  };
  /** Room for one connection more, also at the cost of one that its peer does not close. */
  const hasRoom = (): boolean => {
    if (live.size < maxAssociations + WAITING_TO_ASK) return true;
    for (const [socket, { isOver }] of live) {
      if (!isOver) continue;
      live.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  };
  const listener = await listenTcp(
    { host: options.host, port: options.port },
    {
      resolver: new Resolver(),
      backlog: 512,
      accept: (accepted) => {
        prepareSocket(accepted);
        if (!hasRoom()) {
          accepted.on("error", () => undefined);
          resetSocket(accepted);
          return;
        }
        const connection = new AcceptedConnection(accepted, {
          acseTimeout: options.acseTimeout ?? 30_000,
          dimseTimeout: options.dimseTimeout ?? 0,
          tap: options.tap,
          answer: (request, peer) => {
            // This one has asked, so it is counted.
            if (associations() > maxAssociations) return LOCAL_LIMIT_EXCEEDED;
            return (options.answer ?? answerTo(options))(request, peer);
          },
          serve: (association, peer) => converse(association, { ...options, peer }),
        });
        const { socket } = connection;
        live.set(socket, connection);
        const forget = (): boolean => live.delete(socket);
        connection.ended.then(forget, forget);
      },
      failed: () => undefined, // One connection that did not come to be; its peer knows.
    },
  );
  const drained = async (): Promise<void> => {
    await Promise.allSettled([...live.values()].map(({ ended }) => ended));
  };
  return {
    host: listener.host,
    port: listener.port,
    get associations() {
      return associations();
    },
    stopListening: () => listener.close(),
    drained,
    close: async () => {
      listener.close();
      for (const socket of live.keys()) socket.destroy();
      await drained();
    },
  };
}

function answerTo(options: AcceptOptions): (request: AAssociateRq) => AAssociateAc | AAssociateRj {
  const { aeTitles, supported = [], maximumLength = 16_384 } = options;
  return (request) => {
    if (aeTitles !== undefined && !aeTitles.includes(request.calledAeTitle)) {
      return { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: CALLED_AE_NOT_RECOGNIZED };
    }
    return associateAc(request, {
      supported,
      introduction: {
        maximumLength,
        implementationClassUid: IMPLEMENTATION_CLASS_UID,
        implementationVersionName: IMPLEMENTATION_VERSION_NAME,
      },
    });
  };
}

async function converse(
  association: Association,
  options: AcceptOptions & { readonly peer: Peer },
): Promise<void> {
  let error: Error | undefined;
  try {
    await options.serve?.(association, options.peer);
    for await (const message of association) {
      for await (const { values, dataSet } of options.handle?.(message, association) ?? []) {
        await association.send(message.contextId, values, { dataSet });
      }
    }
  } catch (caught) {
    error = caught instanceof Error ? caught : new Error(String(caught));
    // A fault of the handler: the peer must not wait for ever.
    if (!(caught instanceof AssociationError)) association.abort();
  }
  options.ended?.(association, error, options.peer);
}

/** PS3.8 Table 9-21. */
const CALLED_AE_NOT_RECOGNIZED = 7;
/** Rejected-transient, by the service-provider (presentation related): local-limit-exceeded. */
const LOCAL_LIMIT_EXCEEDED: AAssociateRj = {
  type: "A-ASSOCIATE-RJ",
  result: 2,
  source: 3,
  reason: 2,
};

/** Connections that have not asked for an association yet; ARTIM ends them (PS3.8 9.1.5). */
const WAITING_TO_ASK = 256;
