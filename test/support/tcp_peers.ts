/**
 * Plain TCP peers around a proxy: a target that does what a test tells it, clients, and the sums
 * of what they sent and received. Everything belongs to a `Peers`, which closes it all.
 */
import { createHash, type Hash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { ProxyServer, type ProxyServerOptions } from "../../proxy/proxy_server.ts";
import type { Random } from "./fuzz.ts";
import { PATIENCE_MS } from "./patience.ts";

export class Peers {
  readonly #servers: Server[] = [];
  readonly #proxies: ProxyServer[] = [];
  readonly #sockets = new Set<Socket>();

  /** A target; gives its port. Errors of its connections are swallowed. */
  async target(
    serve: (socket: Socket) => void,
    options: { readonly host?: string; readonly pauseOnConnect?: boolean } = {},
  ): Promise<number> {
    const { host = "127.0.0.1", pauseOnConnect = false } = options;
    const server = createServer({ allowHalfOpen: true, pauseOnConnect }, (socket) => {
      this.#keep(socket);
      serve(socket);
    });
    this.#servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: 0, host, backlog: 2048 }, resolve);
    });
    return portOf(server);
  }

  /** A proxy on 127.0.0.1 in front of a port of 127.0.0.1. */
  async proxy(
    targetPort: number,
    options: Omit<ProxyServerOptions, "routes"> = {},
  ): Promise<{ readonly server: ProxyServer; readonly port: number }> {
    const local = { host: "127.0.0.1", port: 0 };
    const to = { host: "127.0.0.1", port: targetPort };
    return await this.server({ ...options, routes: [{ listen: local, to }] });
  }

  async server(options: ProxyServerOptions): Promise<{ server: ProxyServer; port: number }> {
    const server = new ProxyServer(options);
    this.#proxies.push(server);
    const [ready] = await server.start();
    return { server, port: ready?.port ?? 0 };
  }

  /** A connected client. */
  client(port: number, host = "127.0.0.1"): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, allowHalfOpen: true });
      this.#keep(socket);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#proxies.map((proxy) => proxy.stop({ drainMs: 0 })));
    for (const server of this.#servers) server.close();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
  }
}

/** Runs `work` with peers of its own, which are closed whatever happens. */
export async function withPeers<T>(work: (peers: Peers) => Promise<T>): Promise<T> {
  const peers = new Peers();
  try {
    return await work(peers);
  } finally {
    await peers.close();
  }
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A count and a hash of bytes that passed. */
export class Sum {
  readonly #hash: Hash = createHash("sha256");
  length = 0;
  #text: string | undefined;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.length += bytes.length;
  }

  get text(): string {
    this.#text ??= `${this.length} ${this.#hash.digest("hex")}`;
    return this.#text;
  }
}

/**
 * Sends `length` random bytes in random pieces, as fast as the socket takes them, then FIN unless
 * told otherwise. Gives the sum of what was sent.
 */
export async function sendRandom(
  socket: Socket,
  options: {
    readonly length: number;
    readonly random: Random;
    readonly largest?: number;
    readonly keepOpen?: boolean;
    /** Sent first. */
    readonly head?: Buffer;
  },
): Promise<Sum> {
  const { length, random, largest = 100_000, keepOpen = false, head } = options;
  const sum = new Sum();
  if (head !== undefined) {
    sum.add(head);
    socket.write(head);
  }
  const end = sum.length + length;
  const noise = randomBlock(random);
  while (sum.length < end && !socket.destroyed) {
    const size = Math.min(end - sum.length, 1 + random(largest));
    const at = random(noise.length - Math.min(size, noise.length - 1));
    const piece = Buffer.from(noise.subarray(at, at + size)); // a copy: it may wait in the socket
    sum.add(piece);
    if (!socket.write(piece)) await oneOf(socket, ["drain", "close"]);
  }
  if (!keepOpen) socket.end();
  return sum;
}

/** Receives until FIN, stopping now and then for some milliseconds when `stalls` is not 0. */
export function receiveAll(
  socket: Socket,
  options: {
    readonly random?: Random;
    readonly stalls?: number;
    /** What was received already. */
    readonly head?: Buffer;
    /** Called when the sum has this length. */
    readonly at?: { readonly length: number; readonly call: () => void };
  } = {},
): Promise<Sum> {
  const { random = () => 0, stalls = 0, head, at } = options;
  const sum = new Sum();
  if (head !== undefined) sum.add(head);
  if (sum.length === at?.length) at.call();
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk: Buffer) => {
      sum.add(chunk);
      if (sum.length === at?.length) at.call();
      if (stalls === 0 || random(1000) >= stalls) return;
      socket.pause();
      setTimeout(() => socket.resume(), 1 + random(8));
    });
    socket.once("end", () => resolve(sum));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`closed after ${sum.length} bytes without FIN`)));
  });
}

/** Resolves with how the connection ended from this peer's view. */
export function howItEnds(socket: Socket): Promise<"fin" | "reset"> {
  return new Promise((resolve) => {
    socket.once("end", () => resolve("fin"));
    socket.once("error", () => resolve("reset"));
    socket.once("close", (hadError) => {
      if (hadError) resolve("reset");
    });
    socket.resume();
  });
}

export function oneOf(socket: Socket, events: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) socket.off(event, done);
      resolve();
    };
    for (const event of events) socket.on(event, done);
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `look` is true, for as long as a loaded machine may need. */
export async function until(look: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!look()) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}`);
    await pause(2);
  }
}

/** Asks again and again until the answer is yes, for as long as a loaded machine may need. */
export async function untilAnswered(ask: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`Not within ${PATIENCE_MS} ms: ${what}`);
    await pause(20);
  }
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const BLOCK = 1_048_576;
let block: Buffer | undefined;

function randomBlock(random: Random): Buffer {
  if (block === undefined) {
    block = Buffer.alloc(BLOCK);
    for (let at = 0; at < BLOCK; at++) block[at] = random(256);
  }
  return block;
}
