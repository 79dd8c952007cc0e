import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { sopClasses, transferSyntaxes, uidEntry, uidName } from "../../src/dictionary/uids.ts";

describe("uids", () => {
  test("uidName() names what PS3.6 has and gives back what it does not have", () => {
    assert.equal(uidName("1.2.840.10008.5.1.4.1.1.2"), "CT Image Storage");
    assert.equal(uidName("1.2.3.4"), "1.2.3.4");
  });

  test("uidEntry() tells type, keyword and retirement", () => {
    assert.deepEqual(uidEntry("1.2.840.10008.1.2.2"), {
      uid: "1.2.840.10008.1.2.2",
      name: "Explicit VR Big Endian",
      type: "Transfer Syntax",
      retired: true,
      keyword: "ExplicitVRBigEndian",
    });
    assert.equal(uidEntry("1.2.840.10008.1.2.4.50")?.retired, false);
  });

  test("S-11 every transfer syntax of PS3.6 has a name", () => {
    const standard = transferSyntaxes().filter((entry) => entry.uid.startsWith("1.2.840.10008."));
    console.log(`S-11: ${standard.length} of 63 transfer syntaxes named`);
    assert.equal(standard.length, 63);
    assert.ok(standard.every((entry) => entry.name !== "" && entry.name !== entry.uid));
  });

  test("sopClasses() holds meta SOP classes too", () => {
    const keywords = new Set(sopClasses().map((entry) => entry.keyword));
    assert.ok(keywords.has("BasicGrayscalePrintManagementMeta"));
    assert.ok(keywords.has("CTImageStorage"));
  });
});
