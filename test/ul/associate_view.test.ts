import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  answeredContexts,
  applicationContextName,
  proposedContexts,
  userInformation,
} from "../../src/ul/associate_view.ts";
import type { AAssociateAc, AAssociateRq } from "../../src/ul/pdu.ts";
import { acceptOf, requestOf } from "../support/golden_exchanges.ts";

describe("associate view", () => {
  test("gives contexts of a request and of an answer without padding", () => {
    const rq: AAssociateRq = {
      ...requestOf([]),
      items: [
        {
          item: "presentation context RQ",
          id: 3,
          items: [
            { item: "transfer syntax", uid: "1.2.840.10008.1.2\0" },
            { item: "other", itemType: 0x99, bytes: new Uint8Array(1) },
            { item: "abstract syntax", uid: "1.2.840.10008.1.1 " },
            { item: "abstract syntax", uid: "a second one" },
          ],
        },
        ...requestOf([]).items,
      ],
    };
    assert.equal(applicationContextName(rq), "1.2.840.10008.3.1.1.1");
    assert.deepEqual(proposedContexts(rq), [
      { id: 3, abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] },
      {
        id: 1,
        abstractSyntax: "1.2.840.10008.5.1.4.1.1.2",
        transferSyntaxes: ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"],
      },
    ]);
    assert.deepEqual(answeredContexts(acceptOf([])), [
      { id: 1, result: 0, transferSyntax: "1.2.840.10008.1.2" },
    ]);
  });

  test("gives the first of what may come once and lists of the rest, over all 50H items", () => {
    const ac: AAssociateAc = {
      ...acceptOf([
        { item: "SCP/SCU role selection", sopClassUid: "1.2", scuRole: 1, scpRole: 0 },
        { item: "implementation version name", name: "FIRST " },
      ]),
      items: [
        ...acceptOf([
          { item: "SCP/SCU role selection", sopClassUid: "1.2", scuRole: 1, scpRole: 0 },
          { item: "implementation version name", name: "FIRST " },
        ]).items,
        {
          item: "user information",
          items: [
            { item: "maximum length", maximumLength: 1 },
            { item: "implementation version name", name: "SECOND" },
            { item: "SCP/SCU role selection", sopClassUid: "1.3", scuRole: 0, scpRole: 1 },
            { item: "other", itemType: 0x5b, bytes: new Uint8Array(2) },
          ],
        },
      ],
    };
    const information = userInformation(ac);
    assert.equal(information.maximumLength, 32_768);
    assert.equal(information.implementationVersionName, "FIRST");
    assert.deepEqual(
      information.roleSelections.map(({ sopClassUid }) => sopClassUid),
      ["1.2", "1.3"],
    );
    assert.equal(information.others.length, 1);
    assert.equal("implementationClassUid" in information, false);
  });

  test("finds nothing in a PDU without items", () => {
    const rq = { ...requestOf([]), items: [] };
    assert.equal(applicationContextName(rq), undefined);
    assert.deepEqual(proposedContexts(rq), []);
    assert.equal(userInformation(rq).maximumLength, undefined);
  });
});
