import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  COMMAND_ELEMENTS,
  commandElement,
  commandElementByKeyword,
  hexTag,
  printTag,
} from "../../src/dimse/command_dictionary.ts";

describe("command dictionary", () => {
  test("has the 24 elements of Table E.1-1 and the 22 retired ones of E.2-1", () => {
    assert.equal(COMMAND_ELEMENTS.filter((entry) => !entry.retired).length, 24);
    assert.equal(COMMAND_ELEMENTS.filter((entry) => entry.retired).length, 22);
    assert.equal(new Set(COMMAND_ELEMENTS.map((entry) => entry.tag)).size, 46);
    assert.equal(new Set(COMMAND_ELEMENTS.map((entry) => entry.keyword)).size, 46);
  });

  test("finds a row by tag and by keyword", () => {
    const row = { tag: 0x0901, keyword: "OffendingElement", vr: "AT", vm: "1-n", retired: false };
    assert.deepEqual(commandElement(0x0901), row);
    assert.deepEqual(commandElementByKeyword("OffendingElement"), row);
    assert.equal(commandElement(0x0004), undefined);
    assert.equal(commandElementByKeyword("PatientName"), undefined);
  });

  test("prints tags in both forms of the standard", () => {
    assert.equal(printTag(0x00001000), "(0000,1000)");
    assert.equal(printTag(0xfffee00d), "(FFFE,E00D)");
    assert.equal(hexTag(0x00100020), "00100020");
  });
});
