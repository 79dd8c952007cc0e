/**
 * The whole way without a mouse: what has the focus after each step, what the address says, and that
 * the way back leads to where it began.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type Look, until } from "../../../support/browser_tools.ts";

export interface KeyboardContext {
  readonly url: string;
  /** Address of an association with messages. */
  readonly association: string;
}

export const look: Look<KeyboardContext> = async ({ context, open }) => {
  const page = await open(context.url, "/");
  await page.getByRole("row").nth(2).waitFor();
  await thereAndBack(page);
  await order(page);
  await filter(page);
  await problems(page);
  await views(page);
  await panels(page, context.association);
  return { steps };
};

let steps = 0;

/** The element that has the focus is one that matches. */
async function focusOn(page: Page, selector: string) {
  await until(page, `document.activeElement?.matches(${JSON.stringify(selector)}) === true`);
  steps++;
}

async function thereAndBack(page: Page) {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await focusOn(page, ".arow.current .aes a");
  const row = `.aes a[href="${await page.locator(".arow.current .aes a").getAttribute("href")}"]`;
  await page.keyboard.press("Enter");
  await focusOn(page, "main .headline h1");
  assert.match(await page.title(), /→ .* released #\d+ - dicomtap$/);
  await page.keyboard.press("Escape");
  await focusOn(page, row);
  await page.keyboard.press("Enter");
  await focusOn(page, "main .headline h1");
  await page.goBack({ waitUntil: "commit" });
  await focusOn(page, row);
}

async function order(page: Page) {
  await page.getByRole("button", { name: "Duration" }).press("Enter");
  await page.waitForURL(/[?&]sort=duration$/, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Duration" }).press("Enter");
  await page.waitForURL(/sort=duration&order=asc$/, { waitUntil: "commit" });
  await page.reload();
  const sorted = page.getByRole("columnheader", { name: "Duration" });
  await sorted.and(page.locator('[aria-sort="ascending"]')).waitFor();
  await page.locator(".aes a").first().press("Enter");
  await focusOn(page, "main .headline h1");
  await page.keyboard.press("Escape");
  await page.waitForURL(/sort=duration&order=asc$/, { waitUntil: "commit" });
  await focusOn(page, ".arow .aes a");
}

/** What is typed stays as it is typed, when it is taken. */
async function filter(page: Page) {
  await page.keyboard.press("/");
  await focusOn(page, "input#filter");
  await page.keyboard.type("~calling view ");
  await page.waitForURL(/filter=~calling%20view&sort=duration/, { waitUntil: "commit" });
  await page.keyboard.type("!~m C-FIND");
  await page.waitForURL(/filter=~calling%20view%20!~m%20C-FIND/, { waitUntil: "commit" });
  const field = page.getByRole("combobox", { name: "Filter" });
  assert.equal(await field.inputValue(), "~calling view !~m C-FIND");
  await page.keyboard.press("Escape"); // the completions
  await page.keyboard.press("Escape"); // the filter
  await page.waitForURL(/\/\?sort=duration/, { waitUntil: "commit" });
}

async function problems(page: Page) {
  const only = page.getByRole("link", { name: "Problems only" });
  await only.press("Enter");
  await only.and(page.locator('[aria-current="true"]')).waitFor();
  await page.locator(".what .mark").first().waitFor();
  await only.press("Enter");
  await only.and(page.locator(":not([aria-current])")).waitFor();
}

async function views(page: Page) {
  for (const [key, name] of [
    ["s", "Stories"],
    ["n", "Numbers"],
    ["r", "Replays"],
    ["c", "Captures"],
    ["l", "Associations"],
  ] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await focusOn(page, key === "l" ? "main h1, .arow .aes a" : "main h1");
  }
}

async function panels(page: Page, association: string) {
  await page.goto(new URL(association, page.url()).href);
  const request = page.getByRole("link", { name: /C-STORE-RQ/ }).first();
  await request.press("Enter");
  await page.waitForURL(/panel=messages&message=0/, { waitUntil: "commit" });
  await page.goBack({ waitUntil: "commit" });
  await focusOn(page, '.rung a[href*="panel=messages&message=0"]');
  await page.keyboard.press("2");
  await page.waitForURL(/panel=messages$/, { waitUntil: "commit" });
  await page.locator(".mrow a").first().waitFor();
  await page.keyboard.press("j");
  await focusOn(page, ".mrow.current a[href*='message=0']");
  await page.keyboard.press("j");
  await focusOn(page, ".mrow.current a[href*='message=1']");
  await page.keyboard.press("Escape");
  await page.waitForURL(/panel=messages$/, { waitUntil: "commit" });
}
