import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { accessLine, readAccess, readUser, soleToken } from "../../src/dashboard/access.ts";
import { endpoints } from "../../src/dashboard/app.ts";
import { RateLimit } from "../../src/dashboard/rate_limit.ts";
import { createServices } from "../../src/dashboard/routes/services.ts";
import { DashboardState } from "../../src/dashboard/state.ts";
import { testDashboard } from "../support/dashboard.ts";

const USERS = (["viewer", "operator", "admin"] as const).map((role) => ({
  name: `the-${role}`,
  role,
  token: `token-of-the-${role}`,
}));

const ACCESS = readAccess(
  ["# who may", ...USERS.map((user) => accessLine(user, user.token)), ""].join("\n"),
);

describe("readAccess()", () => {
  test("knows users by their tokens, and nobody else", () => {
    for (const { name, role, token } of USERS) {
      assert.deepEqual(ACCESS.userOf(token), { name, role });
    }
    assert.equal(ACCESS.userOf("token-of-nobody"), undefined);
    assert.equal(ACCESS.userOf(""), undefined);
    assert.deepEqual(soleToken("x").userOf("x"), { name: "token", role: "admin" });
  });

  test("names the line that it cannot read", () => {
    const line = accessLine({ name: "a", role: "viewer" }, "x");
    for (const wrong of ["a boss sha256:00", "a viewer", `${line} more`, "a viewer md5:00"]) {
      assert.throws(() => readAccess(`${line}\n${wrong}`), /line 2 is not "NAME viewer/);
    }
    assert.throws(() => readAccess("# nobody\n"), /no user/);
  });

  test("the file does not give the token away", () => {
    assert.doesNotMatch(accessLine({ name: "a", role: "viewer" }, "s3cret"), /s3cret/);
    assert.equal(readUser("anna:boss"), undefined);
    assert.deepEqual(readUser("anna:admin"), { name: "anna", role: "admin" });
  });
});

describe("RateLimit", () => {
  test("lets a burst through, then so many a second, each name for itself", () => {
    let now = 0;
    const limit = new RateLimit({ perSecond: 10, burst: 3 }, () => now);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => limit.take("a")),
      [true, true, true, false],
    );
    assert.equal(limit.take("b"), true);
    now = 100;
    assert.equal(limit.take("a"), true);
    assert.equal(limit.take("a"), false);
  });
});

describe("The API", () => {
  test("P-16 gives each role its endpoints, and no other", async () => {
    const { request } = await testDashboard({ access: ACCESS });
    const order = ["viewer", "operator", "admin"];
    const all = endpoints(createServices(new DashboardState(), { replayTargets: [] }));
    let cells = 0;
    for (const { method, path, role } of all) {
      if (path === "/api/events") continue; // it goes on for ever once it is let in
      const address = path.replace(/:\w+/g, "1");
      const statuses: number[] = [];
      for (const user of USERS) {
        const headers = { authorization: `Bearer ${user.token}` };
        const { status } = await request(address, { method: method.toUpperCase(), headers });
        statuses.push(status);
        const may = order.indexOf(user.role) >= order.indexOf(role);
        assert.equal(status !== 403, may, `${method} ${path} as ${user.role}: ${status}`);
        assert.notEqual(status, 401);
        cells += 1;
      }
      const nobody = { method: method.toUpperCase(), headers: { authorization: "" } };
      assert.equal((await request(address, nobody)).status, 401, path);
    }
    console.log(`P-16: ${all.length} endpoints, ${cells} cells right`);
  });

  test("P-16 shows patients' data to operators only", async () => {
    const places = ["test/captures/services"];
    const { request } = await testDashboard({ access: ACCESS, places });
    const path = "/api/associations/study_1.dcap/3/messages/0";
    const ask = async (role: string, query: string) => {
      const headers = { authorization: `Bearer token-of-the-${role}` };
      const response = await request(`${path}${query}`, { headers });
      return { status: response.status, text: await response.text() };
    };
    assert.equal((await ask("viewer", "?show_phi=1")).status, 403);
    const masked = await ask("viewer", "");
    const clear = await ask("operator", "?show_phi=1");
    assert.equal(clear.status, 200);
    assert.ok(clear.text.includes("Synthetic^Patient"));
    assert.equal(masked.status, 200);
    assert.ok(!masked.text.includes("Synthetic^Patient"));
    assert.ok(masked.text.includes('"masked":true'));
  });

  test("describes itself", async () => {
    const { json } = await testDashboard();
    interface Document {
      readonly openapi: string;
      readonly paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
    }
    const document = await json<Document>("/api/openapi.json");
    assert.match(document.openapi, /^3\.1/);
    const all = endpoints(createServices(new DashboardState(), { replayTargets: [] }));
    for (const { path, method } of all) {
      const described = document.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method];
      assert.ok(described !== undefined, path);
      for (const [, name] of path.matchAll(/:(\w+)/g)) {
        assert.ok(described.parameters.some((parameter) => parameter.name === name));
      }
    }
    const list = document.paths["/api/associations"]?.["get"]?.parameters ?? [];
    assert.deepEqual(
      list.map(({ name }) => name),
      ["filter", "offset", "limit", "sort", "order"],
    );
  });

  test("refuses what it cannot read in words", async () => {
    const { request } = await testDashboard({ places: ["test/captures/services"] });
    const cases: [string, number, RegExp][] = [
      ["/api/associations?limit=0", 400, /Cannot read limit/],
      ["/api/associations?sort=luck", 400, /Cannot read sort/],
      ["/api/associations?filter=~nothing", 400, /there is no operator ~nothing/],
      ["/api/associations/nothing.dcap/1", 404, /There is no association/],
      ["/api/associations/study_1.dcap/x", 404, /There is no association/],
      ["/api/associations/study_1.dcap/3/messages/999", 404, /no such message/],
      ["/api/associations/study_1.dcap/3/messages/-1", 404, /no such message/],
      ["/api/associations/study_1.dcap/3/pdus/999", 404, /no such PDU/],
      ["/api/associations/study_1.dcap/1/messages/0/image", 415, /no Rows and Columns/],
      ["/api/associations/..%2f..%2fetc%2fpasswd/1", 404, /There is no association/],
      ["/api/download", 400, /Name associations/],
      ["/api/download?key=nothing/1", 404, /There is no association/],
      ["/api/nothing", 404, /There is nothing here/],
      ["/api/commands?key=study_1.dcap/1&message=99", 404, /No such message/],
    ];
    for (const [path, status, words] of cases) {
      const response = await request(path);
      const { error } = (await response.json()) as { error: string };
      assert.equal(response.status, status, `${path}: ${error}`);
      assert.match(error, words, path);
    }
    const body = "x".repeat(70_000);
    const headers = { "content-type": "application/json" };
    const post = (text: string, given = headers) =>
      request("/api/notes", { method: "POST", body: text, headers: given });
    const untyped = await post("{}", { "content-type": "text/plain" });
    assert.equal(untyped.status, 415);
    assert.match(await untyped.text(), /application\/json/);
    const nothing = await post('{"key":"study_1.dcap/3","remove":"nothing"}');
    assert.equal(nothing.status, 404);
    assert.equal((await request("/api/notes", { method: "POST", body, headers })).status, 413);
    assert.equal((await request("/api/notes", { method: "POST", body: "{", headers })).status, 400);
    assert.equal((await request("/nothing", { headers: { accept: "text/html" } })).status, 404);
    console.log(`refused in words: ${cases.length + 5} of ${cases.length + 5}`);
  });
});
