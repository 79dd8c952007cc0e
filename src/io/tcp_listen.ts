/**
 * Listening for connections; what goes wrong is told alike on the three runtimes.
 */
import { createServer, type Server, type Socket } from "node:net";
import { type Address, formatAddress } from "../address.ts";
import { runtime } from "./runtime.ts";
import type { Resolver } from "./tcp_resolve.ts";

export interface Listener {
  /** The address as it really is: port 0 became a port, a name an IP address. */
  readonly host: string;
  readonly port: number;
  /** Takes no more connections. Those that are there live on. */
  close(): void;
  /**
   * To be called after connections were turned away. Deno stops accepting for good once it ran out
   * of descriptors, also when there are some again; listening anew on the same socket wakes it, and
   * loses no connection. Does nothing elsewhere.
   */
  revive(): void;
}

export interface ListenOptions {
  readonly resolver: Resolver;
  /** How many connections the system may hold until they are accepted. */
  readonly backlog: number;
  /** Gets each connection paused and half-open. */
  readonly accept: (socket: Socket) => void;
  /** What went wrong later on, while accepting. */
  readonly failed: (error: Error) => void;
}

/** No host means all addresses, IPv4 and IPv6. Rejects with a `ListenError`. */
export async function listenTcp(address: Address, options: ListenOptions): Promise<Listener> {
  for (const host of await hostsFor(address, options.resolver)) {
    try {
      return await listenOn(host, { port: address.port, ...options });
    } catch (error) {
      const code = codeOf(error);
      // Only when the port alone was given: a system without IPv6.
      if (host === "::" && address.host === undefined && NO_IPV6.includes(code)) continue;
      throw new ListenError(address, code);
    }
  }
  throw new ListenError(address, "EADDRNOTAVAIL");
}

/** A `code` as the system has it, with `address` and `port`, so that a command can explain it. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code: string;
  readonly syscall = "listen";
  readonly address: string | undefined;
  readonly port: number;

  constructor(address: Address, code: string) {
    super(`Cannot listen on ${formatAddress(address)}: ${WORDS[code] ?? code}`);
    this.code = code;
    this.address = address.host;
    this.port = address.port;
  }
}

const NO_IPV6: readonly string[] = ["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"];

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "no permission, ports below 1024 need privileges",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name server does not answer",
  EMFILE: "too many open files",
};

async function hostsFor(address: Address, resolver: Resolver): Promise<readonly string[]> {
  if (address.host === undefined) return ["::", "0.0.0.0"];
  try {
    return (await resolver.resolve(address.host)).slice(0, 1);
  } catch (error) {
    throw new ListenError(address, codeOf(error));
  }
}

function listenOn(
  host: string,
  options: ListenOptions & { readonly port: number },
): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, options.accept);
    server.once("error", reject);
    server.listen({ host, port: options.port, backlog: options.backlog }, () => {
      server.off("error", reject);
      server.on("error", options.failed);
      const revive = () => {
        if (runtime.name === "deno") (server as ServerInside)._handle?.listen?.(options.backlog);
      };
      resolve({ host, port: portOf(server), close: () => server.close(), revive });
    });
  });
}

interface ServerInside {
  readonly _handle?: { readonly listen?: (backlog: number) => number } | null;
}

function portOf(server: Server): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // Deno: EINVAL for an address that is not of this machine.
  if (code === "EINVAL") return "EADDRNOTAVAIL";
  return typeof code === "string" ? code : String(error);
}
