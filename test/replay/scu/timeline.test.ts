import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { Timeline } from "../../../replay/scu/timeline.ts";

/** Whether a wait is over, without waiting for it. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  const later = Promise.resolve().then(() => Promise.resolve(false));
  return await Promise.race([wait.then(() => true), later]);
}

describe("Timeline", () => {
  test("lets a request go when all others are as far, and the next has begun", async () => {
    const timeline = new Timeline();
    const [a, b] = [{}, {}];
    timeline.next(10);
    timeline.advance(a, 0);
    const wait = timeline.until(5, b);
    assert.equal(await isOver(wait), false, "a is at 0");
    timeline.advance(a, 4);
    assert.equal(await isOver(wait), false, "a is at 4");
    timeline.advance(a, 5);
    assert.equal(await isOver(wait), true);
    const later = timeline.until(20, b);
    timeline.advance(a, Number.POSITIVE_INFINITY);
    assert.equal(await isOver(later), false, "one begins at 10");
    timeline.next(Number.POSITIVE_INFINITY);
    assert.equal(await isOver(later), true);
  });

  test("nobody waits for itself, and two that wait for each other go in order", async () => {
    const timeline = new Timeline();
    timeline.next(Number.POSITIVE_INFINITY);
    const [a, b] = [{}, {}];
    timeline.advance(a, 3);
    timeline.advance(b, 7);
    assert.equal(await isOver(timeline.until(3, a)), true);
    const second = timeline.until(7, b);
    assert.equal(await isOver(second), false);
    timeline.advance(a, 8);
    assert.equal(await isOver(second), true);
    assert.equal(await isOver(timeline.until(8, a)), false, "b is at 7");
  });
});
