import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { associationMeaning } from "../../src/meaning/association_meaning.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { associationJson } from "../support/dashboard.ts";

const stores = (requests: number, responses: number, more: Partial<AssociationJson> = {}) =>
  associationMeaning(
    associationJson(1, {
      commands: { "C-STORE-RQ": requests, "C-STORE-RSP": responses },
      statuses: {},
      ...more,
    }),
  );

describe("associationMeaning()", () => {
  test("calls stored what was answered without failure, and nothing else", () => {
    assert.equal(stores(3, 3, { statuses: { "0000": 3 } }), "stored 3 instances");
    assert.equal(stores(1, 0), "stored 0 of 1 instance");
    assert.equal(
      stores(3, 3, { statuses: { "0000": 2, A700: 1 } }),
      "stored 2 of 3 instances; 1 failed",
    );
    assert.equal(stores(2, 2, { statuses: { "0000": 1, B000: 1 } }), "stored 2 instances");
    assert.equal(stores(3, 1, { gaps: 1 }), "stored 3 instances");
  });

  test("does not take the failure of another request for that of a C-STORE", () => {
    const commands = { "C-STORE-RQ": 2, "C-STORE-RSP": 2, "C-GET-RQ": 1, "C-GET-RSP": 1 };
    const words = stores(2, 2, { commands, statuses: { "0000": 2, A702: 1 } });
    assert.match(words ?? "", /^received 2 instances, .*; 1 failed$/);
  });

  test("says what DIMSE-N requests were for, and lists them where it is not certain", () => {
    const MPPS = "1.2.840.10008.3.1.2.3.3";
    const COMMITMENT = "1.2.840.10008.1.20.1";
    const UPS = "1.2.840.10008.5.1.4.34.6.3";
    const PRINT = "1.2.840.10008.5.1.1.9";
    const LUT = "1.2.840.10008.5.1.1.23";
    const CT = "1.2.840.10008.5.1.4.1.1.2";
    const AVAILABLE = "1.2.840.10008.5.1.4.33";
    const MEDIA = "1.2.840.10008.5.1.1.33";
    const PRIVATE = "1.3.6.1.4.1.1.2";
    const rows: readonly (readonly [string[], Record<string, number>, string])[] = [
      [[MPPS], { "N-CREATE": 1 }, "began a procedure step (MPPS)"],
      [[MPPS], { "N-CREATE": 2 }, "began 2 procedure steps (MPPS)"],
      [[MPPS, CT], { "N-CREATE": 1, "N-SET": 1 }, "began and updated a procedure step (MPPS)"],
      [[COMMITMENT], { "N-EVENT-REPORT": 2 }, "reported on storage commitment 2 times"],
      [
        [COMMITMENT, MPPS],
        { "N-SET": 1, "N-ACTION": 1 },
        "updated a procedure step (MPPS), asked for storage commitment",
      ],
      [[PRINT, LUT], { "N-CREATE": 4, "N-SET": 1, "N-ACTION": 2 }, "printed film 2 times"],
      [[PRINT], { "N-CREATE": 2, "N-DELETE": 1 }, "prepared film without printing it 2 times"],
      [[PRINT], { "N-GET": 1 }, "asked how the printer is"],
      [
        [UPS],
        { "N-ACTION": 2, "N-SET": 1 },
        "acted on 2 work items (UPS), updated a work item (UPS)",
      ],
      [[AVAILABLE], { "N-CREATE": 1 }, "told that instances are available"],
      [[MEDIA], { "N-CREATE": 1, "N-ACTION": 1 }, "asked for media and had media made or canceled"],
      [[MPPS, UPS], { "N-CREATE": 1, "N-SET": 2 }, "MPPS, UPS Pull: N-CREATE, N-SET 2"],
      [[MPPS, PRIVATE], { "N-CREATE": 1 }, `MPPS: N-CREATE`],
      [[MPPS], { "N-ACTION": 1 }, "MPPS: N-ACTION"],
      [[PRIVATE], { "N-GET": 1 }, `${PRIVATE}: N-GET`],
      [[], { "N-GET": 1 }, "an unknown class: N-GET"],
    ];
    for (const [uids, operations, words] of rows) {
      assert.equal(normalized(uids, operations, { "0000": 1 }), words);
    }
    assert.equal(
      normalized([MPPS], { "N-CREATE": 1 }, { "0106": 1 }),
      "could not begin a procedure step (MPPS)",
    );
    assert.equal(
      normalized([MPPS], { "N-CREATE": 1, "N-SET": 1 }, { "0000": 1, "0110": 1 }),
      "began and updated a procedure step (MPPS); 1 failed",
    );
  });
});

function normalized(
  uids: readonly string[],
  operations: Readonly<Record<string, number>>,
  statuses: Readonly<Record<string, number>>,
): string | undefined {
  const commands = Object.entries(operations).flatMap(([operation, count]) => [
    [`${operation}-RQ`, count],
    [`${operation}-RSP`, count],
  ]);
  const contexts = uids.map((abstract_syntax, at) => ({
    id: 2 * at + 1,
    abstract_syntax,
    transfer_syntaxes: ["1.2.840.10008.1.2"],
    result: 0,
    accepted_transfer_syntax: "1.2.840.10008.1.2",
    messages: 2,
  }));
  const changes = { commands: Object.fromEntries(commands), statuses, contexts };
  return associationMeaning(associationJson(1, changes));
}
