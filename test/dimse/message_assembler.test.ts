import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import type { Message } from "../../src/dimse/message.ts";
import type { RunningHash } from "../../src/dimse/open_message.ts";
import {
  assembling,
  COMMAND,
  dataOf,
  ECHO_RQ,
  LAST,
  messageBytes,
  pDataBytes,
  STORE_RQ,
} from "../support/dimse_stream.ts";
import { concat } from "../support/event_log.ts";

const STORE = encodeCommandSet(STORE_RQ);
const ECHO = encodeCommandSet(ECHO_RQ);
const NOTHING = new Uint8Array(0);

describe("MessageAssembler", () => {
  test("gives the same messages however they are fragmented and cut", () => {
    const dataSet = dataOf(1000);
    const due = facts(assembled(messageBytes(STORE_RQ, { dataSet })));
    const fragmentation = fc.record({
      maximumLength: fc.integer({ min: 8, max: 2000 }),
      chunk: fc.integer({ min: 1, max: 1300 }),
    });
    fc.assert(
      fc.property(fragmentation, ({ maximumLength, chunk }) => {
        const bytes = messageBytes(STORE_RQ, { dataSet, maximumLength });
        const { framer, ended, irregular } = assembling({ createHash: summing });
        for (let at = 0; at < bytes.length; at += chunk) {
          framer.receive(bytes.subarray(at, at + chunk));
        }
        assert.deepEqual(facts(ended), due);
        assert.deepEqual(irregular, []);
      }),
      { numRuns: 400, seed: 11 },
    );
  });

  test("reads command and data set in one PDU, and several PDVs of each", () => {
    const bytes = pDataBytes(
      [1, COMMAND, STORE.subarray(0, 10)],
      [1, COMMAND | LAST, STORE.subarray(10)],
      [1, 0, dataOf(20)],
      [1, LAST, NOTHING],
    );
    const { log, ended } = fed(bytes);
    assert.deepEqual(log, ["started 0", "ended 0"]);
    assert.equal(ended[0]?.pdus, 1);
    assert.equal(ended[0]?.dataSet?.length, 20);
    assert.equal(ended[0]?.complete, true);
    assert.deepEqual(ended[0]?.commandBytes, STORE);
  });

  test("tells times, offsets and PDUs of a message", () => {
    const bytes = messageBytes(STORE_RQ, { dataSet: dataOf(300), maximumLength: 106 });
    const { framer, assembler, ended } = assembling();
    bytes.forEach((_, at) => {
      assembler.now = 1000 + at;
      framer.receive(bytes.subarray(at, at + 1));
    });
    const [message] = ended;
    const commandEnd = 6 + 6 + STORE.length + 12 * Math.ceil(STORE.length / 100 - 1);
    assert.equal(message?.offset, 6);
    assert.equal(message?.at, 1011);
    assert.equal(message?.commandAt, 1000 + commandEnd - 1);
    assert.equal(message?.dataSet?.offset, commandEnd + 12);
    assert.equal(message?.dataSet?.at, 1000 + commandEnd + 11);
    assert.equal(message?.endOffset, bytes.length);
    assert.equal(message?.lastAt, 1000 + bytes.length - 1);
    assert.equal(message?.pdus, Math.ceil(STORE.length / 100) + 3);
  });

  test("copies what it keeps: the chunk may be reused", () => {
    const { framer, ended } = assembling();
    const bytes = messageBytes(STORE_RQ, { dataSet: dataOf(50) });
    framer.receive(bytes);
    bytes.fill(0xff);
    assert.deepEqual(ended[0]?.commandBytes, STORE);
    assert.deepEqual(ended[0]?.dataSet?.head, dataOf(50));
  });

  test("keeps the head of a data set up to headLength and its hash over all of it", () => {
    const dataSet = dataOf(5000);
    const bytes = messageBytes(STORE_RQ, { dataSet, maximumLength: 500 });
    const { framer, ended } = assembling({ headLength: 1200, createHash: summing });
    framer.receive(bytes);
    assert.deepEqual(ended[0]?.dataSet?.head, dataSet.subarray(0, 1200));
    assert.equal(ended[0]?.dataSet?.length, 5000);
    assert.equal(ended[0]?.dataSet?.sha256, sumOf(dataSet));
  });

  test("a data set of no octets is complete", () => {
    const { ended } = fed(messageBytes(STORE_RQ, { dataSet: NOTHING }));
    assert.equal(ended[0]?.complete, true);
    assert.equal(ended[0]?.dataSet?.length, 0);
  });

  test("numbers the messages of two senders by a common counter", () => {
    let index = 5;
    const nextIndex = () => index++;
    const one = assembling({ nextIndex });
    const two = assembling({ nextIndex, sender: "acceptor" });
    one.framer.receive(messageBytes(ECHO_RQ));
    two.framer.receive(messageBytes(ECHO_RQ));
    assert.deepEqual([one.ended[0]?.index, two.ended[0]?.index], [5, 6]);
    assert.equal(two.ended[0]?.sender, "acceptor");
  });
});

describe("MessageAssembler on irregular PDVs", () => {
  test("tells interleaved messages apart, and reports each once", () => {
    const bytes = concat([
      pDataBytes([1, COMMAND | LAST, STORE]),
      pDataBytes([3, COMMAND | LAST, STORE]),
      pDataBytes([1, 0, dataOf(10)]),
      pDataBytes([3, LAST, dataOf(4)]),
      pDataBytes([1, LAST, dataOf(2)]),
    ]);
    const { ended, irregular } = fed(bytes);
    assert.deepEqual(
      ended.map(({ contextId, dataSet, complete }) => [contextId, dataSet?.length, complete]),
      [
        [3, 4, true],
        [1, 12, true],
      ],
    );
    assert.deepEqual(
      irregular.map(({ what }) => what),
      ["interleaved message", "interleaved message"],
    );
  });

  const cases: readonly (readonly [
    name: string,
    bytes: Uint8Array,
    irregular: readonly string[],
    complete: readonly boolean[],
  ])[] = [
    [
      "a new command inside an unfinished data set",
      concat([
        pDataBytes([1, COMMAND | LAST, STORE]),
        pDataBytes([1, 0, dataOf(8)]),
        messageBytes(ECHO_RQ),
      ]),
      ["command inside data set"],
      [false, true],
    ],
    [
      "a data set that no command set announces",
      concat([messageBytes(ECHO_RQ), pDataBytes([1, 0, dataOf(8)], [1, LAST, dataOf(8)])]),
      ["data set without command set"],
      [true],
    ],
    [
      "a data set inside a command set",
      concat([pDataBytes([1, COMMAND, STORE.subarray(0, 20)]), pDataBytes([1, LAST, dataOf(8)])]),
      ["data inside command set"],
      [false],
    ],
    [
      "an odd fragment",
      pDataBytes([1, COMMAND | LAST, concat([ECHO, Uint8Array.of(0)])]),
      ["odd fragment"],
      [true],
    ],
    [
      "two messages in one PDU",
      pDataBytes([1, COMMAND | LAST, ECHO], [1, COMMAND | LAST, ECHO]),
      ["two messages in one PDU"],
      [true, true],
    ],
  ];
  for (const [name, bytes, irregular, complete] of cases) {
    test(`reports ${name}`, () => {
      const found = fed(bytes);
      assert.deepEqual(
        found.irregular.map(({ what }) => what),
        irregular,
      );
      assert.deepEqual(
        found.ended.map((message) => message.complete),
        complete,
      );
    });
  }

  test("gives up a command set of more than 1 MiB, counts it, and reads the next message", () => {
    const { framer, ended, irregular, assembler } = assembling();
    const piece = pDataBytes([1, COMMAND, new Uint8Array(65_536)]);
    for (let count = 0; count < 40; count++) framer.receive(piece);
    framer.receive(pDataBytes([1, COMMAND | LAST, NOTHING], [1, LAST, dataOf(4)]));
    framer.receive(messageBytes(ECHO_RQ));
    assembler.end();
    assert.deepEqual(
      irregular.map(({ what }) => what),
      ["command set too long"],
    );
    assert.deepEqual(
      ended.map(({ undecodable, pdus }) => [undecodable, pdus]),
      [
        [true, 41],
        [false, 1],
      ],
    );
    assert.equal(ended[0]?.commandBytes.length, 0);
    assert.equal(ended[1]?.command, "C-ECHO-RQ");
  });

  test("holds 1 MiB of command sets at most, of all contexts together", () => {
    const { framer, irregular } = assembling();
    const piece = (id: number) => pDataBytes([id, COMMAND, new Uint8Array(200_000)]);
    for (let id = 1; id < 15; id += 2) framer.receive(piece(id));
    assert.ok(irregular.some(({ what }) => what === "command set too long"));
  });

  test("keeps 8 messages open at most", () => {
    const { framer, ended, irregular } = assembling();
    for (let id = 1; id < 25; id += 2) framer.receive(pDataBytes([id, COMMAND | LAST, STORE]));
    assert.equal(irregular.filter(({ what }) => what === "too many open messages").length, 4);
    assert.deepEqual(
      ended.map(({ contextId }) => contextId),
      [1, 3, 5, 7],
    );
  });

  test("end() breaks off what is open", () => {
    const cases: readonly (readonly [Uint8Array, string, boolean])[] = [
      [pDataBytes([1, COMMAND, STORE.subarray(0, 30)]), "unknown", true],
      [pDataBytes([1, COMMAND | LAST, STORE]), "C-STORE-RQ", false],
      [pDataBytes([1, COMMAND | LAST, STORE], [1, 0, dataOf(6)]), "C-STORE-RQ", false],
    ];
    for (const [bytes, command, undecodable] of cases) {
      const { log, ended, framer, assembler } = assembling();
      framer.receive(bytes);
      assembler.end();
      assert.deepEqual(log, ["started 0", "ended 0"]);
      const [message] = ended;
      assert.deepEqual(
        [message?.command, message?.undecodable, message?.complete],
        [command, undecodable, false],
      );
    }
  });
});

describe("MessageAssembler on octets that were not recorded", () => {
  test("counts them in the data set, which then has no hash of its own", () => {
    const { framer, ended } = assembling({ createHash: summing });
    const bytes = pDataBytes([1, COMMAND | LAST, STORE], [1, LAST, dataOf(100)]);
    framer.receive(bytes.subarray(0, -60));
    framer.skip(40);
    framer.receive(bytes.subarray(-20));
    const dataSet = ended[0]?.dataSet;
    assert.deepEqual([dataSet?.length, dataSet?.skipped, dataSet?.sha256], [100, 40, undefined]);
    assert.deepEqual(dataSet?.head, dataOf(100).subarray(0, 40));
    assert.equal(ended[0]?.complete, true);
  });

  test("takes the recorded digest of the data set's length", () => {
    const { framer, assembler, ended } = assembling({ createHash: summing });
    assembler.digest(64, "of another data set");
    assembler.digest(100, "recorded");
    framer.receive(pDataBytes([1, COMMAND | LAST, STORE], [1, LAST, dataOf(100)]).subarray(0, -90));
    framer.skip(90);
    assert.equal(ended[0]?.dataSet?.sha256, "recorded");
  });

  test("a command set with a hole is undecodable, and its data set is no irregularity", () => {
    const { framer, ended, irregular } = assembling();
    framer.receive(pDataBytes([1, COMMAND | LAST, STORE]).subarray(0, -30));
    framer.skip(30);
    framer.receive(pDataBytes([1, LAST, dataOf(8)]));
    framer.receive(messageBytes(ECHO_RQ));
    assert.deepEqual(
      ended.map(({ undecodable }) => undecodable),
      [true, false],
    );
    assert.deepEqual(irregular, []);
  });
});

/** A running hash that tests can compute again without a runtime's crypto. */
function summing(): RunningHash {
  let sum = 0;
  return {
    update: (bytes) => {
      for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0;
    },
    digest: () => sum.toString(16),
  };
}

function sumOf(bytes: Uint8Array): string {
  const hash = summing();
  hash.update(bytes);
  return hash.digest();
}

function fed(bytes: Uint8Array) {
  const found = assembling({ createHash: summing });
  found.framer.receive(bytes);
  return found;
}

function assembled(bytes: Uint8Array): readonly Message[] {
  return fed(bytes).ended;
}

function facts(messages: readonly Message[]) {
  return messages.map(({ command, commandBytes, dataSet, complete, problems }) => ({
    command,
    commandBytes,
    length: dataSet?.length,
    head: dataSet?.head,
    sha256: dataSet?.sha256,
    complete,
    problems,
  }));
}
