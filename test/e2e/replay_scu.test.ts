/**
 * Recorded sessions of DCMTK's SCUs, played by `replay scu` against fresh servers of the same kind:
 * they answer as they did, and they hold afterwards what they held then.
 */
import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { readPart10 } from "../../src/dataset/part10.ts";
import {
  type DatasetFiles,
  FIRST_IMAGE_UID,
  FIRST_SERIES_UID,
  makeDatasetFiles,
  STUDY_UIDS,
} from "../support/dataset_files.ts";
import { NO_DELAY, type ReceivedFile, startStorescp } from "../support/dcmtk_servers.ts";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";
import { capturesIn, dicomtap, show, startProxy, stopProcess } from "./dicomtap.ts";
import { differencesOf, recordScenarios, replayScu } from "./replay_partners.ts";
import { ANSWERING, hasDcmtk, isAbsent, orthanc } from "./scenario_partners.ts";
import { startStage } from "./scenario_run.ts";
import type { PartnerName } from "./scenarios.ts";

const runtime = ownRuntime();

for (const name of ANSWERING) {
  describe.skipIf(isAbsent(name))(`replay scu on ${runtime.name} and ${name}`, () => {
    test("X-01: the same answers, the same files", async () => {
      await inScope((scope) => playAll(scope, name));
    });
  });
}

async function playAll(scope: Scope, name: PartnerName): Promise<void> {
  const files = await makeDatasetFiles(scope);
  const { captures, results } = await recordScenarios(scope, {
    ...{ runtime, name, files, orthanc: orthanc ?? "", withDestination: false },
  });
  const stored = [...results.values()].flatMap(({ atPartner }) => atPartner);
  const moved = [...results.values()].flatMap(({ atDestination }) => atDestination);
  const stage = await startStage(scope, name, { files, orthanc: orthanc ?? "" });
  const to = stage.partner.port;
  const folder = scope.tempDir();
  const run = await replayScu(scope, { runtime, captures, to, args: ["--record", folder] });
  assert.deepEqual(differencesOf(run), []);
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(held(await stage.partner.received()), held(stored));
  assert.deepEqual(held((await stage.destination?.received()) ?? []), held(moved));
  const sent = await messagesOf(scope, captures);
  assert.deepEqual(await messagesOf(scope, capturesIn(folder)), sent);
  const differing = await dicomtap(scope, runtime, ["diff", ...captures, folder]);
  assert.equal(differing.code, 0, differing.stdout);
  const { associations, exchanges, same } = run.summary;
  console.log(
    `X-01: ${associations} associations, ${exchanges} exchanges, ${same} the same, ${sent.length} messages of the SCU equal, ${stored.length} files stored, ${moved.length} moved (${name})`,
  );
}

describe.skipIf(!hasDcmtk)(`replay scu --uids new on ${runtime.name}`, () => {
  test("X-01: twice in a row makes twice the studies, references intact", async () => {
    await inScope(async (scope) => {
      const files = await makeDatasetFiles(scope);
      const images = [...files.study, await makeReferring(scope, files)];
      const captures = await recordStore(scope, images);
      const folder = scope.tempDir();
      const port = await freePort();
      const storescp = ["storescp", "-od", folder, String(port)];
      await scope.start(storescp, { env: NO_DELAY }).listens(port);
      for (const seed of ["first", "second"]) {
        const args = ["--uids", "new", "--seed", seed];
        const run = await replayScu(scope, { runtime, captures, to: port, args });
        assert.deepEqual(differencesOf(run), []);
      }
      const got = readdirSync(folder).map((name) => readPart10(readFileSync(join(folder, name))));
      const instances = new Set(got.map(({ dataSet }) => dataSet.text("SOPInstanceUID")));
      assert.equal(instances.size, 2 * images.length);
      const count = (keyword: string) =>
        new Set(got.map(({ dataSet }) => dataSet.text(keyword))).size;
      assert.deepEqual([count("StudyInstanceUID"), count("SeriesInstanceUID")], [2 * 2, 2 * 5]);
      let references = 0;
      for (const { meta, dataSet } of got) {
        assert.equal(meta.text("MediaStorageSOPInstanceUID"), dataSet.text("SOPInstanceUID"));
        assert.ok(!STUDY_UIDS.some((uid) => uid === dataSet.text("StudyInstanceUID")));
        assert.equal(dataSet.text("SOPClassUID"), "1.2.840.10008.5.1.4.1.1.7");
        for (const [series] of [dataSet.items("ReferencedSeriesSequence")]) {
          const image = series?.items("ReferencedImageSequence")[0];
          if (image === undefined) continue;
          assert.ok(instances.has(image.text("ReferencedSOPInstanceUID")));
          const of = got.find(
            (one) => one.dataSet.text("SOPInstanceUID") === image.text("ReferencedSOPInstanceUID"),
          );
          assert.equal(of?.dataSet.text("SeriesInstanceUID"), series?.text("SeriesInstanceUID"));
          assert.equal(of?.dataSet.text("StudyInstanceUID"), dataSet.text("StudyInstanceUID"));
          references += 1;
        }
      }
      assert.equal(references, 2);
      console.log(
        `X-01: --uids new twice: ${instances.size} instances, ${count("StudyInstanceUID")} studies, ${references} references intact`,
      );
    });
  });
});

async function recordStore(scope: Scope, images: readonly string[]): Promise<readonly string[]> {
  return inScope(async (own) => {
    const stage = await startStorescp(own);
    const folder = scope.tempDir();
    const proxy = await startProxy(own, { runtime, to: stage.port, folder });
    const command = ["storescu", "-xe", "127.0.0.1", String(proxy.port), ...images];
    const { code, stderr } = await own.run(command, { env: NO_DELAY });
    assert.equal(code, 0, stderr);
    await stopProcess(proxy.process);
    return capturesIn(folder);
  });
}

/** An image of the first study that refers to another one, two levels of sequences down. */
async function makeReferring(scope: Scope, files: DatasetFiles): Promise<string> {
  const path = join(files.folder, "referring.dcm");
  const reference = `(0008,1115)[0].(0008,1140)[0]`;
  copyFileSync(files.study[1] ?? "", path);
  const changes = [
    ["(0008,0018)", "2.25.31179999"],
    ["(0008,1115)[0].(0020,000e)", FIRST_SERIES_UID],
    [`${reference}.(0008,1150)`, "1.2.840.10008.5.1.4.1.1.7"],
    [`${reference}.(0008,1155)`, FIRST_IMAGE_UID],
  ].flatMap(([tag, value]) => ["-i", `${tag}=${value}`]);
  const { code, stderr } = await scope.run(["dcmodify", "-nb", ...changes, path]);
  assert.equal(code, 0, stderr);
  return path;
}

/** By name what a partner holds in the end; where names mean nothing, every data set once. */
function held(files: readonly ReceivedFile[]): [string, string][] {
  return [
    ...new Map(files.map(({ name, sha256 }) => [name === "" ? sha256 : name, sha256])),
  ].sort();
}

/** What the SCU said, as it passed, but for Message IDs. */
async function messagesOf(scope: Scope, captures: readonly string[]): Promise<object[]> {
  const shown = await show(scope, runtime, captures);
  return shown.flatMap(({ association, messages }) =>
    messages
      .filter(({ sender }) => sender === "requestor")
      .map(({ command_set, data_set, context_id }) => ({
        ...{ context_id, called: association.called_ae_title },
        ...{ ...command_set, MessageID: 0, MessageIDBeingRespondedTo: 0 },
        ...{ syntax: data_set?.transfer_syntax, sha256: data_set?.sha256 },
      })),
  );
}
