import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { associationMeaning } from "../../src/meaning/association_meaning.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { associationJson } from "../support/dashboard.ts";

const stores = (requests: number, responses: number, more: Partial<AssociationJson> = {}) =>
  associationMeaning(
    associationJson(1, {
      commands: { "C-STORE-RQ": requests, "C-STORE-RSP": responses },
      statuses: {},
      ...more,
    }),
  );

describe("associationMeaning()", () => {
  test("calls stored what was answered without failure, and nothing else", () => {
    assert.equal(stores(3, 3, { statuses: { "0000": 3 } }), "stored 3 instances");
    assert.equal(stores(1, 0), "stored 0 of 1 instance");
    assert.equal(
      stores(3, 3, { statuses: { "0000": 2, A700: 1 } }),
      "stored 2 of 3 instances; 1 failed",
    );
    assert.equal(stores(2, 2, { statuses: { "0000": 1, B000: 1 } }), "stored 2 instances");
    assert.equal(stores(3, 1, { gaps: 1 }), "stored 3 instances");
  });

  test("does not take the failure of another request for that of a C-STORE", () => {
    const commands = { "C-STORE-RQ": 2, "C-STORE-RSP": 2, "C-GET-RQ": 1, "C-GET-RSP": 1 };
    const words = stores(2, 2, { commands, statuses: { "0000": 2, A702: 1 } });
    assert.match(words ?? "", /^received 2 instances, .*; 1 failed$/);
  });
});
