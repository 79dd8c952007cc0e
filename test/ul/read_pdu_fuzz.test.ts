import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { redactedBytes } from "../../src/ul/redact.ts";
import { EventLog } from "../support/event_log.ts";
import { fuzzRounds, mutated, seededRandom } from "../support/fuzz.ts";
import { GOLDEN_EXCHANGES, streamOf } from "../support/golden_exchanges.ts";

const PDUS = GOLDEN_EXCHANGES.flatMap(({ requestor, acceptor }) =>
  [...requestor, ...acceptor].map(encodePdu),
);

describe("fuzz of the upper layer codec", () => {
  // Invariant: whatever the octets, readPdu gives a value and encodePdu gives the octets back.
  test("D-01 readPdu never throws and encodePdu is its exact inverse", () => {
    const random = seededRandom(0xd1c0);
    const rounds = fuzzRounds(50_000, 1_000_000);
    let slowest = 0;
    let withProblems = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes =
        round % 10 === 0
          ? Uint8Array.from({ length: random(200) }, (_, at) =>
              at === 0 ? random(9) : random(256),
            )
          : mutated(PDUS[random(PDUS.length)]!, random);
      if (round % 3 !== 0) setPduLength(bytes);
      const { pdu, problems } = readPdu(bytes);
      const again = encodePdu(pdu);
      slowest = Math.max(
        slowest,
        fastestOf3(() => encodePdu(readPdu(bytes).pdu), slowest),
      );
      if (problems.length > 0) withProblems++;
      if (again.length !== bytes.length || again.some((octet, at) => octet !== bytes[at])) {
        assert.deepEqual(again, bytes, `round ${round}`);
      }
      assert.equal(redactedBytes(bytes).length, bytes.length, `round ${round}`);
    }
    console.log(
      `D-01: ${rounds.toLocaleString("en")} inputs, ${withProblems.toLocaleString("en")} with problems, 0 throws, max ${slowest.toFixed(1)} ms`,
    );
    assert.ok(withProblems > rounds / 10);
  });

  // Invariant: each octet is told once or lies in what was reported; offsets add up.
  test("D-01 PduFramer never throws and accounts for every octet", () => {
    const random = seededRandom(0xf4a3);
    const rounds = fuzzRounds(10_000, 500_000);
    const streams = GOLDEN_EXCHANGES.map(({ requestor }) => streamOf(requestor).slice(0, 800));
    let lost = 0;
    for (let round = 0; round < rounds; round++) {
      const stream = mutated(streams[random(streams.length)]!, random);
      const log = new EventLog();
      const framer = new PduFramer(log);
      for (let at = 0; at < stream.length; ) {
        const length = Math.min(1 + random(100), stream.length - at);
        if (random(30) === 0) framer.skip(length);
        else framer.receive(stream.subarray(at, at + length));
        at += length;
      }
      assert.equal(framer.offset, stream.length);
      assert.ok(framer.pending <= stream.length);
      framer.end();
      if (framer.lost) lost++;
      const losses = log.events.filter(([kind]) => kind === "lost").length;
      assert.equal(losses, framer.lost ? 1 : 0, `round ${round}`);
      if (framer.lost) assert.equal(log.events.at(-1)?.[0], "lost", `round ${round}`);
    }
    console.log(`D-01: ${rounds.toLocaleString("en")} streams, ${lost} lost framing, 0 throws`);
    assert.ok(lost > 0 && lost < rounds);
  });

  test("D-07 every length field of 20 exchanges with 8 wrong values is read or reported", () => {
    let vectors = 0;
    let reported = 0;
    for (const { requestor, acceptor } of GOLDEN_EXCHANGES) {
      for (const bytes of [...requestor, ...acceptor].map(encodePdu)) {
        for (const { at, size } of lengthFields(bytes)) {
          const max = 2 ** (8 * size) - 1;
          const right = readNumber(bytes, at, size);
          for (const wrong of [0, 1, right - 1, right + 1, right * 2, max >> 1, max - 1, max]) {
            const tampered = bytes.slice();
            writeNumber(tampered, { at, size, value: Math.max(0, Math.min(wrong, max)) >>> 0 });
            const log = new EventLog();
            const framer = new PduFramer(log);
            framer.receive(tampered);
            framer.end();
            const { pdu, problems } = readPdu(tampered);
            assert.deepEqual(encodePdu(pdu), tampered);
            if (problems.length > 0 || framer.lost) reported++;
            vectors++;
          }
        }
      }
    }
    console.log(
      `D-07: ${GOLDEN_EXCHANGES.length} exchanges, ${vectors.toLocaleString("en")} vectors, ${reported.toLocaleString("en")} reported, 0 crashes`,
    );
    assert.equal(GOLDEN_EXCHANGES.length, 20);
    assert.ok(reported > vectors / 2);
  });
});

/** Milliseconds. Another program's turn on the processor does not count: what is slow stays slow. */
function fastestOf3(work: () => unknown, ifSlowerThan: number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && fastest > ifSlowerThan; attempt++) {
    const started = performance.now();
    work();
    fastest = Math.min(fastest, performance.now() - started);
  }
  return fastest;
}

function setPduLength(bytes: Uint8Array): void {
  if (bytes.length >= 6) writeNumber(bytes, { at: 2, size: 4, value: bytes.length - 6 });
}

interface LengthField {
  readonly at: number;
  readonly size: 2 | 4;
}

/** Where lengths lie, walked by the layout of PS3.8 9.3 and PS3.7 D.3.3 without the decoder. */
function lengthFields(bytes: Uint8Array): readonly LengthField[] {
  const fields: LengthField[] = [{ at: 2, size: 4 }];
  if (bytes[0] === 4) {
    for (let at = 6; at < bytes.length; at += 4 + readNumber(bytes, at, 4)) {
      fields.push({ at, size: 4 });
    }
  }
  if (bytes[0] === 1 || bytes[0] === 2) addItems(74, bytes.length);
  return fields;

  function addItems(from: number, to: number): void {
    for (let at = from; at < to; ) {
      fields.push({ at: at + 2, size: 2 });
      const end = at + 4 + readNumber(bytes, at + 2, 2);
      const itemType = bytes[at];
      if (itemType === 0x20 || itemType === 0x21) addItems(at + 8, end);
      else if (itemType === 0x50) addItems(at + 4, end);
      else if (itemType === 0x54 || itemType === 0x56 || itemType === 0x59) addCounted(at + 4, 1);
      else if (itemType === 0x57) addCounted(at + 4, 3);
      else if (itemType === 0x58) addCounted(at + 6, 2);
      at = end;
    }
  }

  function addCounted(from: number, count: number): number {
    let at = from;
    for (let n = 0; n < count; n++) {
      if (!fields.some((field) => field.at === at)) fields.push({ at, size: 2 });
      at += 2 + readNumber(bytes, at, 2);
    }
    return at;
  }
}

function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let n = 0; n < size; n++) value = value * 256 + bytes[at + n]!;
  return value;
}

function writeNumber(bytes: Uint8Array, field: LengthField & { readonly value: number }): void {
  let { value } = field;
  for (let n = field.size - 1; n >= 0; n--) {
    bytes[field.at + n] = value % 256;
    value = Math.floor(value / 256);
  }
}
