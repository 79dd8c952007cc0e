import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  type AssociationFacts,
  pairAssociations,
} from "../../../replay/compare/pair_associations.ts";
import { pairExchanges } from "../../../replay/compare/pair_exchanges.ts";
import { type MessageSketch, recordedAssociation } from "./recorded_exchange.ts";

describe("pairAssociations()", () => {
  test("pairs in order: the same AEs and contexts, the same AEs, the same contexts", () => {
    const a = [
      facts("1", "CT>PACS", "echo"),
      facts("2", "CT>PACS", "store"),
      facts("3", "MR>PACS", "find"),
    ];
    const b = [
      facts("7", "CT>PACS", "store"),
      facts("8", "XX>PACS", "find"),
      facts("9", "CT>PACS", "move"),
    ];
    assert.deepEqual(pairAssociations(a, b), {
      pairs: [
        { a: 0, b: 2 },
        { a: 1, b: 0 },
        { a: 2, b: 1 },
      ],
      onlyInA: [],
      onlyInB: [],
    });
    assert.deepEqual(pairAssociations(a, []), { pairs: [], onlyInA: [0, 1, 2], onlyInB: [] });
    const twice = [facts("1", "CT>PACS", "echo"), facts("2", "CT>PACS", "echo")];
    assert.deepEqual(pairAssociations(twice, [...twice, ...twice]), {
      pairs: [
        { a: 0, b: 0 },
        { a: 1, b: 1 },
      ],
      onlyInA: [],
      onlyInB: [2, 3],
    });
  });

  test("follows the link of a replay whatever else differs, also of several replays of one", () => {
    const a = [facts("1", "CT>PACS", "echo"), facts("2", "CT>PACS", "store")];
    const b = [
      facts("9", "X>Y", "a", "2"),
      facts("8", "CT>PACS", "echo", "2"),
      facts("7", "X>Y", "a", "1"),
    ];
    const pairs = [
      { a: 0, b: 2 },
      { a: 1, b: 0 },
      { a: 1, b: 1 },
    ];
    assert.deepEqual(pairAssociations(a, b), { pairs, onlyInA: [], onlyInB: [] });
    const back = pairs.map(({ a: one, b: other }) => ({ a: other, b: one }));
    const inOrder = back.sort((one, other) => one.a - other.a);
    assert.deepEqual(pairAssociations(b, a), { pairs: inOrder, onlyInA: [], onlyInB: [] });
  });

  test("pairs 100,000 associations without comparing each with each", () => {
    const many = Array.from({ length: 100_000 }, (_, at) =>
      facts(String(at), "CT>PACS", `c${at % 7}`),
    );
    const { pairs, onlyInA } = pairAssociations(many, [...many].reverse());
    assert.equal(pairs.length, many.length);
    assert.deepEqual(onlyInA, []);
  });
});

describe("pairExchanges()", () => {
  test("pairs by instance first, then by order, and leaves what only one side has at its place", () => {
    const store = (uid: string): MessageSketch => {
      return {
        command: "C-STORE-RQ",
        values: { AffectedSOPClassUID: "1.2", AffectedSOPInstanceUID: uid },
      };
    };
    const a = [store("1"), store("2"), { command: "C-ECHO-RQ" }, store("3")];
    const b = [store("2"), { command: "N-GET-RQ" }, store("3"), store("9")];
    assert.deepEqual(pairs(a, b), ["-1", "0-3", "1-0", "2-", "3-2"]);
    assert.deepEqual(pairs(a, a), ["0-0", "1-1", "2-2", "3-3"]);
    assert.deepEqual(pairs(a, []), ["0-", "1-", "2-", "3-"]);
    assert.deepEqual(pairs([], b), ["-0", "-1", "-2", "-3"]);
  });

  test("takes neither responses nor C-CANCEL-RQs for exchanges, nor one sender for the other", () => {
    const find: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      { command: "C-CANCEL-RQ", respondsTo: 0 },
      { command: "C-FIND-RSP", respondsTo: 0 },
    ];
    assert.deepEqual(pairs(find, find), ["0-0"]);
    const report = { command: "N-EVENT-REPORT-RQ" };
    const other = { ...report, sender: "acceptor" } as const;
    assert.deepEqual(pairs([report], [other]), ["0-", "-0"]);
  });
});

function facts(id: string, titles: string, contexts: string, playOf?: string): AssociationFacts {
  return { id, playOf, titles, contexts };
}

/** "0-3": message 0 of A with message 3 of B. */
function pairs(a: readonly MessageSketch[], b: readonly MessageSketch[]): string[] {
  return pairExchanges(recordedAssociation(a), recordedAssociation(b)).map(
    (pair) => `${pair.a?.index ?? ""}-${pair.b?.index ?? ""}`,
  );
}
