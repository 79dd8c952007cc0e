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
  // A test run that is interrupted leaves nothing behind.
  process.once("exit", () => {
    for (const left of alive) killGroup(left);
  });
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
