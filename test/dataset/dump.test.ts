import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { DataSet } from "../../src/dataset/data_set.ts";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { makeElement, makeSequence } from "../../src/dataset/make_element.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { EXPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { sampleDataSet } from "../support/sample_data_set.ts";

describe("dumpDataSet()", () => {
  const { dataSet } = readDataSet(sampleDataSet(), { syntax: EXPLICIT_LITTLE, valueLimit: 100 });

  test("prints one line an element, items indented", () => {
    const lines = [...dumpDataSet(dataSet, { showPatient: true })];
    assert.deepEqual(lines.slice(0, 8), [
      "(0008,0005) CS SpecificCharacterSet             ISO_IR 100",
      "(0008,0018) UI SOPInstanceUID                   1.2.3",
      "(0008,1110) SQ ReferencedStudySequence          2 items",
      "  [0]",
      "    (0008,1199) SQ ReferencedSOPSequence            2 items",
      "      [0]",
      "        (0008,0100) SH CodeValue                        T-1",
      "      [1]",
    ]);
    assert.deepEqual(lines.slice(-7), [
      "(0009,1002) UN [ACME]                           01 02 03 04",
      "(0010,0010) PN PatientName                      Müller^A",
      "(0018,9004) CS ContentQualification             PRODUCT",
      "(0028,0010) US Rows                             2",
      "(0028,9002) UL DataPointColumns                 1",
      "(0042,0011) OB EncapsulatedDocument             300 octets at 352",
      "(7FE0,0010) OB PixelData                        2 fragments, 6 octets at 664, with offset table",
    ]);
  });

  test("P-05: masks names, identifiers and private values unless asked for them", () => {
    const canary = "CANARY";
    const photo = new DataSet([makeElement(0x00080100, [canary], { vr: "SH" })]);
    const secret = new DataSet([
      makeElement(0x00080050, [canary], { vr: "SH" }),
      makeElement(0x00080060, ["MR"], { vr: "CS" }),
      makeElement(0x00080090, [canary], { vr: "PN" }),
      makeElement(0x00090010, ["ACME"], { vr: "LO" }),
      makeElement(0x00091001, [canary], { vr: "LO" }),
      makeElement(0x00100010, [canary], { vr: "PN" }),
      makeElement(0x00100020, [canary], { vr: "LO" }),
      makeElement(0x00101000, [canary], { vr: "LO" }),
      makeSequence(0x00101002, [photo]),
    ]);
    const shown = [...dumpDataSet(secret)].join("\n");
    assert.ok(!shown.includes(canary), shown);
    assert.ok(shown.includes("MR") && shown.includes("ACME"));
    assert.equal(
      [...dumpDataSet(secret, { showPatient: true })].join("\n").split(canary).length,
      8,
    );
  });

  test("P-15: lets no control character through, and cuts at the width", () => {
    const bad = new DataSet([
      makeElement(0x00081030, ["\x1b[31m\r\n\u0000x"], { vr: "LO" }),
      makeElement(0x00204000, ["y".repeat(500)], { vr: "LT" }),
    ]);
    const lines = [...dumpDataSet(bad, { width: 40 })];
    assert.doesNotMatch(lines.join(""), /[\x00-\x1f]/);
    assert.ok(lines[1]?.endsWith(`${"y".repeat(37)}...`));
  });

  test("names UIDs with what it is given", () => {
    const uid = new DataSet([makeElement(0x00080016, ["1.2.840.10008.5.1.4.1.1.2"], { vr: "UI" })]);
    const [line] = [...dumpDataSet(uid, { uidName: () => "CT Image Storage" })];
    assert.ok(line?.endsWith("1.2.840.10008.5.1.4.1.1.2 CT Image Storage"));
  });
});
