/**
 * What is measured against what: a direct connection, haproxy in TCP mode, socat, and dicomtap on
 * each runtime in three ways. All stand in front of the same acceptor, and all run at once, so that
 * they can be measured in turns.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dicomtap } from "../e2e/dicomtap.ts";
import { freePort } from "../support/ports.ts";
import type { RunningProcess, Scope } from "../support/process.ts";
import { findProgram, ROOT, type StartableRuntime } from "../support/runtimes.ts";

export interface Contender {
  readonly name: string;
  readonly port: number;
  /** The runtime, for dicomtap. */
  readonly runtime?: StartableRuntime;
  /** What dicomtap does: the bare relay, decoding for the live view, or all of it and recording. */
  readonly mode?: Mode;
  readonly process?: RunningProcess;
  /** Where it records. */
  readonly folder?: string;
}

export type Mode = "relay" | "watch" | "record";

export const HAPROXY = "haproxy";

/** In the order in which they are printed. A partner that is missing is left out and named. */
export async function startContenders(
  scope: Scope,
  options: { readonly to: number; readonly runtimes: readonly StartableRuntime[] },
): Promise<readonly Contender[]> {
  const { to, runtimes } = options;
  const found: Contender[] = [{ name: "direct", port: to }];
  const haproxy = await startHaproxy(scope, to);
  const socat = await startSocat(scope, to);
  for (const partner of [haproxy, socat]) if (partner !== undefined) found.push(partner);
  for (const runtime of runtimes) {
    found.push(await startRelay(scope, runtime, to));
    found.push(await startDicomtap(scope, { runtime, to, mode: "watch" }));
    found.push(await startDicomtap(scope, { runtime, to, mode: "record" }));
  }
  return found;
}

/** The runtimes that are measured, each once. */
export function runtimesOf(contenders: readonly Contender[]): readonly StartableRuntime[] {
  return contenders.flatMap(({ mode, runtime }) =>
    mode === "relay" && runtime !== undefined ? [runtime] : [],
  );
}

export async function startHaproxy(scope: Scope, to: number): Promise<Contender | undefined> {
  const program = findProgram("haproxy");
  if (program === undefined) return undefined;
  const port = await freePort();
  const config = join(scope.tempDir(), "haproxy.cfg");
  writeFileSync(
    config,
    `global
  maxconn 5000
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server acceptor 127.0.0.1:${to}
`,
  );
  const process = scope.start([program, "-db", "-f", config]);
  await process.listens(port);
  return { name: HAPROXY, port, process };
}

async function startSocat(scope: Scope, to: number): Promise<Contender | undefined> {
  const program = findProgram("socat");
  if (program === undefined) return undefined;
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=1024`;
  const process = scope.start([program, "-b65536", listen, `TCP:127.0.0.1:${to},nodelay`]);
  await process.listens(port);
  return { name: "socat", port, process };
}

async function startRelay(scope: Scope, runtime: StartableRuntime, to: number): Promise<Contender> {
  const run = join(ROOT, "test/support/run_typescript.mjs");
  const script = join(ROOT, "test/support/proxy_main.ts");
  const process = scope.start([...runtime.command, run, script, JSON.stringify({ to })], {
    cwd: ROOT,
  });
  const { port } = JSON.parse(await process.line(/"port"/)) as { port: number };
  return { name: `${runtime.name} relay`, port, runtime, mode: "relay", process };
}

/** dicomtap itself. Captures go to memory where there is a tmpfs, and the old ones are deleted. */
export async function startDicomtap(
  scope: Scope,
  options: {
    readonly runtime: StartableRuntime;
    readonly to: number;
    readonly mode: "watch" | "record";
    /** How much of what was recorded is kept. */
    readonly retain?: string;
  },
): Promise<Contender> {
  const { runtime, to, mode, retain = "1GiB" } = options;
  const folder = recordFolder(scope);
  const record = ["--rotate-size", "64MiB", "--retain-size", retain, "--fsync", "never"];
  const how = mode === "watch" ? ["--no-record"] : ["--record", folder, ...record];
  const where = ["--listen", "127.0.0.1:0", "--to", `127.0.0.1:${to}`];
  const args = ["proxy", "--json", ...where, "--dashboard", "127.0.0.1:0", ...how];
  const process = scope.start([...runtime.dicomtap, ...args]);
  const ready = await process.line(/"event":\s*"ready"/);
  const { routes } = JSON.parse(ready) as { routes: readonly { listen: string }[] };
  const port = Number(/:(\d+)$/.exec(routes[0]?.listen ?? "")?.[1]);
  return { name: `${runtime.name} ${mode}`, port, runtime, mode, process, folder };
}

/** Octets in gaps of what a contender recorded and still has, or `undefined` if it records not. */
export async function gapsOf(scope: Scope, contender: Contender): Promise<number | undefined> {
  const { folder, runtime, mode } = contender;
  if (mode !== "record" || folder === undefined || runtime === undefined) return undefined;
  const { stdout } = await dicomtap(scope, runtime, ["show", "--json", folder]);
  const lines = stdout.split("\n").filter((line) => line.includes('"kind":"association"'));
  return lines.reduce((sum, line) => sum + Number((JSON.parse(line) as { gaps: number }).gaps), 0);
}

/** The largest resident set of a program so far, in bytes; Linux only. */
export function peakMemory(process: RunningProcess): number | undefined {
  return statusOf(process, "VmHWM");
}

export function memory(process: RunningProcess): number | undefined {
  return statusOf(process, "VmRSS");
}

/** Processor time of a program so far, children that ended included, in seconds; Linux only. */
export function cpuSeconds(process: RunningProcess): number | undefined {
  try {
    const stat = readFileSync(`/proc/${process.pid}/stat`, "latin1");
    // Fields 14 to 17; the name in field 2 may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return ticks / 100;
  } catch {
    return undefined;
  }
}

function statusOf(process: RunningProcess, field: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${process.pid}/status`, "latin1");
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** In memory where there is a tmpfs. */
export function recordFolder(scope: Scope): string {
  const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(base, "dicomtap-bench-"));
  scope.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
