import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { Paged } from "../../../src/dashboard/ui/paged.ts";

describe("Paged", () => {
  test("fetches a page once, and only those that are looked at", async () => {
    const { paged, asked } = listOf(1_000);
    await paged.ensure(0, 15);
    await paged.ensure(5, 18);
    await paged.ensure(500, 520);
    assert.deepEqual(asked, [0, 10, 500, 510]);
    assert.equal(paged.total, 1_000);
    assert.deepEqual([paged.at(0), paged.at(519), paged.at(30)], [0, 519, undefined]);
  });

  test("keeps the rows in place when others come in front", async () => {
    const { paged, asked } = listOf(35);
    await paged.ensure(0, 10);
    await paged.ensure(30, 35);
    paged.prepend([-2, -1]);
    assert.equal(paged.total, 37);
    assert.deepEqual([paged.at(0), paged.at(2), paged.at(11), paged.at(36)], [-2, 0, 9, 34]);
    assert.equal(paged.at(12), undefined);
    asked.length = 0;
    await paged.ensure(0, 20);
    assert.deepEqual(asked, [10], "the first page is whole, the second has a hole");
  });

  test("replaces a row by its key, wherever it has moved, and says when there is none", async () => {
    const fetch = async () => ({ total: 3, rows: ["a 1", "b 1", "c 1"] });
    const paged = new Paged<string>(fetch, { pageSize: 10, keyOf: (row) => row.slice(0, 1) });
    await paged.ensure(0, 3);
    paged.prepend(["d 1", "e 1"]);
    assert.deepEqual(
      [paged.replace("b 2"), paged.replace("d 2"), paged.replace("x 2")],
      [true, true, false],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((index) => paged.at(index)),
      ["d 2", "e 1", "a 1", "b 2", "c 1"],
    );
    assert.deepEqual([paged.indexOf("c"), paged.indexOf("x")], [4, -1]);
    // Another order: what was known of places does not mislead.
    await paged.refresh();
    assert.deepEqual([paged.indexOf("a"), paged.indexOf("d")], [0, -1]);
  });

  test("throws answers away that are older than a refresh", async () => {
    const answers: ((rows: readonly string[]) => void)[] = [];
    const paged = new Paged<string>(
      () => new Promise((resolve) => answers.push((rows) => resolve({ total: rows.length, rows }))),
    );
    const first = paged.ensure(0, 1);
    const second = paged.refresh();
    answers[1]?.(["new"]);
    await second;
    answers[0]?.(["old"]);
    await first;
    assert.equal(paged.at(0), "new");
  });

  test("says why a page did not come, and asks again", async () => {
    let works = false;
    const paged = new Paged<number>(async () => {
      if (!works) throw new Error("The server is away");
      return { total: 1, rows: [1] };
    });
    await paged.ensure(0, 1);
    assert.equal(paged.error.value?.message, "The server is away");
    works = true;
    await paged.ensure(0, 1);
    assert.equal(paged.error.value, undefined);
    assert.equal(paged.at(0), 1);
  });
});

/** Rows 0, 1, 2, ... in pages of 10, and which pages were asked for. */
function listOf(total: number): { paged: Paged<number>; asked: number[] } {
  const asked: number[] = [];
  const fetch = async (offset: number, limit: number) => {
    asked.push(offset);
    const length = Math.max(0, Math.min(limit, total - offset));
    return { total, rows: Array.from({ length }, (_, index) => offset + index) };
  };
  const paged = new Paged<number>(fetch, { pageSize: 10 });
  return { paged, asked };
}
