/**
 * Writes what a wire relay saw as a capture file that tshark reads: classic pcap, raw IPv4, one TCP
 * connection after another. A segment ends where a PDU ends, so that each frame that tshark prints
 * stands for one PDU.
 */
import type { WireConnection, WireSender } from "./tshark_wire.ts";

/** The port of every acceptor in the file. */
export const PCAP_PORT = 11_112;
/** The requestor's port of the first connection; the others follow. */
export const PCAP_FIRST_REQUESTOR = 40_000;

const LINKTYPE_RAW = 101;
const LARGEST_SEGMENT = 60_000;
const SYN = 0x02;
const ACK = 0x10;
const PSH = 0x08;
const FIN = 0x01;

export function writePcap(connections: readonly WireConnection[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(0x40000, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  const packets = connections.flatMap((connection, index) => packetsOf(connection, index));
  return Buffer.concat([header, ...packets]);
}

function packetsOf(connection: WireConnection, index: number): Buffer[] {
  const sent = { requestor: 1000, acceptor: 5000 };
  const segments = { requestor: new PduCutter(), acceptor: new PduCutter() };
  const packets: Buffer[] = [];
  const send = (sender: WireSender, flags: number, bytes: Buffer = Buffer.alloc(0)) => {
    const other = sender === "requestor" ? "acceptor" : "requestor";
    const packet = { sender, flags, bytes, port: PCAP_FIRST_REQUESTOR + index };
    packets.push(frame({ ...packet, seq: sent[sender], ack: sent[other] }, packets.length));
    sent[sender] += bytes.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };
  send("requestor", SYN);
  send("acceptor", SYN | ACK);
  send("requestor", ACK);
  for (const { sender, bytes } of connection) {
    if (bytes === undefined) send(sender, FIN | ACK);
    else for (const segment of segments[sender].cut(bytes)) send(sender, PSH | ACK, segment);
  }
  return packets;
}

interface Packet {
  readonly sender: WireSender;
  readonly flags: number;
  readonly bytes: Buffer;
  readonly port: number;
  readonly seq: number;
  readonly ack: number;
}

function frame({ sender, flags, bytes, port, seq, ack }: Packet, number: number): Buffer {
  const head = Buffer.alloc(16 + 20 + 20);
  const length = 40 + bytes.length;
  head.writeUInt32LE(1_700_000_000 + number, 0); // one second apart: order is all that matters
  head.writeUInt32LE(length, 8);
  head.writeUInt32LE(length, 12);
  head[16] = 0x45;
  head.writeUInt16BE(length, 18);
  head[24] = 64;
  head[25] = 6;
  head.set([127, 0, 0, 1], 28);
  head.set([127, 0, 0, 1], 32);
  head.writeUInt16BE(sender === "requestor" ? port : PCAP_PORT, 36);
  head.writeUInt16BE(sender === "requestor" ? PCAP_PORT : port, 38);
  head.writeUInt32BE(seq, 40);
  head.writeUInt32BE(ack, 44);
  head[48] = 0x50;
  head[49] = flags;
  head.writeUInt16BE(0xffff, 50);
  return Buffer.concat([head, bytes]);
}

/** Cuts a stream where its PDUs end, by nothing but the length in bytes 3-6 (PS3.8 9.3.1). */
class PduCutter {
  readonly #header = Buffer.alloc(6);
  #filled = 0;
  #left = 0;

  *cut(bytes: Buffer): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled < 6) {
        this.#header[this.#filled++] = bytes[at++] ?? 0;
        if (this.#filled === 6) this.#left = this.#header.readUInt32BE(2);
      }
      if (this.#filled === 6) {
        const taken = Math.min(this.#left, bytes.length - at);
        at += taken;
        this.#left -= taken;
      }
      const ended = this.#filled === 6 && this.#left === 0;
      if (ended) this.#filled = 0;
      while (ended && at - start > LARGEST_SEGMENT) {
        yield bytes.subarray(start, start + LARGEST_SEGMENT);
        start += LARGEST_SEGMENT;
      }
      if (ended) {
        yield bytes.subarray(start, at);
        start = at;
      }
    }
    for (; start < bytes.length; start += LARGEST_SEGMENT) {
      yield bytes.subarray(start, start + LARGEST_SEGMENT);
    }
  }
}
