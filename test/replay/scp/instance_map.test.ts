import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { InstanceMap } from "../../../replay/scp/instance_map.ts";

describe("InstanceMap", () => {
  /** Study R with series S and instances I and K, stored as X and then, without K, as Y. */
  function twoCopies(): InstanceMap {
    const map = new InstanceMap();
    map.learnCopy("X", pairs("R=X S=XS I=XI"));
    map.learnCopy("X", pairs("R=X S=XS K=XK"));
    map.learnCopy("Y", pairs("R=Y S=YS I=YI"));
    return map;
  }

  test.each([
    ["neither", [], ["Y", "YS", "YI", "XK"]],
    ["the first copy", ["XS"], ["X", "XS", "XI", "XK"]],
    ["the second copy", ["Y"], ["Y", "YS", "YI", undefined]],
    ["the recorded study", ["R"], ["R", undefined, undefined, undefined]],
    ["something else", ["Z"], ["Y", "YS", "YI", "XK"]],
  ])("meant() speaks of a copy to who names it: %s", (_name, named, expected) => {
    const live = twoCopies().meant(named);
    assert.deepEqual(["R", "S", "I", "K"].map(live), expected);
  });

  test("recordedOf() knows every copy", () => {
    const map = twoCopies();
    assert.deepEqual(
      ["X", "XS", "XI", "XK", "Y", "YI", "R"].map((uid) => map.recordedOf(uid)),
      ["R", "S", "I", "K", "R", "I", undefined],
    );
  });

  test("learnCopy() takes the first pair of a study, and lets two recorded series be one", () => {
    const map = new InstanceMap();
    map.learnCopy("X", pairs("S=XS I=X1"));
    map.learnCopy("X", pairs("S=XS I=X2 T=XS"));
    assert.deepEqual(["S", "I", "T"].map(map.meant(["X1"])), ["XS", "X1", "XS"]);
    assert.deepEqual([map.recordedOf("X2"), map.recordedOf("XS")], ["I", "S"]);
  });

  test("beginCopy() makes room for the same recorded series once more in a live study", () => {
    const map = new InstanceMap();
    map.learnCopy("R", pairs("R=R S=XS I=XI"));
    assert.ok(map.isInCopy("R", "I") && map.isOfCopy("R", "XS"));
    map.beginCopy("R");
    assert.equal(map.isInCopy("R", "I"), false);
    assert.equal(map.isOfCopy("R", "XS"), false);
    map.learnCopy("R", pairs("R=R S=YS I=YI"));
    for (const [named, expected] of [
      [["R"], ["YS", "YI"]],
      [["XS"], ["XS", "XI"]],
      [["YI"], ["YS", "YI"]],
    ] as const) {
      assert.deepEqual(["S", "I"].map(map.meant(named)), expected, named.join());
    }
    assert.deepEqual(
      ["XS", "XI", "YI"].map((uid) => map.recordedOf(uid)),
      ["S", "I", "I"],
    );
  });

  test("learnCopy() learns nothing of UIDs that are as recorded, until they were others", () => {
    const map = new InstanceMap();
    map.learnCopy("R", pairs("R=R I=I"));
    assert.ok(map.isEmpty);
    map.learnCopy("X", pairs("R=X I=XI"));
    map.learnCopy("R", pairs("R=R I=I"));
    assert.deepEqual(["R", "I"].map(map.meant([])), ["R", "I"]);
    assert.deepEqual(["R", "I"].map(map.meant(["X"])), ["X", "XI"]);
  });

  test("forgets the oldest of very many", () => {
    const map = new InstanceMap();
    for (let at = 0; at < 101_000; at++) map.learn(`${at}`, `live ${at}`);
    assert.equal(map.liveOf("0"), undefined);
    assert.equal(map.recordedOf("live 0"), undefined);
    assert.equal(map.liveOf("100999"), "live 100999");
    for (let study = 0; study < 1_010; study++) map.learnCopy(`X${study}`, pairs(`R=X${study}`));
    assert.equal(map.isInCopy("X0", "R"), false);
    assert.equal(map.isInCopy("X1009", "R"), true);
    const many = Array.from({ length: 15_000 }, (_, at) => [`I${at}`, `J${at}`] as const);
    for (let study = 0; study < 7; study++) map.learnCopy(`Y${study}`, many);
    assert.deepEqual(
      ["X1009", "Y0", "Y6"].map((study) => map.isInCopy(study, "I7")),
      [false, false, true],
    );
  });
});

function pairs(text: string): readonly (readonly [string, string])[] {
  return text.split(" ").map((pair) => {
    const [recorded = "", live = ""] = pair.split("=");
    return [recorded, live];
  });
}
