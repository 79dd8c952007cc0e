import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { DataSetBuilder } from "../../src/dataset/data_set_builder.ts";
import { Part10Reader, readPart10 } from "../../src/dataset/part10.ts";
import { part10Head } from "../../src/dataset/part10_head.ts";
import { big, explicit, implicit, join } from "../support/data_set_bytes.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { meaning } from "../support/same_data_set.ts";

const META = {
  sopClassUid: "1.2.840.10008.5.1.4.1.1.7",
  sopInstanceUid: "2.25.1",
  transferSyntaxUid: "1.2.840.10008.1.2.1",
  implementationClassUid: "2.25.2",
  implementationVersionName: "DICOMTAP",
  sendingAeTitle: "MODALITY",
  receivingAeTitle: "PACS",
};
const BODY = explicit(0x00100020, "LO", "P1");
const FILE = join(part10Head(META), BODY);

describe("part10Head() and readPart10()", () => {
  test("are inverse, with the right group length and a preamble of zeros (P-10)", () => {
    const file = readPart10(FILE);
    assert.deepEqual(file.findings, []);
    assert.equal(file.dataSet.text("PatientID"), "P1");
    assert.equal(file.meta.text("MediaStorageSOPInstanceUID"), "2.25.1");
    assert.equal(file.meta.text("SendingApplicationEntityTitle"), "MODALITY");
    assert.equal(file.transferSyntaxUid, META.transferSyntaxUid);
    assert.equal(file.dataSetOffset, FILE.length - BODY.length);
    assert.ok(FILE.subarray(0, 128).every((octet) => octet === 0));
  });
});

describe("readPart10() reads", () => {
  function ids(bytes: Uint8Array): string[] {
    const file = readPart10(bytes);
    assert.equal(file.dataSet.text("PatientID"), "P1");
    return file.findings.map((finding) => finding.id);
  }

  test("what comes without preamble, prefix or meta group", () => {
    assert.deepEqual(ids(FILE.subarray(128)), ["part10-prefix"]);
    assert.deepEqual(ids(FILE.subarray(132)), ["part10-prefix"]);
    assert.deepEqual(ids(BODY), ["part10-prefix", "part10-meta"]);
    assert.deepEqual(ids(implicit(0x00100020, "P1")), ["part10-prefix", "part10-meta"]);
    assert.deepEqual(ids(big(0x00100020, "LO", "P1")), ["part10-prefix", "part10-meta"]);
    assert.deepEqual(ids(join(FILE.subarray(0, 132), BODY)), ["part10-meta"]);
  });

  test("what has a wrong group length, or none", () => {
    const wrong = FILE.slice();
    wrong[140] = 1;
    assert.deepEqual(ids(wrong), ["part10-meta-length"]);
    assert.deepEqual(ids(join(FILE.subarray(0, 132), FILE.subarray(144))), ["part10-meta-length"]);
  });

  test("what has a transfer syntax that is not known, or none", () => {
    const unknown = join(part10Head({ ...META, transferSyntaxUid: "1.2.3" }), BODY);
    assert.deepEqual(ids(unknown), ["part10-transfer-syntax"]);
    const none = join(
      new Uint8Array(128),
      [0x44, 0x49, 0x43, 0x4d],
      explicit(0x00020000, "UL", [16, 0, 0, 0]),
      explicit(0x00020003, "UI", "2.25.3.1"),
      BODY,
    );
    assert.deepEqual(ids(none), ["part10-transfer-syntax"]);
  });

  test("P-10: a preamble that is a program or an image, and says so", () => {
    const rows: readonly [number[], RegExp][] = [
      [[0x4d, 0x5a], /Windows program/],
      [[0x7f, 0x45, 0x4c, 0x46], /ELF program/],
      [[0x23, 0x21], /script/],
      [[0x49, 0x49, 0x2a, 0x00], /TIFF image/],
      [[1], /not all zeros/],
    ];
    for (const [octets, text] of rows) {
      const file = FILE.slice();
      file.set(octets);
      const [finding] = readPart10(file).findings;
      assert.equal(finding?.id, "part10-preamble");
      assert.match(finding?.text ?? "", text);
    }
    console.log(`P-10: ${rows.length} preambles flagged`);
  });

  test("nothing at all", () => {
    const file = readPart10(new Uint8Array(0));
    assert.equal(file.dataSet.elements.length, 0);
    assert.deepEqual(
      file.findings.map((finding) => finding.id),
      ["part10-prefix", "part10-meta"],
    );
  });
});

test("Part10Reader gives the same however the file is cut", () => {
  const sizes = Array.from({ length: FILE.length }, (_, at) => at + 1);
  for (const size of sizes) {
    let builder: DataSetBuilder | undefined;
    const reader = new Part10Reader((head) => {
      assert.deepEqual(head.findings, []);
      builder = new DataSetBuilder({ syntax: head.syntax });
      return builder;
    });
    for (let at = 0; at < FILE.length; at += size) {
      const chunk = FILE.slice(at, at + size);
      reader.receive(chunk);
      chunk.fill(0xaa);
    }
    reader.end();
    assert.equal(builder?.dataSet.text("PatientID"), "P1", `chunks of ${size}`);
  }
});

test("Part10Reader gives what readPart10() gives, however broken files are cut", () => {
  const rounds = fuzzRounds(300, 20_000);
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seededRandom(seed);
    const bytes = mutated(FILE, random).subarray(random(3) === 0 ? random(140) : 0);
    const whole = readPart10(bytes);
    let streamed: DataSetBuilder | undefined;
    const reader = new Part10Reader((head) => {
      assert.equal(head.dataSetOffset, whole.dataSetOffset, `seed ${seed}`);
      assert.deepEqual(meaning(head.meta), meaning(whole.meta), `seed ${seed}`);
      streamed = new DataSetBuilder({ syntax: head.syntax });
      return streamed;
    });
    const size = 1 + random(40);
    for (let at = 0; at < bytes.length; at += size) reader.receive(bytes.slice(at, at + size));
    reader.end();
    const built = streamed?.dataSet;
    assert.ok(built !== undefined);
    assert.deepEqual(meaning(built), meaning(whole.dataSet), `seed ${seed}`);
  }
});
