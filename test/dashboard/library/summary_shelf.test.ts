import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { packValue } from "../../../src/capture/msgpack.ts";
import { heldSummary, SummaryShelf } from "../../../src/dashboard/library/summary_shelf.ts";
import { mulberry32 } from "../../support/captures.ts";
import { associationJson } from "../../support/dashboard.ts";

describe("SummaryShelf", () => {
  test("gives back each summary, in any order, while more are put on it", () => {
    const shelf = new SummaryShelf();
    const random = mulberry32(1);
    const kept: { readonly id: number; readonly read: () => unknown }[] = [];
    const put = (id: number) => {
      const filler = "x".repeat(id % 300 === 0 ? 100_000 : Math.floor(random() * 900));
      const value = { ...associationJson(id), filler };
      const octets = packValue(value);
      const summary = shelf.keep(octets);
      octets.fill(0); // it is the caller's again
      kept.push({ id, read: () => summary.read() });
      return value;
    };
    const values = Array.from({ length: 1_000 }, (_, id) => {
      const value = put(id);
      const any = kept[Math.floor(random() * kept.length)];
      assert.ok(any);
      assert.equal((any.read() as { id: number }).id, any.id);
      return value;
    });
    for (const { id, read } of kept.reverse()) assert.deepEqual(read(), plain(values[id]));
    console.log(`summary shelf: ${kept.length} of ${values.length} summaries read back`);
  });

  test("gives the same text for the same name", () => {
    const shelf = new SummaryShelf();
    for (let i = 0; i < 25_000; i++) assert.equal(shelf.name(`AE${i}`), `AE${i}`);
  });
});

test("heldSummary() reads what it was given", () => {
  assert.deepEqual(heldSummary(packValue({ a: 1 })).read(), { a: 1 });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
