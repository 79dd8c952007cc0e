import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "vitest";
import { HeadersFilter } from "../../../proxy/recorder/headers_filter.ts";
import type { CaptureRecord } from "../../../src/capture/record.ts";
import type { Message } from "../../../src/dimse/message.ts";
import { RecordObserver } from "../../../src/inspect/record_observer.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { PduFramer } from "../../../src/ul/pdu_framer.ts";
import { concat, mulberry32 } from "../../support/captures.ts";
import { messageBytes, pDataBytes, STORE_RQ } from "../../support/dimse_stream.ts";
import { requestOf } from "../../support/golden_exchanges.ts";

const NONE = new Uint8Array(0);

/** An A-RELEASE-RQ: any PDU that is no P-DATA-TF. */
const RELEASE_RQ = Uint8Array.of(5, 0, 0, 0, 0, 4, 0, 0, 0, 0);

function pdu(fragments: readonly { header: number; bytes: Uint8Array }[]): Uint8Array {
  const pdvs = fragments.map(({ header, bytes }) => {
    const head = new Uint8Array(6);
    new DataView(head.buffer).setUint32(0, bytes.length + 2);
    head.set([1, header], 4);
    return concat(head, bytes);
  });
  const head = Uint8Array.of(4, 0, 0, 0, 0, 0);
  new DataView(head.buffer).setUint32(
    2,
    pdvs.reduce((sum, pdv) => sum + pdv.length, 0),
  );
  return concat(head, ...pdvs);
}

/** A stream of messages: command sets of 100 octets, data sets of the given sizes. */
function stream(dataSets: readonly Uint8Array[], fragmentSize: number): Uint8Array {
  const parts: Uint8Array[] = [RELEASE_RQ];
  for (const dataSet of dataSets) {
    parts.push(pdu([{ header: 3, bytes: new Uint8Array(100).fill(0xcc) }]));
    for (let at = 0; at < dataSet.length; at += fragmentSize) {
      const last = at + fragmentSize >= dataSet.length;
      parts.push(pdu([{ header: last ? 2 : 0, bytes: dataSet.subarray(at, at + fragmentSize) }]));
    }
  }
  parts.push(RELEASE_RQ);
  return concat(...parts);
}

function filtered(
  bytes: Uint8Array,
  { head, chunkSize }: { head: number; chunkSize: number },
): CaptureRecord[] {
  const filter = new HeadersFilter({ head });
  const out: CaptureRecord[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) {
    const chunk = bytes.subarray(at, at + chunkSize);
    const record = { kind: "data", association: 1, sender: "requestor", at, bytes: chunk } as const;
    filter.apply(record, (made) => out.push(made));
  }
  return out;
}

describe("HeadersFilter", () => {
  test("an observer of its records knows the SHA-256 of each data set, an empty last fragment or not", () => {
    const data = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 13) & 0xff);
    const sha256 = createHash("sha256").update(data).digest("hex");
    const store = messageBytes(STORE_RQ);
    const half = (header: number, at: number) =>
      [1, header, data.subarray(at, at + 35_000)] as const;
    const whole = [pDataBytes(half(0, 0)), pDataBytes(half(2, 35_000))];
    const empty = [pDataBytes(half(0, 0)), pDataBytes(half(0, 35_000)), pDataBytes([1, 2, NONE])];
    let looked = 0;
    for (const dataSet of [whole, empty]) {
      const bytes = concat(encodePdu(requestOf([])), store, ...dataSet);
      for (const chunkSize of [1, 6, 4_093, 30_000, 1_000_000]) {
        const messages: Message[] = [];
        const observer = new RecordObserver({
          capture: "",
          sink: () => ({ messageEnded: ({ message }) => messages.push(message) }),
        });
        for (const made of filtered(bytes, { head: 1_000, chunkSize })) observer.consume(made);
        assert.equal(messages[0]?.dataSet?.length, data.length);
        assert.equal(messages[0]?.dataSet?.sha256, sha256, `chunks of ${chunkSize}`);
        looked += 1;
      }
    }
    assert.equal(looked, 10);
  });

  const random = mulberry32(6);
  const dataSets = [10, 500, 3_000, 20_001, 100_000].map((length) =>
    Uint8Array.from({ length }, () => random() * 256),
  );

  test("keeps or counts every octet, cuts data sets alone, and gives their length and SHA-256", () => {
    for (const fragmentSize of [1_000, 16_378]) {
      const bytes = stream(dataSets, fragmentSize);
      for (const chunkSize of [1, 7, 1_000, 65_536, bytes.length]) {
        const records = filtered(bytes, { head: 400, chunkSize });
        const kept: number[] = [];
        let position = 0;
        for (const record of records) {
          if (record.kind === "data") {
            const same = bytes.subarray(position, position + record.bytes.length);
            assert.deepEqual(Array.from(record.bytes), Array.from(same));
            kept.push(record.bytes.length);
          }
          if (record.kind === "data") position += record.bytes.length;
          if (record.kind === "cut") position += record.length;
        }
        assert.equal(position, bytes.length);
        assert.deepEqual(
          records.flatMap((r) =>
            r.kind === "digest" ? [`${r.length} ${Buffer.from(r.sha256).toString("hex")}`] : [],
          ),
          dataSets
            .filter((dataSet) => dataSet.length > 400)
            .map((d) => `${d.length} ${createHash("sha256").update(d).digest("hex")}`),
        );
        const sum = kept.reduce((a, b) => a + b, 0);
        assert.ok(sum < bytes.length / 10, `${sum} of ${bytes.length} octets kept`);
      }
    }
  });

  test("what it leaves can be framed: the same PDUs, the same fragments", () => {
    const bytes = stream(dataSets, 5_000);
    const whole = events((framer) => framer.receive(bytes));
    const reduced = events((framer) => {
      for (const record of filtered(bytes, { head: 400, chunkSize: 3_333 })) {
        if (record.kind === "data") framer.receive(record.bytes);
        if (record.kind === "cut") framer.skip(record.length);
      }
    });
    assert.deepEqual(reduced, whole);
  });

  test("a gap inside a data set leaves no digest of it, and those of the others", () => {
    const bytes = stream(dataSets, 100_000);
    const filter = new HeadersFilter({ head: 400 });
    const digests: number[] = [];
    const emit = (record: CaptureRecord) => {
      if (record.kind === "digest") digests.push(record.length);
    };
    const common = { association: 1, sender: "requestor", at: 0 } as const;
    const at = bytes.length - 10_000;
    filter.apply({ kind: "data", ...common, bytes: bytes.subarray(0, at) }, emit);
    filter.apply({ kind: "gap", ...common, length: 1_000, why: "test" }, emit);
    filter.apply({ kind: "data", ...common, bytes: bytes.subarray(at + 1_000) }, emit);
    assert.deepEqual(digests, [500, 3_000, 20_001]);
  });

  test("of a stream that is not DICOM it keeps the first octets and counts the rest", () => {
    const bytes = new Uint8Array(50_000).fill(0x16);
    const records = filtered(bytes, { head: 1_000, chunkSize: 700 });
    const sums = { data: 0, cut: 0 };
    for (const record of records) {
      if (record.kind === "data") sums.data += record.bytes.length;
      if (record.kind === "cut") sums.cut += record.length;
    }
    assert.equal(sums.data + sums.cut, bytes.length);
    assert.ok(sums.data <= 1_700);
  });
});

function events(feed: (framer: PduFramer) => void): string[] {
  const seen: string[] = [];
  const framer = new PduFramer({
    pdu: (offset, bytes) => seen.push(`pdu ${offset} ${bytes.length}`),
    pDataStart: (offset, length) => seen.push(`p-data ${offset} ${length}`),
    pdvStart: (offset, id, header, length) => seen.push(`pdv ${offset} ${id} ${header} ${length}`),
    fragment: () => {},
    skipped: () => {},
    pdvEnd: () => seen.push("end"),
    pDataEnd: () => seen.push("p-data end"),
    problem: (error) => seen.push(error.message),
    lost: (_offset, error) => seen.push(error.message),
  });
  feed(framer);
  return seen;
}
