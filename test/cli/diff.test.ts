import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, test } from "vitest";
import type { DiffEvent, DiffSummary } from "../../replay/compare/diff_events.ts";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { run } from "../../src/cli/main.ts";
import type { Role } from "../../src/role.ts";
import { captureFacts, readAll, recordsOf, writeCapture } from "../support/captures.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { inProcess } from "../support/in_process.ts";
import { ROOT } from "../support/runtimes.ts";

const GOLDEN = join(ROOT, "test/captures/services");
const directory = mkdtempSync(join(tmpdir(), "dicomtap-diff-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("dicomtap diff", () => {
  test("finds every golden capture the same as itself", async () => {
    const { code, out } = await diff(GOLDEN, GOLDEN);
    assert.equal(code, 0, out);
    assert.match(out, /^(\d+) of \1 and \1 associations paired: (\d+) same\n$/);
    console.log(`diff of all golden captures with themselves: ${out.trim()}`);
  });

  test("says what differs, where, and what is on one side only", async () => {
    const original = golden("study_1.dcap");
    const changed = altered("changed.dcap", {
      from: "20260201",
      to: "20260209",
      sender: "acceptor",
    });
    const { code, out } = await diff(original, changed);
    assert.equal(code, 1);
    assert.match(out, /study_1\.dcap #1 \/ .*changed\.dcap #1\n/);
    const path =
      "\\[0\\]\\.ScheduledProcedureStepSequence\\[0\\]\\.ScheduledProcedureStepStartDate";
    const line = new RegExp(
      `C-FIND-RQ \\[0/0\\] 0000H differs\\n +${path}: 20260201 in A, 20260209 in B\\n`,
    );
    assert.match(out, line);
    assert.match(out, /5 of 5 and 5 associations paired: 16 same, 1 differ\n$/);

    const less = altered("less.dcap", { association: 3 });
    const lone = await diff(original, less);
    assert.equal(lone.code, 1);
    assert.match(lone.out, /study_1\.dcap #3 {2}MODALITY > ORTHANC, 6 messages: only in A\n/);
    const more = lines((await diff(less, original, "--json")).out);
    const [association] = more.filter(({ event }) => event === "association");
    assert.deepEqual([association?.["outcome"], association?.["association"]], ["only in B", 3]);
    assert.equal(more.at(-1)?.["only_in_b"], 1);
  });

  test("pairs captures with the recording of their replay under another AE title, and finds them the same", async () => {
    const [record, served, together] = [empty(), empty(), empty()];
    const captures = [golden("study_1.dcap"), golden("retrieve_2.dcap"), golden("services.dcap")];
    const pacs = await replayAsScp({ captures, speed: Number.POSITIVE_INFINITY, record: served });
    await replayAsScu({
      captures,
      ...{ host: pacs.host, port: pacs.port, record },
      speed: Number.POSITIVE_INFINITY,
      rewrite: { ae: { calling: "OTHER" } },
    });
    await pacs.close();
    for (const capture of captures) copyFileSync(capture, join(together, basename(capture)));
    await assertSame(together, record);
    await assertSame(together, served);
  });

  async function assertSame(originals: string, record: string): Promise<void> {
    const { code, out } = await diff(originals, record, "--json");
    const events = lines(out) as unknown as DiffEvent[];
    const wrong = events.filter(({ event, outcome }) => event === "exchange" && outcome !== "same");
    assert.deepEqual(wrong, []);
    const summary = events.at(-1) as unknown as DiffSummary;
    const { a, b, paired } = summary.associations;
    assert.ok(paired === b && paired >= a - 2, JSON.stringify(summary));
    assert.equal(code, summary.only_in_a + summary.only_in_b === 0 ? 0 : 1);
    console.log(`diff with a replay: ${JSON.stringify(summary)}`);
  }

  test("knows UIDs that are used alike from those that are not", async () => {
    const original = golden("study_1.dcap");
    const everywhere = altered("other_uids.dcap", { from: "2.25.4001", to: "2.25.4991" });
    const alike = await diff(original, everywhere);
    assert.equal(alike.code, 0, alike.out);
    assert.match(alike.out, /, \d+ UIDs of A are others in B\n$/);
    const exact = await diff(original, everywhere, "--exact-uids");
    assert.equal(exact.code, 1);
    assert.match(exact.out, /StudyInstanceUID: 2\.25\.4001 in A, 2\.25\.4991 in B/);
    const ignored = await diff(original, everywhere, "--exact-uids", "--ignore", "*UID*");
    assert.equal(ignored.code, 0, ignored.out);
    const once = { from: "2.25.4001", to: "2.25.4991", sender: "acceptor" } as const;
    const mixed = await diff(original, altered("mixed_uids.dcap", once));
    assert.equal(mixed.code, 1);
    assert.match(mixed.out, /2\.25\.4001 \(now 2\.25\.4991\) in A, 2\.25\.4001 in B/);
  });

  test("masks patients, and refuses what it cannot compare", async () => {
    const original = golden("study_1.dcap");
    const renamed = altered("renamed.dcap", { from: "Synthetic^P", to: "Synthetix^P" });
    const { out } = await diff(original, renamed);
    assert.match(out, /PatientName: \*\*\* in A, \*\*\* in B/);
    assert.ok(!out.includes("Syntheti"), out);
    const shown = await diff(original, renamed, "--show-phi");
    assert.match(shown.out, /PatientName: Synthetic\^Patient in A, Synthetix\^Patient in B/);
    const nothing = await diff(original, join(directory, "nothing.dcap"));
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /Cannot find .*nothing\.dcap\n/);
    const typo = await diff(original, original, "--ignore", "PatientNme");
    assert.equal(typo.code, 2);
    assert.match(typo.err, /Cannot ignore "PatientNme": neither a keyword of PS3\.6 nor a tag/);
  });

  test("ends with an answer whatever the traffic is", async () => {
    const rounds = fuzzRounds(8, 2_000);
    for (let seed = 1; seed <= rounds; seed++) {
      const random = seededRandom(seed);
      const garbled = altered(`garbled_${seed}.dcap`, {
        octets: (bytes) => (random(4) === 0 ? mutated(bytes, random) : bytes),
      });
      const { code, err } = await diff(golden("study_1.dcap"), garbled, "--json");
      assert.ok(code === 0 || code === 1, `seed ${seed}: ${code} ${err}`);
      assert.doesNotMatch(err, /fault of dicomtap/);
    }
    console.log(`diff with ${rounds} captures of garbled traffic, 0 faults`);
  });

  test("compares what can be read of a damaged capture, and says what cannot", async () => {
    const bytes = readFileSync(altered("blocks.dcap", {}));
    const path = join(directory, "torn.dcap");
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.8)));
    const { code, out, err } = await diff(golden("study_1.dcap"), path);
    assert.equal(code, 1);
    assert.match(out, /of 5 and \d associations paired: \d+ same, /);
    assert.match(err, /torn\.dcap: /);
  });
});

function empty(): string {
  return mkdtempSync(join(directory, "empty-"));
}

function golden(name: string): string {
  return join(GOLDEN, name);
}

function diff(...args: string[]) {
  return inProcess((context) => run(["diff", ...args], context));
}

function lines(out: string): Record<string, unknown>[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

interface Change {
  readonly from?: string;
  /** As long as `from`. */
  readonly to?: string;
  readonly sender?: Role;
  /** Left out. */
  readonly association?: number;
  readonly octets?: (bytes: Uint8Array) => Uint8Array;
}

/** study_1.dcap with other text in its traffic, or without one of its associations. */
function altered(name: string, { from, to = "", sender, association, octets }: Change): string {
  const records = recordsOf(readAll(readFileSync(golden("study_1.dcap"))));
  const kept = records.filter((record) => {
    return !("association" in record) || record.association !== association;
  });
  const path = join(directory, name);
  writeFileSync(path, writeCapture(kept.map(alter), { facts: captureFacts(2), blockSize: 4096 }));
  return path;

  function alter(record: CaptureRecord): CaptureRecord {
    if (record.kind !== "data") return record;
    if (octets !== undefined) return { ...record, bytes: octets(record.bytes) };
    if (from === undefined) return record;
    if (sender !== undefined && record.sender !== sender) return record;
    const text = Buffer.from(record.bytes).toString("latin1").replaceAll(from, to);
    return { ...record, bytes: new Uint8Array(Buffer.from(text, "latin1")) };
  }
}
