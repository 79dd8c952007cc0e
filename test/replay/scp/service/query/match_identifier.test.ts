import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { dataSetCandidate } from "../../../../../replay/scp/service/query/candidate.ts";
import {
  type MatchOptions,
  matchesIdentifier,
} from "../../../../../replay/scp/service/query/match_identifier.ts";
import { assigned } from "../../../../../src/service/assignments.ts";

/** key, entity, whether it matches; keys and entities as `send` takes them, several after commas. */
type Row = readonly [key: string, entity: string, matches: boolean];

function check(rows: readonly Row[], options: MatchOptions = {}): void {
  for (const [key, entity, expected] of rows) {
    const identifier = assigned(key.split(", "));
    const candidate = dataSetCandidate(assigned(entity.split(", ")));
    const matches = matchesIdentifier({ identifier, candidate }, options);
    assert.equal(matches, expected, `${key} on ${entity}`);
  }
}

describe("matchesIdentifier", () => {
  test("compares single values, padding and the case of names aside (PS3.4 C.2.2.2.1)", () => {
    check([
      ["PatientID=A1", "PatientID=A1", true],
      ["PatientID=A1 ", "PatientID=A1", true],
      ["PatientID=A1", "PatientID=a1", false],
      ["PatientID=A1", "PatientID=A12", false],
      ["PatientID=A1", "PatientID", false],
      ["PatientID=A1", "PatientName=X", false],
      ["SeriesNumber=7", "SeriesNumber=007", true],
      ["SeriesNumber=7", "SeriesNumber=70", false],
      ["Rows=512", "Rows=512", true],
      ["Rows=512", "Rows=256", false],
      ["Modality=CT", "Modality=CT", true],
      ["ModalitiesInStudy=CT", "ModalitiesInStudy=MR\\CT", true],
      ["StudyDescription=a, PatientID=A1", "StudyDescription=a, PatientID=A2", false],
    ]);
  });

  test("compares names of persons by component groups (PS3.4 C.2.2.2.1, PS3.5 6.2.1)", () => {
    check([
      ["PatientName=doe^john", "PatientName=DOE^JOHN", true],
      ["PatientName=DOE^JOHN", "PatientName=DOE^JOHN^^^", true],
      ["PatientName=DOE^JOHN", "PatientName=DOE", false],
      ["PatientName=MULLER", "PatientName=Müller", true],
      ["PatientName=山田^太郎", "PatientName=Yamada^Tarou=山田^太郎=やまだ^たろう", true],
      ["PatientName=Yamada^Tarou", "PatientName=Yamada^Tarou=山田^太郎", true],
      ["PatientName==山田*", "PatientName=Yamada^Tarou=山田^太郎", true],
      ["PatientName=Yamada*=山本*", "PatientName=Yamada^Tarou=山田^太郎", false],
      ["PatientName=かき", "PatientName=がき", false],
      ["PatientName=DOE^*", "PatientName=DOE", true],
      ["PatientName=*^JOHN", "PatientName=DOE^JOHN", true],
    ]);
  });

  test("takes lists of UIDs and universal keys (PS3.4 C.2.2.2.2, C.2.2.2.3)", () => {
    check([
      ["StudyInstanceUID=1.2\\1.3", "StudyInstanceUID=1.3", true],
      ["StudyInstanceUID=1.2\\1.3", "StudyInstanceUID=1.23", false],
      ["StudyInstanceUID", "PatientID=A1", true],
      ["PatientID=*", "PatientName=X", true],
      ["PatientID", "PatientName=X", true],
      ["ScheduledProcedureStepSequence", "PatientName=X", true],
      ["SpecificCharacterSet=ISO_IR 192, PatientID=A1", "PatientID=A1", true],
    ]);
  });

  test("knows wild cards where the VR has them (PS3.4 C.2.2.2.4)", () => {
    check([
      ["PatientID=A*", "PatientID=A123", true],
      ["PatientID=*3", "PatientID=A123", true],
      ["PatientID=A?2*", "PatientID=A123", true],
      ["PatientID=A?3", "PatientID=A123", false],
      ["PatientID=?", "PatientID=é", true],
      ["PatientID=A*", "PatientID", false],
      ["StudyDescription=*chest*", "StudyDescription=CT chest", true],
      ["StudyDescription=*CHEST*", "StudyDescription=CT chest", false],
      ["PatientName=*", "PatientID=1", true],
      ["StudyInstanceUID=1.2.*", "StudyInstanceUID=1.2.3", false],
      ["PatientAge=0*Y", "PatientAge=040Y", false],
    ]);
  });

  test("takes ranges, both ends included (PS3.4 C.2.2.2.5)", () => {
    check([
      ["StudyDate=20260203", "StudyDate=20260203", true],
      ["StudyDate=20260203", "StudyDate=2026.02.03", true],
      ["StudyDate=20260201-20260203", "StudyDate=20260203", true],
      ["StudyDate=20260201-20260203", "StudyDate=20260204", false],
      ["StudyDate=20260201-", "StudyDate=20260131", false],
      ["StudyDate=20260201-", "StudyDate=20270101", true],
      ["StudyDate=-20260201", "StudyDate=20260201", true],
      ["StudyDate=-20260201", "StudyDate=20260202", false],
      ["StudyDate=-20260201", "StudyDate", false],
      ["StudyTime=1015", "StudyTime=101530", true],
      ["StudyTime=1015", "StudyTime=101600", false],
      ["StudyTime=100000-120000", "StudyTime=101530.5", true],
      ["StudyTime=-1015", "StudyTime=101559.999999", true],
      ["StudyTime=-1015", "StudyTime=1016", false],
      ["AcquisitionDateTime=202602", "AcquisitionDateTime=20260228235959", true],
      ["AcquisitionDateTime=20260203-20260204", "AcquisitionDateTime=20260204101500", true],
      ["AcquisitionDateTime=-20260203", "AcquisitionDateTime=20260204000000", false],
      ["AcquisitionDateTime=20260203100000+0100", "AcquisitionDateTime=20260203090000+0000", true],
      [
        "AcquisitionDateTime=20260203100000-0500-20260203110000-0500",
        "AcquisitionDateTime=20260203153000+0000",
        true,
      ],
    ]);
  });

  test("joins date and time ranges where that was negotiated (PS3.4 C.2.2.2.5.4)", () => {
    const key = "StudyDate=20260203-20260204, StudyTime=180000-060000";
    const rows: readonly Row[] = [
      [key, "StudyDate=20260203, StudyTime=190000", true],
      [key, "StudyDate=20260204, StudyTime=050000", true],
      [key, "StudyDate=20260203, StudyTime=170000", false],
      [key, "StudyDate=20260204, StudyTime=070000", false],
      [key, "StudyDate=20260204", true],
    ];
    check(rows, { combinedDateTime: true });
    const apart = "StudyDate=20260203-20260204, StudyTime=060000-180000";
    check([
      [apart, "StudyDate=20260203, StudyTime=170000", true],
      [apart, "StudyDate=20260203, StudyTime=190000", false],
    ]);
  });

  test("matches items of sequences one by one (PS3.4 C.2.2.2.6)", () => {
    const entity =
      "ScheduledProcedureStepSequence[0].Modality=CT, ScheduledProcedureStepSequence[0].ScheduledStationAETitle=A, " +
      "ScheduledProcedureStepSequence[1].Modality=MR, ScheduledProcedureStepSequence[1].ScheduledStationAETitle=B";
    const step = (modality: string, station: string): string =>
      `ScheduledProcedureStepSequence[0].Modality=${modality}, ScheduledProcedureStepSequence[0].ScheduledStationAETitle=${station}`;
    check([
      [step("CT", "A"), entity, true],
      [step("MR", "B"), entity, true],
      [step("CT", "B"), entity, false],
      [step("", ""), entity, true],
      [step("", ""), "PatientID=1", true],
      [step("CT", ""), "PatientID=1", false],
    ]);
  });

  test("asks for empty values and several values (PS3.4 C.2.2.2.7, C.2.2.2.8)", () => {
    const rows: readonly Row[] = [
      ['AccessionNumber=""', "AccessionNumber", true],
      ['AccessionNumber=""', "PatientID=1", true],
      ['AccessionNumber=""', "AccessionNumber=1", false],
    ];
    check(rows, { emptyValues: true });
    check([['AccessionNumber=""', "AccessionNumber", false]]);
    check([["ModalitiesInStudy=CT\\MR", "ModalitiesInStudy=CT", true]]);
    check([["ModalitiesInStudy=CT\\MR", "ModalitiesInStudy=CT", false]], { multipleValues: true });
    check([["ModalitiesInStudy=CT\\MR", "ModalitiesInStudy=MR\\SR\\CT", true]], {
      multipleValues: true,
    });
  });

  test("ends soon whatever the wild cards are", () => {
    const key = `PatientComments=${"*a".repeat(2000)}b`;
    check([[key, `PatientComments=${"a".repeat(8000)}`, false]]);
  });
});
