import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { run } from "../../src/cli/main.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { packSummary } from "../../src/inspect/index_summary.ts";
import { RecordObserver } from "../../src/inspect/record_observer.ts";
import type { UserInformationSubItem } from "../../src/ul/pdu.ts";
import { STARTED_WALL_US, writeCapture } from "../support/captures.ts";
import { dataOf, ECHO_RQ, messageBytes, STORE_RQ } from "../support/dimse_stream.ts";
import { acceptOf, GOLDEN_EXCHANGES, requestOf, streamOf } from "../support/golden_exchanges.ts";
import { inProcess } from "../support/in_process.ts";

const PASSCODE = "canary-passcode";
const IDENTITY: UserInformationSubItem = {
  item: "user identity RQ",
  userIdentityType: 2,
  positiveResponseRequested: 0,
  primaryField: Uint8Array.from(Buffer.from("radiographer")),
  secondaryField: Uint8Array.from(Buffer.from(PASSCODE)),
};

/** Three associations: a store that is answered, a rejection, one with hostile AE titles. */
function records(): CaptureRecord[] {
  const made: CaptureRecord[] = [];
  let at = 1_000;
  const open = (association: number) =>
    made.push({
      kind: "open",
      association,
      at: at++,
      facts: { requestor: "10.0.0.5:40000", acceptor: "pacs:104", wall_us: STARTED_WALL_US },
    });
  const say = (association: number, sender: "requestor" | "acceptor", bytes: Uint8Array) =>
    made.push({ kind: "data", association, sender, at: at++, bytes });
  const close = (association: number) =>
    made.push({ kind: "close", association, at: at++, how: "closed", by: "requestor" });

  open(1);
  say(1, "requestor", streamOf([requestOf([IDENTITY])]));
  say(1, "acceptor", streamOf([acceptOf([])]));
  say(1, "requestor", messageBytes(STORE_RQ, { dataSet: dataOf(40_000) }));
  const answer = { ...STORE_RQ, CommandField: 0x8001, Status: 0xa700, CommandDataSetType: 0x0101 };
  const { MessageID, Priority: _priority, ...rest } = answer as Record<string, number | string>;
  say(1, "acceptor", messageBytes({ ...rest, MessageIDBeingRespondedTo: MessageID ?? 0 }));
  say(1, "requestor", streamOf([{ type: "A-RELEASE-RQ" }]));
  say(1, "acceptor", streamOf([{ type: "A-RELEASE-RP" }]));
  close(1);

  open(2);
  const rejected = GOLDEN_EXCHANGES.find(({ acceptor }) => acceptor[0]?.type === "A-ASSOCIATE-RJ");
  say(2, "requestor", streamOf(rejected?.requestor ?? []));
  say(2, "acceptor", streamOf(rejected?.acceptor ?? []));
  close(2);

  open(3);
  say(3, "requestor", streamOf([{ ...requestOf([]), callingAeTitle: "\x1b[2J\r\nx" }]));
  say(3, "acceptor", streamOf([acceptOf([])]));
  say(3, "requestor", messageBytes(ECHO_RQ));
  return made;
}

let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "dicomtap-show-"));
  const summaries = new Map<number, unknown>();
  const observer = new RecordObserver({
    capture: "",
    ended: (association) => summaries.set(association.id, packSummary(association.summary())),
  });
  for (const record of records()) observer.consume(record);
  const bytes = writeCapture(records(), { summary: (id) => summaries.get(id) });
  writeFileSync(join(directory, "a.dcap"), bytes);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function show(...args: string[]) {
  return inProcess((context) => run(["show", ...args], context));
}

describe("dicomtap show", () => {
  test("lists associations with what a person looks for", async () => {
    const { code, out } = await show(directory);
    assert.equal(code, 0);
    const rows = out.split("\n");
    assert.match(rows[0] ?? "", /^\d{4}-\d\d-\d\d$/);
    assert.match(rows[1] ?? "", /^#\s+at\s+calling > called\s+outcome\s+requests/);
    assert.match(rows[2] ?? "", /1 .*GOLDEN-SCU > GOLDEN-SCP +released +C-STORE .*39\.4 KiB/);
    assert.match(rows[3] ?? "", /^ +1 failed: A700H$/);
    assert.match(rows[4] ?? "", /2 .*rejected/);
    assert.match(rows[5] ?? "", /^ +rejected permanent .*calling AE title not recognized/);
  });

  test("lists what failed though its association ended well, and why nothing could be asked", async () => {
    assert.match((await show(directory)).out, /GOLDEN-SCP +released .*\n +1 failed: A700H\n/);
    const { out } = await show(dayCapturePath());
    assert.match(out, /^12 .*\n +1 failed: A700H$/m);
    assert.match(out, /^13 .*\n +1 failed: 0106H$/m);
    assert.match(
      out,
      /^11 .*\n +none of the proposed presentation contexts was accepted: the acceptor supports Ultrasound .* \(and 1 more context\)$/m,
    );
    assert.equal(out.match(/ failed: |none of the proposed presentation/g)?.length, 3);
  });

  test("-v tells negotiation, messages, statuses and findings", async () => {
    const { out } = await show("-v", join(directory, "a.dcap"));
    assert.match(out, /accepted {2}Implicit VR Little Endian \(1 other proposed\)/);
    assert.match(out, /-> {2}C-STORE-RQ +2 {2}CT Image Storage {2}data set 39\.1 KiB in \d+ PDUs/);
    assert.match(out, /<- {2}C-STORE-RSP +2 {2}A700/);
    assert.match(out, /AffectedSOPInstanceUID=2\.25\.1/);
    assert.match(out, /user identity of type 2, secrets not shown/);
  });

  test("-v says once in which transfer syntaxes a refused context was proposed", async () => {
    const { out } = await show("-v", dayCapturePath(), "~finding none");
    const refused = out.split("\n").filter((line) => line.includes("refused"));
    assert.equal(refused.length, 2);
    assert.match(
      refused[0] ?? "",
      /in none of the proposed transfer syntaxes \(JPEG XL Lossless\)$/,
    );
    assert.match(refused[1] ?? "", /do not propose it; proposed in Explicit VR.*, Implicit VR/);
  });

  test("-vv tells PDUs and the SHA-256 of data sets; --hex tells octets, of data sets on request", async () => {
    const { out } = await show("-vv", directory, "~m C-STORE");
    assert.match(out, /P-DATA-TF, 16390 octets at \d+: context 1 data set 16378/);
    assert.match(out, /data set: 40000 octets, Implicit VR Little Endian, SHA-256 [0-9a-f]{64}/);
    const hex = await show("--hex", directory, "~m C-STORE");
    assert.match(hex.out, /00000000 {2}01 00 00 00/);
    const fragment = Buffer.from(dataOf(16)).toString("hex").replace(/(..)/g, "$1 ").trim();
    assert.ok(!hex.out.includes(fragment), "no octets of data sets");
    const phi = await show("--hex", "--show-phi", directory, "~m C-STORE");
    assert.ok(phi.out.includes(fragment));
  });

  test("P-06 never tells the secrets of a user identity", async () => {
    const hex = Buffer.from(PASSCODE).toString("hex").slice(0, 8);
    for (const args of [["-vv", "--hex", "--show-phi"], ["--json", "-v"], []]) {
      const { out, err } = await show(...args, directory);
      assert.ok(!(out + err).includes(PASSCODE));
      assert.ok(!out.replaceAll(" ", "").includes(hex));
    }
  });

  test("P-15 values from the wire cannot steer the terminal or forge a line", async () => {
    for (const args of [[], ["-v"], ["-vv"], ["--json"]]) {
      const { out } = await show(...args, directory, "~m C-ECHO");
      assert.ok(!/[\x00-\x09\x0b-\x1f\x7f]/.test(out), args.join(" "));
    }
    const { out } = await show(directory, "~m C-ECHO");
    assert.match(out, /\\x1b\[2J\\r\\nx > GOLDEN-SCP/);
  });

  test("--json prints one object a line, messages after their association", async () => {
    const { out } = await show("--json", "-v", directory);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map(({ kind, id, association, command }) => [kind, id ?? association, command ?? null]),
      [
        ["association", 1, null],
        ["message", 1, "C-STORE-RQ"],
        ["message", 1, "C-STORE-RSP"],
        ["association", 2, null],
        ["association", 3, null],
        ["message", 3, "C-ECHO-RQ"],
      ],
    );
    assert.equal(lines[2]?.["status"], 0xa700);
    assert.equal(lines[2]?.["responds_to"], 0);
  });

  test("filters by what only the messages tell", async () => {
    const found = async (filter: string) => (await show("--json", directory, filter)).out;
    assert.match(await found("~sopi 2.25.1"), /"id":1/);
    assert.equal(await found("~sopi 2.25.2"), "");
    assert.match(await found("~tag Status=42752"), /"id":1/);
    assert.equal((await show(directory, "~called NOBODY")).err, "No association matches, of 3\n");
  });

  test("says what is wrong with files, filters and operands", async () => {
    const text = join(directory, "note.txt");
    writeFileSync(text, "GET / HTTP/1.1\r\n");
    const foreign = await show(text);
    assert.equal(foreign.code, 1);
    assert.match(foreign.err, /note\.txt: Cannot read as a capture/);
    const missing = await show(join(directory, "none.dcap"));
    assert.equal(missing.code, 2);
    assert.match(missing.err, /none\.dcap/);
    const filter = await show(directory, "~m (");
    assert.equal(filter.code, 2);
    assert.match(filter.err, /column \d/);
    const empty = join(directory, "empty.dcap");
    writeFileSync(empty, "");
    assert.match((await show(empty)).err, /empty file/);
  });

  test("reads what is left of a damaged capture, warns, and says 1", async () => {
    const bytes = writeCapture(records(), { blockSize: 4_096 });
    bytes.fill(0xff, 30_000, 30_010);
    const damaged = join(directory, "damaged.bin");
    writeFileSync(damaged, bytes);
    const { code, out, err } = await show("--scan", damaged);
    assert.equal(code, 1);
    assert.match(out, /GOLDEN-SCU > GOLDEN-SCP/);
    assert.match(err, /damaged/);
  });
});
