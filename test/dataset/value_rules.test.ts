import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { makeElement, makeOctets, makeSequence } from "../../src/dataset/make_element.ts";
import { valueFindings } from "../../src/dataset/value_rules.ts";

function rules(elements: DataElement[], query = false): string[] {
  return valueFindings(new DataSet(elements), { query }).map(({ id }) =>
    id.replace("data-set-", ""),
  );
}

describe("valueFindings()", () => {
  /** VR, tag that has it, conforming values, violating ones (PS3.5 Table 6.2-1). */
  const rows: readonly [string, number, readonly string[], readonly string[]][] = [
    ["AE", 0x00080054, ["STORE SCP"], ["A".repeat(17), "A\u0001"]],
    ["AS", 0x00101010, ["018M", "100Y"], ["18M", "018X"]],
    ["CS", 0x00080060, ["MR", "A_B 1"], ["mr", "A".repeat(17), "A-B"]],
    ["DA", 0x00080020, ["20260101", "1996.01.31"], ["2026-1-1", "202601011"]],
    ["DS", 0x00101030, ["1", "-0.5e-3", "+.5"], ["1,5", "12345678901234567"]],
    ["DT", 0x0008002a, ["2026", "20260101120000.123456+0100"], ["202", "2026010112000x"]],
    ["IS", 0x00200013, ["0", "-12", "+5"], ["1.0", "1234567890123"]],
    ["LO", 0x00081030, ["x".repeat(64)], ["x".repeat(65)]],
    ["PN", 0x00100010, [`${"x".repeat(64)}=${"y".repeat(64)}`], ["x".repeat(65)]],
    ["SH", 0x00080050, ["x".repeat(16)], ["x".repeat(17)]],
    ["ST", 0x00080081, ["x".repeat(1024)], ["x".repeat(1025)]],
    ["TM", 0x00080030, ["12", "1200", "120000.5", "12:00:00"], ["120", "1x"]],
    ["UI", 0x00080018, ["1.2.840.0.1", "2.25.1"], [".1", "1..2", "1.02", `1.${"2".repeat(64)}`]],
  ];
  for (const [vr, tag, good, bad] of rows) {
    test(`judges values of VR ${vr}`, () => {
      for (const value of good) {
        assert.deepEqual(rules([makeElement(tag, [value], { vr })]), [], `${vr} ${value}`);
      }
      for (const value of bad) {
        const found = rules([makeElement(tag, [value], { vr })]);
        assert.equal(found.length, 1, `${vr} ${value}: ${found}`);
        assert.match(found[0] ?? "", /^value-(form|length)$/);
      }
    });
  }

  test("judges the number of values (PS3.6, VM)", () => {
    const spacing = (count: number) =>
      rules([makeElement(0x00280030, Array(count).fill("1"), { vr: "DS" })]);
    assert.deepEqual([spacing(1), spacing(2), spacing(3)], [["value-count"], [], ["value-count"]]);
    const contour = (count: number) =>
      rules([makeElement(0x30060050, Array(count).fill("1"), { vr: "DS" })]);
    assert.deepEqual([contour(3), contour(4), contour(6)], [[], ["value-count"], []]); // 3-3n
    assert.deepEqual(rules([makeElement(0x00080008, ["A", "B", "C"], { vr: "CS" })]), []); // 2-n
  });

  test("judges the size of binary values", () => {
    const odd = { ...makeOctets(0x00280010, new Uint8Array(0), "US"), bytes: new Uint8Array(3) };
    assert.deepEqual(rules([odd]), ["value-length"]);
    assert.deepEqual(rules([makeOctets(0x00280009, new Uint8Array(6), "AT")]), ["value-length"]);
  });

  test("D-12: judges character sets", () => {
    const declared = makeElement(0x00080005, ["ISO_IR 999"], { vr: "CS" });
    assert.deepEqual(rules([declared]), ["character-set"]);
    const name = makeOctets(0x00100010, Uint8Array.of(0xe9, 0x20), "PN");
    assert.deepEqual(rules([name]), ["character-set"]);
    const chinese = makeElement(0x00080005, ["", "ISO 2022 IR 58"], { vr: "CS" });
    const octets = [0x1b, 0x24, 0x29, 0x41, 0xd5, 0xc5];
    const [escaped, bare] = [octets, octets.slice(4)].map((bytes) =>
      makeOctets(0x00100010, Uint8Array.from(bytes), "PN"),
    ) as [DataElement, DataElement];
    assert.deepEqual(rules([chinese, escaped]), []);
    const [found, ...more] = valueFindings(new DataSet([chinese, bare]));
    assert.match(found?.text ?? "", /without an escape sequence, read as ISO IR 58$/);
    assert.equal(more.length, 0);
    assert.deepEqual(rules([makeElement(0x00080005, ["ISO_IR 100"], { vr: "CS" }), name]), []);
  });

  test("says nothing of ranges, wild cards and lists of a query (PS3.4 C.2.2.2)", () => {
    const identifier = [
      makeElement(0x00080018, ["1.2", "1.3"], { vr: "UI" }),
      makeElement(0x00080020, ["20260101-20260131"], { vr: "DA" }),
      makeElement(0x00080030, ["0800-"], { vr: "TM" }),
      makeElement(0x00080060, ["M?"], { vr: "CS" }),
      makeElement(0x00100020, ["12*"], { vr: "LO" }),
    ];
    assert.deepEqual(rules(identifier, true), []);
    assert.equal(rules(identifier).length, 4);
  });

  test("judges the ends of a range (PS3.4 C.2.2.2.5)", () => {
    const dates = ["20260101", "20260101-", "-20260131", "20260101-20260131", "2026.01.01-"];
    const times = ["08", "0800-", "-1200", "080000.5-1200", "08:00-12:00"];
    for (const date of dates) {
      assert.deepEqual(rules([makeElement(0x00080020, [date], { vr: "DA" })], true), [], date);
    }
    for (const time of times) {
      assert.deepEqual(rules([makeElement(0x00080030, [time], { vr: "TM" })], true), [], time);
    }
    for (const date of ["2026-01-01", "-", "20260101-2026013", "20260101--20260102", "today"]) {
      const found = rules([makeElement(0x00080020, [date], { vr: "DA" })], true);
      assert.deepEqual(found, ["value-form"], date);
    }
    assert.deepEqual(rules([makeElement(0x00080030, ["8-"], { vr: "TM" })], true), ["value-form"]);
    assert.deepEqual(rules([makeElement(0x00080020, ['""'], { vr: "DA" })], true), []); // no value
  });

  test("P-05: shows no value of a patient's element", () => {
    const birth = makeElement(0x00100030, ["CANARY"], { vr: "DA" });
    const [finding] = valueFindings(new DataSet([birth]));
    assert.equal(finding?.text, '"***" is no value of VR DA');
  });

  test("gives the path in items, and stops at its limit", () => {
    const bad = new DataSet([makeElement(0x00080060, ["mr"], { vr: "CS" })]);
    const outer = new DataSet([makeSequence(0x00081110, Array(500).fill(bad))]);
    const findings = valueFindings(outer);
    assert.equal(findings.length, 100);
    assert.equal(findings[3]?.path, "(0008,1110)[3].(0008,0060)");
    assert.equal(findings[3]?.text, '"mr" is no value of VR CS');
  });
});
