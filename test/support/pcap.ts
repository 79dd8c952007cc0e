/**
 * The TCP connections of a classic pcap file (Ethernet or raw IP, v4 and v6) with their times: what
 * a proxy between the two would have seen. Octets that were sent again are dropped, segments that
 * came too early wait; sequence numbers may wrap.
 */
import type { Role } from "../../src/role.ts";

export interface TcpConnection {
  /** "host:port" of the side that sent the SYN: the association-requestor. */
  readonly requestor: string;
  readonly acceptor: string;
  readonly events: readonly TcpEvent[];
}

/** Times in microseconds since 1970. */
export type TcpEvent =
  | {
      readonly kind: "bytes";
      readonly sender: Role;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "fin" | "reset"; readonly sender: Role; readonly at: number };

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
const TCP = 6;

interface Segment {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

class Stream {
  next = 0;
  /** Segments ahead of `next`, by their sequence number. */
  readonly early = new Map<number, Segment>();
  ended = false;
}

export function readPcap(file: Uint8Array): TcpConnection[] {
  const all: Connection[] = [];
  const newest = new Map<string, Connection>();
  for (const segment of segments(file)) {
    const { from, to, flags } = segment;
    let connection = newest.get(`${from} ${to}`);
    if ((flags & SYN) !== 0 && (flags & ACK) === 0) {
      connection = new Connection(from, to, segment.sequence);
      all.push(connection);
      newest.set(`${from} ${to}`, connection);
      newest.set(`${to} ${from}`, connection);
    }
    connection?.take(segment);
  }
  return all;
}

class Connection implements TcpConnection {
  readonly events: TcpEvent[] = [];
  readonly requestor: string;
  readonly acceptor: string;
  readonly #streams: Record<Role, Stream> = { requestor: new Stream(), acceptor: new Stream() };

  constructor(requestor: string, acceptor: string, sequence: number) {
    this.requestor = requestor;
    this.acceptor = acceptor;
    this.#streams.requestor.next = (sequence + 1) >>> 0;
  }

  take(segment: Segment): void {
    const sender: Role = segment.from === this.requestor ? "requestor" : "acceptor";
    const stream = this.#streams[sender];
    if ((segment.flags & SYN) !== 0) {
      stream.next = (segment.sequence + 1) >>> 0;
      return;
    }
    if (stream.ended) return;
    if ((segment.flags & RST) !== 0) {
      stream.ended = true;
      this.events.push({ kind: "reset", sender, at: segment.at });
      return;
    }
    if (segment.bytes.length === 0 && (segment.flags & FIN) === 0) return;
    stream.early.set(segment.sequence, segment);
    for (let due = this.#due(stream); due !== undefined; due = this.#due(stream)) {
      this.#deliver(sender, due, segment.at);
    }
  }

  /** The earliest waiting segment, if it begins at or before the octet that is next. */
  #due(stream: Stream): Segment | undefined {
    for (const [sequence, segment] of stream.early) {
      if (ahead(sequence, stream.next) > 0) continue;
      stream.early.delete(sequence);
      return segment;
    }
    return undefined;
  }

  #deliver(sender: Role, segment: Segment, at: number): void {
    const stream = this.#streams[sender];
    const seen = -ahead(segment.sequence, stream.next);
    const bytes = segment.bytes.subarray(Math.min(seen, segment.bytes.length));
    if (bytes.length > 0) {
      stream.next = (stream.next + bytes.length) >>> 0;
      this.events.push({ kind: "bytes", sender, at, bytes });
    }
    if ((segment.flags & FIN) !== 0 && seen <= segment.bytes.length) {
      stream.ended = true;
      this.events.push({ kind: "fin", sender, at });
    }
  }
}

/** How far a sequence number is ahead of another, in 32-bit arithmetic. */
function ahead(sequence: number, of: number): number {
  return (sequence - of) | 0;
}

function* segments(file: Uint8Array): Generator<Segment> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0, true);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const nano = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
  const link = view.getUint32(20, little);
  for (let at = 24; at + 16 <= file.length; ) {
    const seconds = view.getUint32(at, little);
    const fraction = view.getUint32(at + 4, little);
    const length = view.getUint32(at + 8, little);
    const packet = file.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const micros = seconds * 1_000_000 + (nano ? Math.floor(fraction / 1000) : fraction);
    const segment = segmentOf(link === 1 ? packet.subarray(14) : packet, micros);
    if (segment !== undefined) yield segment;
  }
}

function segmentOf(ip: Uint8Array, at: number): Segment | undefined {
  const view = new DataView(ip.buffer, ip.byteOffset, ip.byteLength);
  const version = (ip[0] ?? 0) >> 4;
  const isV4 = version === 4;
  if (ip[isV4 ? 9 : 6] !== TCP) return undefined;
  const head = isV4 ? 4 * ((ip[0] ?? 0) & 15) : 40;
  const total = isV4 ? view.getUint16(2) : 40 + view.getUint16(4);
  const hosts = isV4
    ? [ip.subarray(12, 16).join("."), ip.subarray(16, 20).join(".")]
    : [`[${ip.subarray(8, 24).join(":")}]`, `[${ip.subarray(24, 40).join(":")}]`];
  const data = head + 4 * ((ip[head + 12] ?? 0) >> 4);
  return {
    at,
    from: `${hosts[0]}:${view.getUint16(head)}`,
    to: `${hosts[1]}:${view.getUint16(head + 2)}`,
    sequence: view.getUint32(head + 4),
    flags: ip[head + 13] ?? 0,
    bytes: ip.slice(data, total),
  };
}
