import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { isSameKey } from "../../src/cli/stop.ts";

describe("isSameKey()", () => {
  const key = (at: number) => ({ signal: "SIGINT", at }) as const;
  const asked = (at: number) => ({ signal: "SIGTERM", at }) as const;

  test("one Ctrl-C that a task runner hands on is one, a second Ctrl-C is not", () => {
    assert.equal(isSameKey(key(7), key(7)), true);
    assert.equal(isSameKey(key(7), key(107)), true);
    assert.equal(isSameKey(key(7), key(1_007)), false);
  });

  test("a SIGTERM before or after it is another word", () => {
    assert.equal(isSameKey(key(7), asked(7)), false);
    assert.equal(isSameKey(asked(7), key(7)), false);
    assert.equal(isSameKey(asked(7), asked(7)), false);
  });
});
