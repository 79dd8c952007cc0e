import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import { concat, EventLog, frameInChunks, type LoggedEvent } from "../support/event_log.ts";
import { GOLDEN_EXCHANGES, streamOf } from "../support/golden_exchanges.ts";

const ABORT = encodePdu({ type: "A-ABORT", source: 0, reason: 0 });
const P_DATA = encodePdu({
  type: "P-DATA-TF",
  pdvs: [{ contextId: 1, messageControlHeader: 3, fragment: Uint8Array.of(1, 2, 3, 4) }],
});
const ABORT_EVENT = ["pdu", 0, "07000000000400000000"] as const;

/** Every framing case in a short stream: also those that the framer reports or loses. */
const STREAMS: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    GOLDEN_EXCHANGES.map(({ name, requestor }) => [name, streamOf(requestor).slice(0, 1500)]),
  ),
  "PDV too short": concat([header(4, 9), Uint8Array.of(0, 0, 0, 1, 1, 3, 9, 9, 9), ABORT]),
  "PDV overruns": concat([header(4, 9), Uint8Array.of(0, 0, 0, 6, 1, 3, 9, 9, 9), ABORT]),
  "PDV head cut": concat([P_DATA, header(4, 5), Uint8Array.of(0, 0, 0, 1, 1), ABORT]),
  "PDV too short at the end": concat([header(4, 6), Uint8Array.of(0, 0, 0, 0, 1, 3), ABORT]),
  "too long": concat([ABORT, header(1, 2 ** 24), ABORT]),
  TLS: Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3),
  HTTP: ascii("GET / HTTP/1.1\r\nHost: archive\r\n\r\n"),
  zeros: new Uint8Array(40),
};

describe("PduFramer", () => {
  test("D-03 allocates nothing by a declared length", () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers: PduFramer[] = [];
    for (let n = 0; n < 1_000; n++) {
      const framer = new PduFramer(new EventLog());
      framer.receive(header(n % 9, 0xffff_ffff - n));
      framer.receive(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
      framers.push(framer);
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    console.log(
      `D-03: 1,000 declared lengths of 4 GiB, ${Math.round(grown / 1024)} KiB of buffers`,
    );
    assert.ok(grown < 4 * 2 ** 20, `${grown} bytes`);
    assert.equal(framers.length, 1_000);
  });

  test("gives the same events however the bytes are cut", () => {
    for (const [name, stream] of Object.entries(STREAMS)) {
      const whole = frameInChunks(stream, stream.length);
      for (let size = 1; size < stream.length; size++) {
        assert.deepEqual(frameInChunks(stream, size), whole, `${name}, chunks of ${size}`);
      }
    }
  });

  test("D-02 gives the same events for random splits", () => {
    const streams = Object.values(STREAMS);
    const numRuns = 5_000;
    let splits = 0;
    fc.assert(
      fc.property(
        fc.nat(streams.length - 1),
        fc.array(fc.nat(1499), { maxLength: 12 }),
        (which, cuts) => {
          const stream = streams[which]!;
          const log = new EventLog();
          const framer = new PduFramer(log);
          const ends = [...cuts.filter((cut) => cut < stream.length), stream.length];
          let at = 0;
          for (const end of ends.sort((a, b) => a - b)) {
            framer.receive(stream.slice(at, end));
            at = end;
          }
          framer.end();
          splits++;
          assert.deepEqual(log.events, frameInChunks(stream, stream.length));
          assert.equal(framer.offset, stream.length);
        },
      ),
      { seed: 20, numRuns },
    );
    console.log(`D-02: ${splits.toLocaleString("en")} splits, 0 differences`);
    assert.equal(splits, numRuns);
  });

  test("gives a PDU within one chunk as a view and a straddling one in one buffer", () => {
    const buffers: ArrayBufferLike[] = [];
    const log = new EventLog();
    log.pdu = (_offset, bytes) => buffers.push(bytes.buffer);
    const framer = new PduFramer(log);
    const chunk = concat([ABORT, ABORT.slice(0, 7)]);
    framer.receive(chunk);
    framer.receive(ABORT.slice(7));
    assert.equal(buffers[0], chunk.buffer);
    assert.equal(buffers[1]?.byteLength, ABORT.length);
  });

  test("tells a fragment as it comes, without waiting for its end", () => {
    const log = new EventLog();
    const lengths: number[] = [];
    log.fragment = (_offset, bytes) => lengths.push(bytes.length);
    const framer = new PduFramer(log);
    framer.receive(header(4, 1_000_000));
    framer.receive(Uint8Array.of(0, 0x0f, 0x42, 0x3c, 1, 2));
    framer.receive(new Uint8Array(100));
    assert.deepEqual(lengths, [100]);
    assert.equal(framer.pending, 112);
  });

  test("passes a P-DATA-TF of 4 GiB in bounded memory, with exact offsets behind it", () => {
    const log = new EventLog();
    let octets = 0;
    log.fragment = (_offset, bytes) => {
      octets += bytes.length;
    };
    const framer = new PduFramer(log);
    const chunk = new Uint8Array(2 ** 26);
    framer.receive(header(4, 2 ** 32 - 1));
    framer.receive(Uint8Array.of(0xff, 0xff, 0xff, 0xfb, 1, 2));
    let left = 2 ** 32 - 1 - 6;
    for (; left > 0; left -= Math.min(left, chunk.length)) {
      framer.receive(left < chunk.length ? chunk.subarray(0, left) : chunk);
    }
    framer.receive(ABORT);
    assert.equal(octets, 2 ** 32 - 7);
    assert.deepEqual(log.events.at(-1), ["pdu", 2 ** 32 + 5, ABORT_EVENT[2]]);
  });

  test("gathers up to maxGathered and no further", () => {
    const options = { maxGathered: 100 };
    const whole = concat([header(1, 94), new Uint8Array(94)]);
    assert.equal(frameInChunks(whole, 7, options)[0]?.[0], "pdu");
    const long = concat([header(1, 95), new Uint8Array(95)]);
    assert.deepEqual(frameInChunks(long, 7, options), [
      [
        "lost",
        0,
        "Cannot frame PDUs: PDU-length 95 of A-ASSOCIATE-RQ exceeds 94 (PS3.8 9.3.1)",
        undefined,
      ],
    ]);
  });

  test("frames on behind an unknown PDU-type", () => {
    const stream = concat([ABORT, header(8, 3), Uint8Array.of(1, 2, 3), ABORT]);
    assert.deepEqual(
      frameInChunks(stream, 4).map(([kind, offset]) => [kind, offset]),
      [
        ["pdu", 0],
        ["pdu", 10],
        ["pdu", 19],
      ],
    );
  });

  test("names what is wrong with a PDV and goes on behind its P-DATA-TF", () => {
    const cases: readonly (readonly [string, string])[] = [
      [
        "PDV too short",
        "Cannot read PDV: item length 1, 2 is the least (context ID, message control header) (PS3.8 9.3.5.1)",
      ],
      ["PDV overruns", "Cannot read PDV: item length 6, 5 left in the P-DATA-TF (PS3.8 9.3.5.1)"],
    ];
    for (const [name, message] of cases) {
      assert.deepEqual(frameInChunks(STREAMS[name]!, 5), [
        ["P-DATA-TF", 0, 9],
        ["problem", 6, message],
        ["P-DATA-TF end"],
        ["pdu", 15, ABORT_EVENT[2]],
      ]);
    }
  });

  test("recognises other protocols by their first octets, before any length is reached", () => {
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [Uint8Array.of(0x16, 0x03), "TLS"],
      [Uint8Array.of(0x15, 0x03), "TLS"],
      [ascii("GET "), "HTTP"],
      [ascii("HTTP"), "HTTP"],
      [ascii("SSH-"), "SSH"],
      [ascii("\x0bM"), "HL7 MLLP"],
      [ascii("MSH|"), "HL7"],
      [ascii("PROX"), "PROXY protocol"],
      [ascii("\r\n\r\n"), "empty lines (a port scanner or the PROXY protocol)"],
      [ascii("helo"), "text"],
    ];
    for (const [octets, protocol] of cases) {
      const log = new EventLog();
      const framer = new PduFramer(log);
      for (const octet of octets) framer.receive(Uint8Array.of(octet));
      assert.ok(framer.lost, protocol);
      const [event] = log.events;
      assert.equal(event?.[0], "lost");
      assert.equal((event as Extract<LoggedEvent, readonly ["lost", ...unknown[]]>)[3], protocol);
    }
  });

  test("counts octets and tells nothing once framing is lost", () => {
    const log = new EventLog();
    const framer = new PduFramer(log);
    framer.receive(concat([header(1, 2 ** 31), ABORT]));
    framer.receive(ABORT);
    framer.skip(2 ** 40);
    framer.end();
    assert.equal(log.events.length, 1);
    assert.equal(framer.offset, 26 + 2 ** 40);
    assert.equal(framer.pending, 0);
  });

  test("end() inside a PDU says how much was there, at a boundary nothing", () => {
    assert.deepEqual(frameInChunks(ABORT, 3), [ABORT_EVENT]);
    const ends: readonly (readonly [Uint8Array, string])[] = [
      [ABORT.slice(0, 2), "header, 2 of 6 octets"],
      [ABORT.slice(0, 9), "A-ABORT, 9 of 10 octets"],
      [P_DATA.slice(0, 13), "P-DATA-TF, 13 of 16 octets"],
    ];
    for (const [stream, what] of ends) {
      const message = `Transport closed inside a PDU: ${what} (PS3.8 9.2.3, Evt17)`;
      assert.deepEqual(frameInChunks(stream, 100).at(-1), [
        "lost",
        stream.length,
        message,
        undefined,
      ]);
    }
  });

  test("refuses to skip what is no number of octets", () => {
    const framer = new PduFramer(new EventLog());
    for (const length of [-1, 0.5, Number.NaN, 2 ** 60]) {
      assert.throws(() => framer.skip(length), RangeError);
    }
  });
});

describe("PduFramer.skip", () => {
  const stream = concat([P_DATA, ABORT]);

  /** Events when octets `from` to `to` of the stream are not available. */
  function framedWithout(from: number, to: number): readonly LoggedEvent[] {
    const log = new EventLog();
    const framer = new PduFramer(log);
    framer.receive(stream.slice(0, from));
    framer.skip(to - from);
    framer.receive(stream.slice(to));
    framer.end();
    assert.equal(framer.offset, stream.length);
    return log.events;
  }

  test("inside a fragment tells skipped octets and goes on", () => {
    const events = (hex: string, skipped: number): readonly LoggedEvent[] => [
      ["P-DATA-TF", 0, 10],
      ["PDV", 6, 1, 3, 4],
      ["fragment", hex, skipped],
      ["PDV end"],
      ["P-DATA-TF end"],
      ["pdu", 16, ABORT_EVENT[2]],
    ];
    assert.deepEqual(framedWithout(13, 15), events("0104", 2));
    assert.deepEqual(framedWithout(12, 16), events("", 4));
    assert.deepEqual(framedWithout(14, 16), events("0102", 2));
  });

  test("across heads inside a P-DATA-TF goes on at its end", () => {
    for (const from of [6, 8, 11]) {
      for (const to of [12, 13, 16]) {
        const events = framedWithout(from, to);
        assert.deepEqual(
          events.map(([kind]) => kind),
          ["P-DATA-TF", "problem", "P-DATA-TF end", "pdu"],
          `${from}..${to}`,
        );
        assert.deepEqual(events.at(-1), ["pdu", 16, ABORT_EVENT[2]]);
      }
    }
  });

  test("anywhere else loses framing", () => {
    for (const [from, to] of [
      [0, 1],
      [0, 16],
      [3, 5],
      [12, 17],
      [16, 26],
      [20, 22],
      [23, 24],
    ] as const) {
      const events = framedWithout(from, to);
      assert.equal(events.at(-1)?.[0], "lost", `${from}..${to}`);
      assert.equal(events.at(-1)?.[1], from);
    }
  });
});

function header(pduType: number, pduLength: number): Uint8Array {
  const bytes = new Uint8Array(6);
  bytes[0] = pduType;
  new DataView(bytes.buffer).setUint32(2, pduLength);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
