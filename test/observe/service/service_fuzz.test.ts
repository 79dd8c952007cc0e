/**
 * D-01. Invariant: whatever the services say, the observer decodes on, and its findings are short
 * lines without a control character.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { Role } from "../../../src/role.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { fuzzRounds, mutated, seededRandom } from "../../support/fuzz.ts";
import { observing } from "../../support/observed.ts";
import { ac, rq, type Script } from "../../support/scripted_association.ts";
import { CONFORMANT_PRINTS, PRINT_VIOLATIONS } from "../../support/violations_print.ts";
import {
  ANSWER_VIOLATIONS,
  COMMITMENT_VIOLATIONS,
  CONFORMANT_SERVICES,
  DATA_SET_VIOLATIONS,
  QUERY_VIOLATIONS,
} from "../../support/violations_service.ts";
import { CONFORMANT_STEPS, STEP_VIOLATIONS } from "../../support/violations_step.ts";

const SCRIPTS: readonly Script[] = [
  ...[...DATA_SET_VIOLATIONS, ...ANSWER_VIOLATIONS, ...QUERY_VIOLATIONS].map((one) => one.script),
  ...[...COMMITMENT_VIOLATIONS, ...PRINT_VIOLATIONS, ...STEP_VIOLATIONS].map((one) => one.script),
  ...[...CONFORMANT_PRINTS, ...CONFORMANT_STEPS, ...CONFORMANT_SERVICES].map(([, one]) => one),
];

describe("fuzz of the rules on services", () => {
  test("D-01 dialogues with every second message mutated", () => {
    const rounds = fuzzRounds(3_000, 300_000);
    const random = seededRandom(99);
    const rules = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const script = SCRIPTS[random(SCRIPTS.length)] ?? {};
      const { observer, findings } = observing();
      observer.opened({ capture: "c", id: 1, at: 0, requestor: "a:1", acceptor: "b:2" });
      observer.bytes("requestor", 1, encodePdu(script.rq ?? rq()));
      observer.bytes("acceptor", 1, encodePdu(script.ac ?? ac()));
      for (const [sender, bytes] of said(script)) {
        observer.bytes(sender, 2, random(2) === 0 ? bytes : mutated(bytes, random));
      }
      observer.closed(3, "fin");
      assert.equal(observer.undecodable, false, `round ${round}: ${findings.at(-1)?.text}`);
      for (const { id, text } of findings) {
        rules.add(id);
        assert.ok(text.length < 600, text);
        assert.doesNotMatch(text, /\p{Cc}/u, `round ${round}: ${id}`);
      }
    }
    console.log(`D-01: ${rounds} dialogues of services, 0 faults, ${rules.size} rules met`);
    assert.ok(rules.size > 80);
  });
});

function said(script: Script): (readonly [Role, Uint8Array])[] {
  return (script.steps ?? []).flatMap((step) => {
    if (!Array.isArray(step)) return [];
    const [sender, what] = step;
    return what instanceof Uint8Array ? [[sender, what] as const] : [];
  });
}
