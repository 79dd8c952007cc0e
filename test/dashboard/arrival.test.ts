import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { browserPartner, look } from "../support/browser.ts";
import { HOST, TOKEN, testDashboard } from "../support/dashboard.ts";
import { startDashboard } from "../support/dashboard_process.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import type { FromElsewhereContext, FromElsewhereResult } from "./ui/scenarios/from_elsewhere.ts";

const PAGE = { authorization: "", accept: "text/html" };
const COOKIE = { cookie: `dicomtap_8104=${TOKEN}` };
const LINKED = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };

/** Where the page leads on its own; undefined where it does not. */
async function stepOf(response: Response): Promise<string | undefined> {
  const text = await response.text();
  const [, escaped] = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(text) ?? [];
  return escaped?.replaceAll("&amp;", "&");
}

describe("A link from another site", () => {
  test("P-02 leads to its view by one step of our own, and the mark leaves the address", async () => {
    const { request } = await testDashboard();
    const first = await request("/numbers?filter=CT&x=1", { headers: { ...PAGE, ...LINKED } });
    assert.equal(first.status, 401, "P-01: nothing is open");
    const step = (await stepOf(first)) ?? "";
    assert.equal(step, "/numbers?filter=CT&x=1&arrived=1");
    const own = { ...PAGE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" };
    const second = await request(step, { headers: { ...own, ...COOKIE } });
    assert.equal(second.status, 303);
    assert.equal(second.headers.get("location"), "/numbers?filter=CT&x=1");
  });

  test("P-02 meets the login page after that step, and no second one", async () => {
    const { request } = await testDashboard();
    const cases: [string, string, Record<string, string>][] = [
      ["no cookie came with our step", "/numbers?arrived=1", {}],
      ["it says so again", "/numbers?arrived=1", LINKED],
      ["the address was typed", "/numbers", { "sec-fetch-site": "none" }],
      ["a cookie of another run came", "/numbers", { ...LINKED, cookie: "dicomtap_8104=old" }],
    ];
    for (const [why, path, headers] of cases) {
      const response = await request(path, { headers: { ...PAGE, ...headers } });
      assert.equal(response.status, 401, why);
      const text = await response.text();
      assert.match(text, /<form method="post">/, why);
      assert.doesNotMatch(text, /refresh/, why);
    }
    // a browser that does not tell where it comes from may come from elsewhere
    assert.ok((await stepOf(await request("/numbers", { headers: PAGE }))) !== undefined);
    const headers = { ...PAGE, origin: `http://${HOST}` };
    const body = new URLSearchParams({ token: TOKEN });
    const entered = await request("/numbers?arrived=1&x=1", { method: "POST", headers, body });
    assert.equal(entered.headers.get("location"), "/numbers?x=1");
  });

  test("P-02 is no way to the API, to a download, to a change, or to another host", async () => {
    const { request } = await testDashboard();
    const from = async (path: string, init: RequestInit = {}) =>
      request(path, { ...init, headers: { ...PAGE, ...LINKED, ...init.headers } });
    for (const path of ["/api/session", "/api/download?filter=CT", "/api/events"]) {
      const response = await from(path);
      assert.equal(response.status, 401, path);
      assert.match(response.headers.get("content-type") ?? "", /json/, path);
    }
    const post = await from("/numbers", { method: "POST", headers: COOKIE });
    assert.equal(post.status, 403);
    const hostile = ["//evil.example/", "/\\evil.example/", "/x?y='\"><script>alert(1)</script>"];
    for (const path of hostile) {
      const response = await from(path);
      const text = await response.clone().text();
      assert.doesNotMatch(text, /<script/, path);
      assert.match((await stepOf(response)) ?? "", /^\/[^/\\]/, path);
    }
  });
});

// The browser is the same whatever runtime serves.
if (ownRuntime().name === "node") describe("A link from another site, in Chromium", inChromium);

function inChromium(): void {
  const browser = browserPartner();
  test.skipIf(browser === undefined)(
    "P-02 opens its view in Chromium, signed in or not, and nothing else",
    { timeout: 300_000 },
    async () => {
      if (browser === undefined) return;
      await inScope(async (scope) => {
        const folder = join(ROOT, "test/captures/services");
        const { url } = await startDashboard(scope, [folder]);
        const context: FromElsewhereContext = { url, view: "/captures", heading: "Captures" };
        const scenario = "from_elsewhere";
        const { blocked } = await look<FromElsewhereResult>(scope, { browser, scenario, context });
        assert.equal(blocked, 7);
        console.log(`P-02: 3 links from another site, ${blocked} attempts of it blocked`);
      });
    },
  );
}
