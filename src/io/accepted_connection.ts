/**
 * One connection that a requestor opened: from the first octet to the answer to its A-ASSOCIATE-RQ;
 * afterwards it hands over to the association.
 */
import type { Socket } from "node:net";
import type { ProtocolError } from "../protocol_error.ts";
import type { AAssociateAc, AAssociateRj, AAssociateRq } from "../ul/pdu.ts";
import { type Primitive, UpperLayer } from "../ul/upper_layer.ts";
import { Association } from "./association.ts";
import { TcpReader } from "./tcp_reader.ts";
import { addressOf } from "./tcp_socket.ts";
import type { TransportTap } from "./transport_tap.ts";
import { UlDriver, type UlUser } from "./ul_driver.ts";

/** Who connected; one object a connection. */
export interface Peer {
  /** "host:port" of the requestor's end. */
  readonly address: string;
  /** It asked for an association, is not answered yet, and has not left meanwhile. */
  readonly isWaiting: boolean;
}

/** What an acceptor can do with an A-ASSOCIATE-RQ: the three of PS3.8 9.2, and just to go. */
export type AssociateAnswer =
  | AAssociateAc
  | AAssociateRj
  | { readonly type: "A-ABORT"; readonly source: number; readonly reason: number }
  /** FIN, or RST, without a word. */
  | { readonly type: "close" | "reset" };

export interface AcceptedConnectionOptions {
  readonly acseTimeout: number;
  readonly dimseTimeout: number;
  readonly answer: (
    request: AAssociateRq,
    peer: Peer,
  ) => AssociateAnswer | Promise<AssociateAnswer>;
  /** Takes part in the association until it has ended. Never rejects. */
  readonly serve: (association: Association, peer: Peer) => Promise<void>;
  readonly tap: ((peer: Peer) => TransportTap | undefined) | undefined;
}

export class AcceptedConnection implements UlUser {
  readonly socket: Socket;
  /** The connection is gone, and so is who served it. */
  readonly ended: Promise<void>;
  readonly #options: AcceptedConnectionOptions;
  readonly #peer: Peer;
  readonly #driver: UlDriver;
  #association: Association | undefined;
  #served: Promise<void> = Promise.resolve();
  #asked = false;

  constructor(accepted: Socket, options: AcceptedConnectionOptions) {
    this.#options = options;
    const isWaiting = (): boolean => this.#isWaiting;
    this.#peer = {
      address: addressOf(accepted, "remote"),
      get isWaiting() {
        return isWaiting();
      },
    };
    this.#driver = new UlDriver(new UpperLayer("acceptor"), {
      artimMs: options.acseTimeout,
      user: this,
      tap: options.tap?.(this.#peer),
    });
    const reader = new TcpReader((chunk) => {
      this.#driver.receive(chunk);
      return false;
    });
    this.socket = reader.adopt(accepted);
    const closed = new Promise<void>((resolve) => this.socket.once("close", () => resolve()));
    this.ended = closed.then(() => this.#served);
    this.#driver.attach(this.socket);
  }

  /** An association was asked for, and has not ended. */
  get isActive(): boolean {
    return this.#asked && !this.isOver;
  }

  /** What is left is to wait that the requestor closes the connection. */
  get isOver(): boolean {
    const { state } = this.#driver.layer;
    return state === "Sta13" || state === "Sta1";
  }

  get data(): UlUser["data"] {
    if (this.#association === undefined) throw new TypeError("Cannot take data: no association");
    return this.#association.data;
  }

  fault(error: ProtocolError): void {
    this.#association?.fault(error);
  }

  primitive(primitive: Primitive): void {
    if (primitive.name !== "A-ASSOCIATE indication") {
      this.#association?.primitive(primitive);
      return;
    }
    this.#asked = true;
    const { pdu } = primitive;
    const failed = (): void => this.#give(pdu, { type: "A-ABORT", source: 0, reason: 0 });
    try {
      const answer = this.#options.answer(pdu, this.#peer);
      if (!(answer instanceof Promise)) this.#give(pdu, answer);
      else answer.then((found) => this.#give(pdu, found)).catch(failed);
    } catch {
      failed();
    }
  }

  get #isWaiting(): boolean {
    return this.#driver.layer.state === "Sta3";
  }

  #give(request: AAssociateRq, answer: AssociateAnswer): void {
    // The requestor may have gone while the answer was sought.
    if (!this.#isWaiting) return;
    switch (answer.type) {
      case "A-ASSOCIATE-AC": {
        const { acseTimeout, dimseTimeout, serve } = this.#options;
        const negotiated = { request, answer };
        const limits = { acseTimeout, dimseTimeout };
        const association = new Association(this.#driver, negotiated, limits);
        this.#association = association;
        this.#driver.give({ kind: "A-ASSOCIATE response", pdu: answer });
        // The answer may be in the queue yet, and must go out before anything that is done now.
        this.#served = Promise.resolve().then(() => serve(association, this.#peer));
        break;
      }
      case "A-ASSOCIATE-RJ":
        this.#driver.give({ kind: "A-ASSOCIATE response", pdu: answer });
        break;
      case "A-ABORT":
        this.#driver.give({ ...answer, kind: "A-ABORT request" });
        break;
      case "close":
        this.#driver.close();
        break;
      case "reset":
        this.#driver.reset();
        break;
      default:
        answer satisfies never;
    }
  }
}
