/**
 * Serves a fetch handler on the runtime's own HTTP server: `Deno.serve`, `Bun.serve`, and
 * `@hono/node-server` on Node, which is loaded only there.
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
}

interface DenoLike {
  serve(
    options: {
      hostname: string;
      port: number;
      cert?: string;
      key?: string;
      onListen: (address: { hostname: string; port: number }) => void;
    },
    handler: FetchHandler,
  ): { shutdown(): Promise<void> };
}

interface BunLike {
  serve(options: {
    hostname: string;
    port: number;
    idleTimeout: number;
    tls?: { cert: string; key: string };
    fetch: FetchHandler;
  }): {
    readonly port: number;
    stop(force: boolean): void;
  };
}

/**
 * Connections at once on Node, which would take as many as there are file descriptors, and those are
 * for associations. Deno and Bun have no such setting.
 */
const MAX_CONNECTIONS = 256;

/** Rejects with the system's error (`EADDRINUSE`, `EACCES`, ...) when it cannot listen. */
export async function serveHttp(
  fetch: FetchHandler,
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { Deno, Bun } = globalThis as { Deno?: DenoLike; Bun?: BunLike };
  if (Deno !== undefined) return serveOnDeno(Deno, fetch, options);
  if (Bun !== undefined) {
    const { hostname, port, tls } = options;
    const secured = tls === undefined ? {} : { tls };
    const server = Bun.serve({ hostname, port, ...secured, idleTimeout: 0, fetch });
    return {
      hostname: options.hostname,
      port: server.port,
      close: async () => server.stop(true),
    };
  }
  return serveOnNode(fetch, options);
}

function serveOnDeno(
  deno: DenoLike,
  fetch: FetchHandler,
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { hostname, port: wanted, tls = {} } = options;
  return new Promise((resolve) => {
    const server = deno.serve(
      {
        hostname,
        port: wanted,
        ...tls,
        onListen: ({ port }) =>
          resolve({ hostname: options.hostname, port, close: () => server.shutdown() }),
      },
      fetch,
    );
  });
}

async function serveOnNode(fetch: FetchHandler, options: HttpServerOptions): Promise<HttpServer> {
  const { createAdaptorServer } = await import("@hono/node-server");
  const { tls } = options;
  const { createServer } = await import("node:https");
  const secured = tls === undefined ? {} : { createServer, serverOptions: tls };
  const server = createAdaptorServer({ fetch, ...secured });
  Object.assign(server, { maxConnections: MAX_CONNECTIONS });
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
