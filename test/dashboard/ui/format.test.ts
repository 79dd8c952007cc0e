import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { aeName, clockDate, dayBefore } from "../../../src/dashboard/ui/format.ts";

describe("dayBefore()", () => {
  test("names the day of what was not today, and of what has no time none", () => {
    const today = new Date();
    assert.equal(dayBefore(today.toISOString()), undefined);
    const longAgo = "2026-02-03T12:00:00.000000Z";
    assert.equal(dayBefore(longAgo), clockDate(longAgo));
    assert.deepEqual([dayBefore(null), dayBefore("nonsense")], [undefined, undefined]);
  });
});

describe("aeName()", () => {
  test("takes the address of an AE that has not said its title, and no other", () => {
    const at = { address: "10.0.0.7:50001" };
    assert.equal(aeName("CT1", at), "CT1");
    assert.equal(aeName(null, at), at.address);
    assert.equal(aeName("   ", at), "(empty)");
    assert.equal(aeName(null, { address: "" }), "(none)");
  });
});
