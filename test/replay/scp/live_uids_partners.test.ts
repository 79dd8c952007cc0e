/**
 * A recorded PACS and a modality that makes new UIDs: DCMTK's storescu invents them, and findscu, getscu
 * and movescu are then told of the study under the UIDs that it was stored with.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import type { RequestEvent } from "../../../replay/events.ts";
import { replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import type { DataSet } from "../../../src/dataset/data_set.ts";
import { readPart10 } from "../../../src/dataset/part10.ts";
import { makeDatasetFiles, STUDY_UIDS } from "../../support/dataset_files.ts";
import {
  NO_DELAY,
  type Partner,
  startDcmqrscp,
  startStorescp,
} from "../../support/dcmtk_servers.ts";
import { partner } from "../../support/partner.ts";
import { Scope } from "../../support/process.ts";
import { beforeFirst } from "../../support/shared.ts";
import { recorded } from "./service/recording.ts";

const missing = ["dump2dcm", "storescu", "storescp", "findscu", "getscu", "movescu", "dcmqrscp"]
  .map((program) => partner(program, "dcmtk"))
  .includes(undefined);

const STUDY_UID = 0x0020000d;
const SERIES_UID = 0x0020000e;
const INSTANCE_UID = 0x00080018;

describe.skipIf(missing)("replayAsScp to a modality with new UIDs (DCMTK)", () => {
  const scope = new Scope();
  let captures: readonly string[];
  let recipient: Partner;
  let images: readonly string[];

  /** Three images of one series are stored, found on all levels, got and moved. */
  beforeFirst(async () => {
    images = (await makeDatasetFiles(scope)).study.slice(0, 3);
    recipient = await startStorescp(scope, { aeTitle: "RECIPIENT" });
    const destinations = { RECIPIENT: recipient.port };
    const pacs = await startDcmqrscp(scope, { files: [], destinations });
    captures = await recorded(pacs.port, {
      scope,
      work: async (port) => {
        const at = { port, aeTitle: pacs.aeTitle };
        await store(at, []);
        await asked(at);
      },
    });
    await recipient.received();
  });
  afterAll(() => scope.close());

  async function dcmtk(
    at: Pick<Partner, "port" | "aeTitle">,
    args: readonly string[],
  ): Promise<readonly DataSet[]> {
    const folder = scope.tempDir();
    const peer = ["-aec", at.aeTitle, "127.0.0.1", String(at.port)];
    const done = await scope.run([...args, ...peer], { env: NO_DELAY, cwd: folder });
    assert.equal(done.code, 0, done.stdout + done.stderr);
    return readdirSync(folder).map((name) => readPart10(readFileSync(join(folder, name))).dataSet);
  }

  const store = async (at: Pick<Partner, "port" | "aeTitle">, invented: readonly string[]) => {
    const peer = ["-aec", at.aeTitle, "127.0.0.1", String(at.port)];
    const command = ["storescu", ...invented, ...peer, ...images];
    const done = await scope.run(command, { env: NO_DELAY });
    assert.equal(done.code, 0, done.stderr);
  };

  const uids = (dataSets: readonly DataSet[], tag: number): readonly string[] =>
    [...new Set(dataSets.map((one) => one.text(tag) ?? ""))].sort();

  interface Told {
    readonly study: readonly string[];
    readonly series: readonly string[];
    readonly found: readonly string[];
    readonly got: readonly string[];
    readonly moved: readonly string[];
  }

  /** As a workstation goes on: by patient, then by what it was told. */
  async function asked(at: Pick<Partner, "port" | "aeTitle">, named?: string): Promise<Told> {
    const find = (level: string, keys: readonly string[]) => {
      const all = [`QueryRetrieveLevel=${level}`, ...keys].flatMap((key) => ["-k", key]);
      return dcmtk(at, ["findscu", "-X", "-S", ...all]);
    };
    const byPatient = await find("STUDY", ["PatientID=SYN-1", "StudyInstanceUID"]);
    const study = uids(byPatient, STUDY_UID);
    const inStudy = `StudyInstanceUID=${named ?? study[0]}`;
    const series = uids(await find("SERIES", [inStudy, "SeriesInstanceUID"]), SERIES_UID);
    const inSeries = [inStudy, `SeriesInstanceUID=${series[0]}`];
    const found = uids(await find("IMAGE", [...inSeries, "SOPInstanceUID"]), INSTANCE_UID);
    const retrieve = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", inStudy];
    const got = await dcmtk(at, ["getscu", ...retrieve]);
    await dcmtk(at, ["movescu", ...retrieve, "-aem", "RECIPIENT"]);
    const moved = (await recipient.received()).map(({ sha256 }) => sha256);
    assert.deepEqual(uids(got, STUDY_UID), [named ?? study[0]]);
    assert.deepEqual(uids(got, SERIES_UID), series);
    return { study, series, found, got: uids(got, INSTANCE_UID), moved };
  }

  test("queries and retrieves speak of what was stored, each copy of its own", async () => {
    const moveDestinations = { RECIPIENT: { port: recipient.port } };
    const stores: RequestEvent[] = [];
    await using replay = await replayAsScp({
      captures,
      archive: true, // what C-MOVE sends: the recorded sub-operations went past the recorder
      moveDestinations,
      speed: Number.POSITIVE_INFINITY,
      onEvent: (event) => {
        if (event.event === "request" && event.request === "C-STORE-RQ") stores.push(event);
      },
    });
    const at = { port: replay.port, aeTitle: "QRSCP" };
    const before = await asked(at);
    assert.deepEqual(before.study, [STUDY_UIDS[0]]);
    const told: Told[] = [];
    for (let copy = 0; copy < 2; copy++) {
      await store(at, ["+IR", "9", "+IS", "9"]);
      told.push(await asked(at));
    }
    const [first, second] = told;
    assert.ok(first !== undefined && second !== undefined);
    for (const { study, series, found, got, moved } of told) {
      assert.deepEqual([study.length, series.length, found.length], [1, 1, 3]);
      assert.notDeepEqual(study, before.study);
      assert.notDeepEqual(series, before.series);
      assert.deepEqual(got, found);
      assert.equal(moved.length, 3);
      assert.deepEqual(
        found.filter((uid) => before.found.includes(uid)),
        [],
      );
    }
    assert.notDeepEqual(first.study, second.study);
    // who names the first copy, or the recorded study, is told of that one
    const again = await asked(at, first.study[0]);
    assert.deepEqual([again.series, again.found], [first.series, first.found]);
    const asRecorded = await asked(at, STUDY_UIDS[0]);
    assert.deepEqual([asRecorded.series, asRecorded.found], [before.series, before.found]);
    // storescu invents more than UIDs: that alone is told, image by image, patients masked
    const differing = stores.map(({ differences }) => differences);
    const numbers = [1, 2, 3, 1, 2, 3];
    assert.deepEqual(
      differing.map((all) => all.map(({ path }) => path)),
      numbers.map(() => ["PatientName", "PatientID", "StudyID", "SeriesNumber", "InstanceNumber"]),
    );
    assert.deepEqual(
      differing.map(([name, , , , instance]) => [name?.got, instance?.recorded]),
      numbers.map((number) => ["***", number]),
    );
    console.log(
      "2 copies of a study of 3 images: 5 rounds of findscu, getscu, movescu, no other UIDs",
    );
  });
});
