/**
 * Another site with a link to the dashboard, as webmail or a wiki is: what the link opens, and what a
 * hostile one can do with it.
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import type { Look } from "../../../support/browser_tools.ts";

export interface FromElsewhereContext {
  readonly url: string;
  /** Path of a view, and what its page is called. */
  readonly view: string;
  readonly heading: string;
}

export interface FromElsewhereResult {
  /** What the other site tried and did not get. */
  readonly blocked: number;
}

export const look: Look<FromElsewhereContext> = async ({ context, open }) => {
  const { url, view, heading } = context;
  const { origin, searchParams } = new URL(url);
  const token = searchParams.get("token") ?? "";
  const elsewhere = await otherSite(origin, [
    ["view", view],
    ["token", `${view}?token=${token}`],
    ["api", "/api/session"],
  ]);
  try {
    const foreign = `http://localhost:${(elsewhere.address() as AddressInfo).port}/`;
    const expected = /401|403|favicon|frame|Content Security Policy|CORS|ERR_/;
    const follow = async (page: Page, name: string) => {
      await page.goto(foreign);
      await page.getByRole("link", { name, exact: true }).click();
    };

    const signedOut = await open(url, "/login.css", { signedOut: true, expected });
    await follow(signedOut, "view");
    await signedOut.getByLabel("Token").fill(token);
    await signedOut.getByRole("button", { name: "Open" }).click();
    await signedOut.getByRole("heading", { name: heading }).waitFor();
    assert.equal(signedOut.url(), `${origin}${view}`);

    const page = await open(url, "/", { expected });
    await follow(page, "view");
    await page.getByRole("heading", { name: heading }).waitFor();
    assert.equal(page.url(), `${origin}${view}`, "nothing of ours stays in the address");

    const sent = await open(url, "/login.css", { signedOut: true, expected });
    await follow(sent, "token");
    await sent.getByRole("heading", { name: heading }).waitFor();
    assert.equal(sent.url(), `${origin}${view}`);

    await follow(page, "api");
    await page.getByText("Open the link with the token").waitFor();
    await page.goto(foreign);
    const told = (await page.evaluate(ATTACK(origin, view))) as Record<string, string>;
    assert.deepEqual(told, {
      "read a view": "failed",
      "read the API": "failed",
      "post blindly": "failed",
      "post with the header": "failed",
    });
    const frame = page.frames().find((one) => one !== page.mainFrame());
    assert.match(frame?.url() ?? "", /^chrome-error:/, "a view in a frame");
    const [post] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.evaluate(`document.querySelector("form").submit()`),
    ]);
    assert.equal(post.status(), 403, "a form of another site");
    return { blocked: Object.keys(told).length + 3 } satisfies FromElsewhereResult;
  } finally {
    elsewhere.closeAllConnections();
    elsewhere.close();
  }
};

function otherSite(origin: string, links: readonly (readonly [string, string])[]): Promise<Server> {
  const anchors = links.map(([name, path]) => `<p><a href="${origin}${path}">${name}</a></p>`);
  const form = `<form method="post" action="${origin}/api/recording"><input name="on" value="0"></form>`;
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>elsewhere</title>${anchors.join("")}${form}`);
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}

const ATTACK = (origin: string, view: string) => `(async () => {
  const ask = (path, init) => fetch("${origin}" + path, { credentials: "include", ...init })
    .then(({ type }) => type, () => "failed");
  const frame = document.createElement("iframe");
  const framed = new Promise((done) => frame.addEventListener("load", done));
  frame.src = "${origin}${view}";
  document.body.append(frame);
  await framed;
  return {
    "read a view": await ask("${view}"),
    "read the API": await ask("/api/session"),
    "post blindly": await ask("/api/recording", { method: "POST", mode: "no-cors", body: "{}" }),
    "post with the header": await ask("/api/recording", { method: "POST", headers: { "x-dicomtap": "1" } }),
  };
})()`;
