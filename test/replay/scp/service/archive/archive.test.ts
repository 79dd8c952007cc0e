import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { RecordedDataSet } from "../../../../../replay/recorded.ts";
import { Archive } from "../../../../../replay/scp/service/archive/archive.ts";
import {
  findInArchive,
  IdentifierError,
  retrieveFromArchive,
} from "../../../../../replay/scp/service/archive/archive_query.ts";
import { attributesOf, remembered } from "../../../../../replay/scp/service/archive/attributes.ts";
import type { DataSet } from "../../../../../src/dataset/data_set.ts";
import { encodeDataSet } from "../../../../../src/dataset/encode_data_set.ts";
import { EXPLICIT_LITTLE } from "../../../../../src/dataset/transfer_syntax.ts";
import { assigned } from "../../../../../src/service/assignments.ts";

const PATIENT_ROOT = "1.2.840.10008.5.1.4.1.2.1.1";
const STUDY_ROOT = "1.2.840.10008.5.1.4.1.2.2.1";
const STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
const INSTANCE_MOVE = "1.2.840.10008.5.1.4.1.2.4.2";
const CT = "1.2.840.10008.5.1.4.1.1.2";

interface Uids {
  readonly patient: string;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

function attributes({ patient, study, series, instance }: Uids, more: readonly string[] = []) {
  return assigned([
    ...(patient === "" ? [] : [`PatientID=${patient}`]),
    `StudyInstanceUID=2.25.1${study}`,
    `SeriesInstanceUID=2.25.2${series}`,
    `SOPInstanceUID=2.25.3${instance}`,
    "Modality=CT",
    ...more,
  ]);
}

function add(archive: Archive, uids: Uids, more: readonly string[] = []): void {
  const dataSet = recordedDataSet(new Uint8Array(0));
  const instance = { sopClassUid: CT, sopInstanceUid: `2.25.3${uids.instance}`, dataSet };
  archive.addInstance(instance, attributes(uids, more));
}

function recordedDataSet(bytes: Uint8Array, pieces = 1): RecordedDataSet & { read: never } {
  let given = 0;
  return {
    transferSyntax: EXPLICIT_LITTLE.uid,
    length: bytes.length,
    complete: true,
    octets: async function* () {
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length; at += size) {
        given++;
        if (given > pieces / 2) throw new Error("The pixels were asked for");
        yield bytes.subarray(at, at + size);
      }
    },
    read: (() => {
      throw new Error("Read whole");
    }) as never,
  };
}

function find(archive: Archive, sopClassUid: string, keys: readonly string[]): DataSet[] {
  return [...findInArchive(archive, { sopClassUid, identifier: assigned(keys), aeTitle: "PACS" })];
}

function retrieve(archive: Archive, sopClassUid: string, keys: readonly string[]): string[] {
  const found = retrieveFromArchive(archive, { sopClassUid, identifier: assigned(keys) });
  return Array.from(found, ({ instance }) => instance.sopInstanceUid.slice(6)).sort();
}

describe("Archive", () => {
  test("evaluates relational queries too: keys of any level (PS3.4 C.4.1.2.2)", () => {
    const archive = new Archive();
    add(archive, { patient: "A", study: "1", series: "1", instance: "1" });
    add(archive, { patient: "A", study: "1", series: "2", instance: "2" }, ["Modality=SR"]);
    add(archive, { patient: "B", study: "2", series: "3", instance: "3" });
    const level = (name: string) => `QueryRetrieveLevel=${name}`;
    const studies = find(archive, STUDY_ROOT, [level("STUDY"), "Modality=SR", "PatientID"]);
    assert.deepEqual(
      studies.map((one) => one.text("PatientID")),
      ["A"],
    );
    const images = find(archive, PATIENT_ROOT, [level("IMAGE"), "PatientID=A", "SOPInstanceUID"]);
    assert.deepEqual(
      images.map((one) => one.text("SOPInstanceUID")),
      ["2.25.31", "2.25.32"],
    );
    const [patient] = find(archive, PATIENT_ROOT, [
      level("PATIENT"),
      "PatientID=A",
      "NumberOfPatientRelatedStudies",
      "NumberOfPatientRelatedSeries",
      "NumberOfPatientRelatedInstances",
    ]);
    assert.deepEqual(
      ["Studies", "Series", "Instances"].map((what) =>
        patient?.text(`NumberOfPatientRelated${what}`),
      ),
      ["1", "2", "2"],
    );
    const modalities = [level("STUDY"), "ModalitiesInStudy=SR", "StudyInstanceUID"];
    const [study] = find(archive, STUDY_ROOT, modalities);
    assert.deepEqual(study?.strings("ModalitiesInStudy"), ["CT", "SR"]);
  });

  test("retrieves by unique keys on each level, lists of UIDs, and by instance alone", () => {
    const archive = new Archive();
    add(archive, { patient: "A", study: "1", series: "1", instance: "1" });
    add(archive, { patient: "A", study: "1", series: "2", instance: "2" });
    add(archive, { patient: "A", study: "2", series: "3", instance: "3" });
    const move = (...keys: string[]) => retrieve(archive, STUDY_MOVE, keys);
    const study = "StudyInstanceUID=2.25.11";
    assert.deepEqual(move("QueryRetrieveLevel=STUDY", study), ["1", "2"]);
    assert.deepEqual(move("QueryRetrieveLevel=STUDY", `${study}\\2.25.12`), ["1", "2", "3"]);
    assert.deepEqual(move("QueryRetrieveLevel=SERIES", study, "SeriesInstanceUID=2.25.22"), ["2"]);
    const image = "SOPInstanceUID=2.25.31\\2.25.33";
    assert.deepEqual(move("QueryRetrieveLevel=IMAGE", image), ["1", "3"]);
    assert.deepEqual(move("QueryRetrieveLevel=STUDY", "StudyInstanceUID=2.25.9"), []);
    const composite = retrieve(archive, INSTANCE_MOVE, ["QueryRetrieveLevel=IMAGE", image]);
    assert.deepEqual(composite, ["1", "3"]);
    assert.throws(() => move("QueryRetrieveLevel=PATIENT", "PatientID=A"), IdentifierError);
    assert.throws(() => move("StudyInstanceUID=2.25.11"), /0008,0052.*missing/);
  });

  test("joins what a PACS answered with the instances: a study once, under its patient", () => {
    const archive = new Archive();
    const answer = (attributes: readonly string[], sopClassUid = STUDY_ROOT) =>
      archive.addAnswer(assigned(attributes), {
        sopClassUid,
        request: assigned(["QueryRetrieveLevel=STUDY", "StudyInstanceUID"]),
      });
    // the recorded query did not ask for the patient
    answer(["StudyInstanceUID=2.25.11", "StudyDescription=Answered", "ModalitiesInStudy=PT"]);
    answer(["StudyInstanceUID=2.25.19", "NumberOfStudyRelatedInstances=500", "PatientID=Z"]);
    add(archive, { patient: "A", study: "1", series: "1", instance: "1" }, ["StudyID=7"]);
    const keys = ["StudyDescription", "StudyID", "PatientID", "ModalitiesInStudy"];
    const [joined, other, ...more] = find(archive, STUDY_ROOT, [
      "QueryRetrieveLevel=STUDY",
      "StudyInstanceUID",
      "NumberOfStudyRelatedInstances",
      ...keys,
    ]).sort((a, b) => ((a.text("PatientID") ?? "") < (b.text("PatientID") ?? "") ? -1 : 1));
    assert.equal(more.length, 0);
    const values = keys.map((key) => joined?.text(key));
    assert.deepEqual(values, ["Answered", "7", "A", "PT"]);
    assert.equal(joined?.text("NumberOfStudyRelatedInstances"), "1");
    assert.equal(other?.text("NumberOfStudyRelatedInstances"), "500");
    const patients = find(archive, PATIENT_ROOT, ["QueryRetrieveLevel=PATIENT", "PatientID"]);
    assert.deepEqual(patients.map((one) => one.text("PatientID")).sort(), ["A", "Z"]);
  });

  test("a row of a worklist is one however often it was answered", () => {
    const archive = new Archive();
    const sopClassUid = "1.2.840.10008.5.1.4.31";
    const row = (step: string, more: string) =>
      archive.addAnswer(
        assigned([
          "StudyInstanceUID=2.25.1",
          `ScheduledProcedureStepSequence[0].ScheduledProcedureStepID=${step}`,
          more,
        ]),
        { sopClassUid, request: assigned([]) },
      );
    row("S1", "PatientID=P1");
    row("S2", "PatientID=P1");
    row("S1", "AccessionNumber=A1");
    const keys = ["PatientID", "AccessionNumber"];
    const rows = find(archive, sopClassUid, keys).map((one) => keys.map((key) => one.text(key)));
    assert.deepEqual(rows, [
      ["P1", "A1"],
      ["P1", undefined],
    ]);
  });

  test("shares what instances have in common", () => {
    const like = attributes({ patient: "A", study: "1", series: "1", instance: "1" });
    const copy = remembered(
      attributes({ patient: "A", study: "1", series: "1", instance: "2" }, []),
      remembered(like),
    );
    const shared = copy.elements.filter((element) => like.elements.includes(element));
    assert.equal(shared.length, copy.elements.length - 1);
  });

  test("keeps what is of no study, under all classes of its service (PS3.4 U)", () => {
    const archive = new Archive();
    const hanging = (last: number): string => `1.2.840.10008.5.1.4.38.${last}`;
    const dataSet = recordedDataSet(new Uint8Array(0));
    const instance = { sopClassUid: hanging(1), sopInstanceUid: "2.25.5", dataSet };
    archive.addInstance(instance, assigned(["SOPInstanceUID=2.25.5", "HangingProtocolName=A"]));
    const keys = ["HangingProtocolName=A", "SOPInstanceUID"];
    const found = find(archive, hanging(2), keys).map((one) => one.text("SOPInstanceUID"));
    assert.deepEqual(found, ["2.25.5"]);
    assert.deepEqual(find(archive, hanging(2), ["HangingProtocolName=B"]), []);
    const asked = { sopClassUid: hanging(3), identifier: assigned(["SOPInstanceUID=2.25.5"]) };
    assert.equal([...retrieveFromArchive(archive, asked)].length, 1);
    assert.equal(archive.size, 1);
  });

  test("attributesOf() reads no pixels", async () => {
    const uids = { patient: "A", study: "1", series: "1", instance: "1" };
    const head = encodeDataSet(attributes(uids), { syntax: EXPLICIT_LITTLE });
    const pixels = new Uint8Array(12 + 1_000_000);
    pixels.set([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x57, 0, 0, 0x40, 0x42, 0x0f, 0x00]);
    const read = await attributesOf(recordedDataSet(new Uint8Array([...head, ...pixels]), 100));
    assert.equal(read?.text("PatientID"), "A");
  });

  test("attributesOf() reads what is there of a data set that the capture cuts", async () => {
    const uids = { patient: "A", study: "1", series: "1", instance: "1" };
    const head = encodeDataSet(attributes(uids), { syntax: EXPLICIT_LITTLE });
    const read = await attributesOf(recordedDataSet(head, 4));
    assert.equal(read?.text("SOPInstanceUID"), "2.25.31");
    assert.equal(read?.has("SeriesInstanceUID"), false);
  });
});
