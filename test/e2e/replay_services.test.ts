/**
 * Services with a state, replayed: a film that is printed, and a modality's day of worklist, procedure
 * step, images and commitment, with instances that no recording knows.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { DataSet } from "../../src/dataset/data_set.ts";
import { dataSetFromJson, openAssociation, serveAssociations } from "../../src/mod.ts";
import {
  COMMITMENT,
  CT,
  image,
  MPPS,
  makeImages,
  printConfiguration,
  succeed,
} from "../meaning/service_world.ts";
import { startDcmprscp } from "../support/dcmtk_print_server.ts";
import { NO_DELAY } from "../support/dcmtk_servers.ts";
import { ask } from "../support/dimse_peer.ts";
import { partner } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import { capturesIn, startProxy, stopProcess } from "./dicomtap.ts";
import { differencesOf, replayScu, startReplayScp } from "./replay_partners.ts";

const runtime = ownRuntime();
const dcmtk = partner("dcmprscp", "dcmtk");

describe.skipIf(dcmtk === undefined)(`Services replayed on ${runtime.name}`, () => {
  test("X-02 dcmprscu prints on a recording of dcmprscp as it did on dcmprscp", async () => {
    await inScope(async (scope) => {
      const printer = await startDcmprscp(scope);
      const proxy = await startProxy(scope, { runtime, to: printer.port });
      const expected = await print(scope, proxy.port);
      await stopProcess(proxy.process);
      const captures = capturesIn(proxy.folder);
      const scp = await startReplayScp(scope, { runtime, captures });
      for (let round = 0; round < 2; round++)
        assert.deepEqual(await print(scope, scp.port), expected);
      const requests = scp.requests();
      assert.deepEqual(
        requests.filter(({ matched }) => !matched),
        [],
      );

      const fresh = await startDcmprscp(scope);
      // dcmprscp puts the time into the label that it makes
      const args = ["--ignore", "FilmSessionLabel"];
      const run = await replayScu(scope, { runtime, captures, to: fresh.port, args });
      assert.deepEqual(differencesOf(run), []);
      assert.equal(run.code, 0, run.stderr);
      console.log(
        `X-02: dcmprscu printed twice on the recording, ${requests.length} requests; X-01: ${run.summary.same} of ${run.summary.exchanges} exchanges the same on dcmprscp`,
      );
    });
  });

  test("X-02 a modality's day against a recording, with other instances, reported to it", async () => {
    await inScope(async (scope) => {
      let heard: (report: DataSet | undefined) => void = () => undefined;
      const reported = new Promise<DataSet | undefined>((resolve) => {
        heard = resolve;
      });
      const modality = await serveAssociations({
        host: "127.0.0.1",
        port: 0,
        supported: [{ abstractSyntax: COMMITMENT, transferSyntaxes: PLAIN, roles: BOTH }],
        perform: {
          async *"N-EVENT-REPORT"(request) {
            heard(await request.read());
            yield { status: 0 };
          },
        },
      });
      scope.defer(() => modality.close());
      const folder = join(ROOT, "test/captures/services");
      const captures = readdirSync(folder)
        .filter((name) => name.startsWith("study"))
        .map((name) => join(folder, name));
      const args = ["--event-dest", `MODALITY=127.0.0.1:${modality.port}`];
      const scp = await startReplayScp(scope, { runtime, captures, args });
      const peer = ["127.0.0.1", String(scp.port)];

      const worklist = await scope.run([
        ..."findscu -v -W -aet MODALITY -aec WORKLIST".split(" "),
        ...peer,
        ...["PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID"].flatMap(key),
        ...key("0040,0100[0].Modality=CT"),
        ...key("0040,0100[0].ScheduledProcedureStepStartDate=20260201"),
      ]);
      assert.equal(worklist.code, 0, worklist.stderr);
      assert.match(worklist.stdout + worklist.stderr, /Synthetic\^Patient/);

      const step = { sopClass: MPPS, instance: "2.25.77001" };
      const toRis = { port: scp.port, calling: "MODALITY", called: "RIS" };
      const begins = { PerformedProcedureStepStatus: "IN PROGRESS", Modality: "CT" };
      const ends = { PerformedProcedureStepStatus: "COMPLETED" };
      const steps = [
        ...(await ask([{ ...step, command: "N-CREATE", data: begins }], toRis)),
        ...(await ask([{ ...step, command: "N-SET", data: ends }], toRis)),
        ...(await ask([{ ...step, command: "N-SET", data: ends }], toRis)),
      ];
      assert.deepEqual(steps, [0x0000, 0x0000, 0x0110]); // a step that ended takes no more (F.7.2.2.2)

      const files = await makeImages(scope, [4, 5]);
      await succeed(scope, ["storescu", "-aet", "MODALITY", "-aec", "ORTHANC", ...peer, ...files]);
      const user = await openAssociation({
        ...{ host: "127.0.0.1", port: scp.port, contexts: ["StorageCommitmentPushModel"] },
        ...{ callingAeTitle: "MODALITY", calledAeTitle: "ORTHANC" },
      });
      const referenced = [image(4), image(5)].map((uid) => ({
        ReferencedSOPClassUID: CT,
        ReferencedSOPInstanceUID: uid,
      }));
      const { status } = await user
        .invoke({
          ...{ operation: "N-ACTION", sopClass: "StorageCommitmentPushModel", actionTypeId: 1 },
          sopInstanceUid: "1.2.840.10008.1.20.1.1",
          dataSet: dataSetFromJson({
            TransactionUID: "2.25.77002",
            ReferencedSOPSequence: referenced,
          }),
        })
        .final();
      assert.equal(status, 0);
      await user.release();
      const report = await reported;
      assert.equal(report?.text("TransactionUID"), "2.25.77002");
      const told = ["ReferencedSOPSequence", "FailedSOPSequence"].flatMap((keyword) =>
        (report?.items(keyword) ?? []).map((item) => item.text("ReferencedSOPInstanceUID")),
      );
      assert.deepEqual(told.sort(), [image(4), image(5)]); // none of the recorded ones
      assert.deepEqual(
        scp.requests().filter(({ matched }) => !matched),
        [],
      );
      console.log(
        `X-02: ${scp.requests().length} requests of a modality's day, 0 without an answer`,
      );
    });
  });
});

const PLAIN = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"];
const BOTH = { scu: true, scp: true };

function key(text: string): string[] {
  return ["-k", text];
}

/** What dcmprscu says, but for what is new each time. */
async function print(scope: Scope, port: number): Promise<readonly (string | number | null)[]> {
  const { folder, config } = await printConfiguration(scope, port);
  const [file = ""] = await makeImages(scope, [1]);
  const run = { cwd: folder, env: NO_DELAY };
  await succeed(scope, ["dcmpsprt", "-c", config, "-p", "PRINTER", file], run);
  const database = join(folder, "database");
  const stored = readdirSync(database).filter((name) => name.startsWith("SP_"));
  const { code, stdout, stderr } = await scope.run(
    [
      ..."dcmprscu -v --copies 2 --medium-type PAPER --priority HIGH -p PRINTER -c".split(" "),
      config,
      ...stored.map((name) => join(database, name)),
    ],
    run,
  );
  const said = `${stdout}${stderr}`.split("\n");
  return [code, ...said.filter((line) => !/SP_|\/tmp\/| {2}port {2}/.test(line))];
}
