import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { escapeControls, escapeJson } from "../../src/escape.ts";

describe("escapeControls()", () => {
  test("P-15: shows what could steer a terminal or forge a line", () => {
    const cases: Record<string, string> = {
      STORESCU: "STORESCU",
      "A\nB\r\n": "A\\nB\\r\\n",
      "\x1b[2J\x07\0": "\\x1b[2J\\x07\\0",
      "\x9b31m": "\\x9b31m",
      "a\u202eb\u2066c\u200f": "a\\u{202e}b\\u{2066}c\\u{200f}",
      "\u2028\u2029\ufeff": "\\u{2028}\\u{2029}\\u{feff}",
      "\ud800x": "\\u{d800}x",
      "\u{e0041}": "\\u{e0041}",
      "山田^太郎 Ü😀": "山田^太郎 Ü😀",
    };
    for (const [text, shown] of Object.entries(cases)) assert.equal(escapeControls(text), shown);
  });

  test("P-15: no text gives a control, a separator or a direction", () => {
    let count = 0;
    fc.assert(
      fc.property(fc.string({ unit: "binary", size: "max", maxLength: 200 }), (text) => {
        count++;
        const shown = escapeControls(text);
        assert.doesNotMatch(
          shown,
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
        );
        assert.equal(escapeControls(shown), shown, "nothing left to escape");
      }),
      { seed: 1, numRuns: 3000 },
    );
    console.log(`P-15: ${count} texts, 0 controls left`);
  });
});

describe("escapeJson()", () => {
  test("P-15: the same value to a parser, no control to a terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", size: "max", maxLength: 200 }), (text) => {
        const json = escapeJson(JSON.stringify({ text }));
        assert.deepEqual(JSON.parse(json), { text });
        assert.doesNotMatch(
          json,
          /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
        );
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
