/** S-11: every transfer syntax of PS3.6 has a name, and a rule where it is not like the others. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { transferSyntax } from "../../../src/dataset/transfer_syntax.ts";
import { transferSyntaxes, uidName } from "../../../src/dictionary/uids.ts";
import { CT, idsOf, played } from "../../support/scripted_association.ts";
import { scriptOn } from "../../support/service_scripts.ts";

const ROOT = "1.2.840.10008.1.2";
const JPIP = ["4.94", "4.95", "4.204", "4.205"].map((last) => `${ROOT}.${last}`);
const REAL_TIME = ["7.1", "7.2", "7.3"].map((last) => `${ROOT}.${last}`);

describe("transfer syntaxes", () => {
  const standard = transferSyntaxes().filter(({ uid }) => uid.startsWith("1.2.840.10008."));

  test("S-11 all have a name, and an encoding unless they are for real-time video", () => {
    const named = standard.filter(({ uid, name }) => name !== uid && uidName(uid) === name);
    const encoded = standard.filter(({ uid }) => transferSyntax(uid) !== undefined);
    console.log(
      `S-11: ${named.length} of ${standard.length} named, ${encoded.length} with an encoding`,
    );
    assert.ok(standard.length >= 60);
    // retired rows without a name are shown by their UID
    const nameless = standard.filter(({ uid, name, retired }) => name === uid && !retired);
    assert.deepEqual(nameless, []);
    const unread = standard.filter(({ uid }) => transferSyntax(uid) === undefined);
    assert.deepEqual(unread.map(({ uid }) => uid).sort(), REAL_TIME);
  });

  test("S-11 accepted on an association, real-time and retired ones alone are found", () => {
    for (const { uid, retired } of standard) {
      const ids = idsOf(played(scriptOn(CT, { steps: [], syntax: uid })));
      const due = [
        ...(retired ? ["retired-syntax"] : []),
        ...(REAL_TIME.includes(uid) ? ["syntax-real-time"] : []),
      ];
      assert.deepEqual(ids, due, uid);
    }
  });

  test("S-11 those of JPIP have their pixels neither native nor in fragments", () => {
    for (const uid of JPIP) assert.equal(transferSyntax(uid)?.encapsulated, false, uid);
  });
});
