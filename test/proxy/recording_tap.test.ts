import assert from "node:assert/strict";
import fc from "fast-check";
import { unpackMultiple } from "msgpackr";
import { describe, test } from "vitest";
import { type Batch, RecordQueue } from "../../proxy/record_queue.ts";
import { type OnFull, RecordingTap } from "../../proxy/recording_tap.ts";
import type { Role } from "../../src/role.ts";

type Decoded = readonly [string, number, ...unknown[]];

function setUp(onFull: OnFull, capacity = 262_144) {
  const sent: Batch[] = [];
  const queue = new RecordQueue({ capacity, send: (batch) => sent.push(batch) });
  let now = 0;
  const tap = new RecordingTap({
    queue,
    onFull,
    micros: () => ++now,
    wallMicros: () => 1_700_000_000_000_000 + now,
  });
  const records: Decoded[] = [];
  /** What the recorder's thread does with the batches that it has. */
  const drain = () => {
    for (const batch of sent.splice(0)) {
      const octets = Buffer.from(new Uint8Array(batch.buffer, 0, batch.length));
      records.push(...(unpackMultiple(octets) as unknown as Decoded[]));
      queue.takeBack(batch);
    }
  };
  const drainAll = () => {
    do {
      queue.flush();
      drain();
    } while (!tap.catchUp() || queue.used > 0);
  };
  return { tap, records, drain, drainAll };
}

function open(tap: RecordingTap, id: number) {
  const address = "127.0.0.1:1";
  const association = tap.opened({ id, listen: address, to: address, requestor: address });
  assert.ok(association);
  return association;
}

/** Octets recorded and octets in gaps, and the recorded stream with gaps as zeros. */
function sums(records: readonly Decoded[], id: number, sender: Role) {
  const side = sender === "requestor" ? 0 : 1;
  const own = records.filter(([kind, a, s]) => a === id && s === side && kind !== "open");
  const stream = own.flatMap(([kind, , , , value]) => {
    if (kind === "data") return [...(value as Uint8Array)];
    return kind === "gap" ? new Array<number>(Number(value)).fill(0) : [];
  });
  const gaps = own.filter(([kind]) => kind === "gap").map((record) => Number(record[4]));
  return { stream, gaps };
}

describe("RecordingTap", () => {
  test("R-09 recorded octets and gaps together are the forwarded octets, in their places", () => {
    let forwarded = 0;
    let inGaps = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            id: fc.integer({ min: 1, max: 3 }),
            sender: fc.constantFrom<Role>("requestor", "acceptor"),
            size: fc.integer({ min: 1, max: 30_000 }),
            drain: fc.nat({ max: 9 }),
          }),
          { maxLength: 60 },
        ),
        (steps) => {
          const { tap, records, drain, drainAll } = setUp("gap");
          const sent = new Map<string, number[]>();
          const associations = [1, 2, 3].map((id) => open(tap, id));
          steps.forEach(({ id, sender, size, drain: pace }, index) => {
            const octet = 1 + (index % 255);
            const key = `${id} ${sender}`;
            sent.set(key, [...(sent.get(key) ?? []), ...new Array<number>(size).fill(octet)]);
            associations[id - 1]?.data(sender, new Uint8Array(size).fill(octet));
            if (pace === 0) drain();
          });
          drainAll();
          for (const association of associations) {
            association.closed({
              outcome: "closed",
              by: "requestor",
              bytes: { requestor: 0, acceptor: 0 },
              reason: undefined,
            });
          }
          drainAll();
          let lost = 0;
          for (const [key, octets] of sent) {
            const [id, sender] = key.split(" ") as [string, Role];
            const { stream, gaps } = sums(records, Number(id), sender);
            assert.equal(stream.length, octets.length, key);
            assert.ok(stream.every((octet, i) => octet === 0 || octet === octets[i]));
            lost += gaps.reduce((sum, gap) => sum + gap, 0);
            forwarded += octets.length;
          }
          assert.equal(tap.losses.octets, lost);
          inGaps += lost;
          assert.equal(records.filter(([kind]) => kind === "close").length, 3);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
    console.log(`R-09: ${forwarded} octets forwarded, ${inGaps} in gaps, dropped = counted`);
    assert.ok(inGaps > 0 && inGaps < forwarded);
  });

  test("R-06 knows which gaps nobody was told of yet", () => {
    const { tap, drainAll } = setUp("gap");
    const association = open(tap, 1);
    for (let i = 0; i < 40; i++) association.data("requestor", new Uint8Array(20_000));
    assert.deepEqual(tap.untold, { requestor: 20_000, acceptor: 0 }, "but for the last chunk");
    association.ended("requestor", "fin");
    assert.deepEqual(tap.untold, { requestor: 0, acceptor: 0 });
    while (tap.now({ kind: "note", at: 1, facts: { text: "x".repeat(1_000) } }));
    for (let i = 0; i < 2; i++) association.data("acceptor", new Uint8Array(7));
    assert.deepEqual(tap.untold, { requestor: 0, acceptor: 14 });
    association.ended("acceptor", "fin");
    assert.deepEqual(tap.untold, { requestor: 0, acceptor: 14 }, "told by a record that waits");
    drainAll();
    assert.deepEqual(tap.untold, { requestor: 0, acceptor: 0 });
  });

  test("detach() counts what waited for room: octets as lost, gaps as untold again", () => {
    const gaps = setUp("gap");
    const cut = open(gaps.tap, 1);
    for (let i = 0; i < 40; i++) cut.data("requestor", new Uint8Array(20_000));
    const { octets } = gaps.tap.losses;
    while (gaps.tap.now({ kind: "note", at: 1, facts: { text: "x".repeat(1_000) } }));
    cut.ended("requestor", "fin");
    const { untold } = gaps.tap;
    gaps.tap.detach();
    assert.deepEqual(gaps.tap.untold, untold, "the gap waited");
    assert.equal(gaps.tap.losses.octets, octets);

    const stall = setUp("stall");
    const whole = open(stall.tap, 1);
    let sent = 0;
    for (; stall.tap.untold.requestor === 0; sent++) whole.data("requestor", new Uint8Array(9_000));
    assert.ok(sent > 1);
    assert.equal(stall.tap.losses.octets, 0, "it waits");
    stall.tap.detach();
    assert.equal(stall.tap.losses.octets, 9_000);
    assert.deepEqual(stall.tap.untold, { requestor: 9_000, acceptor: 0 });
  });

  test("stall keeps every octet and asks the relay to wait until there is room", async () => {
    const { tap, records, drain, drainAll } = setUp("stall");
    const association = open(tap, 1);
    let waited = 0;
    for (let i = 0; i < 40; i++) {
      association.data("requestor", new Uint8Array(20_000).fill(i + 1));
      const room = association.room?.("requestor");
      if (room === undefined) continue;
      waited += 1;
      const thread = setInterval(drain, 1);
      await room;
      clearInterval(thread);
    }
    drainAll();
    const { stream, gaps } = sums(records, 1, "requestor");
    assert.equal(stream.length, 800_000);
    assert.deepEqual(gaps, []);
    assert.ok(waited > 0);
    assert.deepEqual(tap.losses, { octets: 0, associations: 0 });
  });

  test("a chunk longer than a record takes several records", () => {
    const { tap, records, drainAll } = setUp("gap", 33_554_432);
    open(tap, 1).data("acceptor", new Uint8Array(1_000_000).fill(5));
    drainAll();
    const sizes = records.flatMap(([kind, , , , bytes]) =>
      kind === "data" ? [(bytes as Uint8Array).length] : [],
    );
    assert.deepEqual(sizes, [262_144, 262_144, 262_144, 213_568]);
  });

  test("once detached it lets everything pass and keeps nothing", async () => {
    const { tap, records, drainAll } = setUp("stall");
    const association = open(tap, 1);
    tap.detach();
    association.data("requestor", new Uint8Array(1000));
    assert.equal(await association.room?.("requestor"), undefined);
    assert.equal(tap.opened({ id: 2, listen: "a:1", to: "b:1", requestor: "c:1" }), undefined);
    drainAll();
    assert.deepEqual(
      records.map(([kind]) => kind),
      ["open"],
    );
  });
});
