import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { MemorySource } from "../../src/capture/byte_source.ts";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { isOutdated, packSummary, unpackSummary } from "../../src/inspect/index_summary.ts";
import { type ListItem, listAssociations } from "../../src/inspect/list_associations.ts";
import { AssociationReader } from "../../src/inspect/read_association.ts";
import { RecordObserver } from "../../src/inspect/record_observer.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { someRecords, writeCapture } from "../support/captures.ts";

/** 400 associations over many blocks, with records of all of them mixed in each. */
const RECORDS = someRecords({ count: 400, chunks: 6, size: 300 });

function summariesOf(records: readonly CaptureRecord[]): Map<number, AssociationJson> {
  const summaries = new Map<number, AssociationJson>();
  const observer = new RecordObserver({
    capture: "x.dcap",
    headLength: 0,
    ended: (association) => summaries.set(association.id, association.summary()),
  });
  for (const record of records) observer.consume(record);
  observer.finish();
  return summaries;
}

function list(bytes: Uint8Array, options: { scan?: boolean } = {}): ListItem[] {
  return [...listAssociations(new MemorySource(bytes), { name: "x.dcap", ...options })];
}

function associations(items: readonly ListItem[]) {
  return items.flatMap((item) => (item.item === "association" ? [item.association] : []));
}

describe("listAssociations()", () => {
  const summaries = summariesOf(RECORDS);
  const summary = (id: number) => packSummary(summaries.get(id) as AssociationJson);
  const indexed = writeCapture(RECORDS, { blockSize: 8_192, summary });

  test("says the same from the index and from the records", () => {
    const fromIndex = associations(list(indexed));
    const fromRecords = associations(list(indexed, { scan: true }));
    assert.equal(fromIndex.length, 400);
    assert.deepEqual(
      fromIndex.map((found) => ({ ...found.summary, contexts: found.summary.contexts })),
      fromRecords.map((found) => found.summary),
    );
  });

  test("gives places at which AssociationReader finds each record of an association, and no other", () => {
    for (const options of [{}, { scan: true }]) {
      const reader = new AssociationReader(new MemorySource(indexed));
      let compared = 0;
      for (const found of associations(list(indexed, options))) {
        const own = RECORDS.filter((r) => "association" in r && r.association === found.id);
        const read = [...reader.records(found)].filter((r) => r.kind !== "position");
        assert.deepEqual(plain(read), plain(own));
        compared += own.length;
      }
      assert.equal(compared, RECORDS.length);
    }
  });

  test("derives a summary that the index does not have", () => {
    const without = writeCapture(RECORDS, { blockSize: 8_192, summary: () => null });
    assert.deepEqual(
      associations(list(without)).map((found) => found.summary),
      associations(list(without, { scan: true })).map((found) => found.summary),
    );
  });

  test("reads all records at once where another version or other rules made the index", () => {
    const truth = associations(list(indexed, { scan: true })).map((found) => found.summary);
    for (const other of [{ version: 1 }, { rules: 5 }, { version: 99, kind: "other" }]) {
      const foreign = (id: number) =>
        id < 300 ? summary(id) : { ...(summary(id) as object), messages: 77, ...other };
      const items = list(writeCapture(RECORDS, { blockSize: 8_192, summary: foreign }));
      assert.deepEqual(
        associations(items).map((found) => found.summary),
        truth,
      );
      assert.deepEqual(items.at(-1), { item: "end", closed: true, lost: 0, outdated: true });
    }
    assert.deepEqual(list(indexed).at(-1), { item: "end", closed: true, lost: 0 });
  });

  test("reads a capture that was not closed, and says that it was not", () => {
    const unfinished = writeCapture(RECORDS, { blockSize: 8_192, unfinished: true });
    const items = list(unfinished);
    assert.equal(associations(items).length, 400);
    assert.deepEqual(items.at(-1), { item: "end", closed: false, lost: 0 });
  });

  test("lists associations in the order in which they opened, open ones included", () => {
    const early = RECORDS.filter(
      (r) => !(r.kind === "close" && "association" in r && r.association === 1),
    );
    const listed = associations(list(writeCapture(early, { blockSize: 8_192, unfinished: true })));
    assert.deepEqual(
      listed.map(({ id }) => id),
      Array.from({ length: 400 }, (_, i) => i + 1),
    );
  });

  test("gives the chance to pause after each block, also before an association is whole", () => {
    const items = list(writeCapture(RECORDS, { blockSize: 8_192, unfinished: true }));
    const first = items.findIndex(({ item }) => item === "association");
    const before = items.slice(0, first).filter(({ item }) => item === "read");
    assert.ok(before.length > 50, `${before.length}`);
  });

  test("goes on behind damage and tells of it", () => {
    const damaged = indexed.slice();
    damaged.fill(0, 100_000, 100_050);
    const items = list(damaged, { scan: true });
    assert.ok(items.some((item) => item.item === "damage"));
    assert.ok(associations(items).length > 300);
  });
});

describe("packSummary()", () => {
  test("unpackSummary() gives the same summary back, contexts only when asked for", () => {
    const contexts = Array.from({ length: 128 }, (_, i) => ({
      id: 2 * i + 1,
      abstract_syntax: `1.2.840.10008.5.1.4.1.1.${i}`,
      transfer_syntaxes: ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"],
      result: 0,
      accepted_transfer_syntax: "1.2.840.10008.1.2",
      messages: 0,
    }));
    const [first] = summariesOf(RECORDS).values();
    const summary = { ...(first as AssociationJson), contexts };
    const packed = packSummary(summary) as { contexts: Uint8Array };
    assert.ok(packed.contexts.length * 8 < JSON.stringify(contexts).length);
    const unpacked = unpackSummary(packed, "x.dcap");
    assert.deepEqual({ ...unpacked }, summary);
  });

  test("unpackSummary() does not take what another version or other rules made", () => {
    const [first] = summariesOf(RECORDS).values();
    const own = packSummary(first as AssociationJson) as { readonly rules: number };
    assert.equal(isOutdated(own), false);
    for (const value of [
      null,
      5,
      {},
      { kind: "association" },
      { version: 2, kind: "association" },
      { ...own, version: 1 },
      { ...own, rules: own.rules + 1 },
    ]) {
      assert.equal(unpackSummary(value, "x.dcap"), undefined);
      assert.equal(isOutdated(value), value !== null);
    }
  });
});

/** Bytes as plain arrays: views on different buffers are not deeply equal on every runtime. */
function plain(records: readonly CaptureRecord[]): unknown[] {
  return records.map((record) =>
    record.kind === "data" ? { ...record, bytes: [...record.bytes] } : record,
  );
}
