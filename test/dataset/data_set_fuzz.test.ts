import assert from "node:assert/strict";
import { test } from "vitest";
import type { DataSet } from "../../src/dataset/data_set.ts";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { framesOf } from "../../src/dataset/encapsulation.ts";
import { dataSetToJson } from "../../src/dataset/json_model.ts";
import { readPart10 } from "../../src/dataset/part10.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { valueFindings } from "../../src/dataset/value_rules.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { sampleDataSet } from "../support/sample_data_set.ts";

const DEFLATED = transferSyntax("1.2.840.10008.1.2.1.99") ?? EXPLICIT_LITTLE;
const SYNTAXES = [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED];

/** Everything a reader of captures does with a data set. */
function useAll(dataSet: DataSet): void {
  for (const _line of dumpDataSet(dataSet, { showPatient: true }));
  JSON.stringify(dataSetToJson(dataSet));
  dataSet.text("ReferencedStudySequence[0].StudyInstanceUID");
  valueFindings(dataSet);
  const pixels = dataSet.element("PixelData");
  if (pixels?.kind === "fragments") framesOf(pixels, dataSet);
}

// Invariant: whatever the octets are, reading gives a data set and findings; nothing is thrown, and
// the octets that were read never outnumber those that came, but for deflated ones.
test("D-01: readDataSet() on mutated data sets in every encoding", () => {
  const sample = sampleDataSet();
  const rounds = fuzzRounds(1500, 500_000);
  let slowest = 0;
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seededRandom(seed);
    const bytes = mutated(sample, random);
    const syntax = SYNTAXES[random(SYNTAXES.length)] as (typeof SYNTAXES)[number];
    const started = performance.now();
    const read = readDataSet(bytes, { syntax });
    useAll(read.dataSet);
    slowest = Math.max(slowest, performance.now() - started);
    if (!syntax.deflated) assert.equal(read.length, bytes.length, `seed ${seed}`);
  }
  console.log(`D-01: ${rounds} mutated data sets, 0 throws, max ${slowest.toFixed(1)} ms`);
});

test("D-01: readDataSet() and readPart10() on garbage", () => {
  const rounds = fuzzRounds(800, 200_000);
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seededRandom(seed);
    const bytes = Uint8Array.from({ length: random(400) }, () => random(256));
    for (const syntax of SYNTAXES) useAll(readDataSet(bytes, { syntax }).dataSet);
    useAll(readPart10(bytes).dataSet);
  }
  console.log(`D-01: ${rounds} random octet strings, 0 throws`);
});
