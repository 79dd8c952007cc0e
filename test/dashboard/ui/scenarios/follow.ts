/**
 * What a field engineer does: watches an image arrive, filters, opens the association, follows ladder
 * to message to octets, looks at patient data and the image, keeps the capture, and plays it again.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Locator, Page } from "playwright-core";
import { type Look, until } from "../../../support/browser_tools.ts";

export interface FollowContext {
  /** Of the dashboard, with the token. */
  readonly url: string;
  /** Stores one image through the proxy. */
  readonly store: readonly string[];
  readonly calling: string;
  /** Of the patient; masked until asked for. */
  readonly patient: string;
  /** Where the capture is saved. */
  readonly saveAs: string;
  /** host:port of the acceptor. */
  readonly replayTo: string;
}

export const look: Look<FollowContext> = async ({ context, open }) => {
  const page = await open(context.url, "/");
  assert.doesNotMatch(page.url(), /token/, "the token left the address bar");
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByRole("heading", { name: "No association yet" }).waitFor();

  const [program = "", ...args] = context.store;
  await promisify(execFile)(program, args);
  const row = page.getByRole("row").filter({ hasText: context.calling });
  await row.getByText("released").waitFor();

  await filter(page, { row, calling: context.calling });
  await row.getByRole("link").click();
  await page.getByText("All well").waitFor();
  await throughTheLadder(page);
  await patientData(page, context.patient);
  await image(page);
  await octets(page);
  await keep(page, context.saveAs);
  await note(page);
  return { replay: await replay(page, context.replayTo) };
};

async function filter(page: Page, { row, calling }: { row: Locator; calling: string }) {
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Filter" });
  await field.fill("~call");
  await page.getByRole("option").filter({ hasText: "~calling" }).click();
  await until(page, `document.querySelector("[role=combobox]").value.startsWith("~calling")`);
  await field.fill(`~calling ${calling} ~dur >2parsecs`);
  await page.locator(".filter_error").waitFor();
  await field.fill(`~calling ${calling} ~m C-STORE`);
  await page.waitForURL(/filter=~calling/, { waitUntil: "commit" });
  await page.locator(".filter_error").waitFor({ state: "detached" });
  await row.waitFor();
  await field.fill("~calling NOBODY");
  await page.getByRole("heading", { name: "No association matches" }).waitFor();
  await field.fill("");
  await row.waitFor();
}

async function throughTheLadder(page: Page) {
  await page.getByRole("link", { name: /A-ASSOCIATE-AC/ }).waitFor();
  await page.getByRole("link", { name: /C-STORE-RQ/ }).click();
  await page.waitForURL(/panel=messages&message=0/, { waitUntil: "commit" });
  const commandSet = page.getByRole("region", { name: "Command set" });
  await commandSet.getByText("Secondary Capture Image Storage").waitFor();
  // The response is one key away, and so is the way back.
  await page.keyboard.press("j");
  await page.waitForURL(/message=1/, { waitUntil: "commit" });
  await commandSet.getByText("MessageIDBeingRespondedTo").waitFor();
  await page.keyboard.press("k");
  await page.waitForURL(/message=0/, { waitUntil: "commit" });
}

async function patientData(page: Page, patient: string) {
  const name = page.locator(".element").filter({ hasText: "PatientName" });
  await name.getByText("•••").waitFor();
  assert.equal(await page.getByText(patient).count(), 0);
  const shown = page.getByRole("switch", { name: /Patient data/ });
  await shown.click();
  await name.getByText(patient).waitFor();
  await shown.click();
  await name.getByText("•••").waitFor();
}

async function image(page: Page) {
  const picture = page.getByRole("img", { name: "Frame 1 of 1" });
  await picture.scrollIntoViewIfNeeded();
  await picture.and(page.locator("[src]")).waitFor();
  await until(page, 'document.querySelector(".image img")?.naturalWidth === 64');
}

async function octets(page: Page) {
  await page.getByRole("link", { name: /^\d+ PDUs$/ }).click();
  await page.waitForURL(/panel=pdus&pdu=2/, { waitUntil: "commit" });
  const field = page.getByRole("button", { name: /^Presentation-context-ID/ });
  await field.click();
  await marked(page, 1);
  // Octet 0 is the PDU-type; the arrow keys go on from there. All before a frame: none is lost.
  await page.evaluate(`(async () => {
    document.querySelector('.hex_octets [data-at="0"]').click();
    const key = { key: "ArrowRight", bubbles: true, cancelable: true };
    for (let i = 0; i < 2; i++) {
      await null; // the page draws what was done
      document.querySelector(".hex").dispatchEvent(new KeyboardEvent("keydown", key));
    }
  })()`);
  await page.locator(".field.on").filter({ hasText: "PDU-length" }).waitFor();
  await marked(page, 4);
}

/** So many octets are marked, and no more. */
async function marked(page: Page, octets: number) {
  await until(page, `document.querySelectorAll(".hex_octets .on").length === ${octets}`);
}

async function keep(page: Page, saveAs: string) {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download", exact: true }).click();
  await (await download).saveAs(saveAs);
}

async function note(page: Page) {
  await page.getByRole("button", { name: "Notes and mark" }).click();
  await page.getByLabel("New note").fill("Looks <b>good</b>");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("Looks <b>good</b>").waitFor();
  await page.getByRole("button", { name: "green" }).click();
  await page.getByText("marked green").waitFor({ state: "attached" });
}

/** The words in which the replay ends. */
async function replay(page: Page, to: string): Promise<string> {
  await page.getByRole("button", { name: "Replay…" }).click();
  await page.getByLabel("To (host:port)").fill(to);
  await page.getByLabel("Speed").selectOption("max");
  await page.getByRole("button", { name: "Start the replay" }).click();
  const refused = page.getByRole("dialog").getByRole("alert");
  await page.getByRole("heading", { name: "Replays" }).or(refused).waitFor();
  assert.deepEqual(await refused.allTextContents(), []);
  const exchanges = page.getByRole("list", { name: "Exchanges" });
  await exchanges.getByText("C-STORE-RQ").waitFor();
  const mark = page.locator(".replay .message_head .mark");
  await mark.filter({ hasNotText: "running" }).waitFor();
  return (await mark.textContent()) ?? "";
}
