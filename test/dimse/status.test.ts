import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { generalStatusMeaning, isFinal, printStatus, statusClass } from "../../src/dimse/status.ts";

/** PS3.7 Annex C, once more and as ranges, so that the code is checked against another form. */
const RANGES: readonly (readonly [from: number, to: number, name: string])[] = [
  [0x0000, 0x0000, "success"],
  [0x0001, 0x0001, "warning"],
  [0x0100, 0x0106, "failure"],
  [0x0107, 0x0107, "warning"],
  [0x0108, 0x0115, "failure"],
  [0x0116, 0x0116, "warning"],
  [0x0117, 0x02ff, "failure"],
  [0xa000, 0xafff, "failure"],
  [0xb000, 0xbfff, "warning"],
  [0xc000, 0xcfff, "failure"],
  [0xfe00, 0xfe00, "cancel"],
  [0xff00, 0xff01, "pending"],
];

describe("Status", () => {
  test("S-05 statusClass() of all 65,536 codes is that of Annex C", () => {
    const counts = new Map<string, number>();
    let named = 0;
    for (let status = 0; status <= 0xffff; status++) {
      const found = RANGES.find(([from, to]) => status >= from && status <= to);
      assert.equal(statusClass(status), found?.[2] ?? "not listed", printStatus(status));
      counts.set(statusClass(status), (counts.get(statusClass(status)) ?? 0) + 1);
      if (generalStatusMeaning(status) !== undefined) {
        assert.notEqual(statusClass(status), "not listed");
        named++;
      }
    }
    const notListed = counts.get("not listed") ?? 0;
    console.log(`S-05: ${named} named, ${65_536 - notListed} valid, ${notListed} not listed`);
    assert.equal(named, 27);
  });

  test("isFinal() is true of all but Pending", () => {
    assert.equal(isFinal(0xff00), false);
    assert.equal(isFinal(0xff01), false);
    for (const status of [0, 0xb000, 0xa700, 0xfe00, 0x1234]) assert.equal(isFinal(status), true);
  });
});
