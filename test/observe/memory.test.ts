/** D-03, D-06: what the observer keeps is bounded by its limits, whatever arrives. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { AssociationObserver } from "../../src/observe/association_observer.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import {
  COMMAND,
  dataOf,
  ECHO_RQ,
  LAST,
  messageBytes,
  pDataBytes,
  STORE_RQ,
} from "../support/dimse_stream.ts";
import { concat } from "../support/event_log.ts";
import { type Random, seededRandom } from "../support/fuzz.ts";
import { ac, rq } from "../support/scripted_association.ts";

const MIB = 2 ** 20;
const ESTABLISHED: readonly (readonly ["requestor" | "acceptor", Uint8Array])[] = [
  ["requestor", encodePdu(rq())],
  ["acceptor", encodePdu(ac())],
];

describe("memory of AssociationObserver", () => {
  test("D-06 10,000 malformed associations leave no memory behind", () => {
    const random = seededRandom(6);
    const streams = {
      requestor: concat([
        encodePdu(rq()),
        messageBytes(STORE_RQ, { contextId: 3, dataSet: dataOf(60_000) }),
        messageBytes(ECHO_RQ),
      ]),
      acceptor: concat([encodePdu(ac()), messageBytes({ ...ECHO_RQ, CommandField: 0x8030 })]),
    };
    const run = (count: number) => {
      for (let round = 0; round < count; round++) {
        const observer = new AssociationObserver({});
        observer.opened({ capture: "c", id: round, at: 0, requestor: "a:1", acceptor: "b:2" });
        for (const sender of ["requestor", "acceptor"] as const) {
          observer.bytes(sender, 1, damaged(streams[sender], random));
        }
        // every third one is never closed: its owner lets it go
        if (round % 3 !== 0) observer.closed(2, "reset");
        assert.equal(observer.undecodable, false);
      }
    };
    run(1_000);
    const before = process.memoryUsage().rss;
    run(10_000);
    const kib = (process.memoryUsage().rss - before) / 1024 / 10_000;
    console.log(`D-06: ${kib.toFixed(2)} KiB per association over 10,000`);
    // each held up to 60 KB at its time: a leak of one in four would show
    assert.ok(kib < 15, `${kib} KiB per association`);
  });

  test("D-03 declared lengths of 4 GiB and data sets without end cost nothing", () => {
    const observer = new AssociationObserver({});
    for (const [sender, bytes] of ESTABLISHED) observer.bytes(sender, 1, bytes);
    const command = pDataBytes([3, COMMAND | LAST, new Uint8Array(0)]);
    observer.bytes("requestor", 2, command);
    const head = Uint8Array.of(4, 0, 255, 255, 255, 254, 255, 255, 255, 250, 3, 0);
    observer.bytes("requestor", 3, head);
    const chunk = new Uint8Array(MIB);
    const before = process.memoryUsage();
    for (let count = 0; count < 1024; count++) observer.bytes("requestor", 4 + count, chunk);
    const after = process.memoryUsage();
    const grown = Math.max(0, after.arrayBuffers - before.arrayBuffers) / MIB;
    console.log(`D-03: 1 GiB of one P-DATA-TF, ${grown.toFixed(1)} MiB of buffers kept`);
    assert.ok(grown < 8);
    assert.equal(observer.summary().bytes.requestor > 1024 * MIB, true);
  });

  test("a flood of findings, messages and requests is counted and not kept", () => {
    const observer = new AssociationObserver({});
    for (const [sender, bytes] of ESTABLISHED) observer.bytes(sender, 1, bytes);
    const echo = messageBytes(ECHO_RQ);
    for (let count = 0; count < 5_000; count++) observer.bytes("requestor", 2, echo);
    const summary = observer.summary();
    assert.equal(summary.messages, 5_000);
    assert.ok(summary.findings.length <= 40, `${summary.findings.length} findings kept`);
    assert.ok((summary.more_findings ?? 0) > 9_000);
  });
});

/** A copy with octets changed, and mostly cut short. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice(0, bytes.length - (random(3) === 0 ? 0 : random(300)));
  for (let change = random(4); change >= 0; change--) {
    copy[random(random(2) === 0 ? copy.length : 1_000)] = random(256);
  }
  return copy;
}
