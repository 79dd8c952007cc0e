import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { associationMeaning } from "../../src/meaning/association_meaning.ts";
import type { AssociationJson, ContextJson } from "../../src/observe/summary.ts";
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

  test("says that something could not be done where each request failed, and nothing came before", () => {
    const ROOTS = "1.2.840.10008.5.1.4.1.2.2";
    const CT = "1.2.840.10008.5.1.4.1.1.2";
    const contexts = [`${ROOTS}.1`, `${ROOTS}.2`, `${ROOTS}.3`, CT].map(context);
    const says = (
      commands: Readonly<Record<string, number>>,
      { failed, gaps = 0 }: { readonly failed: number; readonly gaps?: number },
    ) =>
      associationMeaning(
        associationJson(1, { commands, statuses: { A700: failed }, gaps, contexts }),
      );
    const rows: readonly (readonly [string, number, string])[] = [
      ["C-ECHO", 1, "could not verify the connection"],
      ["C-STORE", 3, "could not store 3 CT images"],
      ["C-FIND", 2, "could not query Study Root"],
      ["C-MOVE", 1, "could not move from Study Root"],
      ["C-GET", 1, "could not retrieve from Study Root"],
    ];
    for (const [service, count, words] of rows) {
      const commands = { [`${service}-RQ`]: count, [`${service}-RSP`]: count };
      assert.equal(says(commands, { failed: count }), words);
      assert.match(says(commands, { failed: count, gaps: 1 }) ?? "", /; \d failed$/);
      const pending = { ...commands, [`${service}-RSP`]: count + 1 };
      assert.match(says(pending, { failed: count }) ?? "", /; \d failed$/);
      const unanswered = { ...commands, [`${service}-RQ`]: count + 1 };
      assert.match(says(unanswered, { failed: count }) ?? "", /; \d failed$/);
    }
    const unanswered = { "N-CREATE-RQ": 2, "N-CREATE-RSP": 1 };
    const mpps = { contexts: ["1.2.840.10008.3.1.2.3.3"].map(context), statuses: { "0110": 1 } };
    assert.equal(
      associationMeaning(associationJson(1, { commands: unanswered, ...mpps })),
      "began 2 procedure steps (MPPS); 1 failed",
    );
  });

  test("reads no contexts where they are not needed for it", () => {
    const summary = {
      ...associationJson(1, { commands: { "C-ECHO-RQ": 2, "C-ECHO-RSP": 2 }, statuses: {} }),
      get contexts(): never {
        throw new Error("contexts of a C-ECHO");
      },
    };
    assert.equal(associationMeaning(summary), "verified the connection 2 times");
  });

  test("takes an abstract syntax for nothing else, whatever it is called", () => {
    const commands = { "C-FIND-RQ": 1, "C-FIND-RSP": 1 };
    for (const uid of ["constructor", "__proto__", "toString"]) {
      const changes = { commands, statuses: {}, contexts: [context(uid)] };
      const words = associationMeaning(associationJson(1, changes));
      assert.equal(words, `queried ${uid}, 0 matches`);
    }
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
      [[PRINT], { "N-CREATE": 2, "N-DELETE": 1 }, "prepared film without printing it"],
      [[PRINT], { "N-SET": 2, "N-DELETE": 3 }, "changed film without printing it"],
      [[PRINT], { "N-DELETE": 3, "N-EVENT-REPORT": 1 }, "removed film and told how the printer is"],
      [[PRINT], { "N-GET": 1 }, "asked how the printer is"],
      [
        [UPS],
        { "N-ACTION": 2, "N-SET": 1 },
        "acted on work items (UPS) 2 times, updated a work item (UPS)",
      ],
      [[UPS], { "N-CREATE": 1, "N-GET": 1 }, "scheduled and read a work item (UPS)"],
      [
        [MPPS],
        { "N-CREATE": 1, "N-SET": 2 },
        "began a procedure step (MPPS), updated procedure steps (MPPS) 2 times",
      ],
      [
        [MPPS],
        { "N-SET": 2, "N-GET": 2 },
        "updated procedure steps (MPPS) 2 times, read procedure steps (MPPS) 2 times",
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
      normalized([MPPS], { "N-CREATE": 2, "N-SET": 2 }, { "0106": 4 }),
      "could not begin 2 procedure steps (MPPS), could not update procedure steps (MPPS)",
    );
    assert.equal(
      normalized([MPPS, UPS], { "N-CREATE": 1 }, { "0106": 1 }),
      "MPPS, UPS Pull: N-CREATE; 1 failed",
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
  const contexts = uids.map(context);
  const changes = { commands: Object.fromEntries(commands), statuses, contexts };
  return associationMeaning(associationJson(1, changes));
}

function context(abstract_syntax: string, at = 0): ContextJson {
  return {
    id: 2 * at + 1,
    abstract_syntax,
    transfer_syntaxes: ["1.2.840.10008.1.2"],
    result: 0,
    accepted_transfer_syntax: "1.2.840.10008.1.2",
    messages: 2,
  };
}
