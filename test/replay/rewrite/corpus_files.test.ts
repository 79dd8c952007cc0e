/**
 * Real and broken data sets rewritten, and compared with what they were: by our reader, by dcmdump, and
 * by the comparison that judges replays.
 */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { compareDataSets } from "../../../replay/compare/compare_data_sets.ts";
import { Comparing } from "../../../replay/compare/comparison.ts";
import { IgnoreRules } from "../../../replay/compare/ignore_rules.ts";
import { readForCompare } from "../../../replay/compare/read_for_compare.ts";
import type { RecordedMessage } from "../../../replay/recorded.ts";
import { Rewriter } from "../../../replay/rewrite/rewriter.ts";
import { isWellKnown, namesKinds, newUid } from "../../../replay/rewrite/uids.ts";
import type { DataSet } from "../../../src/dataset/data_set.ts";
import { elementStrings } from "../../../src/dataset/element_value.ts";
import { readPart10 } from "../../../src/dataset/part10.ts";
import { readDataSet } from "../../../src/dataset/read_data_set.ts";
import type { TransferSyntax } from "../../../src/dataset/transfer_syntax.ts";
import { elementByTag } from "../../../src/dictionary/elements.ts";
import { corpusPath, hasCorpus, readCorpus } from "../../support/corpus.ts";
import { hex } from "../../support/data_set_bytes.ts";
import { dcmdump } from "../../support/dcmdump.ts";
import { mutated, seededRandom } from "../../support/fuzz.ts";
import { partner } from "../../support/partner.ts";
import { inScope } from "../../support/process.ts";
import { meaning } from "../../support/same_data_set.ts";
import { recordedAssociation } from "../compare/recorded_exchange.ts";
import { cut, gathered, recordedOctets } from "./recorded_octets.ts";

const program = partner("dcmdump", "dcmtk");
const association = recordedAssociation([{ command: "C-STORE-RQ", data: {} }], {
  wallUs: Date.UTC(2026, 0, 10, 12) * 1000,
});
const where = { association, message: association.messages[0] as RecordedMessage };

/** Institution Name, Issuer of Patient ID. */
const SET: ReadonlySet<string> = new Set(["00080080", "00100021"]);

interface Body {
  readonly name: string;
  readonly file: Uint8Array;
  readonly head: Uint8Array;
  readonly bytes: Uint8Array;
  readonly syntax: TransferSyntax;
}

describe("Rewriter on the corpus", () => {
  test.skipIf(!hasCorpus)("changes UIDs and dates at any depth and nothing else", async () => {
    const seen = { files: 0, uids: 0, same: 0 };
    for (const { name, bytes, syntax } of bodies("dcm")) {
      const rewriter = new Rewriter({ uids: "new", seed: name, dates: "shift", today: "20260310" });
      const octets = await rewrite(bytes, syntax, rewriter);
      const [before, after] = [readDataSet(bytes, { syntax }), readDataSet(octets, { syntax })];
      assert.equal(after.whole, before.whole, name);
      assert.deepEqual(
        after.findings.map(({ id }) => id),
        before.findings.map(({ id }) => id),
        name,
      );
      const [was, is] = [unchanging(before.dataSet), unchanging(after.dataSet)];
      assert.deepEqual(is, was, name);
      const left = instanceUids(after.dataSet);
      const recorded = instanceUids(before.dataSet);
      for (const uid of recorded) assert.ok(!left.has(uid), `${name}: ${uid}`);
      assert.equal(left.size, recorded.size, name);
      seen.files++;
      seen.uids += recorded.size;
      seen.same += was.length;
      assert.equal(hex(await rewrite(bytes, syntax, new Rewriter())), hex(bytes), name);
      const table = [...recorded].map((uid) => [uid, newUid(uid, name)] as const);
      const there = await rewrite(bytes, syntax, new Rewriter({ uids: new Map(table) }));
      const inverse = new Map(table.map(([one, other]) => [other, one]));
      const back = await rewrite(there, syntax, new Rewriter({ uids: inverse }));
      assert.deepEqual(
        meaning(readDataSet(back, { syntax }).dataSet),
        meaning(before.dataSet),
        name,
      );
      if (!syntax.deflated) assert.equal(hex(back), hex(bytes), name);
    }
    console.log(
      `rewrote ${seen.files} files of the corpus: ${seen.uids} UIDs new, ${seen.same} other elements, 0 changed`,
    );
    assert.ok(seen.files >= 45 && seen.uids > 100);
  });

  test.skipIf(!hasCorpus)("is what the comparison expects, and nothing less is", async () => {
    let files = 0;
    for (const { name, bytes, syntax } of bodies("dcm")) {
      if (!readDataSet(bytes, { syntax }).whole) continue;
      const rewriter = new Rewriter({ uids: "new", dates: "20300101", ae: { calling: "ME" } });
      const octets = await rewrite(bytes, syntax, rewriter);
      assert.deepEqual(await differences(bytes, octets, { syntax, rewriter }), [], name);
      const other = new Rewriter({ uids: "new", seed: "other", dates: "20290101" });
      const wrong = await rewrite(bytes, syntax, other);
      const uids = instanceUids(readDataSet(bytes, { syntax }).dataSet).size;
      if (uids > 0) {
        assert.ok((await differences(bytes, wrong, { syntax, rewriter })).length > 0, name);
      }
      files++;
    }
    console.log(`compared ${files} rewritten files with what was recorded, 0 differences`);
  });

  test.skipIf(!hasCorpus || program === undefined)(
    "dcmdump reads what was and what is set",
    async () => {
      let elements = 0;
      await inScope(async (scope) => {
        const path = join(scope.tempDir(), "rewritten.dcm");
        for (const { name, file, head, bytes, syntax } of bodies("dcm")) {
          const set = ["InstitutionName=HERE", "IssuerOfPatientID=THERE"];
          const octets = await rewrite(bytes, syntax, new Rewriter({ uids: "new", set }));
          writeFileSync(path, file);
          const before = dcmdump(program ?? "", path) ?? [];
          writeFileSync(path, Buffer.concat([head, octets]));
          const after = dcmdump(program ?? "", path) ?? [];
          const others = (dump: typeof before): string[] =>
            dump.flatMap(({ depth, tag }) =>
              depth === 0 && SET.has(tag) ? [] : [`${depth} ${tag}`],
            );
          assert.deepEqual(others(after), others(before), name);
          const values = after.filter(({ depth, tag }) => depth === 0 && SET.has(tag));
          assert.deepEqual(
            values.map(({ value }) => value.trim()),
            ["HERE", "THERE"],
            name,
          );
          elements += after.length;
        }
      });
      console.log(`dcmdump: ${elements} elements of rewritten files where they belong`);
    },
  );

  test.skipIf(!hasCorpus)(
    "never throws on broken files, and changes none that it keeps",
    async () => {
      let count = 0;
      for (const { name, bytes, syntax } of bodies("dcm-malformed")) {
        assert.equal(hex(await rewrite(bytes, syntax, new Rewriter())), hex(bytes), name);
        for (let seed = 0; seed < 5; seed++) {
          const input = seed === 0 ? bytes : mutated(bytes, seededRandom(seed));
          const rewriter = new Rewriter({ uids: "new", dates: "20300101", set: ["PatientID=X"] });
          const octets = await rewrite(input, syntax, rewriter);
          await differences(input, octets, { syntax, rewriter });
          count++;
        }
      }
      console.log(`rewrote ${count} broken data sets, 0 throws`);
    },
  );
});

function* bodies(folder: string): Generator<Body> {
  for (const name of readdirSync(corpusPath(folder)).sort()) {
    if (!name.endsWith(".dcm")) continue;
    const file = readCorpus(`${folder}/${name}`);
    const { dataSetOffset, syntax } = readPart10(file);
    const head = file.subarray(0, dataSetOffset);
    yield { name, file, head, bytes: file.subarray(dataSetOffset), syntax };
  }
}

async function rewrite(
  bytes: Uint8Array,
  { uid }: TransferSyntax,
  rewriter: Rewriter,
): Promise<Uint8Array> {
  const recorded = recordedOctets(bytes, { syntax: uid, size: 997 });
  return gathered(rewriter.dataSet(recorded, { to: uid, where }));
}

async function differences(
  recorded: Uint8Array,
  live: Uint8Array,
  { syntax, rewriter }: { syntax: TransferSyntax; rewriter: Rewriter },
) {
  const rules = {
    rewriter,
    association,
    exactUids: true,
    ignore: new IgnoreRules([]),
    showPhi: true,
  };
  const comparing = new Comparing(rules, rewriter.aliases);
  const [one, other] = [
    await readForCompare(cut(recorded, 1000), syntax.uid),
    await readForCompare(cut(live, 777), syntax.uid),
  ];
  assert.ok(one.dataSet !== undefined && other.dataSet !== undefined);
  compareDataSets(
    { dataSet: one.dataSet, bulk: one.bulk },
    { dataSet: other.dataSet, bulk: other.bulk },
    { comparing },
  );
  return comparing.differences;
}

/** Lines of all elements but UIDs, dates and group lengths; UN is what PS3.6 has (PS3.5 6.2.2). */
function unchanging(dataSet: DataSet): string[] {
  return meaning(dataSet).filter((line) => {
    const [, tag = "", printed = ""] = /^ *([0-9A-F]{8}) (\S+)/.exec(line) ?? [];
    const vr = printed === "UN" ? elementByTag(Number.parseInt(tag, 16))?.vr : printed;
    return !tag.endsWith("0000") && vr !== "UI" && vr !== "DA" && vr !== "DT";
  });
}

function instanceUids(dataSet: DataSet, found = new Set<string>()): Set<string> {
  for (const element of dataSet.elements) {
    if (element.kind === "sequence") for (const item of element.items) instanceUids(item, found);
    if (element.kind !== "value" || element.vr !== "UI" || namesKinds(element.tag)) continue;
    for (const uid of elementStrings(element, dataSet.characterSet)) {
      if (/^[0-9.]+$/.test(uid) && !isWellKnown(uid)) found.add(uid);
    }
  }
  return found;
}
