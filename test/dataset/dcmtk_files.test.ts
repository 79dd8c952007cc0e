/**
 * Our reader beside DCMTK's on real files: each element of each, tag, VR, length, value and depth.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { describe, test } from "vitest";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { dataSetToJson, type JsonModel } from "../../src/dataset/json_model.ts";
import { type Part10File, readPart10 } from "../../src/dataset/part10.ts";
import { corpusPath, hasCorpus } from "../support/corpus.ts";
import { type DumpedElement, dcmdump, dumped } from "../support/dcmdump.ts";
import { missing, partner } from "../support/partner.ts";

const program = partner("dcmdump", "dcmtk");
const dcm2json = partner("dcm2json", "dcmtk");
const SAMPLES = "/usr/lib/python3/dist-packages/pydicom/data";
const hasSamples = existsSync(SAMPLES);
if (!hasSamples) missing("The sample files of pydicom", "apt-get install python3-pydicom");

/** Where dcmdump does not print what is in the file, or the file leaves a choice. */
const ALLOWED: readonly { why: string; is: (pair: Pair) => boolean }[] = [
  {
    why: "dcmdump prints encapsulated OW as OB",
    is: ({ ours, theirs }) =>
      ours?.value === "fragments" && theirs?.vr === "OB" && ours.vr === "OW",
  },
  {
    why: "dcmdump prints an offset of a DICOMDIR as up, PS3.6 has UL",
    is: ({ ours, theirs }) =>
      theirs?.vr === "up" && ours?.vr === "UL" && ours.value === theirs.value,
  },
  {
    why: "dcmdump prints UN of undefined length as SQ",
    is: ({ ours, theirs }) => theirs?.vr === "SQ" && ours?.vr === "UN" && ours.value === "sequence",
  },
  {
    why: "dcmdump prints unknown VRs of Implicit VR as ??",
    is: ({ ours, theirs }) =>
      theirs?.vr === "??" && ours?.vr === "UN" && ours.value === theirs.value,
  },
  {
    why: "dcmdump adds an octet to an odd length of unknown VR",
    is: ({ ours, theirs }) =>
      theirs?.vr === "??" && ours?.length === (theirs.length ?? 0) - 1 && startsLike(theirs, ours),
  },
  {
    why: "dcmdump fills a cut value with zeros",
    is: ({ file, ours, theirs }) =>
      !file.whole && (ours?.length ?? 0) < (theirs?.length ?? 0) && startsLike(theirs, ours),
  },
];

/** Files that dcmdump does not read to their end, or in their order. */
const NOT_READ: Readonly<Record<string, string>> = {
  "SC_rgb_jpeg.dcm": "implicit in spite of its meta group: dcmdump stops at the third element",
  "no_meta.dcm": "begins one octet early: dcmdump prints nothing, we print what it looks like",
  "winter.dcm": "elements are not in order: dcmdump sorts them",
};

interface Pair {
  readonly file: Part10File;
  readonly ours: DumpedElement | undefined;
  readonly theirs: DumpedElement | undefined;
}

function startsLike(theirs: DumpedElement | undefined, ours: DumpedElement | undefined): boolean {
  return theirs?.value.startsWith(ours?.value ?? "?") ?? false;
}

function same({ ours, theirs }: Pair): boolean {
  if (ours === undefined || theirs === undefined) return false;
  if (ours.tag !== theirs.tag || ours.vr !== theirs.vr || ours.depth !== theirs.depth) return false;
  const lengths = ours.length !== undefined && theirs.length !== undefined;
  if (lengths && ours.length !== theirs.length) return false;
  if (["sequence", "item", "fragments"].includes(ours.value)) return true;
  if (ours.value === theirs.value.replace(/[ \0]+$/, "")) return true;
  if (["OF", "OD", "OL", "OV"].includes(ours.vr)) return true; // printed as numbers, length compared
  return ["FL", "FD"].includes(ours.vr) && sameNumbers(ours.value, theirs.value);
}

/** dcmdump prints floats with as many digits as they have. */
function sameNumbers(ours: string, theirs: string): boolean {
  const [a, b] = [ours, theirs].map((text) => text.split("\\").map(Number)) as [number[], number[]];
  return a.length === b.length && a.every((number, at) => close(number, b[at] as number));
}

function close(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-6 * Math.abs(a);
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesOf(path);
      return /\.dcm$|^DICOMDIR/.test(entry.name) ? [path] : [];
    })
    .sort();
}

function read(path: string): { file: Part10File; bytes: Uint8Array; body: Uint8Array } {
  const bytes = new Uint8Array(readFileSync(path));
  const file = readPart10(bytes);
  const stored = bytes.subarray(file.dataSetOffset);
  const body = file.syntax.deflated ? new Uint8Array(inflateRawSync(stored)) : stored;
  return { file, bytes, body };
}

function compare(paths: readonly string[]): {
  compared: number;
  allowed: number;
  different: string[];
} {
  let compared = 0;
  let allowed = 0;
  const different: string[] = [];
  for (const path of paths) {
    if (basename(path) in NOT_READ) continue;
    const { file, bytes, body } = read(path);
    const ours = [...dumped(file.meta, bytes), ...dumped(file.dataSet, body)];
    const delimiters = ["FFFEE00D", "FFFEE0DD"];
    const theirs = (dcmdump(program ?? "", path) ?? []).filter(
      ({ tag }) => !delimiters.includes(tag),
    );
    for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
      const pair = { file, ours: ours[at], theirs: theirs[at] };
      compared++;
      if (same(pair)) continue;
      if (ALLOWED.some(({ is }) => is(pair))) allowed++;
      else
        different.push(
          `${basename(path)} ${JSON.stringify(pair.ours)} ${JSON.stringify(pair.theirs)}`.slice(
            0,
            300,
          ),
        );
    }
  }
  return { compared, allowed, different };
}

describe("D-09: every element is as dcmdump prints it", () => {
  const rows: readonly [string, boolean, () => string][] = [
    ["the corpus", hasCorpus, () => corpusPath("dcm")],
    ["the sample files of pydicom", hasSamples, () => SAMPLES],
  ];
  for (const [name, there, folder] of rows) {
    test.skipIf(program === undefined || !there)(name, () => {
      const paths = filesOf(folder());
      const { compared, allowed, different } = compare(paths);
      console.log(
        `D-09: ${name}: ${paths.length} files, ${compared} elements compared, ${different.length} mismatches, ${allowed} on the allow-list`,
      );
      assert.deepEqual(different, []);
      assert.ok(compared > 10_000);
    });
  }
});

describe("encodeDataSet() gives the octets of the file", () => {
  test.skipIf(!hasCorpus)("for all whole files of the corpus", () => {
    let same = 0;
    for (const path of filesOf(corpusPath("dcm"))) {
      const { file, body } = read(path);
      if (!file.whole) continue;
      const bulk = (offset: number, length: number) => body.subarray(offset, offset + length);
      const syntax = { ...file.syntax, deflated: false };
      const bytes = encodeDataSet(file.dataSet, { syntax, bulk });
      assert.equal(Buffer.compare(bytes, body), 0, path);
      same++;
    }
    console.log(`re-encoding: ${same} files of the corpus, 0 octets different`);
    assert.ok(same >= 45);
  });
});

describe("D-09: dataSetToJson() agrees with dcm2json", () => {
  test.skipIf(dcm2json === undefined || !hasCorpus)("on the corpus", () => {
    let compared = 0;
    let files = 0;
    const different: string[] = [];
    for (const path of filesOf(corpusPath("dcm"))) {
      const { stdout, status } = spawnSync(dcm2json ?? "", ["-q", path], { maxBuffer: 2 ** 28 });
      if (status !== 0) continue; // no compressed pixel data, no Japanese names
      files++;
      const { file } = read(path);
      const ours = dataSetToJson(file.dataSet, { inlineLimit: 2 ** 30 });
      const found = compareJson(ours, JSON.parse(stdout.toString("utf8")) as JsonModel);
      compared += found.compared;
      different.push(...found.different.map((line) => `${basename(path)} ${line}`));
    }
    console.log(
      `D-09: JSON Model: ${files} files, ${compared} attributes compared with dcm2json, ${different.length} mismatches`,
    );
    assert.deepEqual(different, []);
    assert.ok(compared > 3000);
  });
});

function compareJson(
  ours: JsonModel,
  theirs: JsonModel,
): { compared: number; different: string[] } {
  let compared = 0;
  const different: string[] = [];
  for (const tag of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    compared++;
    const [a, b] = [ours[tag], theirs[tag]];
    if (a?.BulkDataURI !== undefined || tag === "00080005") continue;
    if (a?.vr === "SQ" && b?.vr === "SQ") {
      for (const [at, item] of (b.Value ?? []).entries()) {
        const inner = compareJson((a.Value?.[at] ?? {}) as JsonModel, item as JsonModel);
        compared += inner.compared;
        different.push(...inner.different.map((line) => `${tag}[${at}].${line}`));
      }
      continue;
    }
    // dcm2json leaves out the empty components at the end of a name
    const plain = JSON.stringify(a)
      .replaceAll(/\^+"/g, '"')
      .replace(',"Value":[{"Alphabetic":""}]', "");
    if (plain === JSON.stringify(b) || JSON.stringify(a) === JSON.stringify(b)) continue;
    const numbers =
      a?.Value?.every((one, at) => close(Number(one), Number(b?.Value?.[at]))) ?? false;
    // not ASCII in CS: dcm2json passes the octets on, which is no JSON
    const notJson = b?.vr === "CS" && JSON.stringify(b).includes("\ufffd");
    if (!numbers && !notJson)
      different.push(`${tag} ${JSON.stringify(a)} ${JSON.stringify(b)}`.slice(0, 200));
  }
  return { compared, different };
}
