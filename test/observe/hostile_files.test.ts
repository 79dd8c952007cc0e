/** Hostile streams through the observer: nothing comes out but findings. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Role } from "../../src/role.ts";
import { hasCorpus, readCorpus, readCorpusJson } from "../support/corpus.ts";
import { type Observed, observing } from "../support/observed.ts";
import { bytesOfHex } from "../support/vectors.ts";

interface Hostile {
  readonly id: string;
  readonly stage: "base" | "first" | "answer" | "after-ac" | "transport";
  readonly sender: Role;
  readonly hex?: string;
  readonly file?: string;
  readonly then?: string;
  readonly rq?: string;
  readonly ac?: string;
}

/** Entries that break no rule: legal values. */
const SILENT = /^(item-maxlen-value-0|item-aet-format-string)$/;

/** What every entry has, because its stream ends there. */
const BREAKING_OFF = new Set(["state-closed-without-release", "request-unanswered"]);

describe.skipIf(!hasCorpus)("AssociationObserver on hostile streams", () => {
  const all = hasCorpus ? (readCorpusJson("malformed.json") as readonly Hostile[]) : [];
  const base = all.find(({ stage }) => stage === "base");
  const playable = all.filter(
    ({ stage, hex, file }) => stage !== "base" && (hex !== undefined || file !== undefined),
  );

  test("finds something in each that breaks a rule, and never throws", () => {
    const silent: string[] = [];
    const loud: string[] = [];
    for (const entry of playable) {
      const observed = play(entry, 65_536);
      assert.equal(observed.observer.undecodable, false, entry.id);
      const due = observed.findings.filter(({ id }) => !BREAKING_OFF.has(id));
      if (SILENT.test(entry.id)) {
        if (due.length > 0) loud.push(entry.id);
      } else if (due.length === 0) {
        silent.push(entry.id);
      }
    }
    console.log(
      `hostile: ${playable.length} streams, 0 throws, ${silent.length} without the finding that is due`,
    );
    assert.deepEqual(silent, []);
    assert.deepEqual(loud, []);
  });

  test("finds the same however the bytes are cut", () => {
    for (const entry of playable) {
      if ((entry.hex?.length ?? Number.POSITIVE_INFINITY) > 40_000) continue;
      const whole = facts(play(entry, Number.POSITIVE_INFINITY));
      for (const size of [1, 2, 7, 100]) {
        assert.deepEqual(facts(play(entry, size)), whole, `${entry.id} in pieces of ${size}`);
      }
    }
  });

  function play(entry: Hostile, pieces: number): Observed {
    const observed = observing();
    const { observer } = observed;
    const feed = (sender: Role, bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length; at += pieces) {
        observer.bytes(sender, 1000, bytes.subarray(at, Math.min(bytes.length, at + pieces)));
      }
    };
    observer.opened({ capture: "c", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
    if (entry.stage !== "first") feed("requestor", bytesOfHex(base?.rq ?? ""));
    if (entry.stage === "after-ac") feed("acceptor", bytesOfHex(base?.ac ?? ""));
    const { hex, file } = entry;
    feed(entry.sender, hex === undefined ? readCorpus(file ?? "") : bytesOfHex(hex));
    const how = entry.then?.toLowerCase().includes("rst") ? "reset" : "fin";
    observer.ended(entry.sender, 2000, how);
    observer.closed(3000, how);
    return observed;
  }
});

function facts({ findings, messages, observer }: Observed) {
  const { outcome, pdus, bytes } = observer.summary();
  return {
    findings: findings.map(({ id, text, offset }) => ({ id, text, offset })),
    messages: messages.map(({ message }) => [message.command, message.complete]),
    outcome,
    pdus,
    bytes,
  };
}
