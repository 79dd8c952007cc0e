import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { COMMAND_ELEMENTS, type CommandElementEntry } from "../../src/dimse/command_dictionary.ts";
import {
  type CommandValue,
  numberOf,
  readCommandSet,
  textOf,
} from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { bytesOfHex } from "../support/vectors.ts";

const STORE_RQ = {
  AffectedSOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
  CommandField: 1,
  MessageID: 7,
  Priority: 0,
  CommandDataSetType: 1,
  AffectedSOPInstanceUID: "2.25.4711",
};

describe("readCommandSet() and encodeCommandSet()", () => {
  test("read what was written, with group length, ascending order and even padding", () => {
    const bytes = encodeCommandSet(STORE_RQ);
    const set = readCommandSet(bytes);
    assert.deepEqual(set.values, { CommandGroupLength: bytes.length - 12, ...STORE_RQ });
    assert.deepEqual(set.problems, []);
    for (const element of set.elements) {
      assert.equal(element.length % 2, 0);
      assert.deepEqual(
        element.view,
        bytes.subarray(element.offset, element.offset + element.length),
      );
    }
    assert.deepEqual(
      set.elements.map(({ tag }) => tag),
      set.elements.map(({ tag }) => tag).toSorted((a, b) => a - b),
    );
  });

  test("are inverse for every element of Annex E", () => {
    const values = fc.record(
      Object.fromEntries(
        COMMAND_ELEMENTS.slice(1).map((entry) => [entry.keyword, arbitrary(entry)]),
      ),
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(values, (drawn) => {
        const given = drawn as Readonly<Record<string, CommandValue>>;
        const set = readCommandSet(encodeCommandSet(given));
        const { CommandGroupLength: _, ...read } = set.values;
        assert.deepEqual(read, given);
        assert.deepEqual(set.problems, []);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  test("read unknown and foreign tags by their hexadecimal name", () => {
    const set = readCommandSet(encodeCommandSet({ "00000004": "0102", "00100010": "4142" }));
    assert.equal(set.values["00000004"], "0102");
    assert.equal(set.values["00100010"], "4142");
    assert.equal(set.elements[1]?.vr, "UN");
  });

  test("strip padding: NUL of UI, spaces of AE and LO", () => {
    const hex =
      "000002000400000031" + "2e3200" + "000000060400000020412020" + "000002090400000042200000";
    const { values } = readCommandSet(bytesOfHex(hex));
    assert.equal(values["AffectedSOPClassUID"], "1.2");
    assert.equal(values["MoveDestination"], "A");
    assert.equal(values["ErrorComment"], "B");
  });

  test("keep the first of two equal tags", () => {
    const hex = "00001001020000000100" + "00001001020000000200";
    const set = readCommandSet(bytesOfHex(hex));
    assert.equal(set.values["MessageID"], 1);
    assert.equal(set.elements.length, 2);
  });
});

describe("readCommandSet() on what cannot be read", () => {
  const cases: readonly (readonly [name: string, hex: string, text: string, offset: number])[] = [
    ["a short header", "000000010200", "Cannot read element header: 8 bytes needed, 6 left", 100],
    ["an overrun", "00001001640000000100", "Cannot read MessageID: 100 bytes needed, 2 left", 108],
    [
      "an unknown overrun",
      "0000040002000081ff",
      "Cannot read (0000,0004): 2164260866 bytes needed, 1 left",
      108,
    ],
    [
      "a US of 4",
      "000010010400000001000000",
      "Cannot read MessageID: 4 bytes are not one US of 2",
      108,
    ],
    [
      "a UL of 2",
      "00000000020000000100",
      "Cannot read CommandGroupLength: 2 bytes are not one UL of 4",
      108,
    ],
    [
      "an AT of 6",
      "0000010906000000100010001000",
      "Cannot read OffendingElement: 6 bytes are not one AT of 4",
      108,
    ],
  ];
  for (const [name, hex, text, offset] of cases) {
    test(`says what, where and by which section: ${name}`, () => {
      const { problems } = readCommandSet(bytesOfHex(hex), { offset: 100 });
      assert.equal(problems.length, 1);
      assert.ok(problems[0]?.message.startsWith(`${text} (PS3.`), problems[0]?.message);
      assert.equal(problems[0]?.offset, offset);
    });
  }

  test("an element without a value is null, a list without one is empty, and no problem", () => {
    const set = readCommandSet(bytesOfHex("0000100100000000" + "0000051000000000"));
    assert.deepEqual(set.values, { MessageID: null, AttributeIdentifierList: [] });
    assert.deepEqual(set.problems, []);
    assert.equal(numberOf(set, "MessageID"), undefined);
    assert.equal(textOf(set, "MessageID"), undefined);
  });

  test("every prefix gives what is whole in it", () => {
    const bytes = encodeCommandSet(STORE_RQ);
    const whole = readCommandSet(bytes);
    const ends = new Set([0, ...whole.elements.map(({ offset, length }) => offset + length)]);
    for (let length = 0; length < bytes.length; length++) {
      const { problems, values } = readCommandSet(bytes.subarray(0, length));
      assert.equal(problems.length, ends.has(length) ? 0 : 1, `prefix of ${length}`);
      for (const [keyword, value] of Object.entries(values)) {
        assert.ok(value === null || value === whole.values[keyword], keyword);
      }
    }
  });

  test("bounds elements and problems", () => {
    const many = readCommandSet(new Uint8Array(8 * 10_000));
    assert.equal(many.elements.length, 4096);
    assert.match(many.problems[0]?.message ?? "", /more than 4096 elements/);
    const wrong = bytesOfHex("00001001040000000100ffff".repeat(100));
    assert.equal(readCommandSet(wrong).problems.length, 32);
  });

  // Invariant: whatever the octets are, reading gives a command set and never throws.
  test("D-01 command sets: garbage and mutations", () => {
    const random = seededRandom(3);
    const rounds = fuzzRounds(20_000, 500_000);
    const seeds = [encodeCommandSet(STORE_RQ), new Uint8Array(40)];
    for (let round = 0; round < rounds; round++) {
      const bytes = mutated(seeds[round % 2] ?? new Uint8Array(0), random);
      const { elements } = readCommandSet(bytes);
      let end = 0;
      for (const { offset, view } of elements) {
        assert.equal(offset, end + 8);
        end = offset + view.length;
      }
      assert.ok(end <= bytes.length);
    }
    console.log(`D-01: ${rounds} command sets, 0 throws`);
  });
});

describe("encodeCommandSet() on misuse", () => {
  test("throws a TypeError or RangeError that names the keyword", () => {
    assert.throws(() => encodeCommandSet({ PatientName: "x" }), /Cannot encode "PatientName"/);
    for (const value of [-1, 65_536, 1.5, "1"]) {
      assert.throws(() => encodeCommandSet({ MessageID: value }), /Cannot encode MessageID/);
    }
    assert.throws(() => encodeCommandSet({ OffendingElement: ["xyz"] }), RangeError);
    assert.throws(() => encodeCommandSet({ ErrorComment: "\u{1F600}" }), /ErrorComment/);
  });
});

function arbitrary(entry: CommandElementEntry): fc.Arbitrary<CommandValue> {
  const many = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: 1, maxLength: 5 });
  const us = fc.nat(0xffff);
  switch (entry.vr) {
    case "US":
      return entry.vm === "1" ? us : many(us);
    case "UL":
      return fc.nat(0xffff_ffff);
    case "AT":
      return fc.array(
        fc.nat(0xffff_ffff).map((tag) => tag.toString(16).toUpperCase().padStart(8, "0")),
        { maxLength: 5 },
      );
    default:
      return fc.stringMatching(/^[!-~]{1,20}$/);
  }
}
