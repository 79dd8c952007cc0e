import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { latin1 } from "../../src/latin1.ts";

describe("latin1()", () => {
  test("gives one character for each octet, whatever the length and the place", () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, at) => (at * 7) & 0xff);
    const view = bytes.subarray(5);
    for (const start of [0, 1, 250]) {
      for (let length = 0; length <= 300; length++) {
        const expected = Array.from({ length }, (_, at) =>
          String.fromCharCode(view[start + at] as number),
        );
        assert.equal(latin1(view, start, start + length), expected.join(""), `${length}`);
      }
    }
  });
});
