/** The captures of test/captures/services, recorded from real peers: what `show` makes of them. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { run } from "../../src/cli/main.ts";
import { inProcess } from "../support/in_process.ts";

const FOLDER = fileURLToPath(new URL("../captures/services/", import.meta.url));

async function show(...args: string[]): Promise<{ out: string; err: string }> {
  const paths = args.map((arg) => (arg.endsWith(".dcap") ? `${FOLDER}${arg}` : arg));
  const { code, out, err } = await inProcess((context) => run(["show", ...paths], context));
  assert.equal(code, 0, err);
  return { out, err };
}

/** The lines of each story, without times, which depend on where the test runs. */
async function stories(...args: string[]): Promise<string[][]> {
  const { out } = await show("--story", ...args);
  return out
    .split(/^Story \d+ .*$/m)
    .slice(1)
    .map((story) =>
      story
        .split("\n")
        .map((line) => line.replace(/^ +\d\d:\d\d:\d\d\.\d{3} {2}/, "").trim())
        .filter((line) => line !== ""),
    );
}

async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const { out } = await show("--json", ...args);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("show --story on recordings of real peers", () => {
  test("S-09 a study from the worklist to its commitment, over two captures: wlmscpfs, dcmjs-dimse, DCMTK, Orthanc", async () => {
    const told = await stories("study_1.dcap", "study_2.dcap");
    assert.deepEqual(told, [
      [
        "study 2.25.4001",
        "#1  MODALITY > WORKLIST  C-FIND Modality Worklist, Modality=CT, ScheduledProcedureStepStartDate=20260201 -> 2 matches",
        "#2  MODALITY > RIS  N-CREATE MPPS, IN PROGRESS, CT, step SPS1, accession number ***, study 2.25.4001 -> Success",
        "#3  MODALITY > ORTHANC  C-STORE CT Image Storage, 32x32 MONOCHROME2, uncompressed, 2.43 KiB -> Success  (3 like this, 7.29 KiB)",
        "#4  MODALITY > RIS  N-SET MPPS, IN PROGRESS -> COMPLETED, 1 series, 3 images -> Success",
        "#5  MODALITY > ORTHANC  N-ACTION Storage Commitment, of 4 instances, transaction 2.25.40013 -> Success",
        "#1  ORTHANC > MODALITY  N-EVENT-REPORT Storage Commitment, 3 instances committed, 1 failed: 2.25.499999 no such object instance (0112H), transaction 2.25.40013 -> 1 failed, report received",
      ],
    ]);
    const reversed = await stories("study_2.dcap", "study_1.dcap");
    assert.deepEqual(
      reversed[0]?.map((line) => line.slice(0, 2)).sort(),
      told[0]?.map((line) => line.slice(0, 2)).sort(),
    );
    console.log("S-09: 8 exchanges on 6 associations in 2 captures, 100 % correlated");
  });

  test("S-08 C-FIND, C-MOVE with its C-STOREs, C-GET: dcmqrscp and storescp", async () => {
    const told = await stories("retrieve_1.dcap", "retrieve_2.dcap");
    const image = "C-STORE CT Image Storage, 32x32 MONOCHROME2, uncompressed, 2.43 KiB";
    const study = "Study Root, STUDY level, StudyInstanceUID=2.25.4001";
    assert.deepEqual(told, [
      [
        "study 2.25.4001",
        "#1  VIEWER > QRSCP  C-FIND Study Root, STUDY level, StudyDate=20260101-, PatientID=*** -> 1 match",
        "#2  VIEWER > QRSCP  C-FIND Study Root, SERIES level, StudyInstanceUID=2.25.4001 -> 1 match",
        `#3  VIEWER > QRSCP  C-MOVE ${study}, to WORKSTATION -> 3 stored`,
        `#1  QRSCP > WORKSTATION  ${image}, for C-MOVE 1 of VIEWER -> Success  (3 like this, 7.29 KiB)`,
        `#4  VIEWER > QRSCP  C-GET ${study} -> 3 stored`,
        `#4  QRSCP > VIEWER  ${image} -> Success  (3 like this, 7.29 KiB)`,
        `#5  VIEWER > QRSCP  C-MOVE ${study}, to NOBODY -> Move destination unknown (A801H)`,
      ],
    ]);
    const [story] = await json("--story", "retrieve_1.dcap", "retrieve_2.dcap");
    const lines = story?.["lines"] as { command: string; linked_by?: string; count: number }[];
    assert.deepEqual(
      lines
        .filter(({ command }) => command === "C-STORE-RQ")
        .map(({ linked_by, count }) => [linked_by, count]),
      [
        ["move originator", 3],
        ["association", 3],
      ],
    );
    console.log("S-08: 6 C-STOREs, 3 linked to a C-MOVE by its originator, 3 to a C-GET");
  });

  test("S-08 C-STORE, a worklist, C-FIND and C-MOVE with its C-STOREs: Orthanc", async () => {
    const image = "C-STORE CT Image Storage, 32x32 MONOCHROME2, uncompressed, 2.43 KiB";
    assert.deepEqual(await stories("orthanc_1.dcap", "orthanc_2.dcap"), [
      [
        "study 2.25.4001",
        `#1  VIEWER > ORTHANC  ${image} -> Success  (3 like this, 7.29 KiB)`,
        "#2  VIEWER > ORTHANC  C-FIND Modality Worklist, PatientName=*** -> 2 matches",
        "#3  VIEWER > ORTHANC  C-FIND Study Root, SERIES level, Modality=CT, StudyInstanceUID=2.25.4001 -> 1 match",
        "#4  VIEWER > ORTHANC  C-MOVE Study Root, SERIES level, StudyInstanceUID=2.25.4001, SeriesInstanceUID=2.25.40011, to WORKSTATION -> 3 stored",
        `#1  ORTHANC > WORKSTATION  ${image}, for C-MOVE 1 of VIEWER -> Success  (3 like this, 7.29 KiB)`,
      ],
    ]);
  });

  test("S-10 Print: dcmprscu and dcmprscp", async () => {
    const { out } = await show("-v", "print.dcap");
    const sentences = out.split("\n").flatMap((line) => /^ += {3}(.*)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      sentences.map((sentence) => sentence.replace(/1\.2\.276[\d.]+/g, "UID")),
      [
        "N-GET Printer -> NORMAL",
        "N-CREATE Presentation LUT, shape IDENTITY -> Success",
        "N-CREATE Basic Film Session, 2 copies, priority HIGH, medium PAPER, destination by the printer's default -> Success, 2 copies, priority HIGH, medium PAPER, destination MAGAZINE",
        "N-CREATE Basic Film Box, STANDARD\\1,1 -> created with 1 image box",
        "N-SET Basic Grayscale Image Box, position 1, 128x128 MONOCHROME2 -> Success",
        "N-ACTION Basic Film Box, print this film -> Success",
        "N-DELETE Basic Film Box -> Success",
        "N-DELETE Basic Film Session -> Success",
        "N-DELETE Presentation LUT, instance UID -> Success",
      ],
    );
  });

  test("UPS, Instance Availability and Media Creation: dcmjs-dimse", async () => {
    assert.deepEqual(await stories("services.dcap"), [
      [
        '#1  PLANNER > MANAGER  N-CREATE UPS Push, SCHEDULED, "Treatment 1", MEDIUM priority, step 2.25.5001 -> Success',
        '#1  PLANNER > MANAGER  N-GET UPS Push, step 2.25.5001 -> SCHEDULED, "Treatment 1"',
        "#2  LINAC > MANAGER  N-ACTION UPS Pull, change state, SCHEDULED -> IN PROGRESS, step 2.25.5001 -> Success",
        "#2  LINAC > MANAGER  N-SET UPS Pull, 50 % done, step 2.25.5001 -> Success",
        "#2  LINAC > MANAGER  N-ACTION UPS Pull, change state, IN PROGRESS -> COMPLETED, step 2.25.5001 -> Success",
        "#3  MANAGER > PLANNER  N-EVENT-REPORT UPS Event, state report, COMPLETED, step 2.25.5001 -> Success",
      ],
      [
        "study 2.25.4001",
        "#4  PLANNER > ORTHANC  N-CREATE Instance Availability, 2 instances ONLINE at ORTHANC, study 2.25.4001 -> Success",
        "#4  PLANNER > ORTHANC  N-CREATE Media Creation, 1 instance -> Success",
        "#4  PLANNER > ORTHANC  N-ACTION Media Creation, initiate, 2 copies -> Success",
      ],
    ]);
    const { err } = await show("--story", "services.dcap");
    assert.match(err, /\b1 exchange in no story \(show -v lists them\)\n$/);
  });
});

describe("show -vv on recordings of real peers", () => {
  test("prints data sets in words, patients masked unless asked for", async () => {
    const { out } = await show("-vv", "study_1.dcap", "~m N-CREATE");
    const dump = out.split("\n").filter((line) => /^ {15}.*\([\dA-F]{4},[\dA-F]{4}\)/.test(line));
    assert.deepEqual(
      dump.map((line) => line.slice(15)),
      [
        "(0008,0060) CS Modality                         CT",
        "(0010,0010) PN PatientName                      ***",
        "(0010,0020) LO PatientID                        ***",
        "(0040,0241) AE PerformedStationAETitle          MODALITY",
        "(0040,0244) DA PerformedProcedureStepStartDate  20260201",
        "(0040,0245) TM PerformedProcedureStepStartTime  090000",
        "(0040,0252) CS PerformedProcedureStepStatus     IN PROGRESS",
        "(0040,0253) SH PerformedProcedureStepID         PPS1",
        "(0040,0270) SQ ScheduledStepAttributesSequence  1 item",
        "    (0008,0050) SH AccessionNumber                  ***",
        "    (0020,000D) UI StudyInstanceUID                 2.25.4001",
        "    (0040,0009) SH ScheduledProcedureStepID         SPS1",
        "(0040,0340) SQ PerformedSeriesSequence          0 items",
      ],
    );
    const { out: open } = await show("-vv", "--show-phi", "study_1.dcap", "~m N-CREATE");
    assert.match(open, /PatientName +Synthetic\^Patient/);
    for (const level of ["-v", "-vv", "--story"]) {
      const { out } = await show(
        level,
        "study_1.dcap",
        "study_2.dcap",
        "retrieve_1.dcap",
        "print.dcap",
        "services.dcap",
      );
      assert.ok(!/Synthetic\^|SYN-\d/.test(out), level);
    }
    console.log("P-05: -v, -vv and --story of 5 captures, 0 names or identifiers told");
  });

  test("--json -vv has the DICOM JSON Model, bulk by reference, and the meaning", async () => {
    const lines = await json("-vv", "study_1.dcap", "~m C-STORE");
    assert.equal(lines[0]?.["meaning"], "stored 3 CT images");
    const [request, response] = lines.slice(1) as {
      meaning: string;
      data_set: { json: Record<string, unknown>; json_missing?: number };
    }[];
    assert.equal(
      request?.meaning,
      "C-STORE CT Image Storage, 32x32 MONOCHROME2, uncompressed, 2.43 KiB",
    );
    assert.equal(response?.meaning, `${request?.meaning} -> Success`);
    const model = request?.data_set.json;
    assert.deepEqual(model?.["00080018"], { vr: "UI", Value: ["2.25.400111"] });
    assert.deepEqual(model?.["00100010"], { vr: "PN", Value: [{ Alphabetic: "***" }] });
    const unmasked = await json("-vv", "--show-phi", "study_1.dcap", "~m C-STORE");
    assert.ok(JSON.stringify(unmasked).includes('"Alphabetic":"Synthetic^Patient"'));
    assert.deepEqual(model?.["7FE00010"], { vr: "OW", BulkDataURI: "?offset=442&length=2048" });
    assert.equal(request?.data_set.json_missing, undefined);
    const plain = await json("-v", "study_1.dcap", "~m C-STORE");
    assert.ok(!JSON.stringify(plain).includes("00080018"));
  });

  test("says in a few words what each association was for", async () => {
    const meanings = async (file: string) => (await json(file)).map(({ meaning }) => meaning);
    assert.deepEqual(await meanings("study_1.dcap"), [
      "queried Modality Worklist, 2 matches",
      "began a procedure step (MPPS)",
      "stored 3 CT images",
      "updated a procedure step (MPPS)",
      "asked for storage commitment",
    ]);
    assert.deepEqual(await meanings("print.dcap"), ["printed film"]);
    assert.deepEqual(await meanings("retrieve_1.dcap"), [
      "queried Study Root, 1 match",
      "queried Study Root, 1 match",
      "moved from Study Root",
      "retrieved from Study Root, received 3 CT images",
      "could not move from Study Root",
    ]);
  });

  test("~tag finds values of data sets and command sets, through sequences", async () => {
    const cases: readonly (readonly [filter: string, ids: readonly number[]])[] = [
      ["~tag PatientName=^synthetic", [1, 2, 3]],
      ["~tag 0010,0020=SYN-2", [1]],
      ["~tag ReferencedSOPSequence.ReferencedSOPInstanceUID=499999", [5]],
      [
        "~tag PerformedSeriesSequence.ReferencedImageSequence.ReferencedSOPInstanceUID=400113$",
        [4],
      ],
      ["~tag ScheduledProcedureStepSequence.ScheduledProcedureStepStartDate=20260201", [1]],
      ["~tag PixelData", [3]],
      ["~tag TransactionUID=2.25 & ~tag ActionTypeID=1", [5]],
      ["~tag ReferencedSOPInstanceUID=499999", []],
      ["!~tag PatientName & ~m N-SET", [4]],
    ];
    for (const [filter, ids] of cases) {
      const { out } = await show("--json", "study_1.dcap", filter);
      const found = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).id]));
      assert.deepEqual(found, ids, filter);
    }
    console.log(`~tag: ${cases.length} filters over data sets and command sets`);
  });
});
