/**
 * The archive of a recording of C-STOREs against archives that got the same instances: Orthanc and
 * dcmqrscp answer the same queries with the same matches.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
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
  startWlmscpfs,
} from "../../../../support/dcmtk_servers.ts";
import { startOrthanc } from "../../../../support/orthanc.ts";
import { partner } from "../../../../support/partner.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { recorded } from "../recording.ts";

const missing = ["dump2dcm", "storescu", "storescp", "findscu", "dcmqrscp", "wlmscpfs"]
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

/** Keys of worklist queries, and how many of the three items match. */
const WORKLIST_QUERIES: readonly (readonly [readonly string[], number])[] = [
  [[], 3],
  [["PatientName=Worklist^Patient 2"], 1],
  [["PatientName=Worklist*"], 3],
  [["PatientID=WLP-3", "AccessionNumber=WL?"], 1],
  [["0040,0100[0].Modality=CT", "0040,0100[0].ScheduledStationAETitle=MODALITY"], 3],
  [["0040,0100[0].Modality=MR"], 0],
  [["0040,0100[0].ScheduledProcedureStepStartDate=20260201"], 3],
  [["0040,0100[0].ScheduledProcedureStepStartDate=20260202-"], 0],
  [
    [
      "0040,0100[0].ScheduledProcedureStepStartDate=20260131-20260201",
      "0040,0100[0].ScheduledProcedureStepStartTime=230000-090002",
    ],
    2,
  ],
];

describe.skipIf(missing)("--archive of a recording of a worklist", () => {
  const scope = new Scope();
  afterAll(() => scope.close());

  test("finds what wlmscpfs finds, asked otherwise than recorded", async () => {
    const worklist = await startWlmscpfs(scope);
    const returned = [
      ...["PatientName", "PatientID", "AccessionNumber", "StudyInstanceUID"],
      ...["Modality", "ScheduledStationAETitle", "ScheduledProcedureStepID"].map(inStep),
      ...["StartDate", "StartTime"].map((what) => inStep(`ScheduledProcedureStep${what}`)),
    ];
    const find = (port: number, keys: readonly string[]) => {
      const named = new Set(keys.map((key) => key.replace(/=.*/s, "")));
      const all = [...keys, ...returned.filter((key) => !named.has(key))];
      return found(scope, { port, aeTitle: worklist.aeTitle }, ["-W", ...asked(all)]);
    };
    const captures = await recorded(worklist.port, {
      scope,
      work: async (port) => void (await find(port, [])),
    });
    await using replay = await replayAsScp({ captures, archive: true, speed: Infinity });
    let rows = 0;
    for (const [keys, count] of WORKLIST_QUERIES) {
      const own = (await find(replay.port, keys)).map((one) => one.text("AccessionNumber"));
      const other = (await find(worklist.port, keys)).map((one) => one.text("AccessionNumber"));
      assert.equal(own.length, count, JSON.stringify(keys));
      assert.deepEqual(own.sort(), other.sort(), JSON.stringify(keys));
      rows += own.length;
    }
    console.log(`${WORKLIST_QUERIES.length} worklist queries: ${rows} rows as of wlmscpfs`);
  });
});

const inStep = (keyword: string): string => `0040,0100[0].${keyword}`;
const asked = (keys: readonly string[]): string[] => keys.flatMap((key) => ["-k", key]);

/** What findscu -X writes. */
async function found(
  scope: Scope,
  { port, aeTitle }: Pick<Partner, "port" | "aeTitle">,
  args: readonly string[],
): Promise<readonly DataSet[]> {
  const folder = scope.tempDir();
  const peer = ["-aec", aeTitle, "127.0.0.1", String(port)];
  const done = await scope.run(["findscu", "-X", "-od", folder, ...args, ...peer], {
    env: NO_DELAY,
  });
  assert.equal(done.code, 0, done.stderr);
  return readdirSync(folder).map((name) => readPart10(readFileSync(join(folder, name))).dataSet);
}

describe.skipIf(missing || orthanc === undefined)("--archive of a recording of C-STOREs", () => {
  const scope = new Scope();
  const partners: { readonly name: string; readonly at: Pick<Partner, "port" | "aeTitle"> }[] = [];
  let replay: ReplayScp;

  beforeFirst(async () => {
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
  });
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
    return await found(scope, at, [model, ...asked([`QueryRetrieveLevel=${level}`, ...keys])]);
  }

  test("finds what Orthanc and dcmqrscp find", async () => {
    let compared = 0;
    for (const query of QUERIES) {
      const [, , keys, count] = query;
      const names = keys.map((key) => key.replace(/=.*/s, ""));
      const rows = (matches: readonly DataSet[]): string[] => {
        return matches.map((one) => JSON.stringify(names.map((key) => one.strings(key)))).sort();
      };
      const answers: { name: string; matches: readonly DataSet[] }[] = [];
      for (const { name, at } of partners) answers.push({ name, matches: await find(at, query) });
      const [own, ...others] = answers;
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
    const keys = asked(["QueryRetrieveLevel=PATIENT", "PatientID"]);
    const done = await scope.run(["findscu", "-v", "-S", ...keys, ...peer], { env: NO_DELAY });
    assert.match(done.stdout + done.stderr, /DataSetDoesNotMatchSOPClass/);
  });
});
