import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { createPaint, unpainted, wantsColor } from "../../src/cli/paint.ts";
import { tableLines, visibleWidth } from "../../src/cli/table.ts";
import { nearestName } from "../../src/nearest.ts";

const COLUMNS = [{ title: "name" }, { title: "size", align: "right" }, { title: "what" }] as const;

describe("tableLines()", () => {
  test("aligns by what is seen: colours, wide characters, marks", () => {
    const paint = createPaint(true);
    const rows = [
      [paint.red("CT"), "5", "x"],
      ["山田", "1,234", paint.dim("y")],
      ["e\u0301", "12", "z"],
    ];
    const lines = tableLines(COLUMNS, rows).map(unpainted);
    assert.deepEqual(lines, [
      "name   size  what",
      "CT        5  x",
      "山田  1,234  y",
      "e\u0301        12  z",
    ]);
  });

  test("cuts what the terminal would wrap, and ends colours", () => {
    const paint = createPaint(true);
    const rows = [["a", "1", paint.green("a long description")]];
    const [line = ""] = tableLines([{ title: "" }, { title: "" }, { title: "" }], rows, {
      width: 12,
    });
    assert.equal(unpainted(line), "a  1  a lon\u2026");
    assert.equal(visibleWidth(line), 12);
    assert.ok(line.endsWith("\x1b[39m"));
  });

  test("has no line of titles when there are none", () => {
    assert.deepEqual(tableLines([{ title: "" }], [["x"]], { indent: "  " }), ["  x"]);
    assert.deepEqual(tableLines(COLUMNS, []), ["name  size  what"]);
  });
});

describe("wantsColor()", () => {
  test("follows the terminal, NO_COLOR and FORCE_COLOR", () => {
    assert.equal(wantsColor({}, true), true);
    assert.equal(wantsColor({}, false), false);
    assert.equal(wantsColor({ NO_COLOR: "1" }, true), false);
    assert.equal(wantsColor({ NO_COLOR: "" }, true), true);
    assert.equal(wantsColor({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), true);
    assert.equal(wantsColor({ FORCE_COLOR: "0" }, true), false);
    assert.equal(wantsColor({ TERM: "dumb" }, true), false);
    assert.equal(createPaint(false).red("x"), "x");
  });
});

describe("nearestName()", () => {
  test("finds what was meant, and nothing where nothing is near", () => {
    const names = ["demo", "proxy", "show", "verify", "repair", "echo", "connect-timeout"];
    const cases: [string, string | undefined][] = [
      ["shwo", "show"],
      ["prxoy", "proxy"],
      ["Verfiy", "verify"],
      ["connect", "connect-timeout"],
      ["rep", "repair"],
      ["xyzzy", undefined],
      ["", undefined],
    ];
    for (const [given, near] of cases) assert.equal(nearestName(given, names), near, given);
  });
});
