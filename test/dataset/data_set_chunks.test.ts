import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import { EXPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { DataSetEvents } from "../support/data_set_events.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { sampleDataSet } from "../support/sample_data_set.ts";

const OPTIONS = { syntax: EXPLICIT_LITTLE, valueLimit: 100 };

/** The events of the octets when they come in pieces that end at `cuts`. */
function events(bytes: Uint8Array, cuts: readonly number[]): string {
  const sink = new DataSetEvents();
  const reader = new DataSetReader(sink, OPTIONS);
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    // a copy in a buffer that is wiped: whoever keeps a view is found out
    const chunk = bytes.slice(at, cut);
    reader.receive(chunk);
    chunk.fill(0xaa);
    at = cut;
  }
  reader.end();
  return sink.lines.join("\n");
}

function everyMultiple(size: number, length: number): number[] {
  return Array.from({ length: Math.ceil(length / size) - 1 }, (_, at) => (at + 1) * size);
}

describe("DataSetReader gives the same events however the bytes are cut", () => {
  test("D-02: in chunks of every size", () => {
    const bytes = sampleDataSet();
    const whole = events(bytes, []);
    assert.match(whole, /whole$/);
    for (let size = 1; size <= bytes.length; size++) {
      assert.equal(events(bytes, everyMultiple(size, bytes.length)), whole, `chunks of ${size}`);
    }
    console.log(`D-02: data set of ${bytes.length} octets in chunks of every size, 0 differences`);
  });

  test("D-02: at random places, mutated or not", () => {
    const sample = sampleDataSet();
    const rounds = fuzzRounds(1000, 100_000);
    let differences = 0;
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.nat(sample.length), { maxLength: 12 }),
        (seed, places) => {
          const bytes = seed % 3 === 0 ? sample : mutated(sample, seededRandom(seed));
          const cuts = places.filter((place) => place <= bytes.length).sort((a, b) => a - b);
          const same = events(bytes, cuts) === events(bytes, []);
          if (!same) differences++;
          assert.ok(same, `seed ${seed}, cuts ${cuts.join(" ")}`);
        },
      ),
      { numRuns: rounds, seed: 7 },
    );
    console.log(`D-02: ${rounds} splits of data sets, ${differences} differences`);
  });

  test("of every prefix, one byte at a time and whole", () => {
    const bytes = sampleDataSet();
    for (let length = 0; length <= bytes.length; length++) {
      const prefix = bytes.subarray(0, length);
      assert.equal(
        events(prefix, everyMultiple(1, length)),
        events(prefix, []),
        `${length} octets`,
      );
    }
  });
});
