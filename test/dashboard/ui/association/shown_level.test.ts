import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { shownLevel } from "../../../../src/dashboard/ui/association/shown_level.ts";

describe("shownLevel()", () => {
  test("is a problem where failures were reported, but not while the association goes on", () => {
    const levels = ["good", "notable", "bad", "open"] as const;
    const shown = (reported: "failure" | "warning") =>
      levels.map((level) => shownLevel({ level }, { reported }));
    assert.deepEqual(shown("failure"), ["bad", "bad", "bad", "open"]);
    assert.deepEqual(shown("warning"), levels);
    assert.equal(shownLevel({ level: "good" }, undefined), "good");
  });
});
