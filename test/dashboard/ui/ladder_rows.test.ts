import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { LinkedAssociation, PduRow } from "../../../src/dashboard/api_types.ts";
import {
  type LadderRow,
  type LadderSource,
  ladderRows,
} from "../../../src/dashboard/ui/association/ladder_rows.ts";

describe("ladderRows()", () => {
  test("puts the messages between the PDUs that open and end the association", () => {
    const rows = ladderRows(
      source({ pdus: ["A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", 0, 1, "A-ABORT"] }),
    );
    assert.deepEqual(rows.map(word), ["A-ASSOCIATE-RQ", "A-ASSOCIATE-AC", "0", "1", "A-ABORT"]);
  });

  test("shows each PDU once where no message passed", () => {
    const rows = ladderRows(source({ pdus: ["A-ASSOCIATE-RQ", "A-ASSOCIATE-RJ"] }));
    assert.deepEqual(rows.map(word), ["A-ASSOCIATE-RQ", "A-ASSOCIATE-RJ"]);
  });

  test("sorts linked associations in by their time, before and behind the messages too", () => {
    const rows = ladderRows(
      source({
        pdus: ["A-ASSOCIATE-RQ", 0, 1, 2],
        linked: [
          "2026-02-03T14:15:02.015Z",
          "2026-02-03T14:15:09Z",
          "2026-02-03T14:15:01Z",
          "2026-02-03T15:00:00Z",
        ],
      }),
    );
    const words = ["A-ASSOCIATE-RQ", "0", "1", "linked 15", "2", "linked 7000"];
    assert.deepEqual(rows.map(word), words, "what began before or later is not in the ladder");
  });

  test("gives every message of a long association a row, fetched or not", () => {
    const rows = ladderRows({
      ...source({ pdus: ["A-ASSOCIATE-RQ"], linked: ["2026-02-03T14:15:03Z"] }),
      messages: 100_000,
      messageAt: () => undefined,
    });
    assert.equal(rows.length, 100_002);
    assert.equal(word(rows[1]), "linked 1000");
  });
});

/** PDUs by type, or by the index of the message that they carry; a message each 10 ms. */
function source({
  pdus,
  linked = [],
}: {
  readonly pdus: readonly (string | number)[];
  readonly linked?: readonly string[];
}): LadderSource {
  const messages = pdus.filter((pdu) => typeof pdu === "number").length;
  return {
    started: "2026-02-03T14:15:02Z",
    durationMs: 8_000,
    messages,
    pdus: pdus.length,
    messageAt: (index) => (index < messages ? { at_ms: index * 10 } : undefined),
    pduAt: (index) => (pdus[index] === undefined ? undefined : pduRow(index, pdus[index])),
    linked: linked.map((started) => ({ started }) as LinkedAssociation),
  };
}

function pduRow(index: number, pdu: string | number): PduRow {
  const carried = typeof pdu === "number";
  return {
    index,
    sender: "requestor",
    at_ms: 0,
    pdu_type: carried ? "P-DATA-TF" : pdu,
    offset: 0,
    length: 10,
    words: "",
    messages: carried ? [pdu] : [],
    findings: [],
  };
}

function word(row: LadderRow | undefined): string {
  if (row === undefined) return "";
  if (row.is === "pdu") return row.pdu.pdu_type;
  return row.is === "message" ? String(row.index) : `linked ${row.atMs}`;
}
