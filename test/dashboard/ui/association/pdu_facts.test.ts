import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { PduRow } from "../../../../src/dashboard/api_types.ts";
import { pduFacts } from "../../../../src/dashboard/ui/association/pdu_facts.ts";
import type { ContextJson } from "../../../../src/observe/summary.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const MR = "1.2.840.10008.5.1.4.1.1.4";

describe("pduFacts()", () => {
  test("says what a request proposes, each abstract syntax once", () => {
    const contexts = [
      context(CT, null),
      context(CT, null),
      context(MR, null),
      context("1.2.3", null),
    ];
    assert.deepEqual(pduFacts(pdu("A-ASSOCIATE-RQ"), contexts), {
      words: "proposes 4 contexts: CT Image Storage, MR Image Storage and 1 more",
    });
    assert.equal(pduFacts(pdu("A-ASSOCIATE-RQ"), []).words, "proposes 0 contexts");
  });

  test("marks what was refused, worse where nothing was accepted", () => {
    const facts = (...results: number[]) =>
      pduFacts(
        pdu("A-ASSOCIATE-AC"),
        results.map((result) => context(CT, result)),
      );
    assert.deepEqual(facts(0, 0), { words: "accepts 2 of 2 contexts" });
    assert.deepEqual(facts(0, 4).end, { tone: "warn", word: "1 refused" });
    assert.deepEqual(facts(3, 4).end, { tone: "bad", word: "2 refused" });
  });

  test("leaves all others their own words, and marks those that break off", () => {
    assert.deepEqual(pduFacts(pdu("P-DATA-TF"), []), { words: "of P-DATA-TF" });
    assert.equal(pduFacts(pdu("A-ASSOCIATE-RJ"), []).end?.word, "rejected");
    assert.equal(pduFacts(pdu("A-ABORT"), []).end?.word, "aborted");
  });
});

function context(abstract_syntax: string, result: number | null): ContextJson {
  return {
    id: 1,
    abstract_syntax,
    transfer_syntaxes: [],
    result,
    accepted_transfer_syntax: null,
    messages: 0,
  };
}

function pdu(pdu_type: string): PduRow {
  return {
    index: 0,
    sender: "requestor",
    at_ms: 0,
    pdu_type,
    offset: 0,
    length: 10,
    words: `of ${pdu_type}`,
    messages: [],
    findings: [],
  };
}
