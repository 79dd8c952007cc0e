/** Starts `proxy_main.ts` on the runtime of this test and reads the figures that it prints. */
import { join } from "node:path";
import process from "node:process";
import type { Scope, StartOptions } from "./process.ts";
import type { ProxyFigures } from "./proxy_main.ts";
import { ownRuntime, ROOT } from "./runtimes.ts";

export interface ProxyProcess {
  readonly port: number;
  /** The figures as they are now: waits for the next line. */
  readonly figures: () => Promise<ProxyFigures>;
  /** The last figures that were printed. */
  readonly last: () => ProxyFigures | undefined;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly exit: () => Promise<{ readonly code: number | null }>;
}

export async function startProxy(
  scope: Scope,
  options: {
    readonly to: number;
    readonly drainMs?: number;
    readonly maxConnections?: number;
    /** Limit on open files. */
    readonly descriptors?: number;
  },
  start: StartOptions = {},
): Promise<ProxyProcess> {
  const { descriptors, ...rest } = options;
  const script = join(ROOT, "test/support/proxy_main.ts");
  const run = join(ROOT, "test/support/run_typescript.mjs");
  const program = [...ownRuntime().command, run, script, JSON.stringify(rest)];
  const limited = ["sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh", ...program];
  const running = scope.start(descriptors === undefined ? program : limited, {
    cwd: ROOT,
    ...start,
  });
  const first = JSON.parse(await running.line(/"port"/)) as { port: number };
  const count = () => running.stdout.split("\n").length;
  const last = () => {
    const lines = running.stdout.split("\n").filter((line) => line.includes('"rss"'));
    const text = lines.at(-1);
    return text === undefined ? undefined : (JSON.parse(text) as ProxyFigures);
  };
  const figures = async () => {
    const before = count();
    await running.until(() => (count() > before + 1 ? true : undefined), { what: "figures" });
    const found = last();
    if (found === undefined) throw new Error("The proxy printed no figures");
    return found;
  };
  return {
    port: first.port,
    figures,
    last,
    // Not child.kill(): Deno then reports the signal, and not the exit code of the program.
    signal: (name) => void process.kill(running.pid, name),
    exit: () => running.exit(),
  };
}
