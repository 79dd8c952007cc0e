import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { base64, fromBase64 } from "../../src/dataset/base64.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import { dataSetFromJson } from "../../src/dataset/json_input.ts";
import { dataSetToJson, printJsonModel } from "../../src/dataset/json_model.ts";
import { makeElement, makeOctets } from "../../src/dataset/make_element.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { EXPLICIT_BIG, EXPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { big } from "../support/data_set_bytes.ts";
import { sampleDataSet } from "../support/sample_data_set.ts";

describe("dataSetToJson() (PS3.18 F)", () => {
  test("gives each kind of value its form", () => {
    const { dataSet } = readDataSet(sampleDataSet(), { syntax: EXPLICIT_LITTLE, valueLimit: 100 });
    assert.deepEqual(dataSetToJson(dataSet), {
      "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
      "00080018": { vr: "UI", Value: ["1.2.3"] },
      "00081110": {
        vr: "SQ",
        Value: [{ "00081199": { vr: "SQ", Value: [code, code] } }, {}],
      },
      "00081111": {
        vr: "SQ",
        Value: [{ ...code, "00081199": { vr: "SQ", Value: [code, code] } }],
      },
      "00090010": { vr: "LO", Value: ["ACME"] },
      "00091001": { vr: "SQ", Value: [{ "00080100": { vr: "SH", Value: ["T1"] } }] },
      "00091002": { vr: "UN", InlineBinary: "AQIDBA==" },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^A" }] },
      "00189004": { vr: "CS", Value: ["PRODUCT"] },
      "00280010": { vr: "US", Value: [2] },
      "00289002": { vr: "UL", Value: [1] },
      "00420011": { vr: "OB", BulkDataURI: "?offset=352&length=300" },
      "7FE00010": { vr: "OB", BulkDataURI: "?offset=672&length=26" },
    });
  });
  const code = { "00080100": { vr: "SH", Value: ["T-1"] } };

  test("keeps numbers as JSON can, text where it cannot (F.2.3)", () => {
    const dataSet = new DataSet([
      makeElement(0x00280030, ["1.50", "", "1,5"], { vr: "DS" }),
      makeElement(0x0040a30a, ["7"], { vr: "DS" }),
      makeElement(0x00189073, [Number.NaN, Number.NEGATIVE_INFINITY, -0], { vr: "FD" }),
      makeElement(0x00091001, [2n ** 63n, 5n], { vr: "UV" }),
      makeElement(0x00280009, [0x00181063], { vr: "AT" }),
      makeElement(0x00100010, ["", "=B"], { vr: "PN" }),
      makeElement(0x00100000, [12], { vr: "UL" }),
      makeOctets(0x00100020, new Uint8Array(0), "LO"),
    ]);
    const json = dataSetToJson(dataSet);
    assert.deepEqual(json["00280030"]?.Value, [1.5, null, "1,5"]);
    assert.deepEqual(json["0040A30A"]?.Value, [7]);
    assert.deepEqual(json["00189073"]?.Value, ["NaN", "-inf", 0]);
    assert.deepEqual(json["00091001"]?.Value, ["9223372036854775808", 5]);
    assert.deepEqual(json["00280009"]?.Value, ["00181063"]);
    assert.deepEqual(json["00100010"]?.Value, [null, { Ideographic: "B" }]);
    assert.deepEqual(json["00100020"], { vr: "LO" });
    assert.equal("00100000" in json, false, "group length (F.2.2)");
  });

  test("gives binary values in little endian order (F.2.7)", () => {
    const { dataSet } = readDataSet(big(0x00660023, "OW", [1, 2]), { syntax: EXPLICIT_BIG });
    assert.equal(dataSetToJson(dataSet)["00660023"]?.InlineBinary, base64(Uint8Array.of(2, 1)));
  });
});

test("P-05: dataSetToJson() masks names, identifiers and private values when asked to", () => {
  const canary = "CANARY";
  const dataSet = dataSetFromJson({
    PatientName: canary,
    PatientID: canary,
    Modality: "MR",
    OtherPatientIDsSequence: [{ PatientID: canary }],
    ReferencedStudySequence: [{ AccessionNumber: canary }],
    "00090010": { vr: "LO", Value: ["ACME"] },
    "00091001": { vr: "LO", Value: [canary] },
    PatientBirthDate: [],
  });
  const text = JSON.stringify(dataSetToJson(dataSet, { maskPatient: true }));
  assert.ok(!text.includes(canary), text);
  assert.ok(text.includes("MR") && text.includes("ACME") && text.includes('{"Alphabetic":"***"}'));
  assert.ok(text.includes('"00100030":{"vr":"DA"}'), "empty stays empty");
});

test("printJsonModel() gives attributes in ascending order (F.2.2)", () => {
  const dataSet = dataSetFromJson({ "30060002": { vr: "SH", Value: ["b"] }, PatientID: "a" });
  const text = printJsonModel(dataSetToJson(dataSet));
  assert.equal(text, '{"00100020":{"vr":"LO","Value":["a"]},"30060002":{"vr":"SH","Value":["b"]}}');
  assert.deepEqual(JSON.parse(text), dataSetToJson(dataSet));
});

describe("dataSetFromJson()", () => {
  test("is the inverse of dataSetToJson()", () => {
    const { dataSet } = readDataSet(sampleDataSet(), { syntax: EXPLICIT_LITTLE });
    const json = dataSetToJson(dataSet, { inlineLimit: 1000 });
    delete json["7FE00010"]; // bulk
    assert.deepEqual(dataSetToJson(dataSetFromJson(json), { inlineLimit: 1000 }), json);
  });

  test("takes keywords, bare values and lists, and finds the VR", () => {
    const dataSet = dataSetFromJson({
      NumberOfCopies: 2,
      PatientName: "Müller^Ä",
      ImageType: ["ORIGINAL", "PRIMARY"],
      ReferencedStudySequence: [{ ReferencedSOPClassUID: "1.2" }, {}],
      PatientID: null,
      Rows: [],
    });
    assert.deepEqual(dataSet.strings("NumberOfCopies"), ["2"]);
    assert.equal(dataSet.text("PatientName"), "Müller^Ä");
    assert.deepEqual(dataSet.strings("SpecificCharacterSet"), ["ISO_IR 192"]);
    assert.deepEqual(dataSet.strings("ImageType"), ["ORIGINAL", "PRIMARY"]);
    assert.equal(dataSet.items("ReferencedStudySequence").length, 2);
    assert.ok(dataSet.has("Rows") && dataSet.numbers("Rows").length === 0);
    const tags = dataSet.elements.map((element) => element.tag);
    assert.deepEqual(
      tags,
      tags.toSorted((a, b) => a - b),
    );
  });

  test("says what it cannot read, with the path", () => {
    const rows: readonly [unknown, RegExp][] = [
      [[], /Cannot read the data set: an object/],
      [{ NoSuchThing: 1 }, /Cannot read NoSuchThing: neither a tag nor a keyword/],
      [{ Rows: 70_000 }, /Cannot read Rows: .*70000 does not fit VR US/],
      [{ "00091001": "x" }, /Cannot read 00091001: the VR {2}is not known/],
      [{ PixelData: "x" }, /Cannot read PixelData: VR OW needs InlineBinary/],
      [{ PixelData: { vr: "OB", InlineBinary: "?" } }, /InlineBinary is not base64/],
      [{ PixelData: { vr: "OB", BulkDataURI: "http://a" } }, /BulkDataURI is not followed/],
      [
        { ReferencedStudySequence: [{ Rows: true }] },
        /ReferencedStudySequence\[0\]\.Rows: a value must/,
      ],
      [{ ReferencedStudySequence: [1] }, /ReferencedStudySequence\[0\]: an object/],
    ];
    for (const [json, message] of rows) {
      assert.throws(
        () => dataSetFromJson(json),
        (error: Error) => {
          assert.ok(error instanceof RangeError);
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });
});

test("base64() and fromBase64() are inverse", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
      assert.deepEqual(fromBase64(base64(bytes)), bytes);
    }),
    { seed: 5 },
  );
  for (const bad of ["A", "A===", "A?==", "=AAA"]) assert.equal(fromBase64(bad), undefined, bad);
});
