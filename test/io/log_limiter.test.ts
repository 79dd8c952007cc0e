import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { LogLimiter } from "../../src/io/log_limiter.ts";

describe("LogLimiter", () => {
  test("O-09: passes a burst a window and counts the rest", () => {
    const limiter = new LogLimiter({ burst: 10, windowMs: 1000 });
    let passed = 0;
    for (let i = 0; i < 100_000; i++) if (limiter.passes("relay: x", i / 100)) passed++;
    assert.equal(passed, 10);
    assert.deepEqual(limiter.collect(1000), [{ kind: "relay: x", count: 99_990 }]);
    assert.deepEqual(limiter.collect(1000), [], "told once");
    assert.ok(limiter.passes("relay: x", 1001), "a new window");
    console.log(`O-09: 100,000 messages, ${passed} written, the rest counted in one line`);
  });

  test("tells kinds apart, up to a limit", () => {
    const limiter = new LogLimiter({ burst: 1, kinds: 3 });
    const passed = Array.from({ length: 100 }, (_, i) => limiter.passes(`kind ${i}`, 0));
    assert.equal(passed.filter(Boolean).length, 4, "three kinds and one for all others");
    assert.deepEqual(limiter.collect(0), [{ kind: "other messages", count: 96 }]);
  });
});
