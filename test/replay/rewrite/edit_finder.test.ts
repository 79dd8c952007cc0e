import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, test } from "vitest";
import { EditFinder, type EditRules } from "../../../replay/rewrite/edit_finder.ts";
import { applyEdits } from "../../../replay/rewrite/edits.ts";
import { rewrittenDataSet } from "../../../replay/rewrite/rewritten_data_set.ts";
import { readSetRule } from "../../../replay/rewrite/set_rule.ts";
import { type SetLevel, setTree } from "../../../replay/rewrite/set_tree.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import { DataSetReader } from "../../../src/dataset/data_set_reader.ts";
import type { DataElement } from "../../../src/dataset/element.ts";
import { encodeDataSet } from "../../../src/dataset/encode_data_set.ts";
import { latin1Bytes } from "../../../src/dataset/octets.ts";
import { readDataSet } from "../../../src/dataset/read_data_set.ts";
import {
  DEFLATED_LITTLE,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "../../../src/dataset/transfer_syntax.ts";
import { latin1 } from "../../../src/latin1.ts";
import { arbitraryDataSet } from "../../support/arbitrary_data_set.ts";
import { big, explicit, hex, implicit, item, join } from "../../support/data_set_bytes.ts";
import { fuzzRounds, mutated, seededRandom } from "../../support/fuzz.ts";
import { meaning } from "../../support/same_data_set.ts";
import { sampleDataSet } from "../../support/sample_data_set.ts";
import { cut, gathered, recordedOctets } from "./recorded_octets.ts";

const PLAIN = [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG] as const;

/** Every UID gets longer by digits that depend on it. */
const LONGER: EditRules = {
  text: (_tag, vr, text) => (vr === "UI" ? `${text}.${"7".repeat(text.length % 40)}` : undefined),
};

describe("EditFinder", () => {
  test("changes what the rules change and nothing else, in every uncompressed syntax, however it is cut", async () => {
    const seen = { dataSets: 0, edits: 0 };
    await fc.assert(
      fc.asyncProperty(
        arbitraryDataSet,
        fc.constantFrom(...PLAIN),
        fc.integer({ min: 1, max: 300 }),
        async (dataSet, syntax, size) => {
          const bytes = encodeDataSet(dataSet, { syntax });
          const { octets, edits } = await edited(bytes, { syntax, rules: LONGER, size });
          const read = readDataSet(octets, { syntax });
          assert.equal(read.whole, true);
          const expected = withLongerUids(readDataSet(bytes, { syntax }).dataSet);
          assert.deepEqual(meaning(read.dataSet), meaning(expected));
          assert.equal(hex(octets), hex(encodeDataSet(expected, { syntax })));
          seen.dataSets++;
          seen.edits += edits;
        },
      ),
      { numRuns: fuzzRounds(300, 10_000), seed: 7 },
    );
    console.log(`rewrote ${seen.dataSets} data sets, ${seen.edits} edits, 0 other differences`);
    assert.ok(seen.edits > 300);
  });

  test("counts group lengths and lengths of sequences and items anew (PS3.5 7.2, 7.5)", async () => {
    const inner = join(
      explicit(0x00080000, "UL", [22, 0, 0, 0]),
      explicit(0x00081155, "UI", "1.2.3.4.5.6.78"),
      explicit(0x00100010, "PN", "A^"),
    );
    const sequence = explicit(0x00081140, "SQ", item(inner));
    const group = join(explicit(0x00080018, "UI", "1.2.3\0"), sequence);
    const bytes = join(
      explicit(0x00080000, "UL", [group.length, 0, 0, 0]),
      group,
      explicit(0x0020000d, "UI", "1.2\0"),
    );
    const rules = {
      text: (_: number, vr: string, text: string) => (vr === "UI" ? `${text}.55` : undefined),
    };
    const { octets } = await edited(bytes, { syntax: EXPLICIT_LITTLE, rules, size: 5 });
    const { dataSet, findings } = readDataSet(octets, { syntax: EXPLICIT_LITTLE });
    assert.deepEqual(findings, []);
    assert.equal(
      dataSet.text("ReferencedImageSequence[0].ReferencedSOPInstanceUID"),
      "1.2.3.4.5.6.78.55",
    );
    const [nested] = dataSet.items("ReferencedImageSequence");
    assert.equal(nested?.number(0x00080000), 22 + 4); // "1.2.3.4.5.6.78" + ".55" and a NUL
    assert.equal(nested?.text("PatientName"), "A^");
    const behind = octets.length - group.length;
    assert.ok(behind > 0);
    assert.equal(dataSet.number(0x00080000), group.length + 2 + 4);
    assert.equal(dataSet.text("StudyInstanceUID"), "1.2.55");
  });

  test("leaves every octet alone where nothing applies: mutated data sets in every encoding", async () => {
    const rounds = fuzzRounds(400, 100_000);
    const syntaxes = [...PLAIN, DEFLATED_LITTLE];
    for (let seed = 1; seed <= rounds; seed++) {
      const random = seededRandom(seed);
      const bytes = mutated(sampleDataSet(), random);
      const syntax = syntaxes[random(syntaxes.length)] as TransferSyntax;
      const rules: EditRules = { text: () => undefined };
      const octets = await gathered(
        rewrittenDataSet(recordedOctets(bytes, { syntax: syntax.uid, size: 1 + random(200) }), {
          to: syntax.uid,
          rules,
          notice: () => undefined,
        }),
      );
      assert.equal(hex(octets), hex(bytes), `seed ${seed}`);
    }
    console.log(`${rounds} mutated data sets, 0 octets changed`);
  });

  test("never throws, whatever the octets are, and keeps all but what it changes", async () => {
    const rounds = fuzzRounds(1000, 200_000);
    const tree = set("PatientID=NEW", "ReferencedStudySequence[0].StudyInstanceUID=1.2.3");
    let edits = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = seededRandom(seed);
      const bytes = mutated(sampleDataSet(), random);
      const syntax = PLAIN[random(PLAIN.length)] as TransferSyntax;
      const rules = { ...LONGER, set: random(2) === 0 ? tree : undefined };
      edits += (await edited(bytes, { syntax, rules, size: 1 + random(100) })).edits;
    }
    console.log(`${rounds} mutated data sets, ${edits} edits, 0 throws`);
    assert.ok(edits > rounds);
  });

  test("puts in what is set and missing, in order, in every encoding", async () => {
    const rules = {
      set: set(
        "AccessionNumber=ACC",
        "PatientName=DOE^JANE",
        "ReferencedStudySequence[0].ReferencedSOPInstanceUID=1.2.3",
        "ScheduledProcedureStepSequence[0].Modality=MR",
        "ScheduledProcedureStepSequence[0].ScheduledStationAETitle=",
        "Rows=512",
      ),
    };
    let count = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryDataSet, fc.constantFrom(...PLAIN), async (dataSet, syntax) => {
        const bytes = encodeDataSet(dataSet, { syntax });
        const { octets } = await edited(bytes, { syntax, rules, size: 64 });
        const read = readDataSet(octets, { syntax });
        assert.deepEqual(
          read.findings.filter(({ id }) => id === "data-set-order" || /outruns|stray/.test(id)),
          [],
        );
        assert.equal(read.whole, true);
        const step = "ScheduledProcedureStepSequence[0]";
        assert.equal(read.dataSet.text("AccessionNumber"), "ACC");
        assert.equal(read.dataSet.text("PatientName"), "DOE^JANE");
        assert.equal(read.dataSet.text(`${step}.Modality`), "MR");
        assert.equal(read.dataSet.has(`${step}.ScheduledStationAETitle`), true);
        assert.equal(read.dataSet.number("Rows"), 512);
        const set = new Set(["00080050", "00100010", "00081110", "00400100", "00280010"]);
        const others = (one: DataSet) =>
          meaning(
            new DataSet(
              one.elements.filter(({ tag }) => !set.has(tag.toString(16).padStart(8, "0"))),
            ),
          );
        assert.deepEqual(others(read.dataSet), others(readDataSet(bytes, { syntax }).dataSet));
        count++;
      }),
      { numRuns: fuzzRounds(200, 5_000), seed: 11 },
    );
    console.log(`set 6 elements in ${count} data sets, 0 others touched`);
  });

  test("adds an item next to those that are there, and empties a sequence", async () => {
    const sequence = (delimited: boolean): DataElement => ({
      kind: "sequence",
      tag: 0x00081110,
      vr: "SQ",
      offset: 0,
      undefinedLength: delimited,
      items: [new DataSet([uid(0x00081155, "1.2.3")], { undefinedLength: delimited })],
    });
    for (const syntax of PLAIN) {
      for (const delimited of [true, false]) {
        const bytes = encodeDataSet(new DataSet([sequence(delimited), uid(0x0020000d, "1.9")]), {
          syntax,
        });
        const added = set("ReferencedStudySequence[1].ReferencedSOPInstanceUID=1.2.4");
        const more = readDataSet(
          (await edited(bytes, { syntax, rules: { set: added }, size: 7 })).octets,
          { syntax },
        );
        const uids = more.dataSet
          .items("ReferencedStudySequence")
          .map((one) => one.text("ReferencedSOPInstanceUID"));
        assert.deepEqual(uids, ["1.2.3", "1.2.4"]);
        assert.deepEqual(more.findings, []);
        const none = readDataSet(
          (
            await edited(bytes, {
              syntax,
              rules: { set: set("ReferencedStudySequence=") },
              size: 7,
            })
          ).octets,
          { syntax },
        );
        assert.deepEqual(none.dataSet.items("ReferencedStudySequence"), []);
        assert.equal(none.dataSet.text("StudyInstanceUID"), "1.9");
      }
    }
  });

  test("writes text in the data set's character set, and says where it cannot", async () => {
    const latin = join(
      explicit(0x00080005, "CS", "ISO_IR 100"),
      explicit(0x00100010, "PN", "A^B "),
    );
    const rules = { set: set("PatientName=MÜLLER^JÖRG") };
    const { octets } = await edited(latin, { syntax: EXPLICIT_LITTLE, rules, size: 9 });
    assert.equal(
      readDataSet(octets, { syntax: EXPLICIT_LITTLE }).dataSet.text("PatientName"),
      "MÜLLER^JÖRG",
    );
    const plain = explicit(0x00100010, "PN", "A^B ");
    await assert.rejects(
      edited(plain, { syntax: EXPLICIT_LITTLE, rules, size: 9 }),
      /\(0010,0010\): "MÜLLER\^JÖRG" is not in the character set; use ISO_IR 192/,
    );
    const both = { set: set("SpecificCharacterSet=ISO_IR 192", "PatientName=山田") };
    const utf8 = await edited(plain, { syntax: EXPLICIT_LITTLE, rules: both, size: 9 });
    assert.equal(
      readDataSet(utf8.octets, { syntax: EXPLICIT_LITTLE }).dataSet.text("PatientName"),
      "山田",
    );
  });

  test("rewrites inside of sequences that came as UN of defined length (PS3.5 6.2.2)", async () => {
    const inner = implicit(0x00081140, item(implicit(0x00081155, "1.2.3\0")));
    const content = item(join(inner, implicit(0x00081155, "1.2.3.4.5\0")));
    for (const [syntax, outer] of [
      [EXPLICIT_LITTLE, explicit(0x00081110, "UN", content)],
      [EXPLICIT_BIG, big(0x00081110, "UN", content)],
    ] as const) {
      const { octets } = await edited(outer, { syntax, rules: LONGER, size: 11 });
      const element = readDataSet(octets, { syntax }).dataSet.element(0x00081110);
      assert.equal(element?.vr, "UN");
      const bytes = element?.kind === "value" ? element.bytes : new Uint8Array(0);
      const sequence = join(implicit(0x00081110, bytes));
      const { dataSet, findings } = readDataSet(sequence, { syntax: IMPLICIT_LITTLE });
      assert.deepEqual(findings, []);
      const path = "ReferencedStudySequence[0]";
      assert.equal(dataSet.text(`${path}.ReferencedSOPInstanceUID`), "1.2.3.4.5.777777777");
      const deeper = `${path}.ReferencedImageSequence[0].ReferencedSOPInstanceUID`;
      assert.equal(dataSet.text(deeper), "1.2.3.77777");
    }
  });

  test("rewrites a list of UIDs of any length, in Implicit VR and as UN (PS3.5 6.2.2)", async () => {
    const uids = Array.from({ length: 4000 }, (_, at) => `1.2.826.0.1.3680043.${at}`);
    const list = latin1Bytes(uids.join("\\").padEnd(120_000, "\0"));
    for (const [syntax, vr] of [
      [IMPLICIT_LITTLE, "UI"],
      [EXPLICIT_LITTLE, "UN"],
    ] as const) {
      const element = {
        kind: "value",
        tag: 0x00080018,
        vr,
        offset: 0,
        bytes: list,
        bigEndian: false,
      } as const;
      const bytes = encodeDataSet(new DataSet([element]), { syntax });
      const { octets } = await edited(bytes, { syntax, rules: LONGER, size: 4096 });
      const read = readDataSet(octets, { syntax, valueLimit: 2 ** 20 }).dataSet.element(0x00080018);
      assert.equal(read?.kind, "value");
      const text = read?.kind === "value" ? latin1(read.bytes, 0, read.bytes.length) : "";
      assert.equal(text.replace(/\0$/, ""), LONGER.text?.(0, "UI", uids.join("\\")));
    }
  });
});

describe("rewrittenDataSet()", () => {
  test("rewrites compressed and deflated data sets; what is not UIDs stays octet for octet", async () => {
    const jpeg = transferSyntax("1.2.840.10008.1.2.4.50") as TransferSyntax;
    const head = explicit(0x00080018, "UI", "1.2.3\0");
    const fragments = join(
      [0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 255, 255, 255, 255],
      [0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0],
      item(Uint8Array.from({ length: 70_000 }, (_, at) => at & 0xff)),
      [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0],
    );
    const compressed = await rewritten(join(head, fragments), { from: jpeg.uid, to: jpeg.uid });
    assert.equal(
      hex(compressed),
      hex(join(explicit(0x00080018, "UI", "1.2.3.77777\0"), fragments)),
    );

    const plain = join(head, explicit(0x00100010, "PN", "A^B "));
    const other = join(
      explicit(0x00080018, "UI", "1.2.3.77777\0"),
      explicit(0x00100010, "PN", "A^B "),
    );
    const deflated = new Uint8Array(deflateRawSync(plain));
    const to = DEFLATED_LITTLE.uid;
    const again = await rewritten(deflated, { from: to, to });
    assert.equal(again.length % 2, 0);
    assert.equal(
      hex(
        encodeDataSet(readDataSet(again, { syntax: DEFLATED_LITTLE }).dataSet, {
          syntax: EXPLICIT_LITTLE,
        }),
      ),
      hex(other),
    );
    assert.equal(hex(await rewritten(deflated, { from: to, to: EXPLICIT_LITTLE.uid })), hex(other));
    const made = await rewritten(plain, { from: EXPLICIT_LITTLE.uid, to });
    assert.equal(
      readDataSet(made, { syntax: DEFLATED_LITTLE }).dataSet.text("SOPInstanceUID"),
      "1.2.3.77777",
    );
  });

  test("says what it could not look at, and refuses what no re-encoding gives", async () => {
    const told: string[] = [];
    const notice = (text: string) => told.push(text);
    const cutOff = explicit(0x00080018, "UI", "1.2.3\0").subarray(0, 10);
    const { uid: from } = EXPLICIT_LITTLE;
    const octets = recordedOctets(cutOff, { syntax: from, size: 3 });
    assert.equal(
      hex(await gathered(rewrittenDataSet(octets, { to: from, rules: LONGER, notice }))),
      hex(cutOff),
    );
    assert.match(
      told[0] ?? "",
      /^nothing is rewritten behind octet \d+: the data set cannot be read/,
    );
    const unknown = recordedOctets(cutOff, { syntax: "1.2.3.4", size: 3 });
    assert.equal(
      hex(await gathered(rewrittenDataSet(unknown, { to: "1.2.3.4", rules: LONGER, notice }))),
      hex(cutOff),
    );
    assert.match(told[1] ?? "", /transfer syntax 1\.2\.3\.4 is not known/);
    assert.throws(
      () => rewrittenDataSet(octets, { to: "1.2.840.10008.1.2.5", rules: undefined, notice }),
      /Cannot re-encode a data set from transfer syntax 1\.2\.840\.10008\.1\.2\.1 to/,
    );
  });

  test("lets go of its source when nobody reads on, and passes the source's errors on", async () => {
    const seen = { ended: 0 };
    const recorded = (fails: boolean) => ({
      transferSyntax: EXPLICIT_LITTLE.uid,
      length: 8 * 2 ** 20 + 12,
      complete: true,
      read: () => new DataSet([]),
      async *octets() {
        try {
          yield explicit(0x7fe00010, "OW", [], 8 * 2 ** 20);
          for (let piece = 0; piece < 128; piece++) {
            if (fails && piece === 100) throw new Error("the disk is gone");
            yield crypto.getRandomValues(new Uint8Array(0x10000));
          }
        } finally {
          seen.ended++;
        }
      },
    });
    const deflated = { to: DEFLATED_LITTLE.uid, rules: undefined, notice: () => undefined };
    let octets = 0;
    for await (const piece of rewrittenDataSet(recorded(false), deflated)) {
      octets += piece.length;
      if (octets > 1_000_000) break;
    }
    assert.equal(seen.ended, 1);
    await assert.rejects(gathered(rewrittenDataSet(recorded(true), deflated)), /the disk is gone/);
    assert.equal(seen.ended, 2);
  });

  test("holds no more of a long data set than of a short one", async () => {
    const pixels = 64 * 2 ** 20;
    const chunk = new Uint8Array(0x10000);
    async function* octets() {
      yield explicit(0x00080018, "UI", "1.2.3\0");
      yield explicit(0x7fe00010, "OW", [], pixels);
      for (let at = 0; at < pixels; at += chunk.length) yield chunk;
    }
    let reads = 0;
    const recorded = {
      transferSyntax: EXPLICIT_LITTLE.uid,
      length: pixels + 26,
      complete: true,
      octets: () => {
        reads++;
        return octets();
      },
      read: () => new DataSet([]),
    };
    let length = 0;
    const { uid: to } = EXPLICIT_LITTLE;
    for await (const piece of rewrittenDataSet(recorded, {
      to,
      rules: LONGER,
      notice: () => undefined,
    })) {
      assert.ok(piece.length <= chunk.length);
      length += piece.length;
    }
    assert.equal(length, pixels + 26 + 6);
    assert.equal(reads, 2);
  });
});

async function rewritten(bytes: Uint8Array, { from, to }: { from: string; to: string }) {
  const recorded = recordedOctets(bytes, { syntax: from, size: 1000 });
  return gathered(rewrittenDataSet(recorded, { to, rules: LONGER, notice: () => undefined }));
}

async function edited(
  bytes: Uint8Array,
  { syntax, rules, size }: { syntax: TransferSyntax; rules: EditRules; size: number },
): Promise<{ octets: Uint8Array; edits: number }> {
  const finder = new EditFinder(rules, { syntax });
  const reader = new DataSetReader(finder, { syntax });
  finder.attach(reader);
  for (let at = 0; at < bytes.length; at += size) reader.receive(bytes.subarray(at, at + size));
  reader.end();
  const { edits } = finder;
  for (const [at, { start, end }] of edits.entries()) {
    assert.ok(start <= end && end <= bytes.length && start >= (edits[at - 1]?.end ?? 0));
  }
  return { octets: await gathered(applyEdits(cut(bytes, size), edits)), edits: edits.length };
}

function set(...typed: string[]): SetLevel {
  return setTree(
    typed.map((one) => {
      const { target, value } = readSetRule(one);
      assert.equal(target.of, "data set");
      return { steps: target.of === "data set" ? target.assignment.steps : [], value };
    }),
  );
}

function uid(tag: number, text: string): DataElement {
  const bytes = latin1Bytes(text.length % 2 === 0 ? text : `${text}\0`);
  return { kind: "value", tag, vr: "UI", offset: 0, bytes, bigEndian: false };
}

/** What `LONGER` does, on the elements. */
function withLongerUids(dataSet: DataSet): DataSet {
  const elements = dataSet.elements.map((element): DataElement => {
    if (element.kind === "sequence") {
      return { ...element, items: element.items.map(withLongerUids) };
    }
    if (element.kind !== "value" || element.vr !== "UI" || element.bytes.length === 0)
      return element;
    const text = latin1(element.bytes, 0, element.bytes.length).replace(/[\0 ]+$/, "");
    const longer = LONGER.text?.(element.tag, "UI", text) ?? "";
    return { ...element, bytes: latin1Bytes(longer.length % 2 === 0 ? longer : `${longer}\0`) };
  });
  return new DataSet(elements, { undefinedLength: dataSet.undefinedLength });
}
