import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { compareDataSets } from "../../../replay/compare/compare_data_sets.ts";
import { Comparing } from "../../../replay/compare/comparison.ts";
import { IgnoreRules, readIgnore } from "../../../replay/compare/ignore_rules.ts";
import { valueMeaning } from "../../../replay/compare/value_meaning.ts";
import { Rewriter } from "../../../replay/rewrite/rewriter.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import type { DataElement, ValueElement } from "../../../src/dataset/element.ts";
import { encodeDataSet } from "../../../src/dataset/encode_data_set.ts";
import { latin1Bytes } from "../../../src/dataset/octets.ts";
import { readDataSet } from "../../../src/dataset/read_data_set.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
} from "../../../src/dataset/transfer_syntax.ts";
import { arbitraryDataSet } from "../../support/arbitrary_data_set.ts";
import { fuzzRounds, mutated, seededRandom } from "../../support/fuzz.ts";
import { sampleDataSet } from "../../support/sample_data_set.ts";
import { recordedAssociation } from "./recorded_exchange.ts";

const syntax = fc.constantFrom(IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG);

describe("compareDataSets()", () => {
  test("finds nothing between two encodings of one data set, and exactly what was changed", () => {
    let count = 0;
    fc.assert(
      fc.property(arbitraryDataSet, syntax, syntax, (dataSet, from, to) => {
        const [one, other] = [read(dataSet, from), read(dataSet, to)];
        assert.deepEqual(differences(one, other), []);
        const changed = read(withElement(dataSet, text(0x00102160, "SH", "changed!")), to);
        const before = read(withElement(dataSet, text(0x00102160, "SH", "original")), from);
        assert.deepEqual(differences(before, changed), [
          { path: "EthnicGroup", recorded: "original", got: "changed!" },
        ]);
        assert.deepEqual(differences(one, changed), [
          { path: "EthnicGroup", recorded: null, got: "changed!" },
        ]);
        count += 3;
      }),
      { numRuns: fuzzRounds(200, 10_000), seed: 2 },
    );
    console.log(`${count} comparisons of random data sets in two encodings, as expected`);
  });

  test("never throws on broken data sets, and finds each the same as itself", () => {
    const rounds = fuzzRounds(300, 50_000);
    for (let seed = 1; seed <= rounds; seed++) {
      const random = seededRandom(seed);
      const one = readDataSet(mutated(sampleDataSet(), random), { syntax: EXPLICIT_LITTLE });
      const other = readDataSet(mutated(sampleDataSet(), random), { syntax: EXPLICIT_LITTLE });
      differences(one.dataSet, other.dataSet);
      assert.deepEqual(differences(one.dataSet, one.dataSet), [], `seed ${seed}`);
    }
    console.log(`${rounds} pairs of broken data sets, 0 throws`);
  });

  test("takes no value and no element for the same only where it is told so", () => {
    const one = new DataSet([text(0x00080060, "CS", "CT"), text(0x00081030, "LO", "")]);
    const other = new DataSet([text(0x00080060, "CS", "CT")]);
    assert.deepEqual(differences(one, other), [
      { path: "StudyDescription", recorded: "", got: null },
    ]);
    assert.deepEqual(differences(one, other, { emptyIsAbsent: true }), []);
  });
});

describe("valueMeaning()", () => {
  test("is the same for what means the same, and for nothing else", () => {
    const same: readonly (readonly [string, string, string])[] = [
      ["PN", "Doe^John", "Doe^John^^="],
      ["PN", "Doe ^ John", "Doe^John"],
      ["DS", "1.50", "+1.5e0"],
      ["IS", "007", "7"],
      ["TM", "12:30:00", "123000.000"],
      ["DA", "2026.02.03", "20260203"],
      ["CS", " CT ", "CT"],
      ["UI", "1.2.3\0", "1.2.3"],
      ["LO", "a\\b ", "a\\b"],
    ];
    for (const [vr, one, other] of same) assert.deepEqual(meaningOf(vr, one), meaningOf(vr, other));
    const different: readonly (readonly [string, string, string])[] = [
      ["PN", "Doe^John", "Doe^^John"],
      ["PN", "Doe^John", "DOE^JOHN"],
      ["DS", "1.5", "1.51"],
      ["DS", "1\\2", "2\\1"],
      ["TM", "123000.1", "123000.01"],
      ["DA", "20260203-", "20260203"],
      ["LO", "a\\b", "ab"],
      ["LO", "a\\", "a"],
    ];
    for (const [vr, one, other] of different) {
      assert.notDeepEqual(meaningOf(vr, one), meaningOf(vr, other), `${vr} ${one} ${other}`);
    }
  });

  test("reads UN as PS3.6 has the element (PS3.5 6.2.2)", () => {
    const holder = new DataSet([]);
    const un = { ...text(0x00100020, "LO", "ID "), vr: "UN" };
    assert.deepEqual(valueMeaning(un, holder), valueMeaning(text(0x00100020, "LO", "ID"), holder));
  });
});

describe("readIgnore()", () => {
  test("takes keywords, tags, patterns and paths; refuses what is none", () => {
    assert.deepEqual(readIgnore("PatientName,0008,0012,(0008,0013),Study*, *Time"), [
      "PatientName",
      "0008,0012",
      "(0008,0013)",
      "Study*",
      "*Time",
    ]);
    assert.deepEqual(readIgnore("RequestAttributesSequence.ScheduledProcedureStepID"), [
      "RequestAttributesSequence.ScheduledProcedureStepID",
    ]);
    assert.deepEqual(readIgnore("ErrorID"), ["ErrorID"]);
    assert.throws(() => readIgnore("PatientNme"), /Cannot ignore "PatientNme"/);
  });
});

function differences(one: DataSet, other: DataSet, options: { emptyIsAbsent?: boolean } = {}) {
  const rewriter = new Rewriter();
  const association = recordedAssociation([]);
  const rules = {
    rewriter,
    association,
    exactUids: true,
    ignore: new IgnoreRules([]),
    showPhi: true,
  };
  const comparing = new Comparing(rules, rewriter.aliases);
  compareDataSets({ dataSet: one }, { dataSet: other }, { comparing, ...options });
  return comparing.differences;
}

function read(dataSet: DataSet, of: typeof EXPLICIT_LITTLE): DataSet {
  return readDataSet(encodeDataSet(dataSet, { syntax: of }), { syntax: of }).dataSet;
}

function withElement(dataSet: DataSet, element: DataElement): DataSet {
  const elements = [...dataSet.elements.filter(({ tag }) => tag !== element.tag), element];
  return new DataSet(elements.sort((a, b) => a.tag - b.tag));
}

function text(tag: number, vr: string, value: string): ValueElement {
  return { kind: "value", tag, vr, offset: 0, bytes: latin1Bytes(value), bigEndian: false };
}

function meaningOf(vr: string, value: string) {
  return valueMeaning(text(0x00091001, vr, value), new DataSet([]));
}
