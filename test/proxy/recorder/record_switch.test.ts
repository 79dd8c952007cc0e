import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { RecordSwitch } from "../../../proxy/recorder/record_switch.ts";
import type { CaptureRecord } from "../../../src/capture/record.ts";

function open(association: number): CaptureRecord {
  return {
    kind: "open",
    association,
    at: 1,
    facts: { requestor: "127.0.0.1:1", acceptor: "127.0.0.1:2", wall_us: 1 },
  };
}

function close(association: number): CaptureRecord {
  return { kind: "close", association, at: 2, how: "fin", by: "requestor" };
}

describe("RecordSwitch", () => {
  test("goes by what was said when an association opened", () => {
    const switched = new RecordSwitch(true);
    assert.equal(switched.takes(open(1)), true);
    switched.on = false;
    assert.equal(switched.takes(open(2)), false);
    assert.equal(switched.takes(close(1)), true, "recorded to its end");
    switched.on = true;
    assert.equal(switched.takesAll, false, "one is still left out");
    assert.equal(switched.takes(open(3)), true);
    assert.equal(switched.takes(close(2)), false, "left out to its end");
    assert.equal(switched.takesAll, true);
  });

  test("takes what is said of no association", () => {
    const switched = new RecordSwitch(false);
    assert.equal(switched.takes({ kind: "note", at: 1, facts: {} }), true);
  });
});
