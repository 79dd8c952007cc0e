import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import { knownTitles } from "../../../src/dashboard/detail/known_titles.ts";
import { verdictOf } from "../../../src/dashboard/detail/verdict.ts";
import { entryOf } from "../../../src/dashboard/library/entry.ts";
import { SummaryShelf } from "../../../src/dashboard/library/summary_shelf.ts";
import { dayCapturePath } from "../../../src/demo/day_capture.ts";
import { listAssociations } from "../../../src/inspect/list_associations.ts";

const summaries = [
  ...listAssociations(new MemorySource(readFileSync(dayCapturePath())), { name: "day" }),
].flatMap((found) => (found.item === "association" ? [found.association.summary] : []));
const entries = summaries.flatMap((summary, version) => {
  const place = { capture: "day", found: undefined, whole: true, route: null, version };
  return entryOf(summary, place, new SummaryShelf()) ?? [];
});
const rejected = summaries.find(({ outcome }) => outcome === "rejected");
if (rejected === undefined) throw new TypeError("the day has a rejection");

describe("knownTitles()", () => {
  test("names the AE title that the acceptor took from others", () => {
    const known = "The acceptor knows itself as PACS01; the requestor called PACS1.";
    assert.equal(knownTitles(rejected, entries), known);
    assert.equal(verdictOf(rejected, known).details[0], known);
  });

  test("names those that were let in, where the calling AE title is rejected", () => {
    const calling = { ...rejected, reject: { result: 1, source: 1, reason: 3 } };
    assert.equal(
      knownTitles(calling, entries),
      "The acceptor has accepted CT1, DESK1; the requestor calls itself US1.",
    );
  });

  test("says nothing of another acceptor, of other rejections, and where nothing is known", () => {
    const elsewhere = { ...rejected, acceptor: { address: "192.0.2.99:104" } };
    assert.equal(knownTitles(elsewhere, entries), undefined);
    const busy = { ...rejected, reject: { result: 2, source: 3, reason: 2 } };
    assert.equal(knownTitles(busy, entries), undefined);
    assert.equal(knownTitles(rejected, []), undefined);
    for (const summary of summaries) {
      if (summary !== rejected) assert.equal(knownTitles(summary, entries), undefined);
    }
  });
});
