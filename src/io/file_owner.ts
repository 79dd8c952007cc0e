/** Who this process is, as far as it matters to the files it holds. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface FileOwner {
  readonly pid: number;
  readonly host: string;
  /** Changes with every start of the machine; "" where the system does not say. */
  readonly boot: string;
  /** Numerical user, -1 where the system has none. */
  readonly user: number;
  /** When that process started, in the system's own unit; undefined where there is no such process. */
  started(pid: number): string | undefined;
}

export function fileOwner(): FileOwner {
  return {
    pid: process.pid,
    host: hostname(),
    boot: textOf("/proc/sys/kernel/random/boot_id").trim(),
    user: process.getuid?.() ?? -1,
    started,
  };
}

function started(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return undefined; // EPERM: somebody else's
  }
  // proc(5): the 22nd field, counted behind the name, which may itself hold parentheses and spaces.
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // another system, or not permitted
  }
}
