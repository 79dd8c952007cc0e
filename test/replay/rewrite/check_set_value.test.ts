import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { checkSetValue } from "../../../replay/rewrite/check_set_value.ts";
import { readSetRule } from "../../../replay/rewrite/set_rule.ts";
import { readValueTable } from "../../../replay/rewrite/value_table.ts";

const STEP = "ScheduledProcedureStepSequence[3]";

describe("checkSetValue()", () => {
  test.each([
    ["PatientBirthDate=foo", '"foo" is no value of VR DA: YYYYMMDD (PS3.5 6.2)'],
    [
      "~m C-STORE/AccessionNumber=12345678901234567",
      '"12345678901234567" is no value of VR SH: at most 16 characters (PS3.5 6.2)',
    ],
    [`${STEP}.ScheduledProcedureStepStartTime=noon`, '"noon" is no value of VR TM: such as 141500'],
    ["AcquisitionDateTime=now", '"now" is no value of VR DT'],
    ["StudyInstanceUID=1.02", '"1.02" is no value of VR UI: digits and dots, at most 64'],
    ["Modality=ct", '"ct" is no value of VR CS'],
    ["InstanceNumber=1.5", '"1.5" is no value of VR IS'],
    ["SliceThickness=thick", '"thick" is no value of VR DS'],
    ["Rows=many", '"many" is no value of VR US (PS3.5 6.2)'],
    ["Rows=70000", '"70000" is no value of VR US'],
    ["PixelData=abc", '"abc" cannot be a value: VR OW has octets (PS3.5 6.2)'],
    ["AffectedSOPInstanceUID=new", '"new" is no value of VR UI'],
    ["MoveDestination=LONGER_THAN_16_CHARACTERS", "is no value of VR AE"],
    ["PatientBirthDate=$" + "{counter}", '"1" is no value of VR DA'],
    ["AccessionNumber=$" + "{uuid}", "is no value of VR SH"],
    ["Priority=$" + "{uuid}", "is no value of VR US"],
  ])("refuses %s", (typed, words) => {
    assert.throws(
      () => checkSetValue(readSetRule(typed), undefined),
      (error) => {
        assert.ok(error instanceof RangeError);
        assert.ok(error.message.startsWith(`${typed}: `), error.message);
        assert.ok(error.message.includes(words), error.message);
        assert.match(error.message, /\(PS3\.5 6\.2\)$/);
        return true;
      },
    );
  });

  test.each([
    "PatientBirthDate=19700101",
    "PatientBirthDate",
    "PatientBirthDate=19700101-19801231",
    "StudyDate=-20260203",
    "StudyTime=08-0930",
    "PatientName=MÜLLER^JÖRG=山田^太郎",
    `PatientComments=${"ü".repeat(10_240)}`,
    "PatientName=M*",
    "Modality=C?",
    "ModalitiesInStudy=CT\\MR",
    "StudyInstanceUID=1.2.3\\1.2.4",
    "StudyInstanceUID=2.25.$" + "{counter}",
    "PatientID=LOAD$" + "{counter}",
    "StudyDescription=$" + "{uuid}",
    "ImagePositionPatient=-1.5\\0\\1e2",
    "Rows=512",
    "Priority=1",
    "Priority=$" + "{counter}",
    "Status=0x011$" + "{counter}",
    "OffendingElement=0010001$" + "{counter}\\00100020",
    `${STEP}.ScheduledStationAETitle=CT1`,
    "ReferencedStudySequence=",
    "MoveDestination=STORE",
    "FailedSOPInstanceUIDList=1.2\\1.3",
  ])("takes %s", (typed) => {
    checkSetValue(readSetRule(typed), undefined);
  });

  test.each([
    [
      "StudyDate",
      "20260203",
      "1970-01-01",
      '"1970-01-01" is no value of VR DA: YYYYMMDD (PS3.5 6.2)',
    ],
    ["Priority", "0x0002", "high", '"high" is no value of VR US (PS3.5 6.2)'],
    ["Priority", "1", "65536", '"65536" is no value of VR US (PS3.5 6.2)'],
  ])("looks at every row of a table, and says which one is wrong: %s", (path, good, bad, words) => {
    const rule = readSetRule(`${path}=\${value}`);
    checkSetValue(rule, readValueTable(`value\n${good}\n\n`));
    assert.throws(() => checkSetValue(rule, readValueTable(`value\n${good}\n${bad}\n`)), {
      message: `${rule.typed}: ${words}, in row 2 of the values`,
    });
  });

  test("P-05: shows nothing of a patient from a table", () => {
    for (const path of ["PatientBirthDate", "OtherPatientIDsSequence[0].StudyDate"]) {
      const rule = readSetRule(`${path}=\${born}`);
      checkSetValue(rule, readValueTable("born\n19700101\n"));
      assert.throws(() => checkSetValue(rule, readValueTable("born\n19700101\n1970-01-01\n")), {
        message: `${rule.typed}: *** is no value of VR DA: YYYYMMDD (PS3.5 6.2), in row 2 of the values`,
      });
    }
  });
});
