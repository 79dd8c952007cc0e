import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import {
  type Candidate,
  dataSetCandidate,
} from "../../../../../replay/scp/service/query/candidate.ts";
import { answerOf } from "../../../../../replay/scp/service/query/match_answer.ts";
import { matchesIdentifier } from "../../../../../replay/scp/service/query/match_identifier.ts";
import { characterSet } from "../../../../../src/dataset/character_set.ts";
import { DataSet } from "../../../../../src/dataset/data_set.ts";
import { encodeDataSet } from "../../../../../src/dataset/encode_data_set.ts";
import { makeElement } from "../../../../../src/dataset/make_element.ts";
import { readDataSet } from "../../../../../src/dataset/read_data_set.ts";
import { EXPLICIT_LITTLE } from "../../../../../src/dataset/transfer_syntax.ts";
import { assigned } from "../../../../../src/service/assignments.ts";
import { arbitraryDataSet } from "../../../../support/arbitrary_data_set.ts";

const answerTo = (keys: readonly string[], ...entities: DataSet[]): DataSet => {
  const candidates = entities.map(dataSetCandidate);
  const candidate: Candidate = { held: (tag) => candidates.flatMap((one) => one.held(tag)) };
  return answerOf({ identifier: assigned(keys), candidate });
};

function inSet(term: string, { tag, vr, text }: { tag: number; vr: string; text: string }) {
  return new DataSet([
    makeElement(0x00080005, [term], { vr: "CS" }),
    makeElement(tag, [text], { vr, characterSet: characterSet([term]) }),
  ]);
}

describe("answerOf", () => {
  test("gives the keys of the request, without a value where there is none (PS3.4 C.4.1.1.3.2)", () => {
    const entity = assigned(["PatientID=P1", "PatientName=A^B", "StudyDate=20260101"]);
    const answer = answerTo(["PatientID", "PatientSex", "ReferencedStudySequence"], entity);
    assert.deepEqual(
      answer.elements.map(({ tag }) => tag),
      [0x00081110, 0x00100020, 0x00100040],
    );
    assert.equal(answer.text("PatientID"), "P1");
    assert.equal(answer.text("PatientSex"), undefined);
    assert.deepEqual(answer.items("ReferencedStudySequence"), []);
  });

  test("gives the matching items of a sequence, reduced to what was asked (PS3.4 C.2.2.2.6)", () => {
    const at = (index: number) => `ScheduledProcedureStepSequence[${index}]`;
    const entity = assigned([
      `${at(0)}.Modality=CT`,
      `${at(0)}.ScheduledProcedureStepID=1`,
      `${at(1)}.Modality=MR`,
      `${at(1)}.ScheduledProcedureStepID=2`,
    ]);
    const some = answerTo([`${at(0)}.Modality=MR`, `${at(0)}.ScheduledStationName`], entity);
    const [item, ...others] = some.items("ScheduledProcedureStepSequence");
    assert.equal(others.length, 0);
    assert.equal(item?.text("Modality"), "MR");
    assert.equal(item?.has("ScheduledStationName"), true);
    assert.equal(item?.has("ScheduledProcedureStepID"), false);
    const all = answerTo(["ScheduledProcedureStepSequence"], entity);
    assert.equal(all.items("ScheduledProcedureStepSequence").length, 2);
  });

  test("where what is below differs there is no value", () => {
    const [one, other] = [assigned(["Modality=CT"]), assigned(["Modality=SR"])];
    assert.equal(answerTo(["Modality"], one).text("Modality"), "CT");
    assert.equal(answerTo(["Modality"], one, other).text("Modality"), undefined);
  });

  test("keeps the octets of one character set, and writes those of several in Unicode", () => {
    const latin = inSet("ISO_IR 100", { tag: 0x00100010, vr: "PN", text: "Müller" });
    const greek = inSet("ISO_IR 126", { tag: 0x00081030, vr: "LO", text: "Αθήνα" });
    const own = answerTo(["PatientName"], latin);
    assert.deepEqual(own.strings("SpecificCharacterSet"), ["ISO_IR 100"]);
    assert.equal(own.element("PatientName"), latin.element("PatientName"));
    const both = answerTo(["PatientName", "StudyDescription"], latin, greek);
    assert.deepEqual(both.strings("SpecificCharacterSet"), ["ISO_IR 192"]);
    assert.equal(both.text("PatientName"), "Müller");
    assert.equal(both.text("StudyDescription"), "Αθήνα");
    const plain = answerTo(["PatientName"], assigned(["PatientName=MILLER"]));
    assert.equal(plain.has("SpecificCharacterSet"), false);
  });

  test("no data set is too odd for a query or an entity", () => {
    let matched = 0;
    fc.assert(
      fc.property(arbitraryDataSet, arbitraryDataSet, (identifier, entity) => {
        const candidate = dataSetCandidate(entity);
        if (matchesIdentifier({ identifier, candidate })) matched++;
        const answer = answerOf({ identifier, candidate });
        const bytes = encodeDataSet(answer, { syntax: EXPLICIT_LITTLE });
        assert.equal(readDataSet(bytes, { syntax: EXPLICIT_LITTLE }).whole, true);
        const asked = identifier.elements.filter(({ tag }) => (tag & 0xffff) !== 0);
        for (const { tag } of asked) assert.ok(answer.has(tag) || tag === 0x00080005);
      }),
      { numRuns: 500 },
    );
    console.log(`500 random queries on random entities: ${matched} matched`);
  });
});
