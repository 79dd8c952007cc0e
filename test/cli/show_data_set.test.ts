import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { run } from "../../src/cli/main.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { STARTED_WALL_US, writeCapture } from "../support/captures.ts";
import { explicit, join as joined } from "../support/data_set_bytes.ts";
import { messageBytes, STORE_RQ } from "../support/dimse_stream.ts";
import { inProcess } from "../support/in_process.ts";
import { attributeOctets } from "../support/narrated.ts";
import { ac, answer, proposal, rq } from "../support/scripted_association.ts";

const EXPLICIT = "1.2.840.10008.1.2.1";
const UNKNOWN = "2.25.1";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const PIXELS = 300_000;
/** More than is decoded of it. */
const LARGE = joined(
  attributeOctets({ PatientName: "CANARY", Rows: 500, Columns: 300 }, EXPLICIT),
  explicit(0x7fe00010, "OW", new Uint8Array(PIXELS)),
);

/** Two C-STOREs without an answer, the second in a transfer syntax that nobody knows. */
function records(): CaptureRecord[] {
  let at = 1_000;
  const facts = { requestor: "10.0.0.5:40000", acceptor: "pacs:104", wall_us: STARTED_WALL_US };
  const say = (sender: "requestor" | "acceptor", bytes: Uint8Array): CaptureRecord => ({
    kind: "data",
    association: 1,
    sender,
    at: at++,
    bytes,
  });
  const second = { ...STORE_RQ, MessageID: 3 };
  return [
    { kind: "open", association: 1, at: at++, facts },
    say(
      "requestor",
      encodePdu(rq({ contexts: [proposal(1, CT, [EXPLICIT]), proposal(3, CT, [UNKNOWN])] })),
    ),
    say(
      "acceptor",
      encodePdu(ac({ contexts: [answer(1, 0, [EXPLICIT]), answer(3, 0, [UNKNOWN])] })),
    ),
    say("requestor", messageBytes(STORE_RQ, { dataSet: LARGE })),
    say("requestor", messageBytes(second, { contextId: 3, dataSet: new Uint8Array(50) })),
    { kind: "close", association: 1, at: at++, how: "closed", by: "requestor" },
  ];
}

let path = "";

beforeAll(() => {
  const directory = mkdtempSync(join(tmpdir(), "dicomtap-show-"));
  path = join(directory, "large.dcap");
  writeFileSync(path, writeCapture(records()));
});

afterAll(() => rmSync(join(path, ".."), { recursive: true, force: true }));

async function show(...args: string[]): Promise<string> {
  const { code, out, err } = await inProcess((context) => run(["show", ...args, path], context));
  assert.equal(code, 0, err);
  return out;
}

describe("show -vv of data sets", () => {
  test("says how much of a large one it decoded; pixels have the length that they declare", async () => {
    const out = await show("-vv");
    assert.match(out, /\(0010,0010\) PN PatientName +\*\*\*/);
    assert.match(out, /\(7FE0,0010\) OW PixelData +300,000 octets at \d+/);
    assert.match(out, /the first 256 KiB; 37 KiB more are not decoded/);
    assert.match(out, /of an unknown transfer syntax: not decoded/);
    assert.match(
      out,
      / = {3}C-STORE CT Image Storage, 300x500, uncompressed, 293 KiB -> no answer/,
    );
    assert.ok(!out.includes("CANARY"));
  });

  test("the JSON says how much it leaves out, and names the bulk by place", async () => {
    const lines = (await show("--json", "-vv")).trim().split("\n");
    const [large, unknown] = lines.slice(1).map((line) => JSON.parse(line).data_set);
    assert.equal(large.json_missing, LARGE.length - 262_144);
    const offset = LARGE.length - PIXELS;
    assert.equal(large.json["7FE00010"].BulkDataURI, `?offset=${offset}&length=${PIXELS}`);
    assert.equal(unknown.json, undefined);
    assert.equal(unknown.length, 50);
  });

  test("a list decodes no data set", async () => {
    const out = await show();
    assert.match(out, /MODALITY > ARCHIVE/);
    assert.ok(!out.includes("CT Image"));
  });
});
