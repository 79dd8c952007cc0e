import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { troubleOf } from "../../../../src/dashboard/ui/list/trouble.ts";

type Facts = Parameters<typeof troubleOf>[0];

const WELL: Facts = {
  outcome: "released",
  statuses: { "0000": 3 },
  refused_contexts: 0,
  messages: 6,
};

describe("troubleOf()", () => {
  test("says nothing where all went well, or still may", () => {
    assert.equal(troubleOf(WELL), undefined);
    assert.equal(troubleOf({ ...WELL, refused_contexts: 1 }), undefined, "another one was used");
    assert.equal(troubleOf({ ...WELL, statuses: { "0000": 1, FF00: 2, B000: 1 } }), undefined);
    assert.equal(troubleOf({ ...WELL, outcome: "open", statuses: {}, messages: 0 }), undefined);
  });

  test("says why an association was rejected (PS3.8 9.3.4)", () => {
    const reject = { result: 1, source: 1, reason: 7 };
    const rejected = { ...WELL, outcome: "rejected", reject, statuses: {}, messages: 0 } as const;
    assert.deepEqual(troubleOf(rejected), { tone: "bad", words: "called AE title not recognized" });
  });

  test("names the statuses of requests that failed, however the association ended", () => {
    const statuses = { "0000": 2, A700: 1, "0106": 1, C000: 1 };
    assert.deepEqual(troubleOf({ ...WELL, statuses }), {
      tone: "bad",
      words: "A700H, 0106H and 1 more",
    });
  });

  test("says what happened to the connection, without the advice", () => {
    const words = (outcome: Facts["outcome"], explanation: string) =>
      troubleOf({ ...WELL, outcome, explanation })?.words;
    const refused = "no connection to the acceptor (ECONNREFUSED); check that it runs, its address";
    assert.equal(words("refused", refused), "no connection to the acceptor (ECONNREFUSED)");
    const aborted =
      "the requestor aborted (UL service-user). It gave up by itself; look at its log.";
    assert.equal(words("aborted", aborted), "the requestor aborted (UL service-user)");
    assert.equal(words("reset", "the connection was reset"), "the connection was reset");
  });

  test("warns where no context was accepted and so nothing could be asked for", () => {
    const trouble = troubleOf({ ...WELL, statuses: {}, refused_contexts: 2, messages: 0 });
    assert.deepEqual(trouble, { tone: "warn", words: "2 contexts refused" });
  });
});
