/** The capture of the demo: made of its script, played on both sides, with what goes wrong in it. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { describe, test } from "vitest";
import { MemorySource } from "../../src/capture/byte_source.ts";
import { DAY_PRODUCT, dayCapturePath } from "../../src/demo/day_capture.ts";
import { inventedDay } from "../../src/demo/invented_day.ts";
import { scriptedCapture } from "../../src/demo/scripted_capture.ts";
import { listAssociations } from "../../src/inspect/list_associations.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { playDay, startDayPacs } from "../support/demo_day.ts";
import { PATIENCE_MS } from "../support/patience.ts";

function associations(): readonly AssociationJson[] {
  const source = new MemorySource(readFileSync(dayCapturePath()));
  return [...listAssociations(source, { name: "day", scan: true })].flatMap((found) =>
    found.item === "association" ? [found.association.summary] : [],
  );
}

describe("The day of the demo", () => {
  test("is what its script says, octet for octet, and small", () => {
    const made = scriptedCapture(inventedDay(DAY_PRODUCT));
    assert.ok(
      Buffer.from(made).equals(readFileSync(dayCapturePath())),
      "run src/demo/generate_day.ts",
    );
    assert.ok(statSync(dayCapturePath()).size < 480_000);
  });

  test("shows each thing once that goes wrong, and nothing else", () => {
    const all = associations();
    const outcomes = all.map(({ outcome }) => outcome);
    assert.equal(all.length, 14);
    assert.equal(outcomes.filter((one) => one === "released").length, 12);
    assert.deepEqual(
      all.flatMap(({ reject }) => (reject === undefined ? [] : [reject])),
      [{ result: 1, source: 1, reason: 7 }],
    );
    assert.deepEqual(
      all.flatMap(({ abort }) => (abort === undefined ? [] : [abort.sender])),
      ["requestor"],
    );
    assert.deepEqual(
      all.flatMap(({ findings }) => findings.map(({ id }) => id)),
      ["context-none-accepted", "mpps-state"],
    );
    const failures = all.flatMap(({ statuses }) =>
      Object.keys(statuses).filter((status) => status !== "0000"),
    );
    assert.deepEqual(failures, ["A700", "0106"]);
  });

  test("is the same again, round after round, when one replay of it plays against another", async () => {
    await using pacs = await startDayPacs();
    let exchanges = 0;
    for (let round = 1; round <= 3; round++) {
      // Each round stores under new UIDs into the same study, which is the worklist's, and gets back
      // what it stored itself.
      const { summary, different } = await playDay(pacs, AbortSignal.timeout(PATIENCE_MS));
      assert.deepEqual(different, [], `round ${round}`);
      assert.equal(summary.same, summary.exchanges);
      exchanges += summary.exchanges;
    }
    console.log(`demo: 3 rounds, ${exchanges} exchanges the same`);
  });
});
