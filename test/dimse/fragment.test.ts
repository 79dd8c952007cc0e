import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import {
  commandPdus,
  DataSetFragmenter,
  dataSetPdus,
  fragmentSize,
} from "../../src/dimse/fragment.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { assembling, dataOf, STORE_RQ } from "../support/dimse_stream.ts";

const COMMAND_SET = encodeCommandSet(STORE_RQ);

describe("fragments of a message", () => {
  test("X-03 never exceed the peer's maximum length, are even, and assemble again", () => {
    let pdus = 0;
    const sizes = fc.record({
      maximumLength: fc.oneof(fc.constant(0), fc.integer({ min: 8, max: 5000 })),
      length: fc.integer({ min: 0, max: 3000 }).map((half) => 2 * half),
    });
    fc.assert(
      fc.property(sizes, ({ maximumLength, length }) => {
        const { framer, ended, irregular } = assembling();
        const options = { contextId: 5, maximumLength };
        for (const bytes of [
          ...commandPdus(COMMAND_SET, options),
          ...dataSetPdus(dataOf(length), options),
        ]) {
          if (maximumLength !== 0) assert.ok(bytes.length - 6 <= maximumLength);
          framer.receive(bytes);
          pdus++;
        }
        const [message] = ended;
        assert.deepEqual(message?.commandBytes, COMMAND_SET);
        assert.deepEqual(message?.dataSet?.head, dataOf(length));
        assert.equal(message?.complete, true);
        assert.deepEqual(irregular, []);
      }),
      { numRuns: 300, seed: 5 },
    );
    console.log(`X-03: ${pdus} PDUs, 0 violations`);
  });

  test("DataSetFragmenter sends the same PDUs, however the data set comes", () => {
    const dataSet = dataOf(1000);
    const options = { contextId: 1, maximumLength: 106 };
    const due = [...dataSetPdus(dataSet, options)];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 })), (cuts) => {
        const fragmenter = new DataSetFragmenter(options);
        const pdus: Uint8Array[] = [];
        let at = 0;
        for (const length of [...cuts, dataSet.length]) {
          const end = Math.min(at + length, dataSet.length);
          pdus.push(...fragmenter.push(dataSet.subarray(at, end)));
          at = end;
        }
        pdus.push(fragmenter.end());
        assert.deepEqual(pdus, due);
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  test("an empty data set is one PDV without octets, marked as last", () => {
    const [bytes, ...more] = dataSetPdus(new Uint8Array(0), { contextId: 3, maximumLength: 0 });
    const { pdu } = readPdu(bytes ?? new Uint8Array(0));
    assert.deepEqual(more, []);
    assert.deepEqual(pdu.type === "P-DATA-TF" ? pdu.pdvs : undefined, [
      { contextId: 3, messageControlHeader: 2, fragment: new Uint8Array(0) },
    ]);
  });

  test("fragmentSize() refuses a maximum length that leaves no room", () => {
    assert.equal(fragmentSize(8), 2);
    assert.equal(fragmentSize(16_383), 16_376);
    for (const maximumLength of [1, 6, 7]) {
      assert.throws(() => fragmentSize(maximumLength), /leaves no room for a fragment/);
    }
  });
});
