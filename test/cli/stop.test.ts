import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { isSameKey } from "../../src/cli/stop.ts";

describe("isSameKey()", () => {
  test("one Ctrl-C that a task runner hands on is one, a second Ctrl-C and any SIGTERM is not", () => {
    assert.equal(isSameKey("SIGINT", 0), true);
    assert.equal(isSameKey("SIGINT", 100), true);
    assert.equal(isSameKey("SIGINT", 1_000), false);
    assert.equal(isSameKey("SIGTERM", 0), false);
  });
});
