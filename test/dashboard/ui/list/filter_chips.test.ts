import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  FAILURES,
  hasChip,
  outcomeChip,
  PROBLEMS,
  toggleChip,
} from "../../../../src/dashboard/ui/list/filter_chips.ts";
import { isFilterError } from "../../../../src/filter/filter.ts";
import { parseFilter } from "../../../../src/filter/parse_filter.ts";

const REJECTED = outcomeChip("rejected") ?? "";

describe("toggleChip()", () => {
  test("puts a chip in and takes it out again, and leaves the rest as it was", () => {
    for (const filter of ["", "CT", "~m C-STORE PACS01", '"a  b" CT']) {
      const on = toggleChip(filter, PROBLEMS);
      assert.ok(hasChip(on, PROBLEMS), on);
      assert.equal(toggleChip(on, PROBLEMS), filter);
    }
  });

  test("puts it in place of another one", () => {
    assert.equal(toggleChip(`CT ${PROBLEMS}`, REJECTED), `CT ${REJECTED}`);
    assert.equal(toggleChip(REJECTED, PROBLEMS), PROBLEMS);
    const released = outcomeChip("released") ?? "";
    assert.ok(!hasChip(FAILURES, released), "it is another one");
    assert.equal(toggleChip(FAILURES, released), released);
  });

  test("narrows what matched before, whatever joins it", () => {
    assert.equal(toggleChip("CT | MR", REJECTED), `(CT | MR) ${REJECTED}`);
  });

  test("writes filters that can be read", () => {
    for (const filter of [PROBLEMS, FAILURES, toggleChip("CT | MR", PROBLEMS)]) {
      assert.ok(!isFilterError(parseFilter(filter)), filter);
    }
  });
});
