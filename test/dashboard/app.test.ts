import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { createDashboard } from "../../src/dashboard/app.ts";
import { DashboardState } from "../../src/dashboard/state.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";

const TOKEN = "t0ken-of-this-run";
const HOST = "127.0.0.1:8104";

function association(id: number, changes: Partial<AssociationJson> = {}): AssociationJson {
  return {
    kind: "association",
    capture: "x.dcap",
    id,
    started: "2026-02-03T14:15:02.123456Z",
    duration_ms: 12.3,
    requestor: { address: "127.0.0.1:50312" },
    acceptor: { address: "127.0.0.1:104" },
    calling_ae_title: "STORESCU",
    called_ae_title: "ANY-SCP",
    outcome: "released",
    contexts: [],
    refused_contexts: 0,
    user_information: { requestor: {}, acceptor: {} },
    messages: 2,
    commands: { "C-ECHO-RQ": 1, "C-ECHO-RSP": 1 },
    statuses: { "0000": 1 },
    pdus: { requestor: 3, acceptor: 3 },
    bytes: { requestor: 100, acceptor: 100 },
    gaps: 0,
    findings: [],
    ...changes,
  };
}

function setUp() {
  const state = new DashboardState(3);
  const app = createDashboard(state, { token: TOKEN, hosts: ["127.0.0.1", "localhost"] });
  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers: { host: HOST, ...headers } });
  return { state, get };
}

describe("createDashboard()", () => {
  test("P-01 every route but health asks for the token", async () => {
    const { get } = setUp();
    const paths = ["/", "/style.css", "/api/health", "/api/associations", "/nothing", "/?token=no"];
    for (const path of paths) assert.equal((await get(path)).status, 401, path);
    assert.equal((await get("/api/health", { authorization: "Bearer wrong" })).status, 401);
    const bearer = { authorization: `Bearer ${TOKEN}` };
    assert.equal((await get("/api/health", bearer)).status, 200);
    console.log(`P-01: ${paths.length} routes, 0 open`);
  });

  test("the token of the link becomes a cookie and leaves the address", async () => {
    const { get } = setUp();
    const first = await get(`/?token=${TOKEN}`);
    assert.equal(first.status, 302);
    assert.equal(first.headers.get("location"), "/");
    const cookie = first.headers.get("set-cookie") ?? "";
    assert.match(cookie, /HttpOnly/);
    assert.match(cookie, /SameSite=Strict/);
    const second = await get("/", { cookie: cookie.split(";")[0] ?? "" });
    assert.equal(second.status, 200);
    assert.match(await second.text(), /No association yet/);
  });

  test("P-02 foreign Host and Origin headers are refused", async () => {
    const { get } = setUp();
    const bearer = { authorization: `Bearer ${TOKEN}` };
    assert.equal((await get("/", { ...bearer, host: "evil.example" })).status, 421);
    assert.equal((await get("/", { ...bearer, origin: "http://evil.example" })).status, 403);
    assert.equal((await get("/", { ...bearer, origin: `http://${HOST}` })).status, 200);
  });

  test("health tells forwarding and recording apart", async () => {
    const { state, get } = setUp();
    assert.equal((await get("/healthz")).status, 503);
    const counters = {};
    state.setHealth({ forwarding: true, recording: "paused", reason: "disk full", counters });
    assert.equal((await get("/healthz")).status, 200);
    const ready = await get("/readyz");
    assert.equal(ready.status, 503);
    assert.equal(await ready.text(), "recording paused: disk full\n");
    state.setHealth({ forwarding: true, recording: "ok", reason: null, counters });
    assert.equal((await get("/readyz")).status, 200);
  });

  test("keeps the newest associations, updates one in place and escapes what the wire said", async () => {
    const { state, get } = setUp();
    for (const id of [1, 2, 3, 4]) state.setAssociation(association(id, { outcome: "open" }));
    const calling_ae_title = "<img src=x>";
    state.setAssociation(association(3, { calling_ae_title }));
    const bearer = { authorization: `Bearer ${TOKEN}` };
    const list = (await (await get("/api/associations", bearer)).json()) as AssociationJson[];
    assert.deepEqual(
      list.map(({ id, outcome }) => [id, outcome]),
      [
        [4, "open"],
        [3, "released"],
        [2, "open"],
      ],
    );
    const page = await get("/", bearer);
    const text = await page.text();
    assert.ok(!text.includes("<img") && text.includes("&lt;img src=x&gt;"));
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  });
});
