/**
 * A small association-acceptor (SCP): for each request a handler gives the responses. For the demo,
 * for tests and for replay; a real PACS it is not.
 */
import type { Socket } from "node:net";
import type { ProtocolError } from "../protocol_error.ts";
import { associateAc, type ContextProposal } from "../ul/negotiate.ts";
import type { AAssociateAc, AAssociateRj, AAssociateRq } from "../ul/pdu.ts";
import { UpperLayer } from "../ul/upper_layer.ts";
import { Association, type CommandValues, type DataSetSource } from "./association.ts";
import { AssociationError } from "./association_error.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "./implementation.ts";
import type { ReceivedMessage } from "./message_receiver.ts";
import { listenTcp } from "./tcp_listen.ts";
import { TcpReader } from "./tcp_reader.ts";
import { Resolver } from "./tcp_resolve.ts";
import { prepareSocket } from "./tcp_socket.ts";
import { UlDriver } from "./ul_driver.ts";

export interface Reply {
  readonly values: CommandValues;
  readonly dataSet?: DataSetSource;
}

export interface AcceptOptions {
  readonly host?: string;
  readonly port: number;
  /** What is accepted, by abstract syntax. */
  readonly supported: readonly ContextProposal[];
  /** Called AE titles that are recognized; any, unless told. */
  readonly aeTitles?: readonly string[];
  /** Octets of a P-DATA-TF that we are ready to receive; 16,384 unless told. */
  readonly maximumLength?: number;
  /** Milliseconds; 30 s and for ever (0) unless told. */
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  /** The responses to one message, in order; they go out on its context. */
  readonly handle?: (message: ReceivedMessage, association: Association) => AsyncIterable<Reply>;
  /** In place of `handle`: takes part in the association until it has ended. */
  readonly serve?: (association: Association) => Promise<void>;
  /** How each association ended; undefined after a release. */
  readonly ended?: (association: Association, error: Error | undefined) => void;
}

export interface AssociationServer {
  readonly host: string;
  readonly port: number;
  /** Stops listening and aborts what is still there. */
  close(): Promise<void>;
}

/** Rejects with a `ListenError`. */
export async function acceptAssociations(options: AcceptOptions): Promise<AssociationServer> {
  const live = new Map<Socket, Promise<void>>();
  const listener = await listenTcp(
    { host: options.host, port: options.port },
    {
      resolver: new Resolver(),
      backlog: 128,
      accept: (accepted) => {
        const { socket, ended } = serve(accepted, options);
        live.set(socket, ended);
        const forget = (): boolean => live.delete(socket);
        ended.then(forget, forget);
      },
      failed: () => undefined, // One connection that did not come to be; its peer knows.
    },
  );
  return {
    host: listener.host,
    port: listener.port,
    close: async () => {
      listener.close();
      for (const socket of live.keys()) socket.destroy();
      await Promise.allSettled(live.values());
    },
  };
}

function serve(
  accepted: Socket,
  options: AcceptOptions,
): { readonly socket: Socket; readonly ended: Promise<void> } {
  let association: Association | undefined;
  let served: Promise<void> = Promise.resolve();
  const acseTimeout = options.acseTimeout ?? 30_000;
  const limits = { acseTimeout, dimseTimeout: options.dimseTimeout ?? 0 };
  const reader = new TcpReader((chunk) => {
    driver.receive(chunk);
    return false;
  });
  const driver: UlDriver = new UlDriver(new UpperLayer("acceptor"), {
    artimMs: acseTimeout,
    user: {
      get data() {
        if (association === undefined) throw new TypeError("Cannot take data: no association");
        return association.data;
      },
      fault: (error: ProtocolError) => association?.fault(error),
      primitive: (primitive) => {
        if (primitive.name !== "A-ASSOCIATE indication") {
          association?.primitive(primitive);
          return;
        }
        const pdu = answerTo(primitive.pdu, options);
        if (pdu.type === "A-ASSOCIATE-AC") {
          association = new Association(driver, { request: primitive.pdu, answer: pdu }, limits);
          served = converse(association, options);
        }
        driver.give({ kind: "A-ASSOCIATE response", pdu });
      },
    },
  });
  prepareSocket(accepted);
  const socket = reader.adopt(accepted);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  driver.attach(socket);
  return { socket, ended: closed.then(() => served) };
}

function answerTo(request: AAssociateRq, options: AcceptOptions): AAssociateAc | AAssociateRj {
  const { aeTitles } = options;
  if (aeTitles !== undefined && !aeTitles.includes(request.calledAeTitle)) {
    return { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: CALLED_AE_NOT_RECOGNIZED };
  }
  return associateAc(request, {
    supported: options.supported,
    introduction: {
      maximumLength: options.maximumLength ?? 16_384,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
    },
  });
}

async function converse(association: Association, options: AcceptOptions): Promise<void> {
  let error: Error | undefined;
  try {
    await options.serve?.(association);
    for await (const message of association) {
      for await (const { values, dataSet } of options.handle?.(message, association) ?? []) {
        await association.send(message.contextId, values, dataSet);
      }
    }
  } catch (caught) {
    error = caught instanceof Error ? caught : new Error(String(caught));
    // A fault of the handler: the peer must not wait for ever.
    if (!(caught instanceof AssociationError)) association.abort();
  }
  options.ended?.(association, error);
}

/** PS3.8 Table 9-21. */
const CALLED_AE_NOT_RECOGNIZED = 7;
