/**
 * How many associations may stand at once. An association needs two descriptors; running out of
 * them makes Deno deaf until the next connection and Bun spin, so the limit is computed at the
 * start and never reached.
 */
import { readFileSync } from "node:fs";

/** Associations at once, whatever the system allows, unless asked for more; each costs some 50 KB. */
const MOST = 10_000;

/** Where the system does not tell: a limit that every supported system has. */
const USUAL_DESCRIPTORS = 1024;

export interface ConnectionLimits {
  /** Associations at once. */
  readonly associations: number;
  /**
   * Connections that the system may hold before they are accepted. Deno accepts all of them before
   * a line of ours runs, so they must fit into the descriptors that are kept back.
   */
  readonly backlog: number;
}

/**
 * For a process that may open `descriptors` files. A part is kept back for the runtime, captures,
 * the dashboard, and connections that are accepted only to be turned away. `asked` is what the
 * user wants; it is not exceeded, and granted as far as the descriptors reach.
 */
export function connectionLimits(descriptors: number, asked = MOST): ConnectionLimits {
  const keptBack = Math.min(2048, Math.max(64, Math.floor(descriptors / 4)));
  const possible = Math.max(1, Math.floor((descriptors - keptBack) / 2));
  return { associations: Math.min(possible, asked), backlog: Math.floor(keptBack / 2) };
}

/** The soft limit on open files of this process. */
export function descriptorLimit(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const [, soft = ""] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
    if (soft === "unlimited") return Number.MAX_SAFE_INTEGER;
    return Number.parseInt(soft, 10) || USUAL_DESCRIPTORS;
  } catch {
    return USUAL_DESCRIPTORS; // not Linux
  }
}
