import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { createRing, DOZING, RingReader, RingWriter, SLEEPING } from "../../proxy/ring.ts";

function put(writer: RingWriter, bytes: Uint8Array, limit?: number): boolean {
  const slot = writer.reserve(bytes.length, limit);
  if (slot === undefined) return false;
  slot.target.set(bytes, slot.position);
  writer.commit();
  return true;
}

describe("Ring", () => {
  test("gives every record back in order, whatever the sizes and the pace of the reader", () => {
    let records = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 30_000 }), fc.nat({ max: 70_000 })), { maxLength: 200 }),
        (steps) => {
          const memory = createRing(65_536);
          const writer = new RingWriter(memory);
          const reader = new RingReader(memory);
          const expected: number[] = [];
          let n = 0;
          const take = (record: Uint8Array) => {
            const first = expected.shift();
            assert.ok(first !== undefined, "no more records than were written");
            const size = first % 40_000;
            assert.equal(record.length, size);
            assert.ok(record.every((octet) => octet === (first & 0xff)));
          };
          for (const [size, budget] of steps) {
            n += 1;
            const stamp = n * 40_000 + size;
            if (put(writer, new Uint8Array(size).fill(stamp & 0xff))) expected.push(stamp);
            else refused += 1;
            records += 1;
            if (budget % 3 === 0) reader.drain(take, budget);
            assert.ok(writer.used <= writer.capacity);
          }
          reader.drain(take);
          assert.deepEqual(expected, []);
          assert.equal(writer.used, 0);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
    assert.ok(refused > 0 && records > refused);
  });

  test("counts positions across 2^32 octets", () => {
    const memory = createRing(65_536);
    new Int32Array(memory.shared).fill(-32_768, 0, 2); // HEAD and TAIL close below the wrap
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    let seen = 0;
    for (let i = 0; i < 100; i++) {
      assert.ok(put(writer, new Uint8Array(1000).fill(i)));
      reader.drain((record) => {
        assert.equal(record[999], i);
        seen += 1;
      });
    }
    assert.equal(seen, 100);
  });

  test("refuses what does not fit and keeps a reserve for records that ask for it", () => {
    const memory = createRing(65_536);
    const writer = new RingWriter(memory);
    assert.equal(put(writer, new Uint8Array(70_000)), false);
    assert.equal(put(writer, new Uint8Array(60_000), 60_000), false);
    assert.equal(put(writer, new Uint8Array(50_000), 60_000), true);
    assert.equal(put(writer, new Uint8Array(12_000), 60_000), false);
    assert.equal(put(writer, new Uint8Array(12_000)), true);
  });

  test("asks for a wake-up only when the reader sleeps, or dozes while the ring fills", () => {
    const memory = createRing(65_536);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    const write = (size: number) => {
      assert.ok(writer.reserve(size));
      return writer.commit();
    };
    assert.equal(write(10), false);
    assert.equal(reader.rest(SLEEPING), false, "records came meanwhile");
    reader.drain(() => {});
    assert.equal(reader.rest(SLEEPING), true);
    assert.equal(write(10), true);
    assert.equal(write(10), false, "asked once");
    reader.drain(() => {});
    assert.equal(reader.rest(DOZING), true);
    assert.equal(write(10), false);
    assert.equal(write(9_000), true);
  });

  test("gives the room of a record back when the taker throws", () => {
    const memory = createRing(65_536);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    put(writer, new Uint8Array(10));
    put(writer, new Uint8Array(20));
    assert.throws(() => reader.drain(() => assert.fail("taker")));
    const lengths: number[] = [];
    reader.drain((record) => lengths.push(record.length));
    assert.deepEqual(lengths, [20]);
    assert.equal(writer.used, 0);
  });
});
