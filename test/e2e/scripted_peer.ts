/** Either end of a connection under the control of a test: sends what it is told, counts and hashes what comes. */
import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { PATIENCE_MS } from "../support/patience.ts";
import type { Scope } from "../support/process.ts";

/** How the other end was heard to finish. */
export type Ending = "fin" | "reset";

export class Peer {
  readonly #socket: Socket;
  readonly #received = createHash("sha256");
  readonly #sent = createHash("sha256");
  readonly #waiting = new Set<() => void>();
  readonly #head: Buffer[] = [];
  #length = 0;
  #ending: Ending | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#received.update(bytes);
      if (this.#length < 4096) this.#head.push(Buffer.from(bytes.subarray(0, 4096)));
      this.#length += bytes.length;
      this.#look();
    });
    socket.on("end", () => this.#finish("fin"));
    socket.on("error", () => this.#finish("reset"));
    socket.on("close", () => this.#finish("fin"));
  }

  get received(): number {
    return this.#length;
  }

  /** The first octets that came, up to 4096. */
  get head(): Buffer {
    return Buffer.concat(this.#head).subarray(0, 4096);
  }

  /** Resolves when the kernel has room for more. */
  async send(bytes: Uint8Array): Promise<void> {
    this.#sent.update(bytes);
    if (this.#socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        this.#socket.off("drain", settle);
        this.#socket.off("close", settle);
        resolve();
      };
      this.#socket.once("drain", settle);
      this.#socket.once("close", settle);
    });
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Waits until so many octets have come in all. */
  has(total: number): Promise<void> {
    return this.#until(() => this.#length >= total, `${total} octets`);
  }

  /** Waits until the other end finished. */
  async ended(): Promise<Ending> {
    await this.#until(() => this.#ending !== undefined, "the end");
    return this.#ending ?? "fin";
  }

  /** SHA-256 of all octets; no more may be sent or come after it was asked for. */
  digests(): { readonly sent: string; readonly received: string } {
    return { sent: this.#sent.digest("hex"), received: this.#received.digest("hex") };
  }

  #finish(ending: Ending): void {
    this.#ending ??= ending;
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }

  #until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        act();
      };
      const look = () => {
        if (condition()) settle(resolve);
        else if (this.#ending !== undefined) settle(() => reject(late("ended", what)));
      };
      const late = (how: string, missing: string) =>
        new Error(`Connection ${how} without ${missing}: ${this.#length} octets came`);
      const timer = setTimeout(
        () => settle(() => reject(late(`waited ${PATIENCE_MS} ms`, what))),
        PATIENCE_MS,
      );
      this.#waiting.add(look);
      look();
    });
  }
}

/** A listener whose connections are taken one by one. */
export class Acceptor {
  readonly port: number;
  readonly #arrived: Peer[] = [];
  #waiting: ((peer: Peer) => void) | undefined;

  constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("Not listening");
    this.port = address.port;
    server.on("connection", (socket) => {
      const peer = new Peer(socket);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#arrived.push(peer);
      else waiting(peer);
    });
  }

  take(): Promise<Peer> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

export async function startAcceptor(scope: Scope): Promise<Acceptor> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  scope.defer(() => {
    server.close();
  });
  return new Acceptor(server);
}

export function connectPeer(port: number, host = "127.0.0.1"): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new Peer(socket));
    });
  });
}
