/**
 * One association on its way through the proxy: a connection from the requestor, a connection to
 * the acceptor, and the bytes between them. It never decodes, re-encodes, judges or waits for
 * whoever watches.
 *
 * Rule: FIN is carried as FIN, one way at a time (PS3.8 9.1.4 leaves the reply's way open); RST is
 * carried as RST. There is no timer on an association that stands.
 */
import type { Socket } from "node:net";
import { ConnectError } from "../src/io/tcp_connect.ts";
import type { TcpReader } from "../src/io/tcp_reader.ts";
import {
  addressOf,
  endWasReset,
  prepareSocket,
  resetOnFailure,
  resetSocket,
} from "../src/io/tcp_socket.ts";
import { otherRole, type Role } from "../src/role.ts";
import { RelayGuard } from "./relay_guard.ts";
import type { ClosedFacts, RelayTap, TransportOutcome } from "./relay_tap.ts";
import { RelayWay } from "./relay_way.ts";

export interface RelayOptions {
  readonly id: number;
  readonly listen: string;
  readonly to: string;
  readonly tap: RelayTap | undefined;
  /** Connects to the acceptor and reads from it with `reader`. */
  readonly connect: (reader: TcpReader, signal: AbortSignal) => Promise<Socket>;
  readonly closed: (facts: ClosedFacts) => void;
  readonly tapFailed: (error: unknown) => void;
}

/** How long bytes that came before an RST may take to leave before the RST follows them. */
const RESET_GRACE_MS = 40;

export class Relay {
  readonly #options: RelayOptions;
  readonly #guard: RelayGuard;
  readonly #ways: Readonly<Record<Role, RelayWay>>;
  readonly #sockets: Record<Role, Socket | undefined>;
  readonly #connecting = new AbortController();
  readonly #socketsClosed = new Set<Role>();
  #firstFin: Role | undefined;
  #end: Omit<ClosedFacts, "bytes"> | undefined;
  #isOver = false;

  /** Takes over an accepted socket that is paused, and begins at once. */
  constructor(accepted: Socket, options: RelayOptions) {
    this.#options = options;
    this.#guard = new RelayGuard(options.tapFailed);
    const { id, listen, to, tap } = options;
    this.#guard.open(tap, { id, listen, to, requestor: addressOf(accepted, "remote") });
    const look = (sender: Role, chunk: Uint8Array) => this.#guard.data(sender, chunk);
    this.#ways = {
      requestor: new RelayWay("requestor", look),
      acceptor: new RelayWay("acceptor", look),
    };
    const requestor = this.#ways.requestor.reader.adopt(accepted);
    this.#sockets = { requestor, acceptor: undefined };
    prepareSocket(requestor);
    this.#watch("requestor", requestor);
    this.#ways.acceptor.to(requestor);
    void this.#connect();
  }

  /** Ends the association now, with RST to both AEs. */
  stop(): void {
    this.#finish({ outcome: "stopped", by: "proxy", reason: undefined });
  }

  async #connect(): Promise<void> {
    const { requestor: way, acceptor: reverse } = this.#ways;
    try {
      const acceptor = await this.#options.connect(reverse.reader, this.#connecting.signal);
      if (this.#isOver) return resetSocket(acceptor);
      this.#sockets.acceptor = acceptor;
      this.#watch("acceptor", acceptor);
      way.to(acceptor);
      this.#guard.connected({
        acceptor: addressOf(acceptor, "remote"),
        local: addressOf(acceptor, "local"),
      });
    } catch (error) {
      this.#finish(connectFailure(error));
    }
  }

  #watch(role: Role, socket: Socket): void {
    const way = this.#ways[role];
    way.from(socket);
    socket.on("end", () => {
      if (this.#isOver || this.#end !== undefined) return;
      if (!this.#ways[otherRole(role)].ended && endWasReset(socket)) {
        this.#broken(role, "connection reset");
        return;
      }
      this.#firstFin ??= role;
      way.end();
      this.#guard.ended(role, "fin");
    });
    resetOnFailure(socket, (error) => this.#broken(role, error.message));
    socket.on("close", () => {
      this.#socketsClosed.add(role);
      const { requestor, acceptor } = this.#ways;
      if (!requestor.ended || !acceptor.ended) this.#broken(role, undefined);
      else if (this.#socketsClosed.size === 2) {
        this.#finish({ outcome: "closed", by: this.#firstFin ?? role, reason: undefined });
      }
    });
  }

  /** This AE reset its connection, or is lost. The other one is reset too. */
  #broken(role: Role, reason: string | undefined): void {
    if (this.#isOver || this.#end !== undefined) return;
    const end = { outcome: "reset", by: role, reason } as const;
    this.#end = end;
    this.#guard.ended(role, "reset");
    const other = this.#sockets[otherRole(role)];
    if (other === undefined || this.#ways[role].waiting === 0) {
      this.#finish(end);
      return;
    }
    // An A-ABORT and a reset behind it: let the A-ABORT out first, but do not wait for a slow AE.
    const finish = () => {
      clearTimeout(timer);
      this.#finish(end);
    };
    // A program that was held up itself learns only in its next turn what is out.
    const timer = setTimeout(() => setImmediate(finish), RESET_GRACE_MS);
    other.once("close", finish);
    other.write(NOTHING, finish);
  }

  #finish(end: Omit<ClosedFacts, "bytes">): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { requestor, acceptor } = this.#ways;
    requestor.stop();
    acceptor.stop();
    if (end.outcome !== "closed") {
      this.#connecting.abort();
      for (const socket of Object.values(this.#sockets)) {
        if (socket !== undefined) resetSocket(socket);
      }
    }
    const facts = { ...end, bytes: { requestor: requestor.bytes, acceptor: acceptor.bytes } };
    this.#guard.closed(facts);
    this.#options.closed(facts);
  }
}

const NOTHING = new Uint8Array(0);

function connectFailure(error: unknown): Omit<ClosedFacts, "bytes"> {
  const reason = error instanceof Error ? error.message : String(error);
  const kind = error instanceof ConnectError ? error.kind : "refused";
  const outcome: TransportOutcome = kind === "timeout" ? "timeout" : "refused";
  return { outcome, by: kind === "refused" ? "acceptor" : "proxy", reason };
}
