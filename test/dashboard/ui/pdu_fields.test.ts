import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { PduField } from "../../../src/dashboard/api_types.ts";
import {
  fieldAt,
  fieldOf,
  readHex,
  samePath,
} from "../../../src/dashboard/ui/association/pdu_fields.ts";

const FIELDS: readonly PduField[] = [
  field("PDU-type", 0, 1),
  field("PDU-length", 2, 4),
  {
    ...field("Variable items", 6, 20),
    fields: [
      { ...field("Item", 6, 10), fields: [field("Item-type", 6, 1), field("Item-length", 8, 2)] },
      field("Item", 16, 10),
    ],
  },
];

describe("fieldAt()", () => {
  test("finds the deepest field that holds an octet", () => {
    assert.deepEqual(fieldAt(FIELDS, 0), [0]);
    assert.deepEqual(fieldAt(FIELDS, 9), [2, 0, 1]);
    assert.deepEqual(fieldAt(FIELDS, 7), [2, 0], "an octet between the children is the parent's");
    assert.deepEqual(fieldAt(FIELDS, 25), [2, 1]);
    assert.equal(fieldAt(FIELDS, 1), undefined);
    assert.equal(fieldAt(FIELDS, 26), undefined);
  });

  test("gives paths that fieldOf() follows to a field that holds the octet", () => {
    for (let offset = 0; offset < 26; offset++) {
      const path = fieldAt(FIELDS, offset);
      if (path === undefined) continue;
      const found = fieldOf(FIELDS, path);
      assert.ok(found !== undefined && samePath(fieldAt(FIELDS, offset), path));
      assert.ok(offset >= found.offset && offset < found.offset + found.length);
    }
    assert.equal(fieldOf(FIELDS, [9]), undefined);
  });
});

describe("readHex()", () => {
  test("reads octets, and those that are not shown", () => {
    assert.deepEqual(readHex("00ff??7f"), [0, 255, undefined, 127]);
    assert.deepEqual(readHex("0"), []);
  });
});

function field(name: string, offset: number, length: number): PduField {
  return { name, offset, length, value: null, words: null };
}
