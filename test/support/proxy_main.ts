/**
 * The bare relay as a program, for tests that measure it or send it signals:
 *
 *     proxy_main.ts '{"to": 4242, "drainMs": 5000, "maxConnections": 100}'
 *
 * Prints `{"port":...}`, then a line of figures four times a second. SIGTERM drains, a second one
 * ends at once.
 */
import process from "node:process";
import { ProxyServer } from "../../proxy/proxy_server.ts";

export interface ProxyFigures {
  /** When they were taken, by a clock of the proxy's own. */
  readonly ms: number;
  readonly rss: number;
  readonly cpuMs: number;
  readonly open: number;
  readonly opened: number;
  readonly turnedAway: number;
  readonly limit: number;
  readonly stopped: number;
}

interface Arguments {
  readonly to: number;
  readonly drainMs?: number;
  readonly maxConnections?: number;
}

// Before anything else: Deno needs descriptors for its signal handlers, and panics without.
process.on("SIGTERM", () => void stop());

const { to, drainMs = 5000, maxConnections } = JSON.parse(process.argv[2] ?? "{}") as Arguments;
const host = "127.0.0.1";
const server = new ProxyServer({
  routes: [{ listen: { host, port: 0 }, to: { host, port: to } }],
  maxConnections,
});
let stopping = false;

const [ready] = await server.start();
print({ port: ready?.port });
setInterval(() => print(figures()), 250);

async function stop(): Promise<void> {
  const again = stopping;
  stopping = true;
  await server.stop({ drainMs: again ? 0 : drainMs });
  if (again) return;
  print(figures(), () => process.exit(0)); // not before they are out
}

function figures(): ProxyFigures {
  const { open, opened, turnedAway, outcomes } = server.counters;
  const { user, system } = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const cpuMs = (user + system) / 1000;
  const { stopped } = outcomes;
  const ms = performance.now();
  return { ms, rss, cpuMs, open, opened, turnedAway, limit: server.maxConnections, stopped };
}

function print(value: object, printed?: () => void): void {
  process.stdout.write(`${JSON.stringify(value)}\n`, printed);
}
