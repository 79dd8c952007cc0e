/**
 * How many associations may stand at once. An association needs two descriptors; running out of
 * them makes Deno panic and Bun spin, so the limit is computed at the start and never reached.
 */
import { readFileSync } from "node:fs";

/** Associations at once, whatever the system allows; each costs some 50 KB. */
const MOST = 10_000;

/** Where the system does not tell: a limit that every supported system has. */
const USUAL_DESCRIPTORS = 1024;

/**
 * Associations at once for a process that may open `descriptors` files. A part is kept for the
 * runtime, captures, the dashboard, and connections that are accepted only to be refused.
 */
export function connectionLimit(descriptors: number): number {
  const reserve = Math.min(256, Math.max(48, Math.floor(descriptors / 4)));
  return Math.max(1, Math.min(MOST, Math.floor((descriptors - reserve) / 2)));
}

/** The soft limit on open files of this process. */
export function descriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(
      readFileSync("/proc/self/limits", "utf8"),
    );
    if (line?.[1] === "unlimited") return Number.MAX_SAFE_INTEGER;
    return Number(line?.[1] ?? USUAL_DESCRIPTORS);
  } catch {
    return USUAL_DESCRIPTORS; // not Linux
  }
}
