import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "vitest";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { printFinding } from "../../src/dataset/finding.ts";
import { dataSetToJson } from "../../src/dataset/json_model.ts";
import { type Part10File, readPart10 } from "../../src/dataset/part10.ts";
import { valueFindings } from "../../src/dataset/value_rules.ts";
import { corpusPath, hasCorpus, readCorpus } from "../support/corpus.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";

function namesOf(folder: string): string[] {
  return readdirSync(corpusPath(folder))
    .filter((name) => name.endsWith(".dcm"))
    .sort();
}

function useAll(file: Part10File): void {
  for (const _line of dumpDataSet(file.dataSet, { showPatient: true }));
  JSON.stringify(dataSetToJson(file.dataSet));
  for (const finding of [...file.findings, ...valueFindings(file.dataSet)]) {
    assert.doesNotMatch(printFinding(finding), /[\x00-\x1f]/);
    assert.ok(finding.offset >= 0);
  }
}

/** What must be told of a file, where a reader can see it. */
const TOLD: readonly [RegExp, RegExp][] = [
  [/depth_100/, /too-deep/],
  [/deflate_corrupt/, /deflate|part10-meta|truncated/],
  [/no_preamble|dicm_offset/, /part10-prefix/],
  [/glen_one/, /part10-meta-length/],
  [/invalid_ts/, /part10-transfer-syntax/],
  [/dup_meta/, /order/],
  [/undef_len_no_delim|midvalue_truncation/, /truncated/],
];

describe("readPart10() on broken files", () => {
  test.skipIf(!hasCorpus)("tells and never throws", () => {
    const names = namesOf("dcm-malformed");
    for (const name of names) {
      const file = readPart10(readCorpus(`dcm-malformed/${name}`));
      useAll(file);
      const ids = file.findings.map((finding) => finding.id).join(" ");
      for (const [which, rule] of TOLD) if (which.test(name)) assert.match(ids, rule, name);
    }
    console.log(`D-01: ${names.length} broken files, 0 exceptions`);
    assert.ok(names.length >= 37);
  });

  test.skipIf(!hasCorpus)("reads every prefix of a file", () => {
    let prefixes = 0;
    for (const name of [
      "cs-kr-i2.dcm",
      "mpps-inprogress.dcm",
      "un-explicit.dcm",
      "gen-sr-deflated.dcm",
    ]) {
      const bytes = readCorpus(`dcm/${name}`);
      const most = Math.min(bytes.length, 6000);
      for (let length = 0; length < most; length++) {
        useAll(readPart10(bytes.subarray(0, length)));
        prefixes++;
      }
    }
    console.log(`D-01: ${prefixes} prefixes of files, 0 exceptions`);
  });

  test.skipIf(!hasCorpus)("D-01: reads mutated files", () => {
    const names = namesOf("dcm");
    const rounds = fuzzRounds(15, 4000);
    let slowest = 0;
    for (const name of names) {
      const bytes = readCorpus(`dcm/${name}`).subarray(0, 20_000);
      for (let seed = 1; seed <= rounds; seed++) {
        const started = performance.now();
        useAll(readPart10(mutated(bytes, seededRandom(seed))));
        slowest = Math.max(slowest, performance.now() - started);
      }
    }
    console.log(
      `D-01: ${rounds * names.length} mutated files, 0 throws, max ${slowest.toFixed(0)} ms`,
    );
  });
});

// D-07: each value of a length field that is likely to be wrong, at each offset where a length may be.
test.skipIf(!hasCorpus)("D-07: data sets with tampered lengths", () => {
  const bytes = readCorpus("dcm/seq-fo-GH223.dcm");
  const start = readPart10(bytes).dataSetOffset;
  let vectors = 0;
  for (let at = start; at + 4 <= bytes.length; at++) {
    for (const value of [0, 1, 0x7f, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]) {
      const tampered = bytes.slice();
      new DataView(tampered.buffer).setUint32(at, value, true);
      useAll(readPart10(tampered));
      vectors++;
    }
  }
  console.log(`D-07: ${vectors} tampered lengths, 0 crashes`);
});

test.skipIf(!hasCorpus)("D-10: what is not known is shown as unknown", () => {
  const file = readPart10(readCorpus("dcm-malformed/TC0401_invalid_ts.dcm"));
  assert.ok(file.findings.some((finding) => finding.text.includes("999.888.777.INVALID")));
  assert.ok(file.dataSet.elements.length > 10);
});
