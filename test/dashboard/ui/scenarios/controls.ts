/**
 * What a person sets and reaches without a mouse: signing in, recording, theme, saved filters, keys; and what the
 * page says when dicomtap goes away under it.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { type Look, until } from "../../../support/browser_tools.ts";

export interface ControlsContext {
  readonly url: string;
  /** Process of dicomtap: killed at the end. */
  readonly pid: number;
}

export const look: Look<ControlsContext> = async ({ context, open }) => {
  await signIn(
    await open(context.url, "/numbers", { signedOut: true, expected: /401/ }),
    context.url,
  );
  const page = await open(context.url, "/", { expected: /ERR_|400/ });
  await page.getByRole("row").nth(1).waitFor();
  await recording(page);
  await keys(page);
  await wrongFilter(page);
  await savedFilter(page);
  await theme(page);
  await away(page, context.pid);
};

/** A shared link, without the token: the page asks for it, and then shows what the link is of. */
async function signIn(page: Page, url: string) {
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Token").fill(new URL(url).searchParams.get("token") ?? "");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("heading", { name: "Numbers" }).waitFor();
  await page.context().close();
}

async function recording(page: Page) {
  const button = page.getByRole("button", { name: /recording|off|paused/ });
  const [on, off] = ["true", "false"].map((pressed) =>
    button.and(page.locator(`[aria-pressed="${pressed}"]`)),
  ) as [Locator, Locator];
  // The answer to the first click is held back until the news of it has come: it must not undo them.
  await page.route("**/api/recording", async (route) => {
    const response = await route.fetch();
    await off.waitFor();
    await route.fulfill({ response });
  });
  const answered = page.waitForResponse("**/api/recording");
  await on.click();
  await (await answered).finished();
  await page.unroute("**/api/recording");
  await off.click();
  await on.waitFor();
}

async function keys(page: Page) {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and marks" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await pair(page, ["g", "n"]);
  await page.getByRole("heading", { name: "Numbers" }).waitFor();
  await pair(page, ["g", "l"]);
  await page.getByRole("row").nth(1).waitFor();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Paused" }).waitFor();
  await page.keyboard.press("p");
  await focusBeforeAFrame(page);
  await page.keyboard.press("x");
  await page.getByRole("region", { name: "Selection" }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Verdict" }).waitFor();
  await page.keyboard.press("6");
  await page.waitForURL(/panel=findings/, { waitUntil: "commit" });
  await page.keyboard.press("Escape");
  await page.getByRole("row").nth(1).waitFor();
}

/** Two keys right after one another, however long each takes to come back from a busy browser. */
async function pair(page: Page, keys: readonly [string, string]) {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}

/** j takes the focus before the next frame: or an Enter would press the button that had it. */
async function focusBeforeAFrame(page: Page) {
  const focus = await page.evaluate(`(async () => {
    document.querySelector("header button").focus();
    const key = { key: "j", bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", key));
    await null; // microtasks of the page run, and no frame is drawn
    return document.activeElement.closest("[role=row]") === null ? "a button" : "the row";
  })()`);
  assert.equal(focus, "the row");
}

/** A shared link whose filter cannot be read: that is what is wrong, and not the connection. */
async function wrongFilter(page: Page) {
  await page.goto(new URL("/?filter=~nothing", page.url()).href);
  await page.locator(".filter_error").waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  assert.equal(await page.getByText("The connection to dicomtap is lost.").count(), 0);
  await page.getByRole("combobox", { name: "Filter" }).fill("");
  await page.getByRole("row").nth(1).waitFor();
}

async function savedFilter(page: Page) {
  const field = page.getByRole("combobox", { name: "Filter" });
  await field.fill("~m C-STORE");
  await field.press("Enter"); // takes it, and puts the completions away
  await page.getByRole("button", { name: "Save this filter" }).click();
  await field.fill("");
  await page.reload();
  const saved = page.getByRole("list", { name: "Saved filters" });
  await saved.getByRole("link", { name: "~m C-STORE" }).click();
  await page.waitForURL(/filter=~m/, { waitUntil: "commit" });
  await saved.getByRole("button", { name: "Forget the filter ~m C-STORE" }).click();
  await saved.getByRole("link").waitFor({ state: "detached" });
}

async function theme(page: Page) {
  const looks = (expected: string) =>
    until(page, `(document.documentElement.dataset.theme ?? "system") === "${expected}"`);
  await looks("system");
  for (const expected of ["light", "dark", "system"]) {
    await page.getByRole("button", { name: /^Theme/ }).click();
    await looks(expected);
  }
}

async function away(page: Page, pid: number) {
  process.kill(pid, "SIGKILL");
  await page.getByText("The connection to dicomtap is lost.").waitFor();
  await page.getByText("offline").waitFor();
  await page.getByRole("row").nth(1).waitFor(); // what was shown stays
}
