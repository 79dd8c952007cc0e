/** A real browser for tests of the dashboard: Debian's Chromium, driven by a program under Node. */
import { join } from "node:path";
import { partner } from "./partner.ts";
import type { Scope } from "./process.ts";
import { findProgram, ROOT } from "./runtimes.ts";

export interface BrowserPartner {
  readonly chromium: string;
  readonly node: string;
}

/** `undefined` after saying what to install. */
export function browserPartner(): BrowserPartner | undefined {
  const chromium = partner("chromium", "chromium");
  const node = findProgram("node") === undefined ? partner("node", "nodejs") : findProgram("node");
  return chromium === undefined || node === undefined ? undefined : { chromium, node };
}

/**
 * Runs a scenario of test/dashboard/ui/scenarios and gives what it returned. Throws what the scenario
 * complained of.
 */
export async function look<T>(
  scope: Scope,
  { browser, scenario, context }: { browser: BrowserPartner; scenario: string; context: unknown },
): Promise<T> {
  const support = (name: string) => join(ROOT, "test/support", name);
  const file = join(ROOT, "test/dashboard/ui/scenarios", `${scenario}.ts`);
  const command = [browser.node, support("run_typescript.mjs"), support("browser_main.ts"), file];
  const { code, stdout, stderr } = await scope.run([...command, JSON.stringify(context)], {
    env: { CHROMIUM: browser.chromium },
    limitMs: 500_000,
  });
  if (code !== 0) throw new Error(`${scenario} ended with ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "null") as T;
}
