/**
 * The runtimes that a test can start dicomtap on: Node, Deno and Bun, from PATH or from .runtimes/
 * (where .ci/run installs them), and the command line that runs the sources on each.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RuntimeName, runtime } from "../../src/io/runtime.ts";

// `bun run` puts a folder in front of PATH in which `node` is Bun. Tests see the machine as it is.
const folders = (process.env["PATH"] ?? "").split(delimiter);
process.env["PATH"] = folders.filter((folder) => !/[\\/]bun-node-/.test(folder)).join(delimiter);

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface StartableRuntime {
  readonly name: RuntimeName;
  /** Runs a script of the repository: append its path and arguments. */
  readonly command: readonly string[];
  /** Runs dicomtap, here from the sources: append a command and its arguments. */
  readonly dicomtap: readonly string[];
}

/** What to install when a runtime is not there. */
export const RUNTIME_HINT = "npm i --prefix .runtimes deno bun";

/** All of the three that this machine has. The one that runs this test is always among them. */
export function startableRuntimes(): readonly StartableRuntime[] {
  return (["node", "deno", "bun"] as const).flatMap((name) => startableRuntime(name) ?? []);
}

export function startableRuntime(name: RuntimeName): StartableRuntime | undefined {
  const program = runtime.name === name ? process.execPath : findProgram(name);
  if (program === undefined) return undefined;
  const command = name === "deno" ? [program, "run", "-A"] : [program];
  return { name, command, dicomtap: [...command, join(ROOT, "src/cli/bin.mjs")] };
}

/** The runtime that runs this test. */
export function ownRuntime(): StartableRuntime {
  const own = startableRuntime(runtime.name);
  if (own === undefined) throw new TypeError(`Cannot start ${runtime.name}`);
  return own;
}

/** A program in .runtimes/ or on PATH. */
export function findProgram(name: string): string | undefined {
  const local = join(ROOT, ".runtimes/node_modules/.bin", name);
  if (existsSync(local)) return local;
  // Servers such as Orthanc live in sbin, which PATH often leaves out.
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
