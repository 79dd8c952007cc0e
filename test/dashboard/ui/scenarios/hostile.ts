/**
 * Shows associations in which every string is markup or script, on every view, patient data included:
 * nothing may run and no element may come of it.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Look } from "../../../support/browser_tools.ts";

export interface HostileContext {
  readonly url: string;
  readonly capture: string;
  /** Associations in it, from 1. */
  readonly associations: number;
}

export interface HostileResult {
  readonly views: number;
  readonly executed: number;
}

const PANELS = [
  "panel=messages&message=0",
  "panel=messages&message=1",
  "panel=ladder",
  "panel=pdus&pdu=0",
  "panel=contexts",
  "panel=findings",
  "panel=timing",
];

/** What only markup in a string could have made. */
const MADE = [
  "script:not([src='/app.js'])",
  "img:not(.image img)",
  "iframe, object, embed, base, marquee, math, video, audio, template, style, title ~ title",
  "link:not([rel=stylesheet][href='/app.css'], [rel=icon])",
  "form[action], [style*=animation], [srcdoc]",
  "[onerror], [onload], [onfocus], [onbegin], [ontoggle], [onstart], [onanimationstart]",
  "a[href^='javascript:'], a[href^='data:']",
].join(", ");

export const look: Look<HostileContext> = async ({ context, open }): Promise<HostileResult> => {
  const page = await open(context.url, "/", { expected: /404/ });
  await page.evaluate("window.__fired = 0; window.__xss = () => { window.__fired++; }");
  let views = 0;
  const check = async (path: string) => {
    await go(page, path);
    await page.locator("main .loading").waitFor({ state: "detached" });
    const made = await page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(MADE)})].map((one) => one.outerHTML.slice(0, 200))`,
    );
    assert.deepEqual(made, [], path);
    views++;
  };
  await page.getByRole("row").nth(1).waitFor();
  for (const path of ["/", "/numbers", "/stories", "/captures", "/?filter=img"]) await check(path);
  let phi = false;
  for (let id = 1; id <= context.associations; id++) {
    for (const panel of PANELS) {
      await check(`/a/${encodeURIComponent(context.capture)}/${id}?${panel}`);
      if (panel !== PANELS[0]) continue;
      await page.locator(".element").filter({ hasText: "PatientName" }).waitFor();
      if (phi) continue;
      await page.getByRole("switch", { name: /Patient data/ }).click();
      await page.getByRole("switch", { name: /Patient data shown/ }).waitFor();
      phi = true;
    }
  }
  await check(`/a/${encodeURIComponent("<img src=x onerror=__xss()>")}/1`);
  await check("/replays/%3Cscript%3E__xss()%3C%2Fscript%3E");
  return { views, executed: Number(await page.evaluate("window.__fired")) };
};

/** As a link of the page does it, without loading it anew; two frames later the view is another one. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `history.pushState(null, "", ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent("popstate"));
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`,
  );
}
