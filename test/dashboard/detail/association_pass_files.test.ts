import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import { verifyCapture } from "../../../src/capture/verify.ts";
import { jsonLines } from "../../../src/cli/show_association.ts";
import type {
  AssociationDetailJson,
  MessagesJson,
  PduDetailJson,
  PdusJson,
  StoriesJson,
} from "../../../src/dashboard/api_types.ts";
import { summaryOf } from "../../../src/dashboard/library/entry.ts";
import { StepStates } from "../../../src/meaning/step_states.ts";
import type { MessageJson } from "../../../src/observe/summary.ts";
import { captureOfScripts } from "../../support/capture_of_scripts.ts";
import { type TestDashboard, testDashboard } from "../../support/dashboard.ts";
import { checkFields } from "../../support/pdu_fields.ts";
import { inScope } from "../../support/process.ts";
import { exchange, scriptOn } from "../../support/service_scripts.ts";
import { storedCapture } from "../../support/stored_capture.ts";

const COMMITMENT = "1.2.840.10008.1.20.1";

const PLACES = ["test/captures/services", "test/captures/v1"];

function addressOf(key: string): string {
  const slash = key.lastIndexOf("/");
  return `/api/associations/${encodeURIComponent(key.slice(0, slash))}/${key.slice(slash + 1)}`;
}

function keysOf({ state }: TestDashboard): string[] {
  return state.list.newestFirst().map(({ key }) => key);
}

describe("The API of one association", () => {
  test("gives the messages that show --json -v gives", async () => {
    const dashboard = await testDashboard({ places: PLACES });
    let compared = 0;
    for (const key of keysOf(dashboard)) {
      const ask = () => dashboard.json<MessagesJson>(`${addressOf(key)}/messages?limit=2000`);
      let answer = await ask();
      while (!answer.complete) answer = await ask();
      const { total, messages } = answer;
      assert.equal(total, messages.length);
      const shown = await shownMessages(dashboard, key);
      const plain = messages.map(
        ({ findings: _f, first_pdu: _a, last_pdu: _b, image: _i, reported: _r, ...rest }) => rest,
      );
      assert.deepEqual(plain, shown, key);
      compared += total;
    }
    assert.ok(compared > 50);
    console.log(`messages: ${compared} as show has them`);
  });

  test("gives every octet of the PDUs, and fields that lie inside of one another", async () => {
    const dashboard = await testDashboard({ places: PLACES });
    let pdus = 0;
    let fields = 0;
    for (const key of keysOf(dashboard)) {
      const list = await dashboard.json<PdusJson>(`${addressOf(key)}/pdus?limit=2000`);
      const streams = await streamsOf(dashboard, key);
      for (const row of list.pdus.slice(0, 40)) {
        const detail = await dashboard.json<PduDetailJson>(
          `${addressOf(key)}/pdus/${row.index}?show_phi=1`,
        );
        pdus += 1;
        fields += checkFields(detail.fields, { from: 0, to: row.length });
        assert.equal(detail.hex.length / 2 + detail.more, row.length, `${key} ${row.index}`);
        const stream = streams[row.sender];
        if (detail.hidden.length > 0 || stream === undefined) continue;
        const octets = stream.subarray(row.offset, row.offset + detail.hex.length / 2);
        assert.equal(detail.hex, Buffer.from(octets).toString("hex"), `${key} ${row.index}`);
      }
    }
    assert.ok(pdus > 100);
    console.log(`PDUs: ${pdus} with ${fields} fields, each in its place`);
  });

  test("hides data sets in PDUs unless they are asked for", async () => {
    const dashboard = await testDashboard({ places: PLACES });
    const pdu = await dashboard.json<PduDetailJson>("/api/associations/study_1.dcap/3/pdus/3");
    const [range] = pdu.hidden;
    assert.match(range?.why ?? "", /patient data/);
    assert.equal(pdu.hex.slice(24), "??".repeat(range?.length ?? 0));
    assert.ok(!JSON.stringify(pdu.fields).includes("49 53 4f"), "ISO_IR of the first element");
  });

  test("gives data sets as DICOM files, octet for octet", async () => {
    const dashboard = await testDashboard({ places: PLACES });
    const base = "/api/associations/study_1.dcap/3/messages";
    const { messages } = await dashboard.json<MessagesJson>(base);
    let compared = 0;
    for (const { index, data_set } of messages) {
      if (data_set === null) continue;
      const response = await dashboard.request(`${base}/${index}/part10`);
      assert.equal(response.headers.get("content-type"), "application/dicom");
      const file = new Uint8Array(await response.arrayBuffer());
      assert.equal(Buffer.from(file.subarray(128, 132)).toString(), "DICM");
      const octets = file.subarray(file.length - data_set.length);
      assert.equal(createHash("sha256").update(octets).digest("hex"), data_set.sha256);
      compared += 1;
    }
    assert.equal(compared, 3);
  });

  test("says of a report of failures that it is one, and of its response that it was received", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const report = (event: number) =>
        scriptOn(COMMITMENT, {
          steps: exchange("N-EVENT-REPORT", {
            id: 1,
            sopClass: COMMITMENT,
            instance: "1.2.840.10008.1.20.1.1",
            type: event,
            data: { TransactionUID: "1.2.9" },
            by: "acceptor",
          }),
        });
      const capture = captureOfScripts([report(1), report(2)]);
      writeFileSync(join(folder, "reports.dcap"), capture);
      const dashboard = await testDashboard({ places: [folder] });
      const reported: unknown[] = [];
      for (const id of [1, 2]) {
        const path = `/api/associations/reports.dcap/${id}/messages`;
        const { messages } = await dashboard.json<MessagesJson>(path);
        assert.deepEqual(
          messages.map(({ status }) => status),
          [null, 0],
        );
        reported.push(messages.map((message) => message.reported));
      }
      assert.deepEqual(reported, [
        [undefined, undefined],
        ["failure", "failure"],
      ]);
      const { stories } = await dashboard.json<StoriesJson>("/api/stories");
      assert.deepEqual(
        stories.flatMap(({ lines }) => lines.map((line) => line.reported)),
        [undefined, "failure"],
      );
    });
  });

  test("finds a message late in a long association, over many blocks", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const stored = [1, 2, 3, 4].map((seed) => ({
        dataSet: Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * seed + (i >> 8)) & 0xff),
        transferSyntax: "1.2.840.10008.1.2",
      }));
      writeFileSync(join(folder, "long.dcap"), storedCapture(stored));
      const dashboard = await testDashboard({ places: [folder] });
      for (const at of [3, 0, 2]) {
        const path = `/api/associations/long.dcap/1/messages/${2 * at}/part10`;
        const response = await dashboard.request(path);
        const file = new Uint8Array(await response.arrayBuffer());
        const octets = file.subarray(file.length - 1_000_000);
        assert.ok(Buffer.from(octets).equals(stored[at]?.dataSet ?? Buffer.alloc(0)), `${at}`);
      }
      const list = await dashboard.json<PdusJson>("/api/associations/long.dcap/1/pdus?limit=2000");
      const last = list.pdus.findLast(({ messages }) => messages.includes(6));
      assert.ok(last !== undefined && last.offset > 3_000_000);
      const pdu = await dashboard.json<PduDetailJson>(
        `/api/associations/long.dcap/1/pdus/${last.index}?show_phi=1`,
      );
      assert.equal(pdu.hex.length / 2, last.length);
      const tail = Buffer.from(stored[3]?.dataSet.subarray(-100) ?? []).toString("hex");
      assert.ok(pdu.hex.endsWith(tail));
    });
  });

  test("gives a capture of a selection that is sound and says the same", async () => {
    await inScope(async (scope) => {
      const dashboard = await testDashboard({ places: PLACES });
      const keys = keysOf(dashboard).filter((key) => !key.startsWith("small"));
      const query = keys.map((key) => `key=${encodeURIComponent(key)}`).join("&");
      const response = await dashboard.request(`/api/download?${query}`);
      assert.equal(response.status, 200);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const { sound, captures } = verifyCapture(new MemorySource(bytes));
      assert.ok(sound);
      assert.equal(captures[0]?.index, "sound");
      const folder = scope.tempDir();
      writeFileSync(join(folder, "selection.dcap"), bytes);
      const again = await testDashboard({ places: [folder] });
      assert.equal(again.state.list.size, keys.length);
      const inOrder = keys
        .flatMap((key) => dashboard.state.list.get(key) ?? [])
        .sort((a, b) => a.started - b.started || a.id - b.id);
      let compared = 0;
      for (const entry of again.state.list.newestFirst()) {
        const source = inOrder[entry.id - 1];
        assert.ok(source !== undefined);
        const { id: _id, capture: _capture, ...summary } = summaryOf(entry);
        const { id: _i, capture: _c, ...original } = summaryOf(source);
        assert.deepEqual({ ...summary }, { ...original }, source.key);
        compared += 1;
      }
      console.log(`download: ${compared} associations say the same in the new capture`);
    });
  });

  test("says what became of it and what belongs to it", async () => {
    const dashboard = await testDashboard({ places: PLACES });
    const ask = () => dashboard.json<AssociationDetailJson>("/api/associations/study_1.dcap/3");
    let detail = await ask();
    // what is linked is looked for so long and no longer, and more is found the next time
    for (let i = 0; i < 20 && detail.linked.length < 4; i++) detail = await ask();
    assert.equal(detail.verdict.level, "good");
    assert.match(detail.verdict.headline, /^Stored 3 CT images in /);
    const linked = detail.linked.map(({ key }) => key);
    for (const key of ["study_1.dcap/1", "study_1.dcap/2", "study_1.dcap/4", "study_2.dcap/1"]) {
      assert.ok(linked.includes(key), `${key} of ${linked.join(" ")}`);
    }
    assert.equal(detail.previous, "study_1.dcap/2");
    assert.equal(detail.next, "study_1.dcap/4");
  });
});

async function shownMessages({ state }: TestDashboard, key: string): Promise<MessageJson[]> {
  const opened = await state.open(key);
  assert.ok(opened !== undefined);
  const { entry, found, reader } = opened;
  const options = { reader, verbose: 1, "show-phi": false, states: new StepStates() };
  const lines = [...jsonLines({ ...found, summary: summaryOf(entry) }, options)];
  opened.close();
  return JSON.parse(JSON.stringify(lines.filter((line) => line.kind === "message")));
}

/** The octets of both AEs; undefined for one of which octets are missing. */
async function streamsOf({ state }: TestDashboard, key: string) {
  const opened = await state.open(key);
  assert.ok(opened !== undefined);
  const parts: Record<"requestor" | "acceptor", Uint8Array[] | undefined> = {
    requestor: [],
    acceptor: [],
  };
  for (const record of opened.reader.records(opened.found)) {
    if (record.kind === "data") parts[record.sender]?.push(record.bytes);
    if (record.kind === "gap" || record.kind === "cut") parts[record.sender] = undefined;
  }
  opened.close();
  return {
    requestor: parts.requestor && new Uint8Array(Buffer.concat(parts.requestor)),
    acceptor: parts.acceptor && new Uint8Array(Buffer.concat(parts.acceptor)),
  };
}
