/** The program as it is published: what people start is no checkout. */
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Scope } from "../support/process.ts";
import { findProgram, ROOT, type StartableRuntime } from "../support/runtimes.ts";

/** The runtimes with the bundle instead of the sources; `undefined` where it cannot be made. */
export async function withBundle(
  scope: Scope,
  runtimes: readonly StartableRuntime[],
): Promise<readonly StartableRuntime[] | undefined> {
  const bin = await bundled(scope);
  if (bin === undefined) return undefined;
  return runtimes.map((runtime) => ({ ...runtime, dicomtap: [...runtime.command, bin] }));
}

/** A folder like an installed package, with the bundle. */
async function bundled(scope: Scope): Promise<string | undefined> {
  const node = findProgram("node");
  if (node === undefined) return undefined;
  const folder = scope.tempDir();
  const rolldown = join(ROOT, "node_modules/rolldown/bin/cli.mjs");
  const env = { DICOMTAP_DIST: join(folder, "dist") };
  const { code } = await scope.run([node, rolldown, "-c", "rolldown.config.ts"], {
    cwd: ROOT,
    env,
  });
  if (code !== 0) return undefined;
  mkdirSync(join(folder, "src/cli"), { recursive: true });
  cpSync(join(ROOT, "src/cli/bin.mjs"), join(folder, "src/cli/bin.mjs"));
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return join(folder, "src/cli/bin.mjs");
}
