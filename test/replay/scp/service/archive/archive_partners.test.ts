/**
 * The archive of a recording of C-STOREs against archives that got the same instances: Orthanc and
 * dcmqrscp answer the same queries with the same matches.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type ReplayScp, replayAsScp } from "../../../../../replay/scp/replay_as_scp.ts";
import type { DataSet } from "../../../../../src/dataset/data_set.ts";
import { readPart10 } from "../../../../../src/dataset/part10.ts";
import {
  FIRST_IMAGE_UID,
  FIRST_SERIES_UID,
  makeDatasetFiles,
  STUDY_UIDS,
} from "../../../../support/dataset_files.ts";
import {
  NO_DELAY,
  type Partner,
  startDcmqrscp,
  startStorescp,
} from "../../../../support/dcmtk_servers.ts";
import { startOrthanc } from "../../../../support/orthanc.ts";
import { partner } from "../../../../support/partner.ts";
import { Scope } from "../../../../support/process.ts";
import { recorded } from "../recording.ts";

const missing = ["dump2dcm", "storescu", "storescp", "findscu", "dcmqrscp"]
  .map((program) => partner(program, "dcmtk"))
  .includes(undefined);
const orthanc = partner("Orthanc", "orthanc");

const IN_SERIES = [`StudyInstanceUID=${STUDY_UIDS[0]}`, `SeriesInstanceUID=${FIRST_SERIES_UID}`];

/** Model, level, keys; and how many matches there are. */
const QUERIES: readonly (readonly [string, string, readonly string[], number])[] = [
  ["-S", "STUDY", ["StudyInstanceUID"], 2],
  ["-S", "STUDY", ["StudyInstanceUID", "PatientID=SYN-1"], 1],
  ["-S", "STUDY", ["StudyInstanceUID", "PatientID=SYN-?"], 2],
  ["-S", "STUDY", ["StudyInstanceUID", "PatientName=*Patient 2"], 1],
  ["-S", "STUDY", ["StudyInstanceUID", "AccessionNumber=ACC*", "StudyDate=20260102"], 1],
  ["-S", "STUDY", ["StudyInstanceUID", "StudyDate=20260102-"], 1],
  ["-S", "STUDY", ["StudyInstanceUID", "StudyDate=-20260101"], 1],
  ["-S", "STUDY", ["StudyInstanceUID", "StudyDate=20260101-20260102"], 2],
  ["-S", "STUDY", ["StudyInstanceUID", "StudyDate=20260103-"], 0],
  ["-S", "STUDY", ["StudyInstanceUID", "StudyTime=100000-101500"], 1],
  ["-S", "STUDY", [`StudyInstanceUID=${STUDY_UIDS[0]}\\${STUDY_UIDS[1]}`, "StudyID"], 2],
  ["-S", "STUDY", ["StudyInstanceUID=1.2.3"], 0],
  ["-P", "PATIENT", ["PatientID", "PatientName"], 2],
  ["-P", "PATIENT", ["PatientID=SYN-2", "PatientName"], 1],
  ["-P", "STUDY", ["PatientID=SYN-2", "StudyInstanceUID", "StudyDescription"], 1],
  ["-S", "SERIES", [`StudyInstanceUID=${STUDY_UIDS[0]}`, "SeriesInstanceUID"], 3],
  ["-S", "SERIES", [`StudyInstanceUID=${STUDY_UIDS[0]}`, "SeriesInstanceUID", "Modality=OT"], 3],
  ["-S", "SERIES", [`StudyInstanceUID=${STUDY_UIDS[0]}`, "SeriesInstanceUID", "Modality=CT"], 0],
  ["-S", "SERIES", [`StudyInstanceUID=${STUDY_UIDS[0]}`, "SeriesInstanceUID", "SeriesNumber=2"], 1],
  ["-S", "IMAGE", [...IN_SERIES, "SOPInstanceUID", "InstanceNumber"], 3],
  ["-S", "IMAGE", [...IN_SERIES, `SOPInstanceUID=${FIRST_IMAGE_UID}`], 1],
];

describe.skipIf(missing || orthanc === undefined)("--archive of a recording of C-STOREs", () => {
  const scope = new Scope();
  const partners: { readonly name: string; readonly at: Pick<Partner, "port" | "aeTitle"> }[] = [];
  let replay: ReplayScp;

  beforeAll(async () => {
    const files = await makeDatasetFiles(scope);
    const storescp = await startStorescp(scope);
    const captures = await recorded(storescp.port, {
      scope,
      work: async (port) => store({ port, aeTitle: "STORESCP" }, files.study),
    });
    const destinations = {};
    const archive = await startDcmqrscp(scope, { files: files.study, destinations });
    const other = await startOrthanc(scope, { program: orthanc ?? "", destinations });
    await store(other, files.study);
    replay = await replayAsScp({ captures, archive: true });
    partners.push(
      { name: "replay", at: { port: replay.port, aeTitle: "REPLAY" } },
      { name: "dcmqrscp", at: archive },
      { name: "Orthanc", at: other },
    );
  }, 120_000);
  afterAll(async () => {
    await replay?.close();
    await scope.close();
  });

  async function store(to: Pick<Partner, "port" | "aeTitle">, files: readonly string[]) {
    const peer = ["-aec", to.aeTitle, "127.0.0.1", String(to.port)];
    const done = await scope.run(["storescu", ...peer, ...files], { env: NO_DELAY });
    assert.equal(done.code, 0, done.stderr);
  }

  async function find(
    at: Pick<Partner, "port" | "aeTitle">,
    [model, level, keys]: (typeof QUERIES)[number],
  ): Promise<readonly DataSet[]> {
    const folder = scope.tempDir();
    const asked = [`QueryRetrieveLevel=${level}`, ...keys].flatMap((key) => ["-k", key]);
    const command = ["findscu", "-X", "-od", folder, model, ...asked];
    const peer = ["-aec", at.aeTitle, "127.0.0.1", String(at.port)];
    const done = await scope.run([...command, ...peer], { env: NO_DELAY });
    assert.equal(done.code, 0, done.stderr);
    return readdirSync(folder).map((name) => readPart10(readFileSync(join(folder, name))).dataSet);
  }

  test("finds what Orthanc and dcmqrscp find", async () => {
    let compared = 0;
    for (const query of QUERIES) {
      const [, , keys, count] = query;
      const asked = keys.map((key) => key.replace(/=.*/s, ""));
      const rows = (matches: readonly DataSet[]): string[] => {
        return matches.map((one) => JSON.stringify(asked.map((key) => one.strings(key)))).sort();
      };
      const found: { name: string; matches: readonly DataSet[] }[] = [];
      for (const { name, at } of partners) found.push({ name, matches: await find(at, query) });
      const [own, ...others] = found;
      assert.equal(own?.matches.length, count, JSON.stringify(query));
      for (const { name, matches } of others) {
        assert.deepEqual(
          rows(own?.matches ?? []),
          rows(matches),
          `${name}: ${JSON.stringify(query)}`,
        );
        compared++;
      }
    }
    console.log(
      `${QUERIES.length} queries of findscu: ${compared} answers as of the other archives`,
    );
  });

  test("counts what is below, and says where to retrieve it", async () => {
    const [replayed] = partners;
    assert.ok(replayed !== undefined);
    const keys = [
      `StudyInstanceUID=${STUDY_UIDS[0]}`,
      ...["NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances", "ModalitiesInStudy"],
      ...["InstanceAvailability", "IssuerOfPatientID", "ReferencedStudySequence"],
    ];
    const [match] = await find(replayed.at, ["-S", "STUDY", keys, 1]);
    assert.ok(match !== undefined);
    assert.equal(match.text("NumberOfStudyRelatedSeries"), "3");
    assert.equal(match.text("NumberOfStudyRelatedInstances"), "6");
    assert.equal(match.text("ModalitiesInStudy"), "OT");
    assert.equal(match.text("InstanceAvailability"), "ONLINE");
    assert.equal(match.text("RetrieveAETitle"), "REPLAY");
    assert.equal(match.text("QueryRetrieveLevel"), "STUDY");
    assert.equal(match.has(0x00100021), true);
    assert.equal(match.text(0x00100021), undefined);
    assert.deepEqual(match.items("ReferencedStudySequence"), []);
  });

  test("refuses a level that the information model does not have (A900H)", async () => {
    const [replayed] = partners;
    const peer = ["-aec", "REPLAY", "127.0.0.1", String(replayed?.at.port)];
    const asked = ["-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID"];
    const done = await scope.run(["findscu", "-v", "-S", ...asked, ...peer], { env: NO_DELAY });
    assert.match(done.stdout + done.stderr, /DataSetDoesNotMatchSOPClass/);
  });
});
