/** Pictures of the dashboard for people: each view once light and once dark, on screens of all sizes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type {
  AssociationsJson,
  ReplayJson,
  ReplayRequest,
} from "../../../../src/dashboard/api_types.ts";
import { type Look, until } from "../../../support/browser_tools.ts";
import { withPalette } from "../../palette_png.ts";

export interface ScreenshotsContext {
  readonly url: string;
  readonly folder: string;
  /** "host:port" of the demo's PACS, which a replay is played against. */
  readonly pacs: string;
  /** Names of views; all of them where there is none. */
  readonly only: readonly string[];
}

interface View {
  readonly name: string;
  readonly path: string;
  /** What is there when the view is drawn. */
  readonly ready: string;
  readonly before?: (page: Page) => Promise<unknown>;
}

/** The first has no suffix: the README shows its light pictures. */
const SCREENS = [
  { suffix: "", width: 1280, height: 800 },
  { suffix: "_phone", width: 390, height: 844 },
  { suffix: "_large", width: 2560, height: 1300 },
] as const;

export const look: Look<ScreenshotsContext> = async ({ context, open }) => {
  mkdirSync(context.folder, { recursive: true });
  const { stored, rejected, replay } = await waitForMornings(
    await open(context.url, "/"),
    context.pacs,
  );
  const views: readonly View[] = [
    { name: "list", path: "/", ready: ".arow:not(.head, .waiting) .time" },
    { name: "replays", path: replay, ready: ".replayed" },
    { name: "filter", path: "/", ready: ".arow:not(.head, .waiting)", before: typeFilter },
    { name: "ladder", path: stored, ready: ".ladder .rung" },
    { name: "rejected", path: rejected, ready: ".ladder .rung" },
    {
      name: "message",
      path: `${stored}?panel=messages&message=0`,
      ready: ".message .element",
      before: toDataSet,
    },
    { name: "octets", path: `${stored}?panel=pdus&pdu=0`, ready: ".hex_row", before: pickField },
    { name: "contexts", path: `${stored}?panel=contexts`, ready: ".context_table" },
    { name: "timing", path: `${stored}?panel=timing`, ready: ".timing_bar" },
    { name: "numbers", path: "/numbers", ready: ".chart" },
    { name: "stories", path: "/stories", ready: ".story" },
    { name: "captures", path: "/captures", ready: ".captures_table" },
  ];
  const made: string[] = [];
  for (const { name, path, ready, before } of views) {
    if (context.only.length > 0 && !context.only.includes(name)) continue;
    for (const { suffix, ...size } of SCREENS) {
      const page = await open(context.url, path, { ...size, scheme: "light" });
      await page.locator(`main ${ready}`).first().waitFor();
      await page.locator("main .loading").waitFor({ state: "detached" });
      await until(page, "[...document.images].every(({ complete }) => complete)");
      await before?.(page);
      for (const scheme of ["light", "dark"] as const) {
        const file = `${name}${suffix}${scheme === "dark" ? "_dark" : ""}.png`;
        await page.emulateMedia({ colorScheme: scheme });
        const picture = await page.screenshot({ animations: "disabled" });
        writeFileSync(join(context.folder, file), withPalette(picture));
        made.push(file);
      }
      await page.context().close();
    }
  }
  return made;
};

async function toDataSet(page: Page): Promise<void> {
  const element = page.locator(".message .element").first();
  await element.evaluate((shown) => shown.scrollIntoView({ block: "center" }));
}

async function pickField(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Called-AE-title/ }).click();
}

async function typeFilter(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "Filter" }).fill("~m C-STORE ~");
  await page.getByRole("option").first().waitFor();
}

interface Mornings {
  readonly stored: string;
  readonly rejected: string;
  readonly replay: string;
}

/** Addresses of what is worth a picture, as soon as the demo has played it. */
async function waitForMornings(page: Page, pacs: string): Promise<Mornings> {
  for (;;) {
    const answer = await page.request.get(new URL("/api/associations?limit=200", page.url()).href);
    const { associations } = (await answer.json()) as AssociationsJson;
    const ended = associations.filter(({ outcome }) => outcome !== "open");
    const stored = ended.find(({ services }) => services.startsWith("stored 3"));
    const rejected = ended.find(({ outcome }) => outcome === "rejected");
    if (ended.length >= MORNINGS && stored !== undefined && rejected !== undefined) {
      const replay = await replayOf(page, { keys: [stored.key, rejected.key], to: pacs });
      await page.context().close();
      return { stored: addressOf(stored), rejected: addressOf(rejected), replay };
    }
    await page.waitForTimeout(1_000);
  }
}

function addressOf({ capture, id }: AssociationsJson["associations"][number]): string {
  return `/a/${encodeURIComponent(capture)}/${id}`;
}

/** Address of a replay that has ended. */
async function replayOf(page: Page, request: ReplayRequest): Promise<string> {
  const replays = new URL("/api/replays", page.url()).href;
  const answer = await page.request.post(replays, {
    data: request,
    headers: { "x-dicomtap": "1" },
  });
  if (!answer.ok()) throw new Error(`No replay was started: ${await answer.text()}`);
  const started = (await answer.json()) as ReplayJson;
  for (;;) {
    const { state } = (await (
      await page.request.get(`${replays}/${started.id}`)
    ).json()) as ReplayJson;
    if (state !== "running") return `/replays/${started.id}`;
    await page.waitForTimeout(500);
  }
}

/** So many associations fill a screen. */
const MORNINGS = 24;
