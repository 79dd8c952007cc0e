/**
 * Which runtime this is. Detected by what exists, not by version strings: the three have the same
 * `node:` modules, so only the few files that need to know ask here.
 */
export type RuntimeName = "node" | "deno" | "bun";

export interface Runtime {
  readonly name: RuntimeName;
  readonly version: string;
  /** Whether `.ts` files load without help. Node does from 22.18 on; before, tsx helps. */
  readonly typescript: boolean;
}

interface Globals {
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly Bun?: { readonly version: string };
}

export const runtime: Runtime = detect();

function detect(): Runtime {
  const { Deno, Bun } = globalThis as Globals;
  if (Deno !== undefined) return { name: "deno", version: Deno.version.deno, typescript: true };
  if (Bun !== undefined) return { name: "bun", version: Bun.version, typescript: true };
  const { typescript = false } = process.features as { typescript?: string | boolean };
  return { name: "node", version: process.versions.node, typescript: typescript !== false };
}
