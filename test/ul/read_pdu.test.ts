import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { ProtocolError } from "../../src/protocol_error.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { decodePdu, readPdu } from "../../src/ul/read_pdu.ts";
import { concat } from "../support/event_log.ts";
import { acceptOf, GOLDEN_EXCHANGES, requestOf } from "../support/golden_exchanges.ts";

describe("readPdu", () => {
  test("is the inverse of encodePdu for canonical values", () => {
    for (const { name, requestor, acceptor } of GOLDEN_EXCHANGES) {
      for (const pdu of [...requestor, ...acceptor]) {
        const { pdu: read, problems } = readPdu(encodePdu(pdu));
        assert.deepEqual(read, pdu, name);
        assert.deepEqual(problems, [], name);
      }
    }
  });

  test("names field, need, offset in the stream and section of a short field", () => {
    const cases: readonly (readonly [octets: number[], message: string, offset: number])[] = [
      [
        [7, 0, 0, 0, 0, 3, 0, 0, 2],
        "Cannot read Reason/Diag.: 1 bytes needed, 0 left (PS3.8 9.3.8)",
        1_009,
      ],
      [[3, 0, 0, 0, 0, 1, 0], "Cannot read Result: 1 bytes needed, 0 left (PS3.8 9.3.4)", 1_007],
      [
        [5, 0, 0, 0, 0, 2, 0, 0],
        "Cannot read reserved octets 7-10: 4 bytes needed, 2 left (PS3.8 9.3.6)",
        1_006,
      ],
      [
        [1, 0, 0, 0, 0, 4, 0, 1, 0, 0],
        "Cannot read Called-AE-title: 16 bytes needed, 0 left (PS3.8 9.3.2)",
        1_010,
      ],
      [[4, 0, 0, 0], "Cannot read PDU-length: 6 bytes needed, 4 left (PS3.8 9.3.1)", 1_000],
      [
        [4, 0, 0, 0, 0, 7, 0, 0, 0, 4, 1, 3, 9],
        "Cannot read Presentation-data-value: 4 bytes needed, 3 left (PS3.8 9.3.5.1)",
        1_010,
      ],
      [
        [4, 0, 0, 0, 0, 6, 0, 0, 0, 1, 1, 3],
        "Cannot read PDV: item length 1, 2 is the least (PS3.8 9.3.5.1)",
        1_006,
      ],
      [
        [6, 0, 0, 0, 0, 5, 0, 0, 0, 0, 9],
        "Cannot read A-RELEASE-RP: PDU-length 5, 4 expected (PS3.8 9.3.7)",
        1_010,
      ],
    ];
    for (const [octets, message, offset] of cases) {
      const { problems, pdu } = readPdu(Uint8Array.from(octets), { offset: 1_000 });
      assert.equal(problems.length, 1, message);
      assert.equal(problems[0]?.message, message);
      assert.equal(problems[0]?.offset, offset, message);
      assert.deepEqual(encodePdu(pdu), Uint8Array.from(octets), message);
      assert.throws(() => decodePdu(Uint8Array.from(octets)), ProtocolError);
    }
  });

  test("keeps an item that cannot be read and reads the next ones", () => {
    const bytes = withUserItems(
      [0x51, 0, 0, 2, 1, 2], // two octets where four are due
      [0x54, 0, 0, 9, 0, 3, 0x31, 0x2e, 0x32, 0, 1, 7, 7], // two octets too many
      [0x57, 0, 0, 11, 0, 0, 0, 0, 0, 3, 0, 2, 0x31, 9, 9], // a UID beyond the end of its list
      [0x55, 0, 0, 2, 0x4f, 0x4b],
    );
    const { pdu, problems } = readPdu(bytes);
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        "Cannot read Maximum-length-received: 4 bytes needed, 2 left (PS3.8 D.1.1)",
        "Cannot read SCP/SCU role selection item 54H: Item-length 9, its fields have 7 (PS3.7 D.3.3.4.1)",
        "Cannot read Related-general-sop-class-uid: 2 bytes needed, 1 left (PS3.7 D.3.3.6.1)",
      ],
    );
    assert.deepEqual(
      problems.map(({ offset }) => offset),
      [82, 95, 109],
    );
    assert.ok(pdu.type === "A-ASSOCIATE-RQ" && pdu.items[0]?.item === "user information");
    assert.deepEqual(
      pdu.items[0].items.map(({ item }) => item),
      ["other", "other", "other", "implementation version name"],
    );
    assert.deepEqual(encodePdu(pdu), bytes);
  });

  test("keeps what overruns its parent with the length that was declared", () => {
    const bytes = withUserItems([0x52, 0, 0xff, 0xff, 0x31, 0x2e]);
    const { pdu, problems } = readPdu(bytes);
    assert.ok(pdu.type === "A-ASSOCIATE-RQ" && pdu.items[0]?.item === "user information");
    assert.deepEqual(pdu.items[0].items, [
      { item: "other", itemType: 0x52, bytes: Uint8Array.of(0x31, 0x2e), declaredLength: 0xffff },
    ]);
    assert.equal(
      problems[0]?.message,
      "Cannot read implementation class UID item 52H: 65535 bytes needed, 2 left (PS3.7 D.3.3.2.1)",
    );
    assert.deepEqual(encodePdu(pdu), bytes);
  });

  test("keeps octets that are too few for another item", () => {
    const bytes = withUserItems([0x51, 0, 0, 4, 0, 0, 1, 0], [0x52, 0, 0]);
    const { pdu, problems } = readPdu(bytes);
    assert.equal(
      problems[0]?.message,
      "Cannot read Item-length: 4 bytes needed, 3 left (PS3.8 9.3.2.3)",
    );
    assert.ok(pdu.type === "A-ASSOCIATE-RQ" && pdu.items[0]?.item === "user information");
    assert.deepEqual(pdu.items[0].trailing, Uint8Array.of(0x52, 0, 0));
    assert.deepEqual(encodePdu(pdu), bytes);
  });

  test("does not descend into user information inside user information", () => {
    const nested = Array.from({ length: 16_000 }, (_, depth) => {
      const inside = (15_999 - depth) * 4;
      return [0x50, 0, inside >> 8, inside & 0xff];
    }).flat();
    const bytes = withUserItems(nested);
    const { pdu, problems } = readPdu(bytes);
    assert.deepEqual(problems, []);
    assert.ok(pdu.type === "A-ASSOCIATE-RQ" && pdu.items[0]?.item === "user information");
    assert.equal(pdu.items[0].items[0]?.item, "other");
    assert.deepEqual(encodePdu(pdu), bytes);
  });

  test("reads 10,000 items, stops at 20,000, keeps the rest, and gives 100 problems at most", () => {
    for (const [count, read] of [
      [10_000, 10_000],
      [200_000, 20_000],
    ] as const) {
      const bytes = encodePdu({
        ...requestOf([]),
        items: [],
        trailing: Uint8Array.from({ length: count * 4 }, (_, at) => (at % 4 === 0 ? 0x20 : 0)),
      });
      const { pdu, problems } = readPdu(bytes);
      assert.ok(pdu.type === "A-ASSOCIATE-RQ");
      assert.equal(pdu.items.length, read);
      assert.equal(problems.length, 100);
      assert.deepEqual(encodePdu(pdu), bytes);
    }
  });

  test("owns its octets: a buffer used again does not change a value", () => {
    const bytes = encodePdu({
      type: "P-DATA-TF",
      pdvs: [{ contextId: 1, messageControlHeader: 3, fragment: Uint8Array.of(1, 2, 3) }],
    });
    const { pdu } = readPdu(bytes);
    bytes.fill(0xee);
    assert.ok(pdu.type === "P-DATA-TF");
    assert.deepEqual(pdu.pdvs[0]?.fragment, Uint8Array.of(1, 2, 3));
  });

  test("keeps text byte for byte: 80H to FFH, NUL and control characters", () => {
    const name = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
    const pdu = requestOf([{ item: "implementation version name", name }]);
    assert.deepEqual(decodePdu(encodePdu(pdu)), pdu);
  });
});

describe("encodePdu", () => {
  test("refuses what no field can hold, naming the field", () => {
    const rq = requestOf([]);
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => encodePdu({ ...rq, calledAeTitle: "SEVENTEEN LETTERS" }), /AE title.*16 characters/],
      [() => encodePdu({ ...rq, callingAeTitle: "日本" }), /AE title: character 0/],
      [
        () => encodePdu({ type: "A-ABORT", source: 256, reason: 0 }),
        /Source: 256 is not in 0\.\.255/,
      ],
      [
        () => encodePdu(requestOf([{ item: "maximum length", maximumLength: -1 }])),
        /Maximum-length/,
      ],
      [
        () =>
          encodePdu(requestOf([{ item: "implementation version name", name: "x".repeat(65_536) }])),
        /Item-length: 65536/,
      ],
    ];
    for (const [encode, message] of cases) {
      assert.throws(encode, (error) => error instanceof RangeError && message.test(error.message));
    }
  });

  test("pads a title that was changed, and keeps the octets of one that was not", () => {
    const field = Uint8Array.from("  OLD           ", (letter) => letter.charCodeAt(0));
    const old = { ...acceptOf([]), calledAeTitle: "OLD", calledAeTitleField: field };
    assert.deepEqual(encodePdu(old).slice(10, 26), field);
    assert.equal(
      String.fromCharCode(...encodePdu({ ...old, calledAeTitle: "NEW" }).slice(10, 26)),
      "NEW             ",
    );
  });
});

/** A request whose user information holds these octets. */
function withUserItems(...items: readonly (readonly number[])[]): Uint8Array {
  const value = concat(items.map((item) => Uint8Array.from(item)));
  return encodePdu({
    ...requestOf([]),
    items: [],
    trailing: concat([Uint8Array.of(0x50, 0, value.length >> 8, value.length & 0xff), value]),
  });
}
