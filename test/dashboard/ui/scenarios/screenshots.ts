/** Pictures of the dashboard for people: each view once light and once dark, on screens of all sizes. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { AssociationsJson } from "../../../../src/dashboard/api_types.ts";
import { type Look, until } from "../../../support/browser_tools.ts";

export interface ScreenshotsContext {
  readonly url: string;
  readonly folder: string;
}

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
  readonly before?: (page: Page) => Promise<unknown>;
}

export const look: Look<ScreenshotsContext> = async ({ context, open }) => {
  mkdirSync(context.folder, { recursive: true });
  const { stored, rejected } = await waitForMornings(await open(context.url, "/"));
  const shots: readonly Shot[] = [
    { name: "list", path: "/", ...DESKTOP, scheme: "light" },
    { name: "list_dark", path: "/", ...DESKTOP, scheme: "dark" },
    { name: "list_phone", path: "/", ...PHONE, scheme: "light" },
    { name: "list_large", path: "/", ...LARGE, scheme: "dark" },
    { name: "filter", path: "/", ...DESKTOP, scheme: "light", before: typeFilter },
    { name: "rejected", path: rejected, ...DESKTOP, scheme: "light" },
    { name: "ladder", path: stored, ...DESKTOP, scheme: "dark" },
    { name: "ladder_phone", path: stored, ...PHONE, scheme: "dark" },
    { name: "message", path: `${stored}?panel=messages&message=0`, ...DESKTOP, scheme: "light" },
    {
      name: "octets",
      path: `${stored}?panel=pdus&pdu=0`,
      ...LARGE,
      scheme: "light",
      before: (page) => page.getByRole("button", { name: /^Called-AE-title/ }).click(),
    },
    { name: "timing", path: `${stored}?panel=timing`, ...DESKTOP, scheme: "dark" },
    { name: "numbers", path: "/numbers", ...DESKTOP, scheme: "light" },
    { name: "numbers_phone", path: "/numbers", ...PHONE, scheme: "dark" },
    { name: "stories", path: "/stories", ...DESKTOP, scheme: "dark" },
  ];
  for (const shot of shots) {
    const { name, path, before, ...options } = shot;
    const page = await open(context.url, path, options);
    await page
      .locator("main :is(.arow:not(.head), .ladder, .message, .pdu, .timing, .chart, .story)")
      .first()
      .waitFor();
    await page.locator("main .loading").waitFor({ state: "detached" });
    await until(page, "[...document.images].every(({ complete }) => complete)");
    await before?.(page);
    await page.screenshot({ path: join(context.folder, `${name}.png`), animations: "disabled" });
    await page.context().close();
  }
  return shots.map(({ name }) => name);
};

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const LARGE = { width: 2560, height: 1300 };

async function typeFilter(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "Filter" }).fill("~m C-STORE ~");
  await page.getByRole("option").first().waitFor();
}

/** Addresses of associations that are worth a picture, as soon as the demo has played them. */
async function waitForMornings(page: Page): Promise<{ stored: string; rejected: string }> {
  for (;;) {
    const answer = await page.request.get(new URL("/api/associations?limit=200", page.url()).href);
    const { associations } = (await answer.json()) as AssociationsJson;
    const ended = associations.filter(({ outcome }) => outcome !== "open");
    const addressOf = (matches: (row: (typeof ended)[number]) => boolean) => {
      const row = ended.find(matches);
      return row === undefined ? undefined : `/a/${encodeURIComponent(row.capture)}/${row.id}`;
    };
    const stored = addressOf(({ services }) => services.startsWith("stored 3"));
    const rejected = addressOf(({ outcome }) => outcome === "rejected");
    if (ended.length >= MORNINGS && stored !== undefined && rejected !== undefined) {
      await page.context().close();
      return { stored, rejected };
    }
    await page.waitForTimeout(1_000);
  }
}

/** So many associations fill a screen. */
const MORNINGS = 24;
