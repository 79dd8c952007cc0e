/** dicomtap as its user runs it: a program with arguments, a ready line and an exit code. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AssociationJson, MessageJson } from "../../src/observe/summary.ts";
import type { Finished, RunningProcess, Scope } from "../support/process.ts";
import { ownRuntime, type StartableRuntime, startableRuntimes } from "../support/runtimes.ts";

/**
 * The suite runs once on each runtime, so the program under test runs on the one that runs the
 * test. DICOMTAP_E2E_RUNTIMES=all starts it on all that this machine has.
 */
export function runtimesUnderTest(): readonly StartableRuntime[] {
  return process.env["DICOMTAP_E2E_RUNTIMES"] === "all" ? startableRuntimes() : [ownRuntime()];
}

export interface RunningProxy {
  readonly process: RunningProcess;
  /** Where its first route listens. */
  readonly port: number;
  readonly ready: ReadyLine;
  /** Where it records. */
  readonly folder: string;
}

/** The first line of `proxy --json`. */
export interface ReadyLine {
  readonly event: "ready";
  readonly routes: readonly { readonly listen: string; readonly to: string }[];
  readonly dashboard: string | null;
  readonly record: string | null;
}

export interface ProxyOptions {
  readonly runtime: StartableRuntime;
  /** Port of 127.0.0.1, or the configuration file that has the routes. */
  readonly to: number | { readonly config: string };
  readonly folder?: string;
  /** Where the dashboard listens: there is none unless told. */
  readonly dashboard?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function startProxy(
  scope: Scope,
  { runtime, to, folder = scope.tempDir(), dashboard = "off", args = [], env = {} }: ProxyOptions,
): Promise<RunningProxy> {
  const route =
    typeof to === "number"
      ? ["--listen", "127.0.0.1:0", "--to", `127.0.0.1:${to}`]
      : ["--config", to.config];
  const rest = ["--record", folder, "--dashboard", dashboard, ...args];
  const process = scope.start([...runtime.dicomtap, "proxy", "--json", ...route, ...rest], { env });
  const ready: ReadyLine = JSON.parse(await process.line(/"event":\s*"ready"/));
  const port = Number(/:(\d+)$/.exec(ready.routes[0]?.listen ?? "")?.[1]);
  return { process, port, ready, folder };
}

/** Runs another command to its end. */
export function dicomtap(
  scope: Scope,
  runtime: StartableRuntime,
  args: readonly string[],
): Promise<Finished> {
  return scope.run([...runtime.dicomtap, ...args]);
}

/** SIGTERM, and the exit code 0 that has to follow. */
export async function stopProcess(running: RunningProcess): Promise<void> {
  running.signal("SIGTERM");
  assert.equal((await running.exit()).code, 0, running.stderr);
}

/** `verify` has to accept all captures of a folder. */
export async function assertSound(
  scope: Scope,
  runtime: StartableRuntime,
  folder: string,
): Promise<void> {
  const { code, stdout, stderr } = await dicomtap(scope, runtime, [
    "verify",
    ...capturesIn(folder),
  ]);
  assert.equal(code, 0, stdout + stderr);
}

/** For a command line of a shell. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(" ");
}

/** The captures of a folder, oldest first. */
export function capturesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".dcap"))
    .sort()
    .map((name) => join(folder, name));
}

export interface Shown {
  readonly association: AssociationJson;
  readonly messages: readonly MessageJson[];
}

/** What `show --json -v` prints, by association in the order in which they were opened. */
export async function show(
  scope: Scope,
  runtime: StartableRuntime,
  captures: readonly string[],
): Promise<readonly Shown[]> {
  const { code, stdout, stderr } = await dicomtap(scope, runtime, [
    "show",
    "--json",
    "-v",
    ...captures,
  ]);
  if (code !== 0) throw new Error(`show ended with ${code}: ${stderr}`);
  return readShown(stdout);
}

export function readShown(stdout: string): readonly Shown[] {
  const shown: { association: AssociationJson; messages: MessageJson[] }[] = [];
  for (const line of stdout.split("\n")) {
    if (line === "") continue;
    const value: AssociationJson | MessageJson = JSON.parse(line);
    if (value.kind === "association") shown.push({ association: value, messages: [] });
    else shown.at(-1)?.messages.push(value);
  }
  return shown;
}
