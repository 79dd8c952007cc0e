import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { latin1Bytes, latin1Text } from "../../src/ul/latin1.ts";
import type { AssociateItem, UserInformationSubItem } from "../../src/ul/pdu.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { redactedBytes, redactPdu } from "../../src/ul/redact.ts";
import { acceptOf, requestOf } from "../support/golden_exchanges.ts";

const NAME = latin1Bytes("CANARY-NAME", "test");
const SECRET = latin1Bytes("CANARY-SECRET", "test");

describe("redact", () => {
  test("P-06 no secret of any identity type is left, the username of types 1 and 2 stays", () => {
    let redacted = 0;
    for (let userIdentityType = 0; userIdentityType < 256; userIdentityType++) {
      const bytes = encodePdu(
        requestOf([
          {
            item: "user identity RQ",
            userIdentityType,
            positiveResponseRequested: 1,
            primaryField: userIdentityType === 1 || userIdentityType === 2 ? NAME : SECRET,
            secondaryField: SECRET,
          },
        ]),
      );
      const clean = redactedBytes(bytes);
      assert.equal(clean.length, bytes.length);
      assert.equal(latin1Text(clean).includes("SECRET"), false, `type ${userIdentityType}`);
      const hasName = userIdentityType === 1 || userIdentityType === 2;
      assert.equal(latin1Text(clean).includes("CANARY-NAME"), hasName);
      assert.deepEqual(readPdu(clean).problems, []);
      redacted++;
    }
    console.log(`P-06: ${redacted} identity types, 0 canaries left`);
  });

  test("P-06 a server response is a secret", () => {
    const bytes = encodePdu(acceptOf([{ item: "user identity AC", serverResponse: SECRET }]));
    assert.equal(latin1Text(redactedBytes(bytes)).includes("SECRET"), false);
  });

  test("P-06 what cannot be read and may hold an identity is a secret", () => {
    const broken: readonly UserInformationSubItem[] = [
      { item: "other", itemType: 0x58, bytes: SECRET },
      { item: "other", itemType: 0x59, bytes: SECRET },
      { item: "other", itemType: 0x50, bytes: SECRET },
      { item: "other", itemType: 0x52, bytes: SECRET, declaredLength: 9_999 },
    ];
    for (const item of broken) {
      const bytes = encodePdu(requestOf([item]));
      const clean = redactedBytes(bytes);
      assert.equal(latin1Text(clean).includes("SECRET"), false);
      assert.equal(clean.length, bytes.length);
    }
    const overrunning: AssociateItem = {
      item: "other",
      itemType: 0x50,
      bytes: SECRET,
      declaredLength: 60_000,
    };
    const truncated = encodePdu({ ...requestOf([]), items: [overrunning], trailing: SECRET });
    assert.equal(latin1Text(redactedBytes(truncated)).includes("SECRET"), false);
    const unreadable = Uint8Array.of(1, 0, 0, 0, 0, SECRET.length, ...SECRET);
    assert.equal(latin1Text(redactedBytes(unreadable)).includes("SECRET"), false);
  });

  test("leaves PDUs without a secret as they are", () => {
    const rq = requestOf([{ item: "implementation version name", name: "X" }]);
    assert.equal(redactPdu(rq), rq);
    const bytes = encodePdu({ type: "A-ABORT", source: 0, reason: 0 });
    assert.equal(redactedBytes(bytes), bytes);
  });
});
