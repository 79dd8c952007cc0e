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
  /** Address of the one on which dialogs are opened. */
  readonly association: string;
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

/** What opens over the view of an association, or in it; the last ones lead on to the list. */
const DIALOGS: readonly {
  readonly name: string;
  readonly show: (page: Page) => Promise<unknown>;
}[] = [
  { name: "help", show: (page) => page.keyboard.press("?") },
  {
    name: "commands",
    show: (page) => page.getByRole("button", { name: "Copy as command" }).click(),
  },
  { name: "replay", show: (page) => page.getByRole("button", { name: "Replay…" }).click() },
  { name: "notes", show: (page) => page.getByRole("button", { name: "Notes and mark" }).click() },
  {
    name: "filter",
    show: async (page) => {
      await page.keyboard.press("g");
      await page.keyboard.press("l");
      await page.getByRole("button", { name: "Help on filters" }).click();
      await page.getByRole("combobox", { name: "Filter" }).fill("~c");
      await page.getByRole("option").first().waitFor();
    },
  },
  { name: "selection", show: selectRow },
];

/** By its box; on a phone by a touch anywhere in it, once rows are to be selected. */
async function selectRow(page: Page): Promise<void> {
  await page.goto(new URL("/", page.url()).href);
  const row = page.locator(".arow:not(.head, .waiting)").first();
  await row.waitFor();
  const select = page.getByRole("button", { name: "Select" });
  if ((await select.count()) === 0) await row.getByRole("checkbox").check();
  else {
    await select.click();
    await row.click();
  }
  await page.getByRole("region", { name: "Selection" }).waitFor();
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const look: Look<AxeContext> = async ({ context, open }): Promise<AxeResult> => {
  const violations: string[] = [];
  let passes = 0;
  for (const { scheme, width } of LOOKS) {
    const page = await open(context.url, "/", { scheme, width, expected: /400|404/ });
    for (const view of context.views) {
      await page.goto(new URL(view, context.url).href);
      await page.locator("main :is(h1, h2)").first().waitFor();
      await page.locator("main .loading").waitFor({ state: "detached" });
      const judged = await judge(page);
      passes += judged.passes;
      violations.push(...judged.violations.map((text) => `${view} (${scheme}, ${width}): ${text}`));
    }
    await page.goto(new URL(context.association, context.url).href);
    await page.getByRole("region", { name: "Verdict" }).waitFor();
    for (const { name, show } of DIALOGS) {
      await show(page);
      await page.locator(".loading").waitFor({ state: "detached" });
      const judged = await judge(page);
      passes += judged.passes;
      violations.push(...judged.violations.map((text) => `${name} (${scheme}, ${width}): ${text}`));
      if ((await page.getByRole("dialog").count()) === 0) continue;
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await page.context().close();
  }
  return { views: (context.views.length + DIALOGS.length) * LOOKS.length, passes, violations };
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
