import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { RecordFilter } from "../../proxy/recorder/record_filter.ts";
import { type CaptureRecord, encodeRecord } from "../../src/capture/record.ts";
import { RecordReader } from "../../src/capture/record_reader.ts";
import { isFilterError } from "../../src/filter/filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { RecordObserver } from "../../src/inspect/record_observer.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { GOLDEN_EXCHANGES, streamOf } from "../support/golden_exchanges.ts";

/** The records of every golden exchange, each an association, one octet of data a record. */
function recordsOf(id: number): CaptureRecord[] {
  const exchange = GOLDEN_EXCHANGES[id];
  assert.ok(exchange);
  const facts = { requestor: "127.0.0.1:5", acceptor: "127.0.0.1:104", wall_us: 0 };
  const records: CaptureRecord[] = [{ kind: "open", association: id, at: 0, facts }];
  const { requestor, acceptor } = exchange;
  for (let i = 0; i < Math.max(requestor.length, acceptor.length); i++) {
    for (const sender of ["requestor", "acceptor"] as const) {
      for (const octet of streamOf(exchange[sender].slice(i, i + 1))) {
        const bytes = Uint8Array.of(octet);
        records.push({ kind: "data", association: id, sender, at: i, bytes });
      }
    }
  }
  records.push({ kind: "close", association: id, at: 99, how: "closed", by: "requestor" });
  return records;
}

/** Octets that the filter lets through of each exchange, and the exchanges' outcomes. */
function filtered(text: string) {
  const filter = parseFilter(text);
  assert.ok(!isFilterError(filter));
  return GOLDEN_EXCHANGES.map((_, id) => {
    let kept = 0;
    let whole = 0;
    let last: AssociationJson | undefined;
    const observer = new RecordObserver({
      capture: "",
      ended: (association) => {
        last = association.summary();
      },
    });
    const recording = new RecordFilter(filter, (bytes) => {
      assert.ok(new RecordReader(bytes).next());
      kept += bytes.length;
    });
    for (const record of recordsOf(id)) {
      const bytes = encodeRecord(record);
      whole += bytes.length;
      observer.consume(record);
      recording.consume(record, { bytes, summary: () => last ?? observer.get(id)?.summary() });
    }
    assert.ok(kept === 0 || kept === whole, "an association is recorded whole or not at all");
    return { kept: kept > 0, outcome: last?.outcome };
  });
}

describe("RecordFilter", () => {
  test("records by what is known at the negotiation", () => {
    const [first] = filtered("~all");
    assert.ok(first?.kept);
    for (const { kept } of filtered("~called NOBODY")) assert.equal(kept, false);
    for (const { kept } of filtered("!~called NOBODY")) assert.equal(kept, true);
  });

  test("records by the outcome where no message came before it", () => {
    for (const { kept, outcome } of filtered("~rj")) {
      if (outcome === "rejected") assert.equal(kept, true);
    }
    const rejected = filtered("!~rj").filter(({ outcome }) => outcome === "rejected");
    assert.ok(rejected.length > 0);
    for (const { kept } of rejected) assert.equal(kept, false);
  });

  test("keeps what may still match once messages pass", () => {
    const results = filtered("~c failure");
    assert.ok(results.some(({ kept }) => kept));
  });
});
