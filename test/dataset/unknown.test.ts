/** D-10: what nobody knows is shown as unknown, with its octets, and is never fatal. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { dataSetToJson } from "../../src/dataset/json_model.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { explicit, hex, implicit, join } from "../support/data_set_bytes.ts";

const rows: readonly [string, Uint8Array, TransferSyntax, string][] = [
  ["a VR of two letters", explicit(0x00100021, "ZZ", "abcd"), EXPLICIT_LITTLE, "ZZ"],
  ["an even tag that PS3.6 leaves out", explicit(0x00080003, "LO", "ab"), EXPLICIT_LITTLE, "LO"],
  ["such a tag in Implicit VR", implicit(0x00080003, "ab"), IMPLICIT_LITTLE, "UN"],
  ["a private element without creator", implicit(0x00091001, "ab"), IMPLICIT_LITTLE, "UN"],
  [
    "a private element of a creator nobody knows",
    join(implicit(0x00090010, "NOBODY"), implicit(0x00091001, "ab")),
    IMPLICIT_LITTLE,
    "UN",
  ],
  [
    "a private element in Explicit VR",
    explicit(0x00091001, "SV", new Uint8Array(8)),
    EXPLICIT_LITTLE,
    "SV",
  ],
];

describe("D-10: not known, shown all the same:", () => {
  let shown = 0;
  for (const [name, bytes, syntax, vr] of rows) {
    test(name, () => {
      const { dataSet, whole } = readDataSet(bytes, { syntax });
      const last = dataSet.elements.at(-1);
      assert.ok(whole && last?.kind === "value" && last.bytes.length > 0);
      assert.equal(last.vr, vr);
      assert.ok([...dumpDataSet(dataSet, { showPatient: true })].length > 0);
      assert.ok(Object.values(dataSetToJson(dataSet)).length > 0);
      assert.equal(hex(encodeDataSet(dataSet, { syntax })), hex(bytes));
      shown++;
    });
  }

  test("a transfer syntax", () => {
    for (const uid of ["1.2.3", "", "1.2.840.10008.1.2.7.1", "1.2.840.10008.1.2.4"]) {
      assert.equal(transferSyntax(uid), undefined, uid);
    }
    for (const uid of [
      "1.2.840.10008.1.2.4.201",
      "1.2.840.10008.1.2.4.112",
      "1.2.840.10008.1.2.1.98",
    ]) {
      assert.equal(transferSyntax(uid)?.encapsulated, true, uid);
    }
    console.log(`D-10: ${shown + 1} of ${rows.length + 1} kinds`);
  });
});
