/** Every rule of the catalogue: broken on purpose it is found, alone; kept it is silent. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { RULES } from "../../src/observe/rule_catalogue.ts";
import { idsOf, played, type Script } from "../support/scripted_association.ts";
import {
  ASSOCIATE_VIOLATIONS,
  CONFORMANT_ASSOCIATIONS,
  CONTEXT_VIOLATIONS,
  type Violation,
} from "../support/violations_association.ts";
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
  CONFORMANT_SERVICES,
  DATA_SET_VIOLATIONS,
  QUERY_VIOLATIONS,
} from "../support/violations_service.ts";
import { CONFORMANT_STEPS, STEP_VIOLATIONS } from "../support/violations_step.ts";

const GROUPS: Readonly<Record<string, readonly Violation[]>> = {
  "S-06 presentation contexts": CONTEXT_VIOLATIONS,
  "S-07 P-DATA-TF and PDVs": PDV_VIOLATIONS,
  "association control": ASSOCIATE_VIOLATIONS,
  framing: FRAMING_VIOLATIONS,
  "sequence of PDUs": STATE_VIOLATIONS,
  "form of command sets": COMMAND_SET_VIOLATIONS,
  messages: MESSAGE_VIOLATIONS,
  exchanges: EXCHANGE_VIOLATIONS,
  "data sets": DATA_SET_VIOLATIONS,
  answers: ANSWER_VIOLATIONS,
  "S-08 Query/Retrieve": QUERY_VIOLATIONS,
  "S-09 Storage Commitment": COMMITMENT_VIOLATIONS,
  "S-09 procedure steps": STEP_VIOLATIONS,
  "S-10 Print Management": PRINT_VIOLATIONS,
};

for (const [group, violations] of Object.entries(GROUPS)) {
  describe(`rules on ${group}`, () => {
    for (const { rule, name, script, also = [] } of violations) {
      test(`${rule}: finds ${name}`, () => {
        const observed = played(script);
        assert.deepEqual(idsOf(observed).sort(), [rule, ...also].sort());
        assert.equal(observed.observer.undecodable, false);
      });
    }
    if (group.startsWith("S-")) {
      test(`${group.slice(0, 4)} all violations are found`, () => {
        const found = violations.filter(({ rule, script }) => idsOf(played(script)).includes(rule));
        console.log(`${group}: ${found.length} of ${violations.length} found`);
        assert.equal(found.length, violations.length);
      });
    }
  });
}

describe("rules on what is conformant", () => {
  const conformant: readonly (readonly [string, Script])[] = [
    ...CONFORMANT_ASSOCIATIONS,
    ...CONFORMANT_DATA,
    ...CONFORMANT_EXCHANGES,
    ...CONFORMANT_SERVICES,
    ...CONFORMANT_PRINTS,
    ...CONFORMANT_STEPS,
  ];
  for (const [name, script] of conformant) {
    test(`are silent: ${name}`, () => {
      assert.deepEqual(played(script).findings, []);
    });
  }
});

describe("rule catalogue", () => {
  test("has a violation here for every rule", () => {
    const covered = new Set(Object.values(GROUPS).flatMap((all) => all.map(({ rule }) => rule)));
    // Not of an AE's doing: association_observer.test.ts makes the sink throw, and clock_jump.test.ts
    // sets the clock.
    const elsewhere = new Set(["undecodable", "clock-set"]);
    const missing = Object.keys(RULES).filter(
      (id) => !elsewhere.has(id) && !covered.has(id as keyof typeof RULES),
    );
    assert.deepEqual(missing, []);
  });

  test("S-14 every finding carries a section and a severity", () => {
    const findings = Object.values(GROUPS).flatMap((all) =>
      all.flatMap(({ script }) => played(script).findings),
    );
    for (const { id, section, severity, text } of findings) {
      assert.match(section, /^PS3\.\d+ [A-Z0-9][A-Z0-9.]*(, Evt17)?$/, id);
      assert.ok(["error", "warning", "note"].includes(severity), id);
      assert.ok(text.length > 0 && text.length < 400, id);
    }
    console.log(`S-14: ${findings.length} findings, 100 % with section and severity`);
  });
});
