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
    queue.commit(bytes.length, bytes.length);
    return true;
  };
  const takeBack = (batch: Batch | undefined) => {
    assert.ok(batch);
    queue.takeBack(batch);
  };
  return { sent, queue, put, takeBack };
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
            for (let batch = sent.shift(); batch !== undefined; batch = sent.shift()) {
              read.push(...new Uint8Array(batch.buffer, 0, batch.length));
              queue.takeBack(batch);
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
          assert.equal(queue.traffic, 0);
          octets += written.length;
        },
      ),
      { numRuns: 60, seed: 3 },
    );
    assert.ok(refused > 0 && octets > 0);
  });

  test("leaves the last batch to the records that say what happened", () => {
    const { sent, queue, put, takeBack } = setUp(262_144);
    let data = 0;
    while (put(new Uint8Array(queue.longest))) data += 1;
    assert.ok(data >= 2);
    assert.equal(put(new Uint8Array(10)), false);
    assert.equal(put(new Uint8Array(10), true), true);
    assert.ok(queue.used <= queue.capacity);
    queue.flush();
    assert.equal(put(new Uint8Array(10), true), false, "all is on its way");
    takeBack(sent[0]);
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
    for (const batch of early) queue.takeBack(batch);
    const all = [...early, ...sent];
    const sum = all.reduce((before, { length }) => before + length, 0);
    assert.equal(sum, kept, "the rest goes as soon as a batch comes back");
    console.log(`R-09: ${sum} octets in ${all.length} batches, 0 lost`);
  });

  test("allocates as it is used and uses buffers again", () => {
    const { sent, queue, put, takeBack } = setUp(33_554_432);
    put(new Uint8Array(10));
    queue.flush();
    const [first] = sent;
    takeBack(first);
    put(new Uint8Array(10));
    queue.flush();
    assert.equal(sent[1]?.buffer, first?.buffer);
  });

  test("sends a few batches at once and the others as they come back, or all when it is flushed", () => {
    const { sent, queue, put, takeBack } = setUp(33_554_432);
    for (let i = 0; i < 20; i++) assert.ok(put(new Uint8Array(queue.longest)));
    const few = sent.length;
    assert.ok(few > 0 && few < 19, `${few} are away`);
    assert.equal(queue.traffic, 20 * queue.longest);
    takeBack(sent[0]);
    assert.equal(sent.length, few + 1);
    assert.equal(queue.traffic, 19 * queue.longest);
    queue.flush();
    assert.equal(sent.length, 20);
  });

  test("R-09 a relay that does not look at messages finds the batches that came back", () => {
    const back: Batch[] = [];
    const queue = new RecordQueue({
      capacity: 1_048_576,
      send: (batch) => back.push(batch), // read at once, and nobody is told
      collect: () => back.shift(),
    });
    const size = queue.longest;
    for (let i = 0; i < 100; i++) {
      assert.ok(queue.reserve(size, { control: false }), `record ${i} finds room`);
      queue.commit(size);
    }
    assert.ok(queue.used <= queue.capacity);
    console.log(`R-09: 100 batches in one turn of a queue of ${queue.capacity / size}, 0 lost`);
  });

  test("keeps batches through the lulls of traffic and gives them back when it is over", () => {
    const { sent, queue, put, takeBack } = setUp(33_554_432);
    const burst = () => {
      for (let i = 0; i < 16; i++) put(new Uint8Array(queue.longest));
      queue.flush();
      const buffers = sent.map(({ buffer }) => buffer);
      for (const batch of sent.splice(0)) takeBack(batch);
      return new Set(buffers);
    };
    const first = burst();
    queue.trim();
    queue.trim();
    const again = [...burst()].filter((buffer) => first.has(buffer));
    assert.ok(again.length >= 14, `${again.length} of 16 are used again`);
    for (let i = 0; i < 100; i++) queue.trim();
    const late = [...burst()].filter((buffer) => first.has(buffer));
    assert.ok(late.length < 8, `${late.length} were kept for nothing`);
  });
});
