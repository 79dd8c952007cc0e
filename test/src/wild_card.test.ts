import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { wildCardMatches } from "../../src/wild_card.ts";

describe("wildCardMatches", () => {
  test("agrees with the pattern written as a regular expression (PS3.4 C.2.2.2.4)", () => {
    const letters = fc.string({
      unit: fc.constantFrom("a", "b", "*", "?", "é", "山"),
      maxLength: 8,
    });
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "é", "山"), maxLength: 8 });
    fc.assert(
      fc.property(texts, letters, (text, pattern) => {
        const same = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`, "u");
        assert.equal(wildCardMatches(text, pattern), same.test(text));
      }),
      { numRuns: 2000 },
    );
  });
});
