/** Asks for an association: an `Association` as requestor, or an `AssociationError` in words. */
import type { Socket } from "node:net";

import type { ProtocolError } from "../protocol_error.ts";
import { associateRq, type ContextProposal } from "../ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq, UserInformationSubItem } from "../ul/pdu.ts";
import { type Primitive, UpperLayer } from "../ul/upper_layer.ts";
import { Association } from "./association.ts";
import {
  AssociationError,
  abortedError,
  notConnectedError,
  rejectedError,
  timeoutError,
} from "./association_error.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "./implementation.ts";
import { connectTcp } from "./tcp_connect.ts";
import { TcpReader } from "./tcp_reader.ts";
import { Resolver } from "./tcp_resolve.ts";
import { timerMs } from "./timer_ms.ts";
import type { TransportTap } from "./transport_tap.ts";
import { UlDriver, type UlUser } from "./ul_driver.ts";

export interface RequestOptions {
  readonly host: string;
  readonly port: number;
  /** "DICOMTAP" and "ANY-SCP" unless told. */
  readonly callingAeTitle?: string;
  readonly calledAeTitle?: string;
  /** What is proposed: 1 to 128, unless `request` is given. */
  readonly contexts?: readonly ContextProposal[];
  /**
   * Sent as it is, in place of AE titles, contexts, maximum length and user information: a recorded
   * request with its context IDs, order, roles and items that nobody knows.
   */
  readonly request?: AAssociateRq;
  /** Octets of a P-DATA-TF that we are ready to receive; 16,384 unless told. */
  readonly maximumLength?: number;
  /** What else is negotiated: user identity, extended negotiation (PS3.7 D.3.3). */
  readonly userInformation?: readonly UserInformationSubItem[];
  /** Milliseconds; 10 s, 30 s and for ever (0) unless told. */
  readonly connectTimeout?: number;
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  /** Gives up while the association is not established yet. */
  readonly signal?: AbortSignal;
  readonly tap?: TransportTap;
}

/**
 * Rejects with an `AssociationError`: `rejection` has the fields of an A-ASSOCIATE-RJ, `abort` those
 * of an A-ABORT. Throws a RangeError for a number of contexts that cannot be proposed.
 */
export function requestAssociation(options: RequestOptions): Promise<Association> {
  return new Promise((resolve, reject) => {
    new Attempt(options, { established: resolve, failed: reject }).start();
  });
}

interface Outcome {
  readonly established: (association: Association) => void;
  readonly failed: (error: AssociationError) => void;
}

/** From the request to its outcome; afterwards it only hands over to the association. */
class Attempt implements UlUser {
  readonly #options: RequestOptions;
  readonly #outcome: Outcome;
  readonly #request: AAssociateRq;
  readonly #driver: UlDriver;
  readonly #acseTimeout: number;
  readonly #connecting = new AbortController();
  #association: Association | undefined;
  #settled = false;
  #connected = false;
  #fault: ProtocolError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RequestOptions, outcome: Outcome) {
    this.#options = options;
    this.#outcome = outcome;
    this.#acseTimeout = options.acseTimeout ?? 30_000;
    this.#request = options.request ?? ownRequest(options);
    this.#driver = new UlDriver(new UpperLayer("requestor"), {
      user: this,
      artimMs: this.#acseTimeout,
      connect: () => this.#connect(),
      tap: options.tap,
    });
  }

  start(): void {
    const { signal } = this.#options;
    signal?.addEventListener("abort", this.#stop);
    this.#driver.give({ kind: "A-ASSOCIATE request", pdu: this.#request });
    if (signal?.aborted === true) this.#stop();
  }

  get data(): UlUser["data"] {
    return this.#association?.data ?? NOBODY;
  }

  fault(error: ProtocolError): void {
    this.#fault = error;
    this.#association?.fault(error);
  }

  primitive(primitive: Primitive): void {
    if (this.#association !== undefined) {
      this.#association.primitive(primitive);
    } else if (primitive.name === "A-ABORT indication") {
      this.#fail(abortedError(this.#driver.abortReceived ?? { source: 0, reason: 0 }));
    } else if (primitive.name === "A-P-ABORT indication") {
      this.#fail(this.#providerAbort(primitive));
    } else if (primitive.name === "A-ASSOCIATE confirmation") {
      if (primitive.pdu.type === "A-ASSOCIATE-AC") this.#establish(primitive.pdu);
      else this.#fail(rejectedError(primitive.pdu));
    }
  }

  async #connect(): Promise<Socket> {
    const reader = new TcpReader((chunk) => {
      this.#driver.receive(chunk);
      return false;
    });
    const socket = await connectTcp(this.#options, {
      resolver: new Resolver(),
      reader,
      timeoutMs: this.#options.connectTimeout ?? 10_000,
      signal: this.#connecting.signal,
    });
    this.#connected = true;
    const late = timeoutError(this.#acseTimeout, "A-ASSOCIATE-AC (ACSE timeout)");
    this.#timer = setTimeout(() => this.#giveUp(late), timerMs(this.#acseTimeout));
    return socket;
  }

  #establish(answer: AAssociateAc): void {
    const limits = {
      acseTimeout: this.#acseTimeout,
      dimseTimeout: this.#options.dimseTimeout ?? 0,
    };
    const negotiated = { request: this.#request, answer };
    const association = new Association(this.#driver, negotiated, limits);
    this.#association = association;
    this.#settle(() => this.#outcome.established(association));
  }

  #fail(error: AssociationError): void {
    this.#settle(() => this.#outcome.failed(error));
  }

  readonly #stop = (): void => {
    this.#giveUp(new AssociationError("aborted", "Asking for an association was given up"));
  };

  #giveUp(error: AssociationError): void {
    if (this.#settled) return;
    this.#fail(error);
    this.#connecting.abort();
    this.#driver.give({ kind: "A-ABORT request" });
  }

  #settle(act: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#stop);
    act();
  }

  #providerAbort(
    primitive: Extract<Primitive, { readonly name: "A-P-ABORT indication" }>,
  ): AssociationError {
    const { failure } = this.#driver;
    if (primitive.by === "acceptor") {
      const { reason } = primitive;
      return abortedError(this.#driver.abortReceived ?? { source: 2, reason });
    }
    if (primitive.by === "requestor") {
      const what = this.#fault?.message ?? "the answer is not one to A-ASSOCIATE-RQ (PS3.8 9.2.3)";
      return new AssociationError("protocol", `No association: ${what}`, { cause: this.#fault });
    }
    if (!this.#connected) return notConnectedError(this.#options, failure);
    const how = failure === undefined ? "closed" : `lost (${failure.message})`;
    const text = `Connection ${how} by the other side before it answered A-ASSOCIATE-RQ`;
    return new AssociationError("closed", text, { cause: failure, reset: this.#driver.wasReset });
  }
}

function ownRequest(options: RequestOptions): AAssociateRq {
  const { userInformation, maximumLength = 16_384 } = options;
  return associateRq(
    {
      callingAeTitle: options.callingAeTitle ?? "DICOMTAP",
      calledAeTitle: options.calledAeTitle ?? "ANY-SCP",
      maximumLength,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
      ...(userInformation && { userInformation }),
    },
    options.contexts ?? [],
  );
}

const nothing = (): void => undefined;
const NOBODY: UlUser["data"] = {
  pdvStart: nothing,
  fragment: nothing,
  pdvEnd: nothing,
};
