import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { connectionLimits, descriptorLimit } from "../../proxy/limits.ts";

describe("connectionLimits()", () => {
  test("O-04 two descriptors an association, the backlog and a reserve fit into the limit", () => {
    for (const descriptors of [130, 200, 256, 1024, 4096, 20_000, 1_048_576]) {
      const { associations, backlog } = connectionLimits(descriptors);
      assert.ok(associations >= 1 && associations <= 10_000);
      assert.ok(2 * associations + backlog + 32 <= descriptors, `${descriptors} descriptors`);
    }
  });

  test("grants what was asked for as far as the descriptors reach", () => {
    assert.equal(connectionLimits(1_048_576, 20_000).associations, 20_000);
    assert.equal(connectionLimits(1024, 10).associations, 10);
    assert.ok(connectionLimits(1024, 5000).associations < 512);
    assert.equal(connectionLimits(20).associations, 1);
  });
});

describe("descriptorLimit()", () => {
  test("gives a number that a process can live with", () => {
    assert.ok(descriptorLimit() >= 64);
  });
});
