/**
 * Serves a fetch handler: by `@hono/node-server` on Node and Deno, by `Bun.serve` on Bun.
 *
 * Rule: the policy is "turn away the newest". Without a limit there would be as many connections as
 * there are file descriptors, and those are for associations. `Deno.serve` has none, so on Deno it is
 * `node:http` too, which has.
 */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

export interface HttpServer {
  readonly hostname: string;
  /** The real port, also where port 0 was asked for. */
  readonly port: number;
  /** Stops accepting and drops open connections. */
  close(): Promise<void>;
}

export interface HttpServerOptions {
  readonly hostname: string;
  readonly port: number;
  /** Certificate chain and private key as PEM; without them it is plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Connections at once; the next ones are turned away. */
  readonly maxConnections?: number;
  /** Seconds without an octet after which a connection ends that has its answer. */
  readonly silenceS?: number;
}

interface BunLike {
  serve(options: {
    hostname: string;
    port: number;
    idleTimeout: number;
    tls?: { cert: string; key: string };
    fetch: (request: Request, server: BunServer) => Response | Promise<Response>;
  }): BunServer;
}

interface BunServer {
  readonly port: number;
  /** Requests whose response is not whole yet, this one too. */
  readonly pendingRequests: number;
  /** In seconds, from now on; 0 for none. */
  timeout(request: Request, seconds: number): void;
  stop(force: boolean): void;
}

const MAX_CONNECTIONS = 256;

/** Seconds in which a connection has to ask something on Bun. On Node it has its own 5. */
const SILENCE_S = 60;

/** Rejects with the system's error (`EADDRINUSE`, `EACCES`, ...) when it cannot listen. */
export async function serveHttp(
  fetch: FetchHandler,
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { Bun } = globalThis as { Bun?: BunLike };
  return Bun === undefined ? serveOnNode(fetch, options) : serveOnBun(Bun, fetch, options);
}

/**
 * Bun tells of no connection before its first request, so requests are counted, and a connection that
 * asks nothing ends after `SILENCE_S`. An answer may take its time; then it has to go on: events do,
 * with a ping each 15 s.
 */
function serveOnBun(bun: BunLike, fetch: FetchHandler, options: HttpServerOptions): HttpServer {
  const { hostname, port, tls, maxConnections = MAX_CONNECTIONS } = options;
  const { silenceS = SILENCE_S } = options;
  const secured = tls === undefined ? {} : { tls };
  const server = bun.serve({
    ...{ hostname, port, ...secured, idleTimeout: silenceS },
    fetch: async (request, own) => {
      if (own.pendingRequests > maxConnections) return turnedAway();
      own.timeout(request, 0);
      const answer = await fetch(request);
      own.timeout(request, silenceS); // what is set once stays with the connection
      return answer;
    },
  });
  return { hostname, port: server.port, close: async () => server.stop(true) };
}

function turnedAway(): Response {
  const headers = { connection: "close", "retry-after": "1" };
  return new Response("Too many connections\n", { status: 503, headers });
}

async function serveOnNode(fetch: FetchHandler, options: HttpServerOptions): Promise<HttpServer> {
  const { createAdaptorServer } = await import("@hono/node-server");
  const { tls, maxConnections = MAX_CONNECTIONS, silenceS } = options;
  const { createServer } = await import("node:https");
  const secured = tls === undefined ? {} : { createServer, serverOptions: tls };
  const server = createAdaptorServer({ fetch, ...secured });
  Object.assign(server, { maxConnections });
  if (silenceS !== undefined) Object.assign(server, { keepAliveTimeout: silenceS * 1_000 });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.hostname, resolve);
  });
  const address = server.address();
  return {
    hostname: options.hostname,
    port: typeof address === "object" && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
