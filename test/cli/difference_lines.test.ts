import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Difference } from "../../replay/events.ts";
import { differenceLines } from "../../src/cli/difference_lines.ts";

describe("differenceLines()", () => {
  test("puts presentation contexts that differ alike on one line, in words", () => {
    const refused = Array.from({ length: 128 }, (_, at) => context(at, "Result", 0, 3));
    const roles = [
      { scu: false, scp: true },
      { scu: true, scp: false },
    ] as const;
    assert.deepEqual(
      differenceLines([
        ...refused,
        context(2, "TransferSyntax", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"),
        context(3, "Roles", ...roles),
        context(4, "Result", null, 0),
      ]),
      [
        "contexts 1, 3, 5, 7, 9, 11, 13, 15 and 120 more: accepted recorded, refused (3, abstract syntax not supported (provider rejection)) now",
        "context 5: Implicit VR Little Endian recorded, Explicit VR Little Endian now",
        "context 7: SCP role recorded, SCU role now",
        "context 9: not answered recorded, accepted now",
      ],
    );
  });

  test("counts those that there are too many of, and escapes what a peer sent", () => {
    const many = Array.from({ length: 25 }, (_, at) => ({ path: `[${at}]`, recorded: 1, got: 2 }));
    const lines = differenceLines(many, ["in A", "in B"]);
    assert.equal(lines.length, 21);
    assert.equal(lines[0], "[0]: 1 in A, 2 in B");
    assert.equal(lines[20], "and 5 more differences (--json has them all)");
    const hostile = [{ path: "ErrorID\u001b[2J", recorded: "", got: "\u001b]0;x\u0007" }];
    for (const line of differenceLines(hostile)) assert.doesNotMatch(line, /[\u0000-\u001f]/u);
  });

  test("writes statuses in hexadecimal, and says where there is none", () => {
    assert.deepEqual(
      differenceLines([
        { path: "Status", recorded: 0, got: 0xa700 },
        { path: "[0].PatientID", recorded: "", got: null },
      ]),
      ["Status: 0000H recorded, A700H now", "[0].PatientID: no value recorded, nothing now"],
    );
  });
});

/** Of the n-th context, whose ID is odd (PS3.8 9.3.2.2). */
function context(at: number, field: string, recorded: unknown, got: unknown): Difference {
  return { path: `PresentationContext[${2 * at + 1}].${field}`, recorded, got };
}
