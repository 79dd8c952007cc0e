import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { logPlace, niceCeiling, niceSize } from "../../../src/dashboard/ui/numbers/scale.ts";

describe("niceCeiling()", () => {
  test("gives the next 1, 2 or 5 with zeros", () => {
    const pairs = [
      [1, 1],
      [3, 5],
      [5.1, 10],
      [11, 20],
      [450, 500],
      [1_000, 1_000],
      [0.03, 0.05],
      [0, 1],
    ] as const;
    for (const [value, ceiling] of pairs) assert.equal(niceCeiling(value), ceiling);
  });
});

describe("niceSize()", () => {
  test("gives what reads well in powers of 1024, and never less than it was given", () => {
    assert.equal(niceSize(3 * 1024), 5 * 1024);
    assert.equal(niceSize(700 * 2 ** 20), 2 ** 30);
    assert.equal(niceSize(0), 1);
    for (let octets = 1; octets < 2 ** 45; octets = octets * 3 + 1) {
      assert.ok(niceSize(octets) >= octets);
    }
  });
});

describe("logPlace()", () => {
  test("stays between 0 and 1, and grows with the value", () => {
    const ends = { low: 1, high: 1_000 };
    const places = [0, 1, 10, 100, 1_000, 5_000].map((value) => logPlace(value, ends));
    assert.deepEqual([places[0], places[1], places[4], places[5]], [0, 0, 1, 1]);
    assert.ok((places[2] ?? 0) > 0 && (places[3] ?? 0) > (places[2] ?? 0));
    assert.equal(logPlace(5, { low: 5, high: 5 }), 0);
  });
});
