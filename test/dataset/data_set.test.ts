import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { characterSet } from "../../src/dataset/character_set.ts";
import { DataSet } from "../../src/dataset/data_set.ts";
import type { ValueElement } from "../../src/dataset/element.ts";
import { elementNumbers, elementStrings } from "../../src/dataset/element_value.ts";
import { makeElement, makeOctets, makeSequence } from "../../src/dataset/make_element.ts";
import { VALUE_REPRESENTATIONS } from "../../src/dataset/vr.ts";

const study = new DataSet([makeElement(0x0020000d, ["1.2.3"], { vr: "UI" })]);
const dataSet = new DataSet([
  makeElement(0x00080060, ["MR"], { vr: "CS" }),
  makeSequence(0x00081110, [study, new DataSet([])]),
  makeElement(0x00090010, ["ACME 1.1"], { vr: "LO" }),
  makeElement(0x00091001, ["x"], { vr: "LO" }),
  makeElement(0x00280010, [512], { vr: "US" }),
  makeElement(0x00280030, ["0.5 ", " 1e-1"], { vr: "DS" }),
]);

describe("DataSet finds elements", () => {
  test("by tag, keyword and path", () => {
    assert.equal(dataSet.text(0x00080060), "MR");
    assert.equal(dataSet.text("Modality"), "MR");
    assert.equal(dataSet.text("00080060"), "MR");
    assert.equal(dataSet.text("(0008,0060)"), "MR");
    assert.equal(dataSet.text("ReferencedStudySequence[0].StudyInstanceUID"), "1.2.3");
    assert.equal(dataSet.text("ReferencedStudySequence.0020000D"), "1.2.3");
    assert.equal(dataSet.items("ReferencedStudySequence").length, 2);
    assert.equal(dataSet.number("Rows"), 512);
    assert.deepEqual(dataSet.numbers("PixelSpacing"), [0.5, 0.1]);
    assert.equal(dataSet.privateCreator(0x00091001), "ACME 1.1");
  });

  test("numbers of DS and IS as PS3.5 6.2 has them, NaN for any other text", () => {
    const numbers = (text: string, vr = "DS") =>
      elementNumbers({
        ...makeOctets(0x00280030, new TextEncoder().encode(text), vr),
      });
    const good = " 1\\-2 \\+3.\\.5\\1e2\\-1.5E-1\\007\0";
    assert.deepEqual(numbers(good), [1, -2, 3, 0.5, 100, -0.15, 7]);
    assert.deepEqual(numbers("12\\-7", "IS"), [12, -7]);
    const bad = ["x", "1,5", "0x1F", "Infinity", "NaN", "1 2", "--1", "e5", ".", "5e", "\x80", ""];
    assert.deepEqual(numbers(bad.join("\\")), Array(bad.length).fill(Number.NaN));
    assert.deepEqual(numbers(""), []);
  });

  test("and gives nothing for a path that leads nowhere", () => {
    for (const path of [
      "",
      ".",
      "NoSuchKeyword",
      "Modality.Rows",
      "ReferencedStudySequence[9].Rows",
      "a[b]",
    ]) {
      assert.equal(dataSet.element(path), undefined, path);
      assert.equal(dataSet.text(path), undefined, path);
      assert.deepEqual(dataSet.items(path), [], path);
      assert.equal(dataSet.has(path), false, path);
    }
  });

  test("the first one where a tag comes twice", () => {
    const twice = new DataSet(["1", "2"].map((id) => makeElement(0x00100020, [id], { vr: "LO" })));
    assert.equal(twice.text("PatientID"), "1");
  });

  test("with the character set of the data set around an item, unless it has its own", () => {
    const latin = makeOctets(0x00100010, Uint8Array.of(0xe9), "PN");
    const cyrillic = new DataSet([makeElement(0x00080005, ["ISO_IR 144"], { vr: "CS" }), latin]);
    const items: DataSet[] = [];
    const outer = new DataSet([
      makeElement(0x00080005, ["ISO_IR 100"], { vr: "CS" }),
      makeSequence(0x00081110, items),
    ]);
    items.push(new DataSet([latin], { outer }), cyrillic);
    assert.equal(outer.text("ReferencedStudySequence[0].PatientName"), "é");
    assert.equal(outer.text("ReferencedStudySequence[1].PatientName"), "щ");
  });
});

/** Values to write and how they read back, for each VR that is not octets or items. */
const VALUES: Readonly<
  Record<string, readonly [readonly (string | number | bigint)[], readonly string[]]>
> = {
  AE: [
    ["STORESCU", " A "],
    ["STORESCU", "A"],
  ],
  AS: [["045Y"], ["045Y"]],
  AT: [
    ["00100010", 0x7fe00010],
    ["00100010", "7FE00010"],
  ],
  CS: [["MR"], ["MR"]],
  DA: [["20260101"], ["20260101"]],
  DS: [
    [0.1, "1.50 ", 1 / 3],
    ["0.1", "1.50", "0.33333333333333"],
  ],
  DT: [["20260101120000.000000+0100"], ["20260101120000.000000+0100"]],
  FD: [
    [0.1, -1e300],
    ["0.1", "-1e+300"],
  ],
  FL: [
    [0.5, -2],
    ["0.5", "-2"],
  ],
  IS: [
    [-12, "+5"],
    ["-12", "+5"],
  ],
  LO: [
    ["a b", "c"],
    ["a b", "c"],
  ],
  LT: [[" a\\b\r\n"], [" a\\b\r\n"]],
  PN: [["A^B=C"], ["A^B=C"]],
  SH: [["x"], ["x"]],
  SL: [[-2147483648], ["-2147483648"]],
  SS: [
    [-32768, 32767],
    ["-32768", "32767"],
  ],
  ST: [["one\\value"], ["one\\value"]],
  SV: [[-(2n ** 63n)], ["-9223372036854775808"]],
  TM: [["115959.5"], ["115959.5"]],
  UC: [
    [" long", "b"],
    [" long", "b"],
  ],
  UI: [
    ["1.2", "1.2.3"],
    ["1.2", "1.2.3"],
  ],
  UL: [[4294967295], ["4294967295"]],
  UR: [["http://a/b"], ["http://a/b"]],
  US: [
    [65535, 0],
    ["65535", "0"],
  ],
  UT: [["a\\b"], ["a\\b"]],
  UV: [[2n ** 64n - 1n], ["18446744073709551615"]],
};

describe("makeElement() and elementStrings()", () => {
  for (const { vr, kind } of VALUE_REPRESENTATIONS) {
    if (kind === "octets" || kind === "sequence") continue;
    test(`are inverse for VR ${vr} (PS3.5 6.2)`, () => {
      const [values, texts] = VALUES[vr] ?? [[], []];
      assert.ok(values.length > 0, "no example");
      const element = makeElement(0x00091001, values, { vr });
      assert.equal(element.bytes.length % 2, 0);
      assert.deepEqual(elementStrings(element, characterSet([])), texts);
    });
  }

  test("refuse what a VR cannot hold", () => {
    const rows: readonly [string, string | number | bigint][] = [
      ["US", 65536],
      ["US", -1],
      ["SS", 40000],
      ["UL", 1.5],
      ["SV", 2n ** 63n],
      ["UV", "x"],
      ["AT", "PatientName?"],
      ["CS", "é"],
      ["LO", "é"],
      ["OB", "x"],
      ["SQ", "x"],
    ];
    for (const [vr, value] of rows) {
      assert.throws(() => makeElement(0x00091001, [value], { vr }), RangeError, `${vr} ${value}`);
    }
  });
});

describe("elementNumbers()", () => {
  test("reads both byte orders and leaves out what is cut", () => {
    const base = {
      kind: "value",
      tag: 0x00280010,
      offset: 0,
      bytes: Uint8Array.of(1, 2, 3),
    } as const;
    const little: ValueElement = { ...base, vr: "US", bigEndian: false };
    assert.deepEqual(elementNumbers(little), [0x0201]);
    assert.deepEqual(elementNumbers({ ...little, bigEndian: true }), [0x0102]);
  });

  test("gives NaN for a DS that is none, with its text still there", () => {
    const element = makeElement(0x00280030, ["1,5", "", "0x10", "2"], { vr: "DS" });
    assert.deepEqual(elementNumbers(element), [Number.NaN, Number.NaN, Number.NaN, 2]);
    assert.deepEqual(elementStrings(element, characterSet([])), ["1,5", "", "0x10", "2"]);
  });
});
