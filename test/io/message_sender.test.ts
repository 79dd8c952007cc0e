import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { MessageSender, type MessageSenderOptions } from "../../src/io/message_sender.ts";
import { dataOf, messageBytes, STORE_RQ } from "../support/dimse_stream.ts";

const CONTEXT = 1;
const MAXIMUM_LENGTH = 16_384;
const DATA_SET = dataOf(3 * 2 ** 20);

/** A sender and what arrives where the system is full after every batch. */
function setUp(changes: Partial<MessageSenderOptions> = {}) {
  const arrived: Uint8Array[] = [];
  const counts = { waits: 0, failed: 0 };
  const sender = new MessageSender({
    transport: {
      send: (bytes) => {
        arrived.push(Uint8Array.from(bytes)); // its memory is used again
        return true;
      },
      drained: () => Promise.resolve(true),
    },
    isAgreed: () => true,
    maximumLength: MAXIMUM_LENGTH,
    mustLive: () => undefined,
    within: (room) => {
      counts.waits += 1;
      return room;
    },
    failed: () => {
      counts.failed += 1;
    },
    ...changes,
  });
  return { sender, arrived, counts };
}

describe("MessageSender", () => {
  const sources = {
    "one array": () => DATA_SET,
    "an iterable": () => pieces(),
    "an async iterable": async function* () {
      yield* pieces();
    },
  };
  for (const [name, source] of Object.entries(sources)) {
    test(`sends every octet in order and waits once a batch, from ${name}`, async () => {
      const { sender, arrived, counts } = setUp();
      await sender.send(CONTEXT, { values: STORE_RQ, dataSet: source() });
      assert.ok(arrived.length > 10, `${arrived.length} batches`);
      assert.equal(counts.waits, arrived.length);
      assert.equal(counts.failed, 0);
      assert.equal(sender.isInsidePdu, false);
      const options = { contextId: CONTEXT, maximumLength: MAXIMUM_LENGTH, dataSet: DATA_SET };
      // to the octet, also the reserved one of each PDU (PS3.8 9.3.5), from memory in use before
      assert.ok(Buffer.concat(arrived).equals(messageBytes(STORE_RQ, options)));
    });
  }

  test("stops at the batch where waiting fails, says so, and goes on to the next message", async () => {
    let waits = 0;
    const { sender, arrived, counts } = setUp({
      within: (room) => (++waits === 5 ? Promise.reject(new Error("too slow")) : room),
    });
    const cut = sender.send(CONTEXT, { values: STORE_RQ, dataSet: DATA_SET });
    await assert.rejects(cut, /too slow/);
    assert.equal(arrived.length, 5);
    assert.equal(counts.failed, 1);
    await sender.send(CONTEXT, { values: STORE_RQ });
    assert.equal(arrived.length, 6);
  });
});

function* pieces(): Iterable<Uint8Array> {
  for (let at = 0; at < DATA_SET.length; at += 100_000) yield DATA_SET.subarray(at, at + 100_000);
}
