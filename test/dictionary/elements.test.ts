import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { allElements, elementByKeyword, elementByTag } from "../../src/dictionary/elements.ts";
import { privateElement } from "../../src/dictionary/private_elements.ts";

describe("elementByTag()", () => {
  test("finds elements of PS3.6, retired ones and those of command sets", () => {
    assert.deepEqual(elementByTag(0x00100010), {
      tag: 0x00100010,
      keyword: "PatientName",
      vr: "PN",
      vm: "1",
      retired: false,
    });
    assert.equal(elementByTag(0x7fe00010)?.vr, "OB/OW");
    assert.equal(elementByTag(0x00280106)?.vr, "US/SS");
    assert.equal(elementByTag(0x00001000)?.keyword, "AffectedSOPInstanceUID");
    assert.equal(elementByTag(0x00020010)?.keyword, "TransferSyntaxUID");
    assert.equal(elementByTag(0xfffee000)?.vr, "--");
    assert.deepEqual(
      [elementByTag(0x00101000)?.retired, elementByTag(0x00101002)?.retired],
      [true, false],
    );
    assert.equal(elementByTag(0x7fe00003)?.keyword, "EncapsulatedPixelDataValueTotalLength");
  });

  test("finds members of repeating groups, even ones alone (PS3.5 7.6)", () => {
    for (const group of [0x6000, 0x6002, 0x60fe]) {
      assert.equal(elementByTag(group * 0x10000 + 0x3000)?.keyword, "OverlayData");
    }
    assert.equal(elementByTag(0x60013000), undefined);
    assert.equal(elementByTag(0x50063000)?.keyword, "CurveData");
    assert.equal(elementByTag(0x002031aa)?.keyword, "SourceImageIDs");
    assert.equal(elementByTag(0x00280420)?.keyword, "RowsForNthOrderCoefficients");
    assert.equal(elementByTag(0x7f020010)?.keyword, "VariablePixelData");
    assert.equal(elementByTag(0x10100abc)?.keyword, "ZonalMap");
  });

  test("has nothing for private elements and for tags that PS3.6 leaves out", () => {
    for (const tag of [0x00091001, 0x00110010, 0x00080003, 0xffffffff, 0x00100011]) {
      assert.equal(elementByTag(tag), undefined, tag.toString(16));
    }
  });
});

test("elementByKeyword() is the inverse", () => {
  const all = allElements();
  for (const entry of all) {
    if (entry.keyword === "") continue;
    assert.equal(elementByKeyword(entry.keyword)?.tag, entry.tag, entry.keyword);
    // (0028,0400) has a row of its own, (0028,04x0) is for the others
    const lowest = elementByTag(entry.tag) === entry ? entry.tag : entry.tag + 0x10;
    assert.equal(elementByTag(lowest)?.keyword, entry.keyword, entry.keyword);
  }
  assert.equal(elementByKeyword("NoSuchKeyword"), undefined);
  const retired = all.filter((entry) => entry.retired).length;
  assert.ok(all.length > 5000 && retired > 400);
  console.log(`elements: ${all.length} rows, ${retired} of them retired`);
});

test("every row is well formed", () => {
  for (const { tag, keyword, vr, vm } of allElements()) {
    const name = `${tag.toString(16)} ${keyword}`;
    assert.match(keyword, /^([A-Za-z][A-Za-z0-9]*)?$/, name);
    assert.match(vr, /^([A-Z]{2}(\/[A-Z]{2})?|--)$/, name);
    assert.match(vm, /^\d+(-(\d*n|\d+))?$/, name);
  }
});

test("privateElement() finds elements by creator, whatever block it reserved (PS3.5 7.8.1)", () => {
  for (const tag of [0x00191002, 0x0019ab02]) {
    assert.equal(privateElement(tag, "GEMS_ACQU_01")?.vr, "SL");
  }
  assert.equal(privateElement(0x60011001, "DLX_LKUP_01")?.vm, "3");
  assert.equal(privateElement(0x00191002, "NOBODY"), undefined);
  assert.equal(privateElement(0x001110ff, "GEMS_ACQU_01"), undefined);
});
