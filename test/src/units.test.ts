import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import {
  formatCount,
  formatDurationMs,
  formatSize,
  parseDurationMs,
  parseSize,
} from "../../src/units.ts";

describe("Units", () => {
  test("parseDurationMs() reads what the contract names", () => {
    const cases = { "500ms": 500, "10s": 10_000, "2m": 120_000, "1h": 3_600_000, "1.5s": 1500 };
    for (const [text, ms] of Object.entries(cases)) assert.equal(parseDurationMs(text), ms, text);
    for (const text of ["", "10", "s", "1x", "-1s", "1e3s", "1 hour", "NaNs", "9".repeat(40)]) {
      assert.equal(parseDurationMs(text), undefined, text);
    }
  });

  test("parseSize() reads what the contract names", () => {
    const cases = {
      "64KiB": 65_536,
      "512MiB": 2 ** 29,
      "10GiB": 10 * 2 ** 30,
      "1000": 1000,
      "2kB": 2000,
    };
    for (const [text, size] of Object.entries(cases)) assert.equal(parseSize(text), size, text);
    for (const text of ["", "KiB", "1XiB", "-1", "1e3", "99999999999999TiB"]) {
      assert.equal(parseSize(text), undefined, text);
    }
  });

  test("formatting is for people, and never wider than needed", () => {
    assert.deepEqual([0.85, 12.34, 4210, 200_000, 7_500_000, 90_000_000].map(formatDurationMs), [
      "850us",
      "12.3ms",
      "4.21s",
      "3m 20s",
      "2h 5m",
      "1d 1h",
    ]);
    assert.deepEqual([0, 999, 1000, 526_336, 1.3e9, 2 ** 40].map(formatSize), [
      "0 B",
      "999 B",
      "0.98 KiB",
      "514 KiB",
      "1.21 GiB",
      "1 TiB",
    ]);
    assert.equal(formatCount(1_234_567), "1,234,567");
  });

  test("what is formatted without a blank can be read again, to three digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 59_000_000 }), (us) => {
        const ms = us / 1000;
        const again = parseDurationMs(formatDurationMs(ms)) ?? Number.NaN;
        assert.ok(Math.abs(again - ms) <= Math.max(ms * 0.006, 0.0006), `${ms} became ${again}`);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
