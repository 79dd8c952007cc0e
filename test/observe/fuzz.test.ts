/**
 * D-01. Invariant: whatever passes, in whatever order, the observer counts every octet, decodes
 * without a fault of its own, and its summary stays bounded and printable.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { buildMessage } from "../../src/observe/build_summary.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { fuzzRounds, mutated, type Random, seededRandom } from "../support/fuzz.ts";
import { observing } from "../support/observed.ts";
import { ac, rq, type Script, type Step } from "../support/scripted_association.ts";
import { ASSOCIATE_VIOLATIONS, CONTEXT_VIOLATIONS } from "../support/violations_association.ts";
import {
  COMMAND_SET_VIOLATIONS,
  CONFORMANT_EXCHANGES,
  EXCHANGE_VIOLATIONS,
  MESSAGE_VIOLATIONS,
} from "../support/violations_message.ts";
import {
  CONFORMANT_DATA,
  FRAMING_VIOLATIONS,
  PDV_VIOLATIONS,
  STATE_VIOLATIONS,
} from "../support/violations_pdu.ts";
import { CONFORMANT_PRINTS, PRINT_VIOLATIONS } from "../support/violations_print.ts";
import {
  ANSWER_VIOLATIONS,
  COMMITMENT_VIOLATIONS,
  DATA_SET_VIOLATIONS,
  QUERY_VIOLATIONS,
} from "../support/violations_service.ts";
import { STEP_VIOLATIONS } from "../support/violations_step.ts";

const SCRIPTS: readonly Script[] = [
  ...ASSOCIATE_VIOLATIONS,
  ...CONTEXT_VIOLATIONS,
  ...COMMAND_SET_VIOLATIONS,
  ...EXCHANGE_VIOLATIONS,
  ...MESSAGE_VIOLATIONS,
  ...FRAMING_VIOLATIONS,
  ...PDV_VIOLATIONS,
  ...STATE_VIOLATIONS,
  ...DATA_SET_VIOLATIONS,
  ...ANSWER_VIOLATIONS,
  ...QUERY_VIOLATIONS,
  ...COMMITMENT_VIOLATIONS,
  ...PRINT_VIOLATIONS,
  ...STEP_VIOLATIONS,
]
  .map(({ script }) => script)
  .concat(
    [...CONFORMANT_DATA, ...CONFORMANT_EXCHANGES, ...CONFORMANT_PRINTS].map(([, script]) => script),
  );

/** What the AEs send in those scripts, short enough to be changed octet by octet. */
const SEEDS: readonly (readonly [Role, Uint8Array])[] = SCRIPTS.flatMap((script) => [
  ...octetsOf(["requestor", script.rq ?? rq()]),
  ...octetsOf(["acceptor", script.ac ?? ac()]),
  ...[...(script.steps ?? []), ...(script.end ?? [])].flatMap(octetsOf),
]).filter(([, bytes]) => bytes.length < 1_000);

describe("fuzz of AssociationObserver", () => {
  test("D-01 mutated PDUs in random order, with gaps and ends", () => {
    const rounds = fuzzRounds(3_000, 300_000);
    const random = seededRandom(1);
    let slowest = 0;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      run(random, `seed 1, round ${round}`);
      slowest = Math.max(slowest, performance.now() - start);
    }
    console.log(
      `D-01: ${rounds} associations of ${SEEDS.length} seeds, 0 faults, slowest ${slowest.toFixed(0)} ms`,
    );
  });
});

function run(random: Random, name: string): void {
  const { observer, messages } = observing();
  const sent = { requestor: 0, acceptor: 0 };
  observer.opened({ capture: "c", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
  const feed = (sender: Role, bytes: Uint8Array) => {
    const cut = random(bytes.length + 1);
    observer.bytes(sender, 1, bytes.subarray(0, cut));
    observer.bytes(sender, 2, bytes.subarray(cut));
    sent[sender] += bytes.length;
  };
  if (random(8) !== 0) feed("requestor", encodePdu(rq()));
  if (random(8) !== 0) feed("acceptor", encodePdu(ac()));
  for (let step = random(12); step >= 0; step--) {
    const [sender, bytes] = SEEDS[random(SEEDS.length)] ?? ["requestor", new Uint8Array(0)];
    switch (random(16)) {
      case 0: {
        const length = random(200);
        if (random(2) === 0) observer.gap(sender, 3, length);
        else observer.cut(sender, 3, length);
        sent[sender] += length;
        break;
      }
      case 1:
        observer.ended(sender, 4, random(2) === 0 ? "fin" : "reset");
        break;
      case 2:
        observer.digest(sender, random(100), "00");
        break;
      case 3:
      case 4:
      case 5:
      case 6:
        feed(sender, mutated(bytes, random));
        break;
      default:
        feed(sender, bytes);
    }
  }
  if (random(4) === 0) observer.interrupted();
  if (random(4) !== 0) observer.closed(5, ["fin", "reset", "refused", "stopped"][random(4)] ?? "");
  const summary = observer.summary();
  assert.equal(observer.undecodable, false, `${name}: ${summary.findings.at(-1)?.text}`);
  assert.deepEqual(summary.bytes, sent, name);
  assert.ok(summary.findings.length <= 200, name);
  const json = messages.map((message) => buildMessage(message, { id: 1, openedAt: 0 }));
  assert.ok(JSON.stringify([summary, json]).length < 2_000_000, name);
}

function octetsOf(step: Step): (readonly [Role, Uint8Array])[] {
  if (!Array.isArray(step)) return [];
  const [sender, what] = step as Extract<Step, readonly unknown[]>;
  if (typeof what === "string") return [];
  return [[sender, what instanceof Uint8Array ? what : encodePdu(what)]];
}
