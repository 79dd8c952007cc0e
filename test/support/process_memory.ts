/** Memory of a program that a test started, with all that it started: Linux only, elsewhere unknown. */
import { readdirSync, readFileSync } from "node:fs";

/** Resident set size in bytes of the process group of `pid`, or undefined where it cannot be read. */
export function residentBytes(pid: number): number | undefined {
  let total: number | undefined;
  for (const member of membersOf(pid)) {
    const kib = /VmRSS:\s+(\d+) kB/.exec(readStatus(member))?.[1];
    if (kib !== undefined) total = (total ?? 0) + Number(kib) * 1024;
  }
  return total;
}

function membersOf(group: number): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && groupOf(name) === group);
  } catch {
    return [];
  }
}

/** Field 5 of /proc/PID/stat; the name in field 2 may hold spaces and parentheses. */
function groupOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return -1;
  }
}

function readStatus(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "latin1");
  } catch {
    return "";
  }
}
