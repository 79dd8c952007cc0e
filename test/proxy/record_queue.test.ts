import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, test } from "vitest";
import { type Batch, RecordQueue } from "../../proxy/record_queue.ts";
import { until } from "../support/tcp_peers.ts";

function setUp(capacity: number) {
  const sent: Batch[] = [];
  const queue = new RecordQueue({ capacity, send: (batch) => sent.push(batch) });
  const put = (bytes: Uint8Array, control = false): boolean => {
    const slot = queue.reserve(bytes.length, { control });
    if (slot === undefined) return false;
    slot.target.set(bytes, slot.position);
    queue.commit(bytes.length);
    return true;
  };
  return { sent, queue, put };
}

describe("RecordQueue", () => {
  test("hands every octet over in order, whatever the sizes and the pace of the other thread", () => {
    let refused = 0;
    let octets = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.nat({ max: 4 })), {
          maxLength: 60,
        }),
        (steps) => {
          const { sent, queue, put } = setUp(262_144);
          const written: number[] = [];
          const read: number[] = [];
          const take = () => {
            for (const { buffer, length } of sent.splice(0)) {
              read.push(...new Uint8Array(buffer, 0, length));
              queue.takeBack(buffer);
            }
          };
          steps.forEach(([size, pace], i) => {
            const bytes = new Uint8Array(size).fill(i);
            if (put(bytes)) written.push(...bytes);
            else refused += 1;
            assert.ok(queue.used <= queue.capacity);
            if (pace === 0) take();
          });
          queue.flush();
          take();
          assert.deepEqual(read, written);
          assert.equal(queue.used, 0);
          octets += written.length;
        },
      ),
      { numRuns: 60, seed: 3 },
    );
    assert.ok(refused > 0 && octets > 0);
  });

  test("leaves the last batch to the records that say what happened", () => {
    const { sent, queue, put } = setUp(262_144);
    let data = 0;
    while (put(new Uint8Array(queue.longest))) data += 1;
    assert.ok(data >= 2);
    assert.equal(put(new Uint8Array(10)), false);
    assert.equal(put(new Uint8Array(10), true), true);
    assert.ok(queue.used <= queue.capacity);
    queue.flush();
    assert.equal(put(new Uint8Array(10), true), false, "all is on its way");
    queue.takeBack(sent[0]?.buffer ?? new ArrayBuffer(0));
    assert.equal(put(new Uint8Array(10), true), true);
  });

  test("refuses a record that no batch can hold", () => {
    const { queue, put } = setUp(33_554_432);
    assert.equal(put(new Uint8Array(queue.longest + 1)), false);
    assert.equal(put(new Uint8Array(queue.longest)), true);
  });

  test("sends a batch that is not full by itself, soon", async () => {
    const { sent, put } = setUp(262_144);
    put(new Uint8Array(10));
    put(new Uint8Array(5));
    assert.equal(sent.length, 0);
    await until(() => sent.length > 0, "the batch");
    assert.deepEqual(
      sent.map(({ length }) => length),
      [15],
    );
  });

  test("R-09 a thread that is held up fills the queue with octets, not with batches", async () => {
    const { sent, queue, put } = setUp(33_554_432);
    const octets = 100;
    let kept = 0;
    for (let i = 0; i < 50; i++) {
      if (put(new Uint8Array(octets))) kept += octets;
      await sleep(12); // longer than it takes until a batch leaves that is not full
    }
    assert.equal(kept, 50 * octets);
    assert.ok(sent.length <= 4, `${sent.length} batches that are not full are away`);
    const early = sent.splice(0);
    for (const { buffer } of early) queue.takeBack(buffer);
    const all = [...early, ...sent];
    const sum = all.reduce((before, { length }) => before + length, 0);
    assert.equal(sum, kept, "the rest goes as soon as a batch comes back");
    console.log(`R-09: ${sum} octets in ${all.length} batches, 0 lost`);
  });

  test("allocates as it is used and uses buffers again", () => {
    const { sent, queue, put } = setUp(33_554_432);
    put(new Uint8Array(10));
    queue.flush();
    const [first] = sent;
    queue.takeBack(first?.buffer ?? new ArrayBuffer(0));
    put(new Uint8Array(10));
    queue.flush();
    assert.equal(sent[1]?.buffer, first?.buffer);
  });
});
