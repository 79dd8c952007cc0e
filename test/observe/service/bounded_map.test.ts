import assert from "node:assert/strict";
import { test } from "vitest";
import { BoundedMap } from "../../../src/observe/service/bounded_map.ts";
import { seededRandom } from "../../support/fuzz.ts";

test("BoundedMap keeps the newest entries, whatever is set, deleted and cleared between", () => {
  const random = seededRandom(7);
  const map = new BoundedMap<number, number>(20);
  let model: (readonly [number, number])[] = [];
  for (let step = 0; step < 5_000; step++) {
    const key = random(40);
    const what = random(1000);
    if (what === 0) {
      map.clear();
      model = [];
    } else {
      model = model.filter(([other]) => other !== key);
      if (what < 200) map.delete(key);
      else {
        map.set(key, step);
        model = [...model, [key, step] as const].slice(-20);
      }
    }
    assert.deepEqual(
      [...map.keys()],
      model.map(([other]) => other),
    );
    for (const [other, value] of model) assert.equal(map.get(other), value);
    assert.equal(map.size, model.length);
  }
});
