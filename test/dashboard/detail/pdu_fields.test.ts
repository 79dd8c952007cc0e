import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { PduField } from "../../../src/dashboard/api_types.ts";
import { pduFields } from "../../../src/dashboard/detail/pdu_fields.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { fuzzRounds, mutated, seededRandom } from "../../support/fuzz.ts";
import { GOLDEN_EXCHANGES } from "../../support/golden_exchanges.ts";
import { checkFields } from "../../support/pdu_fields.ts";

const PDUS = GOLDEN_EXCHANGES.flatMap(({ requestor, acceptor }) =>
  [...requestor, ...acceptor].map((pdu) => encodePdu(pdu)),
);

function named(fields: readonly PduField[], name: string): PduField[] {
  return fields.flatMap((field) => [
    ...(field.name === name ? [field] : []),
    ...named(field.fields ?? [], name),
  ]);
}

describe("pduFields()", () => {
  test("covers every octet of the golden PDUs with fields in their places", () => {
    let count = 0;
    for (const bytes of PDUS) {
      const fields = pduFields(bytes, { showPatient: true });
      count += checkFields(fields, { from: 0, to: bytes.length });
      assert.equal(
        fields.reduce((sum, { length }) => sum + length, 0),
        bytes.length,
      );
    }
    console.log(`fields: ${count} in ${PDUS.length} PDUs`);
  });

  test("S-01 names the sub-items as the standard has them", () => {
    const names = new Set(
      PDUS.flatMap((bytes) => pduFields(bytes, { showPatient: false })).flatMap(({ fields = [] }) =>
        fields.flatMap(({ name, fields: inner = [] }) => [name, ...inner.map((one) => one.name)]),
      ),
    );
    for (const name of [
      "Application-context-name",
      "Presentation-context-ID",
      "Maximum-length-received",
      "Implementation-class-uid",
      "Maximum-number-operations-invoked",
      "SCU-role",
      "Service-class-application-information",
      "User-Identity-Type",
    ]) {
      assert.ok(names.has(name), `${name} of ${[...names].join(", ")}`);
    }
  });

  test("P-06 shows no secret of a user identity", () => {
    const secrets = PDUS.flatMap((bytes) => {
      const fields = pduFields(bytes, { showPatient: true });
      return [...named(fields, "Secondary-field"), ...named(fields, "Server-response")];
    });
    assert.ok(secrets.length > 0);
    for (const { value } of secrets) assert.equal(value, "not shown");
    console.log(`P-06: ${secrets.length} secrets, 0 shown`);
  });

  test("D-01 never fails, whatever the octets are", () => {
    const random = seededRandom(42);
    const inputs = fuzzRounds(3_000, 300_000);
    for (let i = 0; i < inputs; i++) {
      const bytes = mutated(PDUS[i % PDUS.length] as Uint8Array, random);
      checkFields(pduFields(bytes, { showPatient: false }), { from: 0, to: bytes.length });
    }
    console.log(`D-01: ${inputs} mutated PDUs, 0 throws`);
  });

  test("does not go deeper than items have items", () => {
    // user information inside of user information, as deep as lengths allow
    const bytes = new Uint8Array(60_000);
    bytes[0] = 0x01;
    for (let at = 74, left = bytes.length - 74; left > 4; at += 4, left -= 4) {
      bytes.set([0x50, 0, (left - 4) >> 8, (left - 4) & 0xff], at);
    }
    const fields = pduFields(bytes, { showPatient: false });
    checkFields(fields, { from: 0, to: bytes.length });
  });
});
