import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { DataSetReader, type DataSetReaderOptions } from "../../src/dataset/data_set_reader.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import {
  big,
  explicit,
  ITEM_END,
  implicit,
  item,
  join,
  SEQUENCE_END,
  UNDEFINED,
} from "../support/data_set_bytes.ts";
import { DataSetEvents } from "../support/data_set_events.ts";

const PATIENT_ID = explicit(0x00100020, "LO", "P1");
const CODE = explicit(0x00080100, "SH", "T1");

function read(bytes: Uint8Array, options: Partial<DataSetReaderOptions> = {}): DataSetEvents {
  const events = new DataSetEvents();
  const reader = new DataSetReader(events, { syntax: EXPLICIT_LITTLE, ...options });
  reader.receive(bytes);
  reader.end();
  return events;
}

/** Ids of the findings, and that everything opened was closed. */
function rules(events: DataSetEvents): string[] {
  assert.ok(!events.lines.at(-1)?.includes("OPEN"), "something stayed open");
  return events.findings.map((finding) => finding.id);
}

describe("DataSetReader reads", () => {
  test("Explicit VR Little Endian with both forms of the length (PS3.5 7.1.2)", () => {
    const events = read(join(PATIENT_ID, explicit(0x00420011, "OB", [1, 2, 3, 4])));
    assert.deepEqual(events.lines, [
      "00100020 LO 5031 @8",
      "00420011 OB 01020304 @22",
      "end 26 whole",
    ]);
  });

  test("Implicit VR Little Endian by the dictionary (PS3.5 7.1.3)", () => {
    const events = read(
      join(implicit(0x00100010, "A^B "), implicit(0x00280010, [2, 0]), implicit(0x00291001, "xx")),
      { syntax: IMPLICIT_LITTLE },
    );
    assert.deepEqual(events.lines, [
      "00100010 PN 415e4220 @8",
      "00280010 US 0200 @20",
      "00291001 UN 7878 @30",
      "end 32 whole",
    ]);
  });

  test("Explicit VR Big Endian (PS3.5 7.3)", () => {
    const events = read(join(big(0x00280010, "US", [2, 0]), big(0x7fe00010, "OW", [0, 1, 0, 2])), {
      syntax: EXPLICIT_BIG,
    });
    assert.deepEqual(events.lines, [
      "00280010 US 0200 @8",
      "7FE00010 OW 00010002 @22",
      "end 26 whole",
    ]);
  });

  test("sequences and items of defined and undefined length (PS3.5 7.5)", () => {
    const defined = explicit(0x00081110, "SQ", item(CODE));
    const undefinedLength = join(
      explicit(0x00081111, "SQ", [], UNDEFINED),
      item(CODE, UNDEFINED),
      ITEM_END,
      SEQUENCE_END,
    );
    const events = read(join(defined, undefinedLength, PATIENT_ID));
    assert.deepEqual(rules(events), []);
    assert.deepEqual(events.lines, [
      "00081110 SQ sequence 18 @12",
      "item 10 @20",
      "00080100 SH 5431 @28",
      "item end",
      "sequence end",
      `00081111 SQ sequence ${UNDEFINED} @42`,
      `item ${UNDEFINED} @50`,
      "00080100 SH 5431 @58",
      "item end",
      "sequence end",
      "00100020 LO 5031 @84",
      "end 86 whole",
    ]);
  });

  test("empty sequences and empty items", () => {
    const events = read(
      join(explicit(0x00081110, "SQ", []), explicit(0x00081111, "SQ", item(join())), PATIENT_ID),
    );
    assert.deepEqual(rules(events), []);
    assert.equal(events.lines.filter((line) => line === "sequence end").length, 2);
    assert.equal(events.lines.filter((line) => line === "item end").length, 1);
  });

  test("UN of undefined length as a sequence of Implicit VR items, in any syntax (PS3.5 6.2.2)", () => {
    const items = join(item(implicit(0x00080100, "T1"), UNDEFINED), ITEM_END, SEQUENCE_END);
    const little = read(join(explicit(0x00091001, "UN", [], UNDEFINED), items, PATIENT_ID));
    assert.deepEqual(rules(little), []);
    assert.ok(little.lines.includes("00080100 SH 5431 @28"));
    assert.equal(little.lines.at(-2), "00100020 LO 5031 @54");
    const head = join([0, 9, 0x10, 1, 0x55, 0x4e, 0, 0, 255, 255, 255, 255]);
    const bigEndian = read(join(head, items, big(0x00100020, "LO", "P1")), {
      syntax: EXPLICIT_BIG,
    });
    assert.deepEqual(rules(bigEndian), []);
    assert.ok(bigEndian.lines.includes(`item ${UNDEFINED} @20`), "items are not big endian");
    assert.equal(bigEndian.lines.at(-2), "00100020 LO 5031 @54");
  });

  test("UN of undefined length whose items are explicit all the same", () => {
    const items = join(item(CODE, UNDEFINED), ITEM_END, SEQUENCE_END);
    const events = read(join(explicit(0x00091001, "UN", [], UNDEFINED), items, PATIENT_ID));
    assert.deepEqual(rules(events), ["data-set-explicit-vr"]);
    assert.ok(events.lines.includes("00080100 SH 5431 @28"));
  });

  test("encapsulated pixel data: offset table and fragments (PS3.5 A.4)", () => {
    const events = read(
      join(
        explicit(0x7fe00010, "OB", [], UNDEFINED),
        item(join([0, 0, 0, 0])),
        item(join([1, 2])),
        item(join()),
        SEQUENCE_END,
      ),
    );
    assert.deepEqual(rules(events), []);
    assert.deepEqual(events.lines, [
      "7FE00010 OB fragments @12",
      "fragment 4 @20",
      "fragment end 4 00000000",
      "fragment 2 @32",
      "fragment end 2 0102",
      "fragment 0 @42",
      "fragment end 0 ",
      "fragments end",
      "end 50 whole",
    ]);
  });

  test("values over the limit as bulk, by offset and length", () => {
    const events = read(join(explicit(0x7fe00010, "OW", [1, 2, 3, 4, 5, 6])), { valueLimit: 4 });
    assert.deepEqual(events.lines, [
      "7FE00010 OW bulk 6 @12",
      "bulk end 6 010203040506",
      "end 18 whole",
    ]);
  });

  test("group lengths without going by them (PS3.5 7.2)", () => {
    const events = read(join(explicit(0x00100000, "UL", [255, 255, 0, 0]), PATIENT_ID));
    assert.deepEqual(rules(events), []);
    assert.deepEqual(events.lines, [
      "00100000 UL ffff0000 @8",
      "00100020 LO 5031 @20",
      "end 22 whole",
    ]);
  });

  test("private elements of Implicit VR by their creator (PS3.5 7.8.1)", () => {
    const events = read(
      join(implicit(0x00190010, "GEMS_ACQU_01"), implicit(0x00191002, [1, 0, 0, 0])),
      { syntax: IMPLICIT_LITTLE },
    );
    assert.deepEqual(events.lines.slice(0, 2), [
      "00190010 LO 47454d535f414351555f3031 @8",
      "00191002 SL 01000000 @28",
    ]);
  });

  test("a choice of US and SS by Pixel Representation, in items of it too", () => {
    const smallest = implicit(0x00280106, [255, 255]);
    const signed = implicit(0x00280103, [1, 0]);
    const events = read(join(signed, smallest, implicit(0x00283000, item(smallest))), {
      syntax: IMPLICIT_LITTLE,
    });
    assert.equal(events.lines.filter((line) => line.startsWith("00280106 SS")).length, 2);
    assert.ok(read(smallest, { syntax: IMPLICIT_LITTLE }).lines[0]?.startsWith("00280106 US"));
  });

  test("the private syntax of GE with big endian pixels", () => {
    const syntax = transferSyntax("1.2.840.113619.5.2");
    assert.ok(syntax?.bigEndianPixels && !syntax.explicit);
    const events = read(implicit(0x7fe00010, [0, 1]), { syntax });
    assert.deepEqual(events.lines, ["7FE00010 OW 0001 @8", "end 10 whole"]);
  });
});

describe("DataSetReader tells and reads on", () => {
  const rows: readonly [string, Uint8Array, string][] = [
    ["an odd length", explicit(0x00100010, "PN", "ODD"), "data-set-odd-length"],
    ["a wrong VR", explicit(0x00100010, "SH", "A "), "data-set-wrong-vr"],
    ["a VR that is not known", explicit(0x00100021, "ZZ", "A "), "data-set-unknown-vr"],
    ["an element twice", join(CODE, CODE), "data-set-order"],
    ["an element without VR", implicit(0x00080100, "T1"), "data-set-missing-vr"],
    ["a delimiter among elements", join(CODE, SEQUENCE_END), "data-set-stray-delimiter"],
    [
      "an item that is longer than its sequence",
      explicit(0x00081110, "SQ", item(CODE, 40)),
      "data-set-outruns-parent",
    ],
    [
      "a value that is longer than its item",
      explicit(0x00081110, "SQ", item(explicit(0x00080100, "SH", "T1", 60))),
      "data-set-outruns-parent",
    ],
    [
      "an undefined item without delimiter in a sequence of defined length",
      explicit(0x00081110, "SQ", item(CODE, UNDEFINED)),
      "data-set-outruns-parent",
    ],
    [
      "a delimiter behind an item of defined length",
      explicit(0x00081110, "SQ", join(item(CODE), ITEM_END)),
      "data-set-stray-delimiter",
    ],
    [
      "a sequence delimiter where the item's is missing",
      join(explicit(0x00081110, "SQ", [], UNDEFINED), item(CODE, UNDEFINED), SEQUENCE_END),
      "data-set-stray-delimiter",
    ],
    [
      "a new item where the item's delimiter is missing",
      join(
        explicit(0x00081110, "SQ", [], UNDEFINED),
        item(CODE, UNDEFINED),
        item(CODE, UNDEFINED),
        ITEM_END,
        SEQUENCE_END,
      ),
      "data-set-stray-delimiter",
    ],
    [
      "a delimiter with a length",
      join(explicit(0x00081110, "SQ", [], UNDEFINED), implicit(0xfffee0dd, [], 4)),
      "data-set-delimiter-length",
    ],
    [
      "an element where an item must begin, sequence of defined length",
      explicit(0x00081110, "SQ", join(CODE, CODE)),
      "data-set-not-an-item",
    ],
    [
      "an undefined length of a VR that has none",
      join(explicit(0x00081030, "UT", [], UNDEFINED), SEQUENCE_END),
      "data-set-undefined-length",
    ],
    [
      "an undefined sequence without its delimiter",
      join(explicit(0x00081110, "SQ", [], UNDEFINED), item(CODE)),
      "data-set-not-an-item",
    ],
  ];
  for (const [name, bytes, rule] of rows) {
    test(name, () => {
      const events = read(join(bytes, PATIENT_ID));
      assert.ok(rules(events).includes(rule), events.lines.join("\n"));
      assert.match(events.lines.at(-2) ?? "", /^00100020 LO 5031/, events.lines.join("\n"));
      assert.match(events.lines.at(-1) ?? "", /whole$/);
    });
  }

  test("where and what, with the path of the element", () => {
    const bad = explicit(0x00080100, "SH", "ODD");
    const even = explicit(0x00080102, "SH", "B");
    const events = read(explicit(0x00081110, "SQ", join(item(CODE), item(join(bad, even)))));
    assert.equal(
      events.lines.find((line) => line.startsWith("data-set-odd")),
      "data-set-odd-length (0008,1110)[1].(0008,0100) at 38: the length 3 is odd (PS3.5 7.1.1)",
    );
  });

  test("explicit elements in an implicit data set, and the reverse", () => {
    const asImplicit = read(join(CODE, PATIENT_ID), { syntax: IMPLICIT_LITTLE });
    assert.deepEqual(rules(asImplicit), ["data-set-explicit-vr"]);
    assert.equal(asImplicit.lines.at(-2), "00100020 LO 5031 @18");
    const long = implicit(0x00204000, new Uint8Array(70_000).fill(0x41));
    const asExplicit = read(join(implicit(0x00080100, "T1"), long, implicit(0x00280010, [1, 0])));
    assert.deepEqual(rules(asExplicit), ["data-set-missing-vr"]);
    assert.match(asExplicit.lines.at(-2) ?? "", /^00280010 US 0100/);
  });

  test("octets of 00H behind the last element", () => {
    const events = read(join(PATIENT_ID, new Uint8Array(40)));
    assert.deepEqual(rules(events), ["data-set-trailing"]);
    assert.equal(events.lines.at(-1), "end 50 whole");
  });

  test("a data set that is cut, wherever that is", () => {
    const bytes = join(CODE, explicit(0x00081110, "SQ", item(PATIENT_ID)), PATIENT_ID);
    const boundaries = new Set([0, 10, 40, 50]);
    for (let length = 0; length <= bytes.length; length++) {
      const events = read(bytes.subarray(0, length));
      const cut = rules(events).includes("data-set-truncated");
      assert.equal(cut, !boundaries.has(length), `${length} octets: ${events.lines.join("\n")}`);
    }
  });

  test("at most 20 findings of a rule and 100 in all, and counts the rest", () => {
    const events = new DataSetEvents();
    const reader = new DataSetReader(events, { syntax: EXPLICIT_LITTLE });
    for (let count = 0; count < 500; count++) reader.receive(CODE);
    reader.end();
    assert.equal(events.findings.length, 20);
    assert.equal(reader.findings, 499);
  });
});

describe("DataSetReader.skip()", () => {
  test("goes on behind a gap inside a bulk value", () => {
    const events = new DataSetEvents();
    const reader = new DataSetReader(events, { syntax: EXPLICIT_LITTLE, valueLimit: 4 });
    reader.receive(explicit(0x00189004, "OB", [1, 2], 10));
    reader.skip(6);
    reader.receive(join([9, 9], explicit(0x00280010, "US", [1, 0])));
    reader.end();
    assert.ok(events.lines.includes("bulk end 10 01020909"));
    assert.equal(events.lines.at(-2), "00280010 US 0100 @30");
  });

  test("stops with a finding anywhere else", () => {
    const events = new DataSetEvents();
    const reader = new DataSetReader(events, { syntax: EXPLICIT_LITTLE });
    reader.receive(CODE);
    reader.skip(100);
    reader.receive(PATIENT_ID);
    reader.end();
    assert.deepEqual(rules(events), ["data-set-gap"]);
    assert.equal(events.lines.at(-1), "end 120 cut");
  });
});
