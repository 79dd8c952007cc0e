/**
 * The proxy as a whole: listens on its routes, makes a relay of each connection, and ends in an
 * orderly way. It has no opinion on signals, logs and exit codes: it reports and its owner decides.
 */
import type { Socket } from "node:net";
import { formatAddress } from "../src/address.ts";
import { connectTcp } from "../src/io/tcp_connect.ts";
import { type Listener, listenTcp } from "../src/io/tcp_listen.ts";
import { type Lookup, Resolver } from "../src/io/tcp_resolve.ts";
import { resetSocket } from "../src/io/tcp_socket.ts";
import { timerMs } from "../src/io/timer_ms.ts";
import { type ConnectionLimits, connectionLimits, descriptorLimit } from "./limits.ts";
import type { ProxyCounters, ProxyEvent, ReadyRoute } from "./proxy_event.ts";
import { Relay } from "./relay.ts";
import type { ClosedFacts, RelayTap } from "./relay_tap.ts";
import {
  checkRoutes,
  leadsBack,
  type OwnAddress,
  type Route,
  RouteError,
  targetOf,
} from "./route.ts";

export interface ProxyServerOptions {
  readonly routes: readonly Route[];
  readonly tap?: RelayTap | undefined;
  /** Under the 30 s that an SCU usually waits for its A-ASSOCIATE-AC. */
  readonly connectTimeoutMs?: number | undefined;
  /** For one address of a target while it has others. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Never more than the limit on open files allows. */
  readonly maxConnections?: number | undefined;
  /** Other listeners of this process, which are no targets: the dashboard. */
  readonly ownAddresses?: (() => readonly OwnAddress[]) | undefined;
  readonly report?: ((event: ProxyEvent) => void) | undefined;
  /** Looks a host name up; by default the system does. */
  readonly lookup?: Lookup | undefined;
}

const REPORT_EVERY_MS = 10_000;

const REVIVE_AFTER_MS = 1000;

export class ProxyServer {
  readonly #limits: ConnectionLimits;
  readonly #options: ProxyServerOptions;
  readonly #resolver: Resolver;
  readonly #listeners: Listener[] = [];
  readonly #relays = new Set<Relay>();
  readonly #outcomes = { closed: 0, reset: 0, refused: 0, timeout: 0, stopped: 0 };
  readonly #bytes = { requestor: 0, acceptor: 0 };
  #routes: readonly ReadyRoute[] = [];
  #opened = 0;
  #turnedAway = 0;
  #stopping = false;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #unreported = 0;
  #reviving: NodeJS.Timeout | undefined;
  #forceStop: (() => void) | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(options: ProxyServerOptions) {
    this.#options = options;
    this.#resolver = new Resolver({ lookup: options.lookup });
    this.#limits = connectionLimits(descriptorLimit(), options.maxConnections);
  }

  /** Associations at once: what was asked for, as far as the limit on open files allows. */
  get maxConnections(): number {
    return this.#limits.associations;
  }

  /** Where it listens; empty before `start`. */
  get routes(): readonly ReadyRoute[] {
    return this.#routes;
  }

  get counters(): ProxyCounters {
    return {
      open: this.#relays.size,
      opened: this.#opened,
      turnedAway: this.#turnedAway,
      outcomes: { ...this.#outcomes },
      bytes: { ...this.#bytes },
    };
  }

  /**
   * Listens on all routes or on none. Rejects with a `RouteError`, a `ListenError`, or the
   * system's ENOTFOUND for the name of a target.
   */
  async start(): Promise<readonly ReadyRoute[]> {
    const { routes } = this.#options;
    checkRoutes(routes);
    await Promise.all(routes.map((route) => this.#checkTarget(route)));
    try {
      const ready: ReadyRoute[] = [];
      for (const route of routes) ready.push(await this.#listen(route));
      this.#routes = ready;
      return ready;
    } catch (error) {
      for (const listener of this.#listeners.splice(0)) listener.close();
      throw error;
    }
  }

  /**
   * Accepts no more, waits up to `drainMs` for the associations that stand, then resets the rest.
   * A second call with a shorter limit overtakes the first. Gives how many were reset.
   */
  async stop(options: { readonly drainMs: number }): Promise<{ readonly stopped: number }> {
    this.#stopping = true;
    clearTimeout(this.#reviving);
    for (const listener of this.#listeners.splice(0)) listener.close();
    const before = this.#outcomes.stopped;
    if (this.#forceStop !== undefined && options.drainMs === 0) this.#forceStop();
    if (this.#relays.size > 0 && options.drainMs > 0) await this.#drained(options.drainMs);
    for (const relay of [...this.#relays]) relay.stop();
    return { stopped: this.#outcomes.stopped - before };
  }

  async #drained(limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timerMs(limitMs));
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#whenIdle = done;
      this.#forceStop = done;
    });
    this.#forceStop = undefined;
  }

  async #checkTarget(route: Route): Promise<void> {
    const { host, port } = targetOf(route);
    const own = [...this.#ownAddresses(), ...(await this.#configuredAddresses())];
    let addresses: readonly string[] = [];
    try {
      addresses = await this.#resolver.resolve(host);
    } catch (error) {
      // "No such name" is a mistake in the configuration; a name server that does not answer may
      // come back, and other routes must not wait for it.
      if (isUnknownHost(error)) throw Object.assign(error, { hostname: host, port });
      const reason = error instanceof Error ? error.message : String(error);
      this.#report({ kind: "unknown target", to: formatAddress({ host, port }), reason });
    }
    for (const address of addresses) {
      const why = leadsBack({ host: address, port }, own);
      if (why !== undefined) throw new RouteError(why);
    }
  }

  async #configuredAddresses(): Promise<OwnAddress[]> {
    const own: OwnAddress[] = [];
    for (const { listen } of this.#options.routes) {
      const hosts = await this.#resolver.resolve(listen.host ?? "::").catch(() => []);
      for (const host of hosts) own.push({ host, port: listen.port, what: ITSELF });
    }
    return own;
  }

  #ownAddresses(): readonly OwnAddress[] {
    const listeners = this.#listeners.map(({ host, port }) => ({ host, port, what: ITSELF }));
    return [...listeners, ...(this.#options.ownAddresses?.() ?? [])];
  }

  async #listen(route: Route): Promise<ReadyRoute> {
    const to = formatAddress(targetOf(route));
    let listen = formatAddress(route.listen);
    const listener = await listenTcp(route.listen, {
      resolver: this.#resolver,
      backlog: this.#limits.backlog,
      accept: (socket) => {
        try {
          this.#accept(socket, { route, listen, to });
        } catch (error) {
          // One connection that cannot be taken is no reason to lose the others.
          resetSocket(socket);
          this.#report({ kind: "accept failed", listen, error: asError(error) });
        }
      },
      failed: (error) => this.#report({ kind: "accept failed", listen, error }),
    });
    listen = formatAddress(listener);
    this.#listeners.push(listener);
    return { listen, to, port: listener.port };
  }

  #accept(
    socket: Socket,
    at: { readonly route: Route; readonly listen: string; readonly to: string },
  ): void {
    if (this.#stopping || this.#relays.size >= this.maxConnections) {
      this.#turnAway(socket);
      return;
    }
    const { connectTimeoutMs = 10_000, attemptTimeoutMs, tap } = this.#options;
    const id = ++this.#opened;
    const relay: Relay = new Relay(socket, {
      id,
      listen: at.listen,
      to: at.to,
      tap,
      connect: (reader, signal) =>
        connectTcp(targetOf(at.route), {
          resolver: this.#resolver,
          reader,
          signal,
          timeoutMs: connectTimeoutMs,
          attemptMs: attemptTimeoutMs,
          refuse: (host, port) => leadsBack({ host, port }, this.#ownAddresses()),
        }),
      closed: (facts) => {
        this.#closed(relay, facts);
        if (facts.outcome !== "refused" && facts.outcome !== "timeout") return;
        this.#report({ kind: "not connected", id, to: at.to, reason: facts.reason ?? "" });
      },
      tapFailed: (error) => this.#report({ kind: "tap failed", id, error }),
    });
    this.#relays.add(relay);
  }

  #closed(relay: Relay, facts: ClosedFacts): void {
    this.#relays.delete(relay);
    this.#outcomes[facts.outcome]++;
    this.#bytes.requestor += facts.bytes.requestor;
    this.#bytes.acceptor += facts.bytes.acceptor;
    if (this.#relays.size === 0) this.#whenIdle?.();
  }

  #turnAway(socket: Socket): void {
    socket.on("error", () => undefined);
    resetSocket(socket);
    this.#turnedAway++;
    this.#unreported++;
    this.#reviveLater();
    const now = performance.now();
    if (this.#stopping || now - this.#reportedAt < REPORT_EVERY_MS) return;
    this.#reportedAt = now;
    this.#report({ kind: "limit", limit: this.maxConnections, refused: this.#unreported });
    this.#unreported = 0;
  }

  /** Until there is room again and nobody was turned away for a while. */
  #reviveLater(): void {
    if (this.#stopping || this.#reviving !== undefined) return;
    const before = this.#turnedAway;
    this.#reviving = setTimeout(() => {
      this.#reviving = undefined;
      for (const listener of this.#listeners) listener.revive();
      const isFull = this.#relays.size >= this.maxConnections;
      if (isFull || this.#turnedAway > before) this.#reviveLater();
    }, REVIVE_AFTER_MS);
    this.#reviving.unref();
  }

  #report(event: ProxyEvent): void {
    try {
      this.#options.report?.(event);
    } catch {
      // Who cannot listen to a report must not stop what is reported.
    }
  }
}

const ITSELF = "the proxy itself";

function isUnknownHost(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "ENOTFOUND";
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
