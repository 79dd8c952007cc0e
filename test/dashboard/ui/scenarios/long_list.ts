/** A list that is long: how soon it is there, and whether a row is missing while it is scrolled. */
import assert from "node:assert/strict";
import type { Look } from "../../../support/browser_tools.ts";

export interface LongListContext {
  readonly url: string;
  readonly total: number;
}

export interface LongListResult {
  /** Milliseconds from the beginning of the navigation. */
  readonly firstPaintMs: number;
  readonly firstRowsMs: number;
  readonly frames: number;
  /** Frames in which some of the table was not covered by rows. */
  readonly gaps: number;
  /** Rows in the page at most, however long the list is. */
  readonly mostRows: number;
}

export const look: Look<LongListContext> = async ({ context, open }): Promise<LongListResult> => {
  const page = await open(context.url, "/captures");
  const origin = new URL(page.url()).origin;
  await page.goto(`${origin}/`);
  await page.locator(".arow .aes a").first().waitFor();
  const times = (await page.evaluate(`({
    firstPaintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1,
    firstRowsMs: performance.now(),
  })`)) as Pick<LongListResult, "firstPaintMs" | "firstRowsMs">;
  const total = context.total.toLocaleString("en-GB");
  // The list is there at once; reading the whole index takes a loaded machine its time.
  await page.locator(".total").getByText(total).waitFor({ timeout: 500_000 });

  const scrolled = (await page.evaluate(SCROLL)) as Omit<LongListResult, keyof typeof times>;
  // The oldest is at the very end, and the newest still at the beginning.
  await page.evaluate('document.querySelector(".virtual").scrollTop = 1e9');
  const oldest = page.getByRole("row").last();
  await oldest.getByText("MODALITY1", { exact: true }).waitFor();
  assert.equal(await oldest.getAttribute("aria-rowindex"), String(context.total + 1));
  await page.evaluate('document.querySelector(".virtual").scrollTop = 0');
  const newest = page.getByRole("row").nth(1);
  await newest.getByText(`MODALITY${context.total % 20}`, { exact: true }).waitFor();
  assert.equal(await newest.getAttribute("aria-rowindex"), "2");
  return { ...times, ...scrolled };
};

/** Scrolls by less and by more than the height of the table, and looks at each frame. */
const SCROLL = `new Promise((done) => {
  const box = document.querySelector(".virtual");
  let frames = 0, gaps = 0, mostRows = 0;
  const covered = () => {
    const { top, bottom } = box.getBoundingClientRect();
    const rows = [...box.querySelectorAll(".arow")].map((row) => row.getBoundingClientRect());
    mostRows = Math.max(mostRows, rows.length);
    let reached = top;
    for (const row of rows) if (row.top <= reached + 1) reached = Math.max(reached, row.bottom);
    return reached >= bottom - 2;
  };
  const step = () => {
    if (frames > 0 && !covered()) gaps++;
    if (frames++ === 240) return done({ frames: frames - 1, gaps, mostRows });
    box.scrollTop += frames % 3 === 0 ? 5_000 : 120;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`;
