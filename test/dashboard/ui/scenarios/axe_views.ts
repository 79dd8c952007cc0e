/**
 * Every view, light and dark, wide and narrow, in the eyes of axe-core (WCAG 2.2 A and AA): what it
 * does not like, as text.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import type { Look } from "../../../support/browser_tools.ts";

export interface AxeContext {
  readonly url: string;
  readonly views: readonly string[];
}

export interface AxeResult {
  readonly views: number;
  /** Elements that were judged, all views together. */
  readonly passes: number;
  readonly violations: readonly string[];
}

const LOOKS = [
  { scheme: "light", width: 1280 },
  { scheme: "dark", width: 390 },
] as const;

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const look: Look<AxeContext> = async ({ context, open }): Promise<AxeResult> => {
  const violations: string[] = [];
  let passes = 0;
  for (const { scheme, width } of LOOKS) {
    const page = await open(context.url, "/", { scheme, width, expected: /404/ });
    for (const view of context.views) {
      await page.goto(new URL(view, context.url).href);
      await page.locator("main :is(h1, h2)").first().waitFor();
      await page.locator("main .loading").waitFor({ state: "detached" });
      const judged = await judge(page);
      passes += judged.passes;
      violations.push(...judged.violations.map((text) => `${view} (${scheme}, ${width}): ${text}`));
    }
    await page.context().close();
  }
  return { views: context.views.length * LOOKS.length, passes, violations };
};

async function judge(page: Page): Promise<{ passes: number; violations: readonly string[] }> {
  await page.evaluate(axe);
  return await page.evaluate(`axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }).then(({ passes, violations }) => ({
    passes: passes.reduce((sum, { nodes }) => sum + nodes.length, 0),
    violations: violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => id + ", " + help + ": " + node.html.slice(0, 200) + " " + (node.any[0]?.message ?? "")),
    ),
  }))`);
}
