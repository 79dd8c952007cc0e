import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { AssociationsJson } from "../../src/dashboard/api_types.ts";
import { DashboardState } from "../../src/dashboard/state.ts";
import { FAILURES } from "../../src/dashboard/ui/list/filter_chips.ts";
import { someRecords, writeCapture } from "../support/captures.ts";
import { associationJson, HOST, TOKEN, testDashboard } from "../support/dashboard.ts";
import { inScope } from "../support/process.ts";

const NOBODY = { authorization: "" };

describe("createDashboard()", () => {
  test("P-01 every route but health asks for the token", async () => {
    const { request } = await testDashboard();
    const paths = ["/", "/app.css", "/app.js", "/a/x/1", "/api/health", "/api/events", "/nothing"];
    for (const path of paths) {
      assert.equal((await request(path, { headers: NOBODY })).status, 401, path);
    }
    const wrong = { authorization: "Bearer wrong" };
    assert.equal((await request("/api/health", { headers: wrong })).status, 401);
    assert.equal((await request("/?token=no", { headers: NOBODY })).status, 401);
    assert.equal((await request("/api/health")).status, 200);
    console.log(`P-01: ${paths.length} routes, 0 open`);
  });

  test("P-05 leaves nothing behind in a browser's cache but the page's own files", async () => {
    const { request } = await testDashboard({ places: ["test/captures/services"] });
    const message = "/api/associations/study_1.dcap/3/messages/0";
    const paths = ["/", `/?token=${TOKEN}`, `${message}?show_phi=1`, `${message}/image`];
    for (const path of [...paths, `${message}/part10`, "/api/captures", "/nothing"]) {
      const { headers } = await request(path);
      assert.equal(headers.get("cache-control"), "no-store", path);
    }
    assert.equal((await request("/app.js")).headers.get("cache-control"), "no-cache");
  });

  test("the token of the link becomes a cookie and leaves the address", async () => {
    const { request } = await testDashboard();
    const first = await request(`/numbers?a=1&token=${TOKEN}`, { headers: NOBODY });
    assert.equal(first.status, 303);
    assert.equal(first.headers.get("location"), "/numbers?a=1");
    const cookie = first.headers.get("set-cookie") ?? "";
    assert.match(cookie, /^dicomtap_8104=/);
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    const headers = { ...NOBODY, cookie: cookie.split(";")[0] ?? "" };
    const second = await request("/", { headers });
    assert.equal(second.status, 200);
    assert.match(await second.text(), /<div id="app">/);
  });

  test("the token of the login page leads to the view that was asked for, and nowhere else", async () => {
    const { request } = await testDashboard();
    const enter = (path: string, token: string) => {
      const headers = { ...NOBODY, origin: `http://${HOST}` };
      return request(path, { method: "POST", headers, body: new URLSearchParams({ token }) });
    };
    const entered = await enter("/a/x.dcap/1?panel=pdus", TOKEN);
    assert.equal(entered.status, 303);
    assert.equal(entered.headers.get("location"), "/a/x.dcap/1?panel=pdus");
    assert.equal((await enter("//evil.example/", TOKEN)).headers.get("location"), "/evil.example/");
    assert.equal((await enter("/a/x.dcap/1", "wrong")).status, 401);
    // Under "no-referrer" browsers send "Origin: null" with a form of the page's own.
    assert.equal(entered.headers.get("referrer-policy"), "same-origin");
  });

  test("P-02 foreign Host, Origin and Sec-Fetch-Site headers are refused", async () => {
    const { request } = await testDashboard();
    const status = async (headers: Record<string, string>) =>
      (await request("/api/health", { headers })).status;
    assert.equal(await status({ host: "evil.example" }), 421);
    assert.equal(await status({ origin: "http://evil.example" }), 403);
    assert.equal(await status({ origin: "http://127.0.0.1:3000" }), 403, "another port");
    assert.equal(await status({ "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }), 403);
    assert.equal(await status({ origin: `http://${HOST}` }), 200);
    console.log("P-02: 4 forged requests, 4 blocked");
  });

  test("P-02 what changes something needs a header that no form can send", async () => {
    const { request } = await testDashboard();
    const form = { method: "POST", headers: { "x-dicomtap": "" } };
    assert.equal((await request("/api/notes", form)).status, 403);
  });

  test("health tells forwarding and recording apart", async () => {
    const { state, request } = await testDashboard({ proxy: true });
    assert.equal((await request("/healthz", { headers: NOBODY })).status, 503);
    const health = { forwarding: true, counters: {}, routes: [] };
    state.setHealth({ ...health, recording: "paused", reason: "disk full" });
    assert.equal((await request("/healthz", { headers: NOBODY })).status, 200);
    const ready = await request("/readyz", { headers: NOBODY });
    assert.equal(ready.status, 503);
    assert.equal(await ready.text(), "recording paused: disk full\n");
    state.setHealth({ ...health, recording: "ok", reason: null });
    assert.equal((await request("/readyz", { headers: NOBODY })).status, 200);
  });

  test("health claims nothing of a proxy that is not there", async () => {
    const { request } = await testDashboard();
    const said: unknown[] = [];
    for (const path of ["/healthz", "/readyz"]) {
      const answer = await request(path, { headers: NOBODY });
      said.push([answer.status, await answer.text()]);
    }
    assert.deepEqual(said, [
      [200, "no proxy, captures only\n"],
      [200, "recording off\n"],
    ]);
  });

  test("what is not there is 404, as JSON and as a page", async () => {
    const { state, request } = await testDashboard();
    state.setAssociation(associationJson(1, { capture: "a b.dcap" }));
    const status = async (path: string) =>
      (await request(path, { headers: { accept: "text/html" } })).status;
    assert.equal(await status("/a/a%20b.dcap/1?panel=pdus"), 200);
    for (const path of ["/", "/numbers", "/stories", "/replays", "/captures"]) {
      assert.equal(await status(path), 200, path);
    }
    const wrong = ["/a/a%20b.dcap/2", "/a/a%20b.dcap/1/2", "/a/x/1", "/a/%E0%A4%A/1", "/a/x"];
    for (const path of [...wrong, "/replays/x", "/replays/x/y", "/captures/x", "/nothing"]) {
      assert.equal(await status(path), 404, path);
    }
    const json = ["associations/a%20b.dcap/2", "replays/x", "commands?key=x/1", "captures/x"];
    for (const path of json) {
      const response = await request(`/api/${path}`, { headers: { accept: "text/html" } });
      assert.equal(response.status, 404, path);
      assert.equal(typeof ((await response.json()) as { error: unknown }).error, "string", path);
    }
  });

  test("a known address asked with another method is 405 with Allow, as JSON and as a page", async () => {
    const { request } = await testDashboard();
    const cases = [
      ["POST", "/api/health", "GET, HEAD"],
      ["PUT", "/api/replays", "GET, HEAD, POST"],
      ["GET", "/api/recording", "POST"],
      ["PATCH", "/api/replays/x", "DELETE, GET, HEAD"],
      ["POST", "/api/associations/a%20b.dcap/1/messages/0/image", "GET, HEAD"],
      ["DELETE", "/metrics", "GET, HEAD"],
      ["DELETE", "/healthz", "GET, HEAD"],
      ["PUT", "/numbers", "GET, HEAD"],
      ["DELETE", "/a/x/1", "GET, HEAD"],
    ] as const;
    for (const [method, path, allow] of cases) {
      const response = await request(path, { method });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.get("allow"), allow, path);
      const { error } = (await response.json()) as { error: string };
      assert.ok(error.includes(method) && error.includes(allow), error);
    }
    const asPage = await request("/numbers", { method: "PUT", headers: { accept: "text/html" } });
    assert.equal(asPage.status, 405);
    assert.match(asPage.headers.get("content-type") ?? "", /^text\/html/);
    for (const path of ["/api/replays/x/y", "/api/nothing", "/a//1"]) {
      const response = await request(path, { method: "DELETE" });
      assert.equal(response.status, 404, path);
      assert.equal(response.headers.get("allow"), null, path);
    }
    assert.equal((await request("/api/health", { method: "HEAD" })).status, 200);
    const nobody = await request("/api/health", { method: "POST", headers: NOBODY });
    assert.equal(nobody.status, 401, "nobody is told what there is");
  });

  test("keeps the newest associations and updates one in place", async () => {
    const { state, json } = await testDashboard({ maxEntries: 3 });
    for (const id of [1, 2, 3]) state.setAssociation(associationJson(id, { outcome: "open" }));
    state.setAssociation(associationJson(3));
    const list = await json<AssociationsJson>("/api/associations");
    assert.deepEqual(
      list.associations.map(({ key, outcome }) => [key, outcome]),
      [
        ["x.dcap/3", "released"],
        ["x.dcap/2", "open"],
        ["x.dcap/1", "open"],
      ],
    );
    assert.deepEqual(list.counts, { released: 1, open: 2 });
    for (const id of [4, 5]) state.setAssociation(associationJson(id));
    const kept = await json<AssociationsJson>("/api/associations");
    assert.equal(kept.all, 3);
    assert.equal(kept.left, 2);
    assert.equal(kept.associations[0]?.key, "x.dcap/5");
  });

  test("counts those that were released though a request failed, as the filter finds them", async () => {
    const { state, json } = await testDashboard();
    const statuses = [{ "0000": 2 }, { "0000": 1, A700: 1 }, { B000: 1 }, { "0110": 1 }, {}];
    for (const [id, some] of statuses.entries()) {
      state.setAssociation(associationJson(id, { statuses: some }));
    }
    state.setAssociation(associationJson(9, { outcome: "aborted", statuses: { A700: 1 } }));
    const list = await json<AssociationsJson>("/api/associations");
    assert.equal(list.released_with_failures, 2);
    const filter = encodeURIComponent(FAILURES);
    const found = await json<AssociationsJson>(`/api/associations?filter=${filter}`);
    assert.deepEqual(found.associations.map(({ id }) => id).sort(), [1, 3]);
    assert.equal(found.released_with_failures, found.total);
  });

  test("does not open again what has ended, because its capture is read later", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const records = someRecords({ count: 2, chunks: 0, size: 0 });
      const isEnd = ({ kind }: { readonly kind: string }) => kind === "end" || kind === "close";
      const begun = records.filter((record) => !isEnd(record));
      writeFileSync(join(folder, "a.dcap"), writeCapture(begun, { unfinished: true }));
      const late = new DashboardState({ places: [folder], proxy: true });
      late.setAssociation(associationJson(1, { capture: "a.dcap" }));
      await late.library.refresh();
      assert.equal(late.list.get("a.dcap/1")?.outcome, "released");
      assert.ok(late.list.get("a.dcap/1")?.found !== undefined, "its records are known");
      assert.equal(late.list.get("a.dcap/2")?.outcome, "open");
    });
  });
});
