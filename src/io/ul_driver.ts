/**
 * Carries out what an `UpperLayer` commands, over one `node:net` socket: the only place where the
 * protocol machine meets a socket and a timer.
 *
 * Rule: events are handled one after another, whoever gives them, and their commands are carried
 * out before the next one. After the transport is gone nothing is sent.
 */
import type { Socket } from "node:net";
import type { EndHow } from "../capture/record.ts";
import type { ProtocolError } from "../protocol_error.ts";
import { otherRole, type Role } from "../role.ts";
import type { AAbort } from "../ul/pdu.ts";
import { PduFramer } from "../ul/pdu_framer.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import { readPdu } from "../ul/read_pdu.ts";
import type { Primitive, UpperLayer, UpperLayerEvent } from "../ul/upper_layer.ts";
import { addressOf, endWasReset, resetSocket } from "./tcp_socket.ts";
import { timerMs } from "./timer_ms.ts";
import type { TransportTap } from "./transport_tap.ts";

/** The user of the upper layer service. */
export interface UlUser {
  primitive(primitive: Primitive): void;
  /** What is in P-DATA-TF PDUs that were indicated; views that are valid until the call returns. */
  readonly data: Pick<PduSink, "pdvStart" | "fragment" | "pdvEnd">;
  /** Why an A-P-ABORT indication of our own comes next. */
  fault(error: ProtocolError): void;
}

export interface UlDriverOptions {
  readonly user: UlUser;
  /** For the "connect" command of a requestor. Its chunks must go to `receive`. */
  readonly connect?: () => Promise<Socket>;
  /** Awaiting A-ASSOCIATE-RQ, and awaiting transport close (PS3.8 9.1.5); milliseconds. */
  readonly artimMs: number;
  readonly tap?: TransportTap | undefined;
}

export class UlDriver {
  readonly #layer: UpperLayer;
  readonly #options: UlDriverOptions;
  readonly #framer: PduFramer;
  readonly #events: UpperLayerEvent[] = [];
  #handling = false;
  #longestReceived = 0;
  #indicated = false;
  #ending = false;
  #socket: Socket | undefined;
  #artim: ReturnType<typeof setTimeout> | undefined;
  #drained: (() => void)[] = [];
  #failure: Error | undefined;
  #abort: AAbort | undefined;
  #reset = false;
  readonly #ends = new Set<Role>();

  constructor(layer: UpperLayer, options: UlDriverOptions) {
    this.#layer = layer;
    this.#options = options;
    this.#framer = new PduFramer(this.#sink(options.user));
  }

  /** What the system said when the transport failed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The A-ABORT that the peer sent (PS3.8 9.3.8). */
  get abortReceived(): AAbort | undefined {
    return this.#abort;
  }

  /** The peer reset the connection: it did not close it in order. */
  get wasReset(): boolean {
    return this.#reset;
  }

  /** PDU-length of the longest P-DATA-TF that came: what 51H limits (PS3.8 D.1). */
  get longestReceived(): number {
    return this.#longestReceived;
  }

  get layer(): UpperLayer {
    return this.#layer;
  }

  /** Takes a connected socket, and tells the machine so. */
  attach(socket: Socket): void {
    this.#socket = socket;
    const { tap } = this.#options;
    tap?.onOpen?.({ local: addressOf(socket, "local"), remote: addressOf(socket, "remote") });
    socket.on("drain", () => this.#releaseDrained());
    socket.on("error", (error: Error) => {
      this.#failure ??= error;
      if (isReset(error)) this.#peerEnded("reset");
    });
    socket.on("end", () => {
      this.#peerEnded(endWasReset(socket) ? "reset" : "fin");
      this.#transportEnded();
    });
    socket.on("close", () => {
      this.#transportEnded();
      tap?.onClose?.(this.#failure);
    });
    this.give({ kind: "transport connected" });
  }

  /** The octets that came. */
  receive(chunk: Uint8Array): void {
    this.#options.tap?.onOctets?.(otherRole(this.#layer.role), chunk);
    if (!this.#ending) this.#framer.receive(chunk);
  }

  /** Throws a `TypeError` for a primitive that Table 9-10 does not allow now. */
  give(event: UpperLayerEvent): void {
    this.#events.push(event);
    if (this.#handling) return;
    this.#handling = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        this.#handle(next);
      }
    } finally {
      this.#handling = false;
    }
  }

  /**
   * Octets of P-DATA-TF PDUs. Gives whether the system has taken all of them, so that their memory
   * may be used again; before more is sent, wait for `drained`.
   */
  send(bytes: Uint8Array): boolean {
    this.give({ kind: "P-DATA request", bytes });
    return this.#isTaken();
  }

  /** Undefined where there is room for more; resolves to what `send` gives then. */
  drained(): Promise<boolean> | undefined {
    if (this.#socket?.writableNeedDrain !== true) return undefined;
    return new Promise<void>((resolve) => this.#drained.push(resolve)).then(() => this.#isTaken());
  }

  #isTaken(): boolean {
    return this.#socket?.writableLength === 0 && !this.#ending;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.#ending) this.#socket?.resume();
  }

  /** Ends the connection in order, without a release: what was written goes out, then FIN. */
  close(): void {
    this.#leave(() => this.#close());
  }

  /** Ends the connection by RST, when what was written is out. */
  reset(): void {
    this.#leave((socket) => {
      this.#stopArtim();
      this.#ownEnd("reset");
      resetSocket(socket);
      this.#releaseDrained();
    });
  }

  #leave(end: (socket: Socket) => void): void {
    const socket = this.#socket;
    if (socket === undefined || this.#ending) return;
    this.#ending = true;
    this.#framer.end();
    this.give({ kind: "transport closed" });
    end(socket);
  }

  #handle(event: UpperLayerEvent): void {
    for (const command of this.#layer.handle(event)) {
      switch (command.do) {
        case "connect":
          this.#connect();
          break;
        case "close":
          this.#close();
          break;
        case "start ARTIM":
          this.#stopArtim();
          this.#artim = setTimeout(
            () => this.give({ kind: "ARTIM expired" }),
            timerMs(this.#options.artimMs),
          );
          break;
        case "stop ARTIM":
          this.#stopArtim();
          break;
        case "send":
          if (this.#socket?.writable !== true) break;
          this.#options.tap?.onOctets?.(this.#layer.role, command.bytes);
          this.#socket.write(command.bytes);
          break;
        case "issue":
          if (command.primitive.name === "P-DATA indication") this.#indicated = true;
          this.#options.user.primitive(command.primitive);
          break;
        default:
          command satisfies never;
      }
    }
  }

  #connect(): void {
    const { connect } = this.#options;
    if (connect === undefined) throw new TypeError("Cannot connect: this side accepts");
    connect().then(
      (socket) => {
        if (this.#layer.state === "Sta4") this.attach(socket);
        else socket.destroy();
      },
      (error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        this.give({ kind: "transport closed" });
      },
    );
  }

  /** What was written goes out first; then the connection does not linger (PS3.8 9.1.4). */
  #close(): void {
    this.#ending = true;
    this.#stopArtim();
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#ownEnd("fin");
    this.#endSocket(socket);
    this.#releaseDrained();
  }

  #endSocket(socket: Socket): void {
    // Calls nothing back: a timer would keep the program for as long as ARTIM.
    if (socket.destroyed) return;
    const late = setTimeout(() => socket.destroy(), timerMs(this.#options.artimMs));
    socket.end(() => {
      clearTimeout(late);
      socket.destroy();
    });
  }

  #transportEnded(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#framer.end();
    this.give({ kind: "transport closed" });
    this.#close();
  }

  #peerEnded(how: EndHow): void {
    if (how === "reset") this.#reset = true;
    this.#tellEnd(otherRole(this.#layer.role), how);
  }

  #ownEnd(how: EndHow): void {
    this.#tellEnd(this.#layer.role, how);
  }

  #tellEnd(sender: Role, how: EndHow): void {
    if (this.#ends.has(sender)) return;
    this.#ends.add(sender);
    this.#options.tap?.onEnd?.(sender, how);
  }

  #stopArtim(): void {
    clearTimeout(this.#artim);
    this.#artim = undefined;
  }

  #releaseDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  #sink(user: UlUser): PduSink {
    const invalid = (error: ProtocolError): void => {
      if (this.#ending) return; // the stream ended inside a PDU: Evt17 says it
      user.fault(error);
      this.give({ kind: "invalid PDU", abortReason: error.abortReason });
    };
    return {
      pdu: (offset, bytes) => {
        const { pdu } = readPdu(bytes, { offset });
        if (pdu.type === "A-ABORT") this.#abort ??= pdu;
        this.give({ kind: "PDU", pdu });
      },
      pDataStart: (_offset, pduLength) => {
        this.#longestReceived = Math.max(this.#longestReceived, pduLength);
        this.#indicated = false;
        this.give({ kind: "P-DATA-TF" });
      },
      pdvStart: (...head) => {
        if (this.#indicated) user.data.pdvStart(...head);
      },
      fragment: (offset, bytes) => {
        if (this.#indicated) user.data.fragment(offset, bytes);
      },
      skipped: () => undefined, // Nothing is skipped on a socket of our own.
      pdvEnd: () => {
        if (this.#indicated) user.data.pdvEnd();
      },
      pDataEnd: () => {
        this.#indicated = false;
      },
      problem: (error) => {
        this.#indicated = false;
        invalid(error);
      },
      lost: (_offset, error) => invalid(error),
    };
  }
}

function isReset(error: Error): boolean {
  return "code" in error && error.code === "ECONNRESET";
}
