/** Rule of the head: nothing is claimed of what was not seen. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { IMPLICIT_LITTLE } from "../../../src/dataset/transfer_syntax.ts";
import { DataSetHead } from "../../../src/observe/service/data_set_head.ts";
import { playedWith } from "../../support/scripted_association.ts";
import { dataSetOf, STEP_BEGIN } from "../../support/service_data.ts";
import { CONFORMANT_EXCHANGES } from "../../support/violations_message.ts";
import { CONFORMANT_PRINTS } from "../../support/violations_print.ts";
import { CONFORMANT_SERVICES } from "../../support/violations_service.ts";
import { CONFORMANT_STEPS } from "../../support/violations_step.ts";

const PATIENT_ID = 0x00100020;
const MODALITY = 0x00080060;
const STATUS = 0x00400252;
const SERIES = 0x00400340;

describe("DataSetHead", () => {
  const bytes = dataSetOf(STEP_BEGIN);

  test("tells absent from not seen, at every cut", () => {
    let claims = 0;
    for (let cut = 0; cut <= bytes.length; cut++) {
      const isCut = cut < bytes.length;
      const head = new DataSetHead(bytes.subarray(0, cut), { syntax: IMPLICIT_LITTLE, cut: isCut });
      assert.deepEqual(head.findings, [], `cut at ${cut}`);
      for (const tag of [PATIENT_ID, MODALITY, STATUS, SERIES]) {
        assert.equal(head.lacks(tag), false, `cut at ${cut}`);
        const value = head.text(tag);
        const whole = { [PATIENT_ID]: "SYN-1", [MODALITY]: "CT", [STATUS]: "IN PROGRESS" }[tag];
        assert.ok(value === undefined || value === whole, `cut at ${cut}: ${value}`);
        if (value !== undefined) claims++;
      }
      // (0008,0061) is nowhere: known as soon as anything behind it was seen
      assert.equal(head.lacks(0x00080061), head.dataSet.has(PATIENT_ID) || head.lacks(0x00080061));
    }
    assert.ok(claims > 100);
    const whole = new DataSetHead(bytes, { syntax: IMPLICIT_LITTLE, cut: false });
    assert.equal(whole.lacks(0x7fe00010), true);
    assert.equal(whole.isEmpty(SERIES), true);
    assert.equal(whole.isEmpty(STATUS), false);
    assert.deepEqual(whole.items(SERIES), []);
  });
});

describe("rules on services, however long the heads", () => {
  test("are silent on what is conformant", () => {
    const scripts = [
      ...CONFORMANT_EXCHANGES,
      ...CONFORMANT_SERVICES,
      ...CONFORMANT_PRINTS,
      ...CONFORMANT_STEPS,
    ];
    let played = 0;
    for (const [name, script] of scripts) {
      for (let headLength = 0; headLength < 320; headLength += headLength < 40 ? 1 : 7) {
        const { findings } = playedWith(script, { headLength });
        assert.deepEqual(findings, [], `${name}, head of ${headLength}`);
        played++;
      }
    }
    console.log(`S-13: ${played} associations with heads from 0 octets on, 0 false findings`);
  });
});
