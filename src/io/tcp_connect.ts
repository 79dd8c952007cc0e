/**
 * One connection to a target that may have several addresses: they are tried in order, each for a
 * time that a good slow route needs too. Node's own "Happy Eyeballs" gives up after 250 ms
 * (nodejs/node 54359), and the three runtimes differ there, so each attempt goes to one address.
 */
import { createConnection, type Socket } from "node:net";
import { formatAddress } from "../address.ts";
import type { TcpReader } from "./tcp_reader.ts";
import type { Resolver } from "./tcp_resolve.ts";
import { prepareSocket } from "./tcp_socket.ts";
import { timerMs } from "./timer_ms.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions {
  readonly resolver: Resolver;
  /** Gets the bytes that come. It reads from the socket that the promise gives. */
  readonly reader: TcpReader;
  /** For the whole of it, look-up included. */
  readonly timeoutMs: number;
  /** For one address while others are left. */
  readonly attemptMs?: number | undefined;
  /** Why not to connect to this address, or `undefined`. */
  readonly refuse?: ((address: string, port: number) => string | undefined) | undefined;
  readonly signal: AbortSignal;
}

/** For one address while others are left: a good route over a slow line takes seconds (F-15). */
export const ATTEMPT_MS = 5000;

/** Rejects with a `ConnectError`. Aborting closes what is under way. */
export function connectTcp(target: Target, options: ConnectOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let giveUpAttempt: (() => void) | undefined;
    let over = false;
    const finish = (act: () => void) => {
      over = true;
      clearTimeout(timer);
      options.signal.removeEventListener("abort", abort);
      giveUpAttempt?.();
      act();
    };
    const fail = (kind: ConnectFailure, reason: string) =>
      finish(() => reject(new ConnectError(kind, reason)));
    const abort = () => fail("aborted", "Connecting was given up");
    const timer = setTimeout(() => {
      const { timeoutMs } = options;
      fail("timeout", `Cannot connect to ${formatAddress(target)}: no answer in ${timeoutMs} ms`);
    }, timerMs(options.timeoutMs));
    options.signal.addEventListener("abort", abort);
    if (options.signal.aborted) abort();

    const run = async (): Promise<void> => {
      const addresses = await options.resolver.resolve(target.host);
      let last: unknown = new Error(`Cannot find the host ${target.host}: no address`);
      for (const [index, address] of addresses.entries()) {
        if (over) return;
        const why = options.refuse?.(address, target.port);
        if (why !== undefined) {
          last = new ConnectError("self", why);
          continue;
        }
        try {
          const isLast = index === addresses.length - 1;
          const attemptMs = isLast ? undefined : (options.attemptMs ?? ATTEMPT_MS);
          const at = { host: address, port: target.port };
          const socket = await attemptOne(at, {
            reader: options.reader,
            attemptMs,
            begun: (giveUp) => {
              giveUpAttempt = giveUp;
            },
          });
          giveUpAttempt = undefined;
          finish(() => resolve(socket));
          return;
        } catch (error) {
          giveUpAttempt = undefined;
          last = error;
        }
      }
      throw last;
    };
    run().catch((error: unknown) => {
      if (error instanceof ConnectError) finish(() => reject(error));
      else fail("refused", error instanceof Error ? error.message : String(error));
    });
  });
}

/** What went wrong; its message is in words and names the address. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly kind: ConnectFailure;

  constructor(kind: ConnectFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** `refused`: by the other system, the network or the name server; `self`: it is this proxy. */
export type ConnectFailure = "refused" | "timeout" | "self" | "aborted";

interface AttemptOptions extends Pick<ConnectOptions, "reader" | "attemptMs"> {
  /** Hands out what gives the attempt up: one function, an `AbortController` costs each association more. */
  readonly begun: (giveUp: () => void) => void;
}

function attemptOne(at: Target, { reader, attemptMs, begun }: AttemptOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ ...at, allowHalfOpen: true, ...reader.connectOptions });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.off("connect", connected);
      socket.off("error", failed);
      act();
    };
    const giveUp = (error: Error) =>
      settle(() => {
        socket.on("error", () => undefined); // nobody waits for it any longer
        socket.destroy();
        reject(error);
      });
    const connected = () =>
      settle(() => {
        prepareSocket(socket);
        resolve(reader.start(socket));
      });
    const failed = (error: Error) => giveUp(error);
    const late = () =>
      giveUp(new Error(`connect to ${formatAddress(at)}: no answer in ${attemptMs} ms`));
    const timer = attemptMs === undefined ? undefined : setTimeout(late, timerMs(attemptMs));
    begun(() => giveUp(new ConnectError("aborted", "Connecting was given up")));
    socket.once("connect", connected);
    socket.once("error", failed);
  });
}
