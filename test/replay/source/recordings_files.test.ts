import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { HeadersFilter } from "../../../proxy/recorder/headers_filter.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../replay/recorded.ts";
import { CapturedAssociation } from "../../../replay/source/captured_association.ts";
import { MissingOctets } from "../../../replay/source/captured_data_set.ts";
import { OctetCache } from "../../../replay/source/octet_cache.ts";
import { openRecordings } from "../../../replay/source/recordings.ts";
import { type ByteSource, MemorySource } from "../../../src/capture/byte_source.ts";
import type { CaptureRecord } from "../../../src/capture/record.ts";
import { listAssociations } from "../../../src/inspect/list_associations.ts";
import { AssociationReader } from "../../../src/inspect/read_association.ts";
import { RecordObserver } from "../../../src/inspect/record_observer.ts";
import type { ObservedMessage } from "../../../src/observe/association_sink.ts";
import { storing } from "../../support/capture_of_stores.ts";
import {
  captureFacts,
  mulberry32,
  readAll,
  recordsOf,
  STARTED_WALL_US,
  writeCapture,
} from "../../support/captures.ts";
import { dataOf } from "../../support/dimse_stream.ts";
import { Scope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";

const FOLDER = join(ROOT, "test/captures");
const GOLDEN = ["v1", "services"].flatMap((folder) =>
  readdirSync(join(FOLDER, folder)).map((name) => join(FOLDER, folder, name)),
);
const scope = new Scope();
afterAll(() => scope.close());

/** Of this process, where the system tells. */
function openDescriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/** Bytes as a capture file. */
function fileOf(bytes: Uint8Array, name = "x.dcap"): string {
  const path = join(scope.tempDir(), name);
  writeFileSync(path, bytes);
  return path;
}

async function hashOf(message: RecordedMessage): Promise<string | undefined> {
  if (message.dataSet === undefined) return undefined;
  const hash = createHash("sha256");
  for await (const octets of message.dataSet.octets()) hash.update(octets);
  return hash.digest("hex");
}

function passingHashOf({ dataSet }: RecordedMessage): string {
  const hash = createHash("sha256");
  for (const octets of dataSet?.passing?.() ?? []) hash.update(octets);
  return hash.digest("hex");
}

/** What the observer tells of each association, with the hashes of all data sets. */
function observedMessages(bytes: Uint8Array): Map<string, ObservedMessage[]> {
  const source = new MemorySource(bytes);
  const found = new Map<string, ObservedMessage[]>();
  for (const item of listAssociations(source, { name: "x" })) {
    if (item.item !== "association") continue;
    const messages: ObservedMessage[] = [];
    const observer = new RecordObserver({
      capture: "x",
      createHash: () => {
        const hash = createHash("sha256");
        return { update: (octets) => void hash.update(octets), digest: () => hash.digest("hex") };
      },
      sink: () => ({
        messageEnded: (observed) => {
          messages[observed.message.index] = observed;
        },
      }),
    });
    const reader = new AssociationReader(source);
    for (const record of reader.records(item.association)) observer.consume(record);
    observer.finish();
    found.set(keyOf(item.association), messages);
  }
  return found;
}

function keyOf({ captureId, id }: { captureId: Uint8Array; id: number }): string {
  return `${Buffer.from(captureId).toString("hex")} ${id}`;
}

function readOne(path: string): RecordedAssociation {
  const recordings = openRecordings([path]);
  scope.defer(() => recordings[Symbol.dispose]());
  const [association] = recordings.associations();
  assert.ok(association !== undefined);
  return association;
}

describe("openRecordings", () => {
  test("gives each message of the golden captures as the observer saw it, octet by octet", async () => {
    let messages = 0;
    let octets = 0;
    for (const path of GOLDEN) {
      using recordings = openRecordings([path]);
      const observed = observedMessages(readFileSync(path));
      for (const association of recordings.associations()) {
        const expected = observed.get(keyOf(association)) ?? [];
        assert.equal(association.messages.length, expected.length, path);
        for (const [index, message] of association.messages.entries()) {
          const told = expected[index];
          assert.ok(told !== undefined);
          assert.equal(message.index, index);
          assert.deepEqual(message.values, told.message.commandSet.values);
          assert.equal(message.respondsTo, told.respondsTo);
          assert.equal(message.complete, told.message.complete);
          assert.equal(message.dataSet?.length, told.message.dataSet?.length);
          assert.equal(await hashOf(message), told.message.dataSet?.sha256);
          assert.deepEqual(lengthsOf(message), {
            command: told.message.commandBytes.length,
            data: told.message.dataSet?.length ?? 0,
            pdus: told.message.pdus,
          });
          messages += 1;
          octets += message.dataSet?.length ?? 0;
        }
      }
    }
    assert.ok(messages > 100);
    console.log(
      `openRecordings: ${messages} messages, ${octets} octets of data sets, 0 differences`,
    );
  });

  test("pairs responses with requests, and says who began the end", () => {
    const path = join(FOLDER, "services/retrieve_1.dcap");
    using recordings = openRecordings([path]);
    const associations = [...recordings.associations()];
    const move = associations[2];
    assert.ok(move !== undefined);
    assert.deepEqual(
      move.messages.map(({ command, respondsTo, responses }) => [command, respondsTo, responses]),
      [
        ["C-MOVE-RQ", undefined, [1, 2, 3, 4]],
        ["C-MOVE-RSP", 0, []],
        ["C-MOVE-RSP", 0, []],
        ["C-MOVE-RSP", 0, []],
        ["C-MOVE-RSP", 0, []],
      ],
    );
    for (const association of associations) {
      const { how, by } = association.end;
      assert.deepEqual({ how, by }, { how: "released", by: "requestor" });
      assert.deepEqual(association.problems, []);
      assert.equal(association.answer?.type, "A-ASSOCIATE-AC");
      assert.equal(association.contexts.length, association.summary.contexts.length);
    }
  });

  test("reads data sets in any order, again, and parsed, with the same result", async () => {
    const association = readOne(fileOf(writeCapture(storing(40, { size: 90_000 }))));
    const stores = association.messages.filter(({ command }) => command === "C-STORE-RQ");
    const hashes = await Promise.all(stores.map(hashOf));
    assert.equal(new Set(hashes).size, 40);
    for (const at of [39, 0, 17, 38, 1]) {
      const message = stores[at];
      assert.ok(message !== undefined);
      assert.equal(await hashOf(message), hashes[at]);
    }
  });

  test("octets of a data set, other than those that pass, may be kept", async () => {
    const path = fileOf(writeCapture(storing(1, { size: 4_000_002 }), { blockSize: 200_000 }));
    using recordings = openRecordings([path]);
    const [message] = [...recordings.associations()].flatMap(({ messages }) =>
      messages.filter(({ dataSet }) => dataSet !== undefined),
    );
    assert.ok(message?.dataSet !== undefined);
    const kept: Uint8Array[] = [];
    for await (const piece of message.dataSet.octets()) kept.push(piece);
    assert.ok(kept.length > 1);
    const hash = createHash("sha256");
    for (const piece of kept) hash.update(piece);
    assert.equal(hash.digest("hex"), passingHashOf(message));
  });

  test("several data sets that pass at once do not disturb one another", () => {
    const path = fileOf(
      writeCapture(
        [1, 2].flatMap((association) => storing(8, { size: 400_000, association })),
        { blockSize: 200_000 },
      ),
    );
    using recordings = openRecordings([path]);
    const passing = [...recordings.associations()].flatMap(({ messages }) =>
      messages.flatMap(({ dataSet }) => (dataSet?.passing === undefined ? [] : [dataSet])),
    );
    const hashes = passing.map((dataSet) => ({
      pieces: (dataSet.passing?.() ?? [])[Symbol.iterator](),
      hash: createHash("sha256"),
    }));
    for (let open = hashes.length; open > 0; ) {
      open = 0;
      for (const { pieces, hash } of hashes) {
        const next = pieces.next();
        if (next.done === true) continue;
        hash.update(next.value);
        open++;
      }
    }
    const due = Array.from({ length: 8 }, (_, at) =>
      createHash("sha256")
        .update(dataOf(400_000).fill(at + 1, 0, 4))
        .digest("hex"),
    );
    const found = hashes.map(({ hash }) => hash.digest("hex"));
    assert.deepEqual(found, [...due, ...due]);
  });

  test("goes through its captures by the wall clock, and each time from the start", () => {
    const hour = 3_600_000_000;
    const paths = [2, 0, 1].map((hours, at) =>
      fileOf(
        writeCapture(
          [1, 2].flatMap((association) =>
            storing(1, { size: 10, association, wallUs: STARTED_WALL_US + hours * hour }),
          ),
          { facts: captureFacts(at + 1) },
        ),
        `${hours}.dcap`,
      ),
    );
    using recordings = openRecordings(paths);
    assert.deepEqual(
      recordings.captureIds,
      [1, 2, 3].map((seed) => captureFacts(seed).capture_id),
    );
    for (let round = 0; round < 2; round++) {
      const order = [...recordings.associations()].map(({ capture, id }) => [capture.at(-6), id]);
      assert.deepEqual(
        order,
        [..."001122"].map((hours, at) => [hours, 1 + (at % 2)]),
      );
    }
  });

  test("reads more captures than it keeps open", async () => {
    const paths = Array.from({ length: 90 }, (_, at) => {
      const wallUs = STARTED_WALL_US + at;
      const bytes = writeCapture(storing(1, { size: 70_000, wallUs }), { facts: captureFacts(at) });
      return fileOf(bytes, `${at}.dcap`);
    });
    const before = openDescriptors();
    using recordings = openRecordings(paths);
    const all = [...recordings.associations()];
    assert.equal(all.length, 90);
    for (const { messages } of all) {
      assert.equal((await hashOf(messages[0] as RecordedMessage))?.length, 64);
    }
    if (before !== undefined) assert.ok((openDescriptors() ?? 0) - before < 85);
  });

  test("names what cannot be read and gives the rest", () => {
    const folder = scope.tempDir();
    const foreign = fileOf(Buffer.from("GIF89a is no capture"), "foreign.dcap");
    const empty = fileOf(new Uint8Array(0), "empty.dcap");
    const good = fileOf(writeCapture(storing(1, { size: 10 })), "good.dcap");
    const whole = writeCapture(storing(30, { size: 20_000 }), { blockSize: 20_000 });
    const torn = fileOf(whole.subarray(0, whole.length >> 1), "torn.dcap");
    const missing = join(folder, "missing.dcap");
    using recordings = openRecordings([foreign, missing, good, empty, folder, torn]);
    assert.deepEqual(recordings.captures, [good, torn]);
    assert.equal([...recordings.associations()].length, 2);
    const problems = new Map(recordings.problems.map(({ path, what }) => [path, what]));
    assert.match(problems.get(foreign) ?? "", /looks like text/);
    assert.match(problems.get(missing) ?? "", /ENOENT/);
    assert.match(problems.get(empty) ?? "", /empty/);
    assert.match(problems.get(folder) ?? "", /no capture/i);
    assert.match(problems.get(torn) ?? "", /ends inside a block/);
    assert.equal(recordings.problems.length, 5);
  });

  test("notes of which captures another version made the index; they are read all the same", () => {
    const summary = (id: number) => ({ kind: "association", version: 1, id });
    const old = fileOf(writeCapture(storing(2, { size: 10 }), { summary }), "old.dcap");
    const good = fileOf(writeCapture(storing(1, { size: 10 })), "good.dcap");
    using recordings = openRecordings([old, good]);
    for (let times = 0; times < 2; times++) {
      assert.equal([...recordings.associations()].length, 2);
      assert.deepEqual(recordings.problems, []);
      assert.deepEqual(
        recordings.notes.map(({ path }) => path),
        [old],
      );
    }
    assert.match(
      recordings.notes[0]?.what ?? "",
      /another version made its index.*dicomtap repair/,
    );
  });

  test("tells of data sets that were recorded as headers: length and hash, octets not", async () => {
    const records = storing(3, { size: 30_000 });
    const filter = new HeadersFilter({ head: 1_000 });
    const reduced: CaptureRecord[] = [];
    for (const record of records) filter.apply(record, (made) => reduced.push(made));
    const whole = readOne(fileOf(writeCapture(records)));
    const association = readOne(fileOf(writeCapture(reduced)));
    assert.equal(association.messages.length, whole.messages.length);
    for (const [index, message] of association.messages.entries()) {
      const { dataSet } = message;
      const before = whole.messages[index];
      assert.ok(before !== undefined);
      assert.deepEqual(message.values, before.values);
      assert.deepEqual([...message.fragmentLengths()], [...before.fragmentLengths()]);
      assert.equal(message.complete, dataSet === undefined);
      if (dataSet === undefined) continue;
      assert.equal(dataSet.complete, false);
      assert.equal(dataSet.length, 30_000);
      assert.equal(dataSet.sha256, await hashOf(before));
      await assert.rejects(hashOf(message), MissingOctets);
      dataSet.read();
    }
    assert.match(association.problems.join(), /3 data sets recorded without all octets/);
  });

  test("marks the message that a gap is in, and no other", () => {
    const records = storing(9, { size: 30_000 });
    const at = records.findIndex(
      (record, index) => index > 20 && record.kind === "data" && record.bytes.length === 16_384,
    );
    const whole = records[at];
    assert.ok(whole?.kind === "data");
    // behind the command set and inside the first fragment of the data set
    records.splice(
      at,
      1,
      { ...whole, bytes: whole.bytes.subarray(0, 8_000) },
      { ...whole, kind: "gap", length: 4_000, why: "full" },
      { ...whole, bytes: whole.bytes.subarray(12_000) },
    );
    const read = readOne(fileOf(writeCapture(records)));
    assert.match(read.problems.join(), /1 gap/);
    const broken = read.messages.filter(({ complete }) => !complete);
    assert.deepEqual(
      broken.map(({ dataSet }) => [dataSet?.complete, dataSet?.length]),
      [[false, 30_000]],
    );
    assert.equal(read.messages.length, 18);
  });

  test("reads a message late in a long association without what came before it", async () => {
    const bytes = writeCapture(storing(120, { size: 100_000 }), { blockSize: 262_144 });
    const source = new CountingSource(bytes);
    const association = capturedIn(source);
    const last = association.messages.at(-2);
    assert.equal(last?.command, "C-STORE-RQ");
    const before = source.count;
    const hash = createHash("sha256")
      .update(dataOf(100_000).fill(120, 0, 4))
      .digest("hex");
    assert.equal(await hashOf(last), hash);
    const read = source.count - before;
    assert.ok(read < bytes.length / 4, `${read} of ${bytes.length} octets`);
    console.log(`openRecordings: ${read} of ${bytes.length} octets read for the last data set`);
  });

  test("keeps a bounded number of messages and says so", () => {
    const source = new MemorySource(writeCapture(storing(10, { size: 10 })));
    const association = capturedIn(source, { maxMessages: 7 });
    assert.equal(association.messages.length, 7);
    assert.match(association.problems.join(), /first 7 messages .* 13 messages more/);
  });

  test("whatever is damaged or cut off: no exception, and what is complete is as it was", async () => {
    const random = mulberry32(7);
    let variants = 0;
    let intact = 0;
    for (const name of ["retrieve_1.dcap", "print.dcap"]) {
      const bytes = new Uint8Array(readFileSync(join(FOLDER, "services", name)));
      const sound = rewritten(bytes, 2_000);
      const known = new Set(
        [...observedMessages(sound).values()].flat().map((told) => told.message.dataSet?.sha256),
      );
      for (let round = 0; round < 40; round++) {
        const variant = damaged(sound, { random, cut: round % 2 === 0 });
        variants += 1;
        intact += await readThrough(fileOf(variant), known);
      }
    }
    assert.ok(intact > variants);
    console.log(
      `openRecordings: ${variants} damaged captures, ${intact} data sets read, 0 altered`,
    );
  });
});

/** Counts the octets that are read. */
class CountingSource extends MemorySource {
  count = 0;

  override read(position: number, length: number): Uint8Array {
    const bytes = super.read(position, length);
    this.count += bytes.length;
    return bytes;
  }
}

/** The first association of a source. */
function capturedIn(source: ByteSource, options: { maxMessages?: number } = {}) {
  const listed = [...listAssociations(source, { name: "x" })];
  const found = listed.find((item) => item.item === "association");
  assert.ok(found?.item === "association");
  const reader = new AssociationReader(source);
  const shared = { reader, cache: new OctetCache(), redaction: "none" };
  return new CapturedAssociation(found.association, { ...shared, ...options });
}

/** The same records in small blocks, so that damage costs a part of an association. */
function rewritten(capture: Uint8Array, blockSize: number): Uint8Array {
  return writeCapture(recordsOf(readAll(capture)), { blockSize });
}

function damaged(
  bytes: Uint8Array,
  { random, cut }: { readonly random: () => number; readonly cut: boolean },
): Uint8Array {
  const place = () => Math.floor(random() * bytes.length);
  if (cut) return bytes.slice(0, place());
  const variant = bytes.slice();
  for (let at = 0; at < 3; at++) variant[place()] = Math.floor(random() * 256);
  return variant;
}

async function readThrough(path: string, known: ReadonlySet<string | undefined>): Promise<number> {
  let intact = 0;
  using recordings = openRecordings([path]);
  for (const association of recordings.associations()) {
    assert.equal(typeof association.end.how, "string");
    for (const message of association.messages) {
      for (const pdu of message.fragmentLengths()) assert.ok(pdu.length > 0);
      message.dataSet?.read();
      if (message.dataSet?.complete === true) {
        const hash = await hashOf(message);
        assert.ok(known.has(hash));
        assert.equal(passingHashOf(message), hash);
        intact += 1;
      } else if (message.dataSet !== undefined) {
        await assert.rejects(hashOf(message), MissingOctets);
        assert.throws(() => passingHashOf(message), MissingOctets);
      }
    }
  }
  return intact;
}

function lengthsOf(message: RecordedMessage): { command: number; data: number; pdus: number } {
  const lengths = { command: 0, data: 0, pdus: 0 };
  for (const pdu of message.fragmentLengths()) {
    lengths.pdus += 1;
    for (const { isCommand, length } of pdu) lengths[isCommand ? "command" : "data"] += length;
  }
  return lengths;
}
