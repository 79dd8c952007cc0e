import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { commandPdus, dataSetPdus } from "../../src/dimse/fragment.ts";
import type { Fragmentation, FragmentLength } from "../../src/dimse/fragment_plan.ts";
import {
  MessageFragmenter,
  type MessageFragmenterOptions,
} from "../../src/dimse/message_fragmenter.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { assembling, dataOf, STORE_RQ } from "../support/dimse_stream.ts";
import { concat } from "../support/event_log.ts";

const COMMAND_SET = encodeCommandSet(STORE_RQ);
/** 4,096 and 16,384 are what most archives say, 0 is no limit, the rest is tiny or odd. */
const LIMITS = [0, 8, 9, 31, 107, 4_096, 16_384];

describe("fragments of a message", () => {
  test("X-03 never exceed the peer's maximum length, and assemble again, in every plan", () => {
    let pdus = 0;
    const lengths = fc.record({ isCommand: fc.boolean(), length: fc.nat(20_000) });
    const sizes = fc.record({
      maximumLength: fc.oneof(fc.constantFrom(...LIMITS), fc.integer({ min: 8, max: 5_000 })),
      fragmentation: fc.oneof(
        fc.constantFrom<Fragmentation>("max", "one-pdv"),
        fc.integer({ min: 8, max: 40_000 }),
        fc.record({ recorded: fc.array(fc.array(lengths, { maxLength: 4 }), { maxLength: 6 }) }),
      ),
      pack: fc.boolean(),
      length: fc.oneof(fc.nat(6_000), fc.integer({ min: 0, max: 40_000 })),
      isLengthKnown: fc.boolean(),
      cuts: fc.array(fc.nat(9_000), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(sizes, ({ length, isLengthKnown, cuts, ...options }) => {
        const dataSet = dataOf(length);
        const dataSetLength = isLengthKnown ? length : undefined;
        const { framer, ended, irregular } = assembling();
        const bytes = sent(dataSet, cuts, { ...options, contextId: 5, dataSetLength });
        for (const pdu of pdusOf(bytes)) {
          pdus++;
          const { maximumLength } = options;
          if (maximumLength !== 0) assert.ok(pdu.length - 6 <= maximumLength);
          framer.receive(pdu);
        }
        const [message, ...more] = ended;
        assert.deepEqual(more, []);
        assert.deepEqual(message?.commandBytes, COMMAND_SET);
        assert.equal(message?.dataSet?.length, length);
        assert.deepEqual(message?.dataSet?.head, dataSet);
        assert.equal(message?.complete, true);
        const recorded = typeof options.fragmentation === "object";
        const odd = irregular.filter(({ what }) => what === "odd fragment");
        assert.equal(irregular.length, odd.length, "nothing but odd fragments");
        if (!recorded && length % 2 === 0) assert.deepEqual(odd, []);
      }),
      { numRuns: 600, seed: 5 },
    );
    console.log(`X-03: ${pdus} PDUs, 0 too long`);
  });

  test("are the same however the data set comes", () => {
    const dataSet = dataOf(1000);
    const plans: readonly Fragmentation[] = ["max", "one-pdv", 64, { recorded: recordedOf(300) }];
    const cutting = fc.array(fc.integer({ min: 0, max: 400 }));
    fc.assert(
      fc.property(cutting, fc.constantFrom(...plans), (cuts, fragmentation) => {
        const options = { contextId: 1, maximumLength: 106, fragmentation, dataSetLength: 1000 };
        const due = sent(dataSet, [], options);
        assert.deepEqual(sent(dataSet, cuts, options), due);
        assert.deepEqual(sent(dataSet, cuts, { ...options, dataSetLength: undefined }), due);
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  test("a plan is followed where it fits, and cut where it does not", () => {
    const data = (...lengths: readonly number[]): FragmentLength[] =>
      lengths.map((length) => ({ isCommand: false, length }));
    const command = { isCommand: true, length: COMMAND_SET.length };
    const cases: readonly (readonly [
      what: string,
      options: Partial<MessageFragmenterOptions>,
      pdus: readonly string[],
    ])[] = [
      ["max", {}, ["C", "1000!"]],
      ["a number", { fragmentation: 406 }, ["C", "400", "400", "200!"]],
      ["one PDV, no limit", { fragmentation: "one-pdv", maximumLength: 0 }, ["C", "1000!"]],
      ["one PDV, a limit", { fragmentation: "one-pdv", maximumLength: 806 }, ["C", "800", "200!"]],
      ["packed", { pack: true }, ["C 1000!"]],
      ["packed, a limit", { pack: true, maximumLength: 512 }, ["C 400", "506", "94!"]],
      [
        "recorded",
        { fragmentation: { recorded: [[command], data(600), data(301, 99)] } },
        ["C", "600", "301 99!"],
      ],
      [
        "recorded in one PDU, not packed",
        { fragmentation: { recorded: [[command, ...data(600)], data(400)] } },
        ["C", "600", "400!"],
      ],
      [
        "recorded in one PDU, packed",
        { fragmentation: { recorded: [[command, ...data(600)], data(400)] }, pack: true },
        ["C 600", "400!"],
      ],
      [
        "recorded for a larger peer",
        { fragmentation: { recorded: [[command], data(600), data(400)] }, maximumLength: 256 },
        ["C", "250", "250", "100", "250", "150!"],
      ],
      [
        "recorded for a shorter data set",
        { fragmentation: { recorded: [[command], data(600), data(100)] } },
        ["C", "600", "100", "300!"],
      ],
      [
        "recorded for a longer data set",
        { fragmentation: { recorded: [[command], data(900), data(900), data(900)] } },
        ["C", "900", "100!"],
      ],
      [
        "recorded with an empty last fragment",
        { fragmentation: { recorded: [[command], data(1000), data(0)] } },
        ["C", "1000", "0!"],
      ],
    ];
    for (const [what, options, pdus] of cases) {
      for (const dataSetLength of [1000, undefined]) {
        const all = { contextId: 1, maximumLength: 16_384, dataSetLength, ...options };
        assert.deepEqual(pdusOf(sent(dataOf(1000), [7, 400], all)).map(shapeOf), pdus, what);
      }
    }
  });

  test("a PDV of megabytes is streamed, one without a known length is cut at 256 KiB", () => {
    const dataSet = dataOf(3_000_000);
    for (const dataSetLength of [dataSet.length, undefined]) {
      const options = { contextId: 1, maximumLength: 0, dataSetLength } as const;
      const fragmenter = new MessageFragmenter(COMMAND_SET, {
        ...options,
        fragmentation: "one-pdv",
      });
      const batches: Uint8Array[] = [];
      let longest = 0;
      for (let at = 0; at < dataSet.length; at += 50_000) {
        for (const batch of fragmenter.push(dataSet.subarray(at, at + 50_000))) {
          batches.push(batch);
          longest = Math.max(longest, batch.length);
        }
        if (dataSetLength !== undefined && at + 50_000 < dataSet.length) {
          assert.equal(fragmenter.isInsidePdu, true);
        }
      }
      batches.push(...fragmenter.end());
      assert.equal(fragmenter.isInsidePdu, false);
      const pdus = pdusOf(concat(batches));
      assert.equal(pdus.length, dataSetLength === undefined ? 13 : 2);
      assert.ok(longest <= 2 ** 18 + 1024, `a batch of ${longest} octets`);
    }
  });

  test("a data set of another length than told is the caller's mistake", () => {
    const options = { contextId: 1, maximumLength: 0, dataSetLength: 10 };
    const short = new MessageFragmenter(COMMAND_SET, options);
    assert.equal([...short.push(dataOf(9))].length, 0, "nothing that is worth a write");
    assert.equal([...short.flush()].length, 1, "the command set");
    assert.throws(() => [...short.end()], /ended 1 octets before its length/);
    const long = new MessageFragmenter(COMMAND_SET, options);
    assert.equal([...long.push(dataOf(8))].length, 0);
    assert.throws(() => [...long.push(dataOf(3))], /more octets than its length says/);
  });

  test("an empty data set is one PDV without octets, marked as last", () => {
    const [bytes, ...more] = dataSetPdus(new Uint8Array(0), { contextId: 3, maximumLength: 0 });
    const { pdu } = readPdu(bytes ?? new Uint8Array(0));
    assert.deepEqual(more, []);
    assert.deepEqual(pdu.type === "P-DATA-TF" ? pdu.pdvs : undefined, [
      { contextId: 3, messageControlHeader: 2, fragment: new Uint8Array(0) },
    ]);
  });

  test("a maximum length that leaves no room is refused", () => {
    for (const maximumLength of [1, 6, 7]) {
      const refused = () => [...commandPdus(COMMAND_SET, { contextId: 1, maximumLength })];
      assert.throws(refused, /leaves no room for a fragment/);
    }
    const bytes = concat([...commandPdus(COMMAND_SET, { contextId: 1, maximumLength: 8 })]);
    assert.equal(bytes.length, (COMMAND_SET.length / 2) * 14);
  });
});

function sent(
  dataSet: Uint8Array,
  cuts: readonly number[],
  options: MessageFragmenterOptions,
): Uint8Array {
  const fragmenter = new MessageFragmenter(COMMAND_SET, options);
  const batches: Uint8Array[] = [];
  let at = 0;
  for (const length of [...cuts, dataSet.length]) {
    if (length % 3 === 0) batches.push(...fragmenter.flush());
    const end = Math.min(at + length, dataSet.length);
    const piece = dataSet.slice(at, end);
    batches.push(...fragmenter.push(piece));
    piece.fill(0xee); // The piece is the caller's again.
    at = end;
  }
  return concat([...batches, ...fragmenter.end()]);
}

function pdusOf(bytes: Uint8Array): Uint8Array[] {
  const pdus: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 6 + view.getUint32(at + 2);
    pdus.push(bytes.subarray(at, end));
    at = end;
  }
  return pdus;
}

/** "C" for a whole command set, "600" for a fragment of a data set, "400!" for its last one. */
function shapeOf(bytes: Uint8Array): string {
  const { pdu } = readPdu(bytes);
  if (pdu.type !== "P-DATA-TF") return pdu.type;
  return pdu.pdvs
    .map(({ messageControlHeader: header, fragment }) => {
      return (header & 1) === 1 ? "C" : `${fragment.length}${(header & 2) === 2 ? "!" : ""}`;
    })
    .join(" ");
}

function recordedOf(length: number): FragmentLength[][] {
  const command = [{ isCommand: true, length: COMMAND_SET.length }];
  return [command, ...[50, 77, length].map((one) => [{ isCommand: false, length: one }])];
}
