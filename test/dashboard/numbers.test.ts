import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type {
  AssociationDetailJson,
  AssociationsJson,
  FilterJson,
  NotesJson,
  NumbersJson,
  StoriesJson,
} from "../../src/dashboard/api_types.ts";
import { NOTES_FILE } from "../../src/dashboard/notes.ts";
import { associationJson, testDashboard } from "../support/dashboard.ts";
import { partner } from "../support/partner.ts";
import { inScope } from "../support/process.ts";

const promtool = partner("promtool", "prometheus");
const SERVICES = { places: ["test/captures/services"] };

describe("/api/numbers", () => {
  test("adds up to what the list says", async () => {
    const { json } = await testDashboard(SERVICES);
    const { total, associations } = await json<AssociationsJson>("/api/associations?limit=1000");
    let numbers = await json<NumbersJson>("/api/numbers");
    // one question takes so long and no longer; the next one goes on from there
    while (numbers.looked_into < total) numbers = await json<NumbersJson>("/api/numbers");
    assert.equal(numbers.associations, total);
    const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
    const buckets = numbers.over_time;
    assert.equal(sum(buckets.map((bucket) => bucket.associations)), total);
    for (const side of ["requestor", "acceptor"] as const) {
      const bytes = sum(associations.map((one) => one.bytes[side]));
      assert.equal(numbers.bytes[side], bytes);
      assert.equal(sum(buckets.map((bucket) => bucket.bytes[side])), bytes);
    }
    assert.ok(buckets.length <= 61);
    assert.equal(sum(numbers.latency.map(({ exchanges }) => exchanges)), numbers.exchanges);
    for (const { p50_ms, p95_ms, p99_ms, max_ms } of numbers.latency) {
      assert.ok(p50_ms <= p95_ms && p95_ms <= p99_ms && p99_ms <= max_ms);
    }
    const times = numbers.slowest.map(({ ms }) => ms ?? -1);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    assert.ok(numbers.statuses.some(({ status }) => status === "0000"));
    const stores = await json<NumbersJson>("/api/numbers?filter=~m%20C-STORE");
    assert.ok(stores.associations < total && stores.associations > 0);
  });

  test("names the AE that invoked first: in a C-GET it is the acceptor that stores", async () => {
    const { json } = await testDashboard(SERVICES);
    const filter = encodeURIComponent("~calling VIEWER ~called QRSCP ~m C-GET");
    const { latency } = await json<NumbersJson>(`/api/numbers?filter=${filter}`);
    const told = latency.map(({ command, from, to }) => `${command} ${from} > ${to}`);
    assert.deepEqual(told.sort(), ["C-GET VIEWER > QRSCP", "C-STORE QRSCP > VIEWER"]);
  });

  test("counts rejections by reason and AE titles", async () => {
    const { state, json } = await testDashboard();
    const reject = { result: 1, source: 1, reason: 7 };
    for (const id of [1, 2, 3]) {
      state.setAssociation(associationJson(id, { outcome: "rejected", reject }));
    }
    const { rejects, outcomes } = await json<NumbersJson>("/api/numbers");
    assert.deepEqual(outcomes, { rejected: 3 });
    assert.equal(rejects.length, 1);
    assert.equal(rejects[0]?.count, 3);
    assert.match(rejects[0]?.words ?? "", /called AE title not recognized/);
  });
});

describe("/api/stories", () => {
  test("tells what belongs together, with the keys of its associations", async () => {
    const { json, state } = await testDashboard(SERVICES);
    let answer = await json<StoriesJson>("/api/stories");
    while (answer.looked_into < answer.associations) answer = await json("/api/stories");
    const { stories } = answer;
    const story = stories.find(({ study_instance_uids: uids }) => uids.includes("2.25.4001"));
    assert.ok(story !== undefined);
    assert.ok(story.associations >= 5);
    for (const { key } of story.lines) assert.ok(state.list.get(key) !== undefined, key);
  });
});

describe("/metrics", () => {
  test.skipIf(promtool === undefined)("O-11 is what promtool accepts", async () => {
    const { state, request } = await testDashboard({ ...SERVICES, proxy: true });
    const counters = { open: 1, opened: 7, queued: 512, files: 1, bytes: 100, lost: 12 };
    const health = { forwarding: true, recording: "paused", reason: "disk full", routes: [] };
    state.setHealth({ ...health, counters });
    const response = await request("/metrics");
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    for (const line of [
      "dicomtap_forwarding 1",
      'dicomtap_recording{state="paused"} 1',
      'dicomtap_recording{state="ok"} 0',
      "dicomtap_lost_bytes_total 12",
      "dicomtap_associations_total 7",
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
    const check = spawnSync(promtool ?? "", ["check", "metrics"], { input: text });
    assert.equal(check.status, 0, `${check.stdout}${check.stderr}`);
    console.log(`O-11: ${text.match(/^# TYPE/gm)?.length} metrics, promtool has nothing to say`);
  });

  test("P-05 has nothing from the wire", async () => {
    const { state, request } = await testDashboard();
    const canary = "CANARY-7";
    const { requestor } = associationJson(1);
    state.setAssociation(
      associationJson(1, {
        ...{ calling_ae_title: canary, called_ae_title: canary },
        requestor: { address: `${requestor.address}-${canary}` },
      }),
    );
    assert.ok(!(await (await request("/metrics")).text()).includes(canary));
  });
});

describe("/api/filter", () => {
  test("says where a filter is wrong and what it could be", async () => {
    const { json } = await testDashboard(SERVICES);
    const ask = (text: string) => json<FilterJson>(`/api/filter?text=${encodeURIComponent(text)}`);
    const wrong = await ask("~m C-STORE ~nothing");
    assert.equal(wrong.ok, false);
    assert.equal(wrong.error?.position, 11);
    assert.match(wrong.error?.hint ?? "", /Operators/);
    assert.equal((await ask("C-STORE & !~rj")).understood, "C-STORE !~rj");
    const inserts = async (text: string) => (await ask(text)).completions.map((one) => one.insert);
    assert.deepEqual(await inserts("~callin"), ["~calling "]);
    assert.deepEqual(await inserts("~m C-F"), ["C-FIND-RQ", "C-FIND-RSP"]);
    assert.ok((await inserts("~ae M")).includes("MODALITY"));
    assert.ok((await inserts("~tag PatientN")).includes("PatientName"));
    const { completions } = await ask("~rj | ~callin");
    assert.deepEqual([completions[0]?.from, completions[0]?.to], [6, 13]);
    assert.ok((await ask("")).operators.some(({ name }) => name === "~tag"));
  });
});

describe("/api/notes", () => {
  test("keeps notes and marks in a file that only its owner reads", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const golden = readFileSync("test/captures/services/study_1.dcap");
      writeFileSync(join(folder, "a.dcap"), golden);
      const { request, json } = await testDashboard({ places: [folder] });
      const post = async (body: object) => {
        const headers = { "content-type": "application/json" };
        const response = await request("/api/notes", {
          ...{ method: "POST", headers },
          body: JSON.stringify(body),
        });
        return { status: response.status, json: (await response.json()) as NotesJson };
      };
      const text = "<b>Ask the vendor</b> about \u0000 this";
      assert.equal((await post({ key: "a.dcap/3", text })).status, 200);
      const { json: noted } = await post({ key: "a.dcap/3", mark: "red" });
      assert.deepEqual(noted.marks, { "a.dcap/3": "red" });
      assert.equal((await post({ key: "a.dcap/99", text })).status, 404);
      assert.equal((await post({ key: "a.dcap/3", mark: "pink" })).status, 400);
      const row = await json<AssociationDetailJson>("/api/associations/a.dcap/3");
      assert.deepEqual([row.row.mark, row.row.notes, row.notes[0]?.text], ["red", 1, text]);
      const path = join(folder, NOTES_FILE);
      if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
      const again = await testDashboard({ places: [folder] });
      const kept = await again.json<NotesJson>("/api/notes");
      assert.deepEqual(kept, noted);
      const id = noted.notes[0]?.id ?? "";
      const removed = await post({ key: "a.dcap/3", remove: id });
      assert.deepEqual(removed.json.notes, []);
    });
  });

  test("leaves a file alone that it cannot read, and says so", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      writeFileSync(join(folder, NOTES_FILE), "not ours");
      const { state } = await testDashboard({ places: [folder] });
      state.notes.mark("x/1", "red");
      assert.equal(readFileSync(join(folder, NOTES_FILE), "utf8"), "not ours");
      assert.match(state.captures().problems.join(), /Notes are not kept/);
    });
  });
});
