import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { RedactedWay } from "../../../replay/record/redacted_way.ts";
import { ReplayRecorder } from "../../../replay/record/replay_recorder.ts";
import { openRecordings } from "../../../replay/source/recordings.ts";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import type { CaptureRecord } from "../../../src/capture/record.ts";
import { verifyCapture } from "../../../src/capture/verify.ts";
import { dataSetFromJson, openAssociation, serveAssociations } from "../../../src/mod.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import type { UserInformationSubItem } from "../../../src/ul/pdu.ts";
import { concat, readAll } from "../../support/captures.ts";
import { requestOf, streamOf } from "../../support/golden_exchanges.ts";
import { Scope } from "../../support/process.ts";
import { faultyFileSystem } from "../../support/recorder_bench.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const SOURCE = { captureId: new Uint8Array(16).fill(7), id: 42 };
const scope = new Scope();
afterAll(() => scope.close());

/** Stores three images and releases; each side is recorded by its own recorder. */
async function exchange(scu: ReplayRecorder, scp: ReplayRecorder): Promise<void> {
  const server = await serveAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: [CT],
    tap: () => {
      const connection = scp.connection("acceptor");
      connection.link(SOURCE);
      return connection.tap;
    },
    perform: {
      async *"C-STORE"(request) {
        for await (const _ of request.dataSet ?? []);
        yield { status: 0 };
      },
    },
  });
  const { tap } = scu.connection("requestor", SOURCE);
  const user = await openAssociation({
    host: "127.0.0.1",
    port: server.port,
    contexts: [CT],
    tap,
  });
  for (let number = 1; number <= 3; number++) {
    const dataSet = dataSetFromJson({
      SOPInstanceUID: `2.25.${number}`,
      PatientName: "Syn^Thetic",
    });
    const { status } = await user
      .invoke({ operation: "C-STORE", sopClass: CT, sopInstanceUid: `2.25.${number}`, dataSet })
      .final();
    assert.equal(status, 0);
  }
  await user.release();
  await server.drained();
  await server.close();
}

function recorder(options: Partial<ConstructorParameters<typeof ReplayRecorder>[0]> = {}) {
  const reports: string[] = [];
  const made = new ReplayRecorder({
    directory: join(scope.tempDir(), "captures"),
    sources: [SOURCE.captureId],
    report: (text) => reports.push(text),
    ...options,
  });
  scope.defer(() => made.close());
  return { made, reports };
}

function recordsIn(path: string): CaptureRecord[] {
  return readAll(readFileSync(path)).flatMap((item) =>
    item.item === "record" ? [item.record] : [],
  );
}

describe("ReplayRecorder", () => {
  test("records what both sides saw, linked to the source, and closes with an index", async () => {
    const [scu, scp] = [recorder(), recorder()];
    await exchange(scu.made, scp.made);
    await Promise.all([scu.made.close(), scp.made.close()]);
    const seen = [scu, scp].map(({ made, reports }) => {
      assert.deepEqual(reports, []);
      assert.equal(statSync(made.path).mode & 0o777, 0o600);
      assert.equal(statSync(join(made.path, "..")).mode & 0o777, 0o700);
      const [capture] = verifyCapture(new MemorySource(readFileSync(made.path))).captures;
      assert.deepEqual([capture?.index, capture?.closed, capture?.gaps], ["sound", true, 0]);
      assert.deepEqual(capture?.header?.["replay_of"], [
        { capture_id: Buffer.from(SOURCE.captureId) },
      ]);
      using recordings = openRecordings([made.path]);
      const [association] = recordings.associations();
      assert.ok(association !== undefined);
      assert.deepEqual(association.problems, []);
      assert.deepEqual(association.end.how, "released");
      assert.equal(association.summary.messages, 6);
      return association.messages.map(({ sender, command, values, dataSet }) => [
        ...[sender, command, values],
        dataSet?.read().text("PatientName"),
      ]);
    });
    assert.equal(seen[0]?.length, 6);
    assert.deepEqual(seen[0], seen[1]);
  });

  test("says in the capture which recorded association was played", async () => {
    const [scu, scp] = [recorder(), recorder()];
    await exchange(scu.made, scp.made);
    for (const { made } of [scu, scp]) await made.close();
    const link = { capture_id: Buffer.from(SOURCE.captureId), association: 42 };
    const open = recordsIn(scu.made.path).find((record) => record.kind === "open");
    assert.deepEqual(open?.facts["replay_of"], link);
    const note = recordsIn(scp.made.path).find((record) => record.kind === "note");
    assert.deepEqual(note?.facts, { association: 1, replay_of: link });
  });

  test("P-06 keeps the secrets of a user identity out of the capture, however they come", () => {
    const secret = "correct horse battery staple";
    const item: UserInformationSubItem = {
      ...{ item: "user identity RQ", userIdentityType: 2, positiveResponseRequested: 1 },
      primaryField: Buffer.from("somebody"),
      secondaryField: Buffer.from(secret),
    };
    const pdu = encodePdu(requestOf([item]));
    const behind = streamOf([{ type: "A-RELEASE-RQ" }]);
    const whole = concat(pdu, behind);
    for (const size of [1, 7, 100, whole.length]) {
      const way = new RedactedWay();
      const written: Uint8Array[] = [];
      for (let at = 0; at < whole.length; at += size) {
        written.push(...way.push(whole.subarray(at, at + size)).map((part) => part.slice()));
      }
      written.push(...way.end());
      const text = Buffer.concat(written).toString("latin1");
      assert.equal(text.length, whole.length);
      assert.ok(text.includes("somebody") && !text.includes("horse"));
      assert.ok(text.endsWith(Buffer.from(behind).toString("latin1")));
    }
    // cut off inside it, and what is no A-ASSOCIATE PDU at all
    const cut = new RedactedWay();
    const parts = [...cut.push(pdu.subarray(0, pdu.length - 10)), ...cut.end()];
    assert.ok(!Buffer.concat(parts).includes("horse"));
    const other = new RedactedWay();
    assert.deepEqual(concat(...other.push(behind)), behind);
    const long = new Uint8Array(3 * 2 ** 20).fill(1);
    assert.equal(concat(...new RedactedWay().push(long)).length, long.length);
  });

  test("lets the replay go on when the disk is full, says so once, and leaves a readable file", async () => {
    let writes = 0;
    const fileSystem = faultyFileSystem((operation) =>
      operation === "write" && ++writes > 1 ? "ENOSPC" : undefined,
    );
    const [scu, scp] = [recorder({ fileSystem }), recorder()];
    await exchange(scu.made, scp.made);
    await scu.made.close();
    // At the end, or at a flush before it: then what passed behind that is told in the end, too.
    const [full = "", ...missed] = scu.reports;
    assert.match(full, /goes on without being recorded: .* the disk is full/);
    assert.ok(missed.length <= 1, scu.reports.join());
    for (const text of missed) assert.match(text, /^\d+ octets of the replay are in no capture$/);
    assert.equal(verifyCapture(new MemorySource(readFileSync(scu.made.path))).sound, true);
  });

  test("takes a name of its own where another recording began in the same second", async () => {
    const directory = join(scope.tempDir(), "captures");
    const made = [1, 2, 3].map(() => recorder({ directory }).made);
    assert.equal(new Set(made.map(({ path }) => path)).size, 3);
    for (const one of made) await one.close();
    assert.equal(readdirSync(directory).length, 3);
  });

  test("refuses a directory that is none, in words", () => {
    const directory = join(scope.tempDir(), "captures");
    const { made } = recorder({ directory });
    assert.throws(() => recorder({ directory: made.path }), /it is no directory/);
  });
});
