/**
 * Each program of a test leads a process group, so that what it started is killed with it: partners
 * fork, and runtimes are started through launchers. Nothing outlives the test run.
 */
import type { ChildProcess } from "node:child_process";
import process from "node:process";

const alive = new Set<ChildProcess>();
let watching = false;

export function rememberGroup(child: ChildProcess): void {
  alive.add(child);
  if (watching) return;
  watching = true;
  // A test that hangs never closes its scope, and a run may be interrupted: leave nothing behind.
  process.once("exit", killAll);
  process.once("disconnect", killAll); // from the test runner, which is gone then
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      killAll();
      process.exit(1);
    });
  }
}

function killAll(): void {
  for (const left of alive) killGroup(left);
}

export function forgetGroup(child: ChildProcess): void {
  killGroup(child); // what a partner forked does not outlive it
  alive.delete(child);
}

export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // ESRCH: the whole group is gone already
  }
}
