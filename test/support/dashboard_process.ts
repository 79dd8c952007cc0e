/** `dicomtap dashboard` as a program, on a port of its own. */
import type { RunningProcess, Scope } from "./process.ts";
import { ownRuntime, type StartableRuntime } from "./runtimes.ts";

export interface RunningDashboard {
  readonly process: RunningProcess;
  /** With the token, unless there is an access file. */
  readonly url: string;
}

/** `places`: captures and directories of them, and options. */
export async function startDashboard(
  scope: Scope,
  places: readonly string[],
  { runtime = ownRuntime() }: { readonly runtime?: StartableRuntime } = {},
): Promise<RunningDashboard> {
  const listen = ["--listen", "127.0.0.1:0", "--json"];
  const process = scope.start([...runtime.dicomtap, "dashboard", ...listen, ...places]);
  const { dashboard } = JSON.parse(await process.line(/"event":\s*"ready"/));
  return { process, url: String(dashboard) };
}
