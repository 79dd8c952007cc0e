/** S-09: what one association begins and another one ends. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { CommitmentLedger } from "../../../src/observe/service/commitment_ledger.ts";
import { ServiceLedger } from "../../../src/observe/service/service_ledger.ts";
import { idsOf, playedWith, type Script, type Step } from "../../support/scripted_association.ts";
import {
  asking,
  committing,
  failing,
  reporting,
  requested,
} from "../../support/violations_service.ts";
import {
  beginStep,
  change,
  schedule,
  setStep,
  steps,
  unified,
} from "../../support/violations_step.ts";

/** Each association with an observer of its own, all with one ledger; the findings of the last. */
function lastOf(...scripts: readonly Script[]): string[] {
  const ledger = new ServiceLedger();
  const observed = scripts.map((script) => playedWith(script, { ledger }));
  return idsOf(observed.at(-1) as (typeof observed)[number]);
}

const TWO = ["2.25.1", "2.25.2"];
const WITH_FAILURE = { ...requested(["2.25.1"]), FailedSOPSequence: failing(["2.25.2"]) };
const { TransactionUID: _, ...NAMELESS } = requested(TWO);

describe("Storage Commitment over two associations", () => {
  test("S-09 a report is compared with its request, wherever that was", () => {
    const cases: readonly (readonly [report: readonly Step[], due: string[]])[] = [
      [reporting(1, requested(TWO)), []],
      [reporting(2, WITH_FAILURE), []],
      [reporting(1, requested(["2.25.1"])), ["commitment-report"]],
      [reporting(1, requested([...TWO, "2.25.3"])), ["commitment-report"]],
      [
        reporting(2, { ...WITH_FAILURE, FailedSOPSequence: failing(["2.25.9"]) }),
        ["commitment-report"],
      ],
      [reporting(1, NAMELESS), ["commitment-report"]],
      // of a transaction that nobody saw nothing can be said
      [reporting(1, requested(["2.25.5"], "2.25.78")), []],
    ];
    for (const [report, due] of cases) {
      assert.deepEqual(lastOf(committing(...asking(requested(TWO))), committing(...report)), due);
    }
  });

  test("S-09 a request that was refused is forgotten", () => {
    const refused = committing(...asking(requested(TWO), 0x0110));
    assert.deepEqual(lastOf(refused, committing(...reporting(1, requested(["2.25.1"])))), []);
  });

  test("S-09 many requests, reported in another order, are all correlated", () => {
    const ledger = new ServiceLedger();
    const count = 100;
    const uids = Array.from({ length: count }, (_, at) => `2.25.${1000 + at}`);
    for (const uid of uids) playedWith(committing(...asking(requested(TWO, uid))), { ledger });
    for (const uid of uids.toReversed()) {
      const report = committing(...reporting(1, requested(TWO, uid)));
      assert.deepEqual(idsOf(playedWith(report, { ledger })), []);
    }
    const { requested: asked, reported } = ledger.commitments.counts;
    console.log(
      `S-09: ${asked} commitments on two associations each, ${(100 * reported) / asked} % correlated`,
    );
    assert.deepEqual([asked, reported], [count, count]);
  });
});

describe("CommitmentLedger", () => {
  test("forgets the oldest of too many, and keeps no list that is too long", () => {
    const ledger = new CommitmentLedger();
    for (let at = 0; at < 1_000; at++) ledger.requested(`2.25.${at}`, ["2.25.1"]);
    assert.equal(ledger.isKnown("2.25.0"), false);
    assert.equal(ledger.isKnown("2.25.999"), true);
    const many = Array.from({ length: 5_000 }, (_, at) => `1.2.${at}`);
    ledger.requested("2.25.5000", many);
    const nothing = { committed: [], failed: [], isPartial: false };
    assert.equal(ledger.reported("2.25.5000", nothing), undefined);
    assert.deepEqual(ledger.reported("2.25.999", nothing), { missing: ["2.25.1"], unasked: [] });
  });
});

describe("procedure steps over two associations", () => {
  test("S-09 an N-SET of what was completed on another association is found", () => {
    const done = steps(beginStep(1), setStep(2));
    assert.deepEqual(lastOf(steps(beginStep(1)), steps(setStep(1))), []);
    assert.deepEqual(lastOf(done, steps(setStep(1, { status: 0x0110 }))), ["mpps-transition"]);
    assert.deepEqual(lastOf(done, steps(setStep(1))), ["mpps-transition", "step-accepted"]);
  });

  test("S-09 a UPS that another performer has taken is not to be had", () => {
    const taken = unified(schedule(1), change(2, { state: "IN PROGRESS" }));
    const other = { state: "COMPLETED", transactionUid: "2.25.501" };
    assert.deepEqual(lastOf(taken, unified(change(1, { state: "COMPLETED" }))), []);
    assert.deepEqual(lastOf(taken, unified(change(1, { ...other, status: 0xc301 }))), [
      "ups-transaction-uid",
    ]);
    assert.deepEqual(lastOf(taken, unified(change(1, other))), [
      "ups-transaction-uid",
      "step-accepted",
    ]);
  });
});
