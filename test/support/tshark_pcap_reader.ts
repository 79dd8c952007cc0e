/**
 * Reads the TCP connections of a classic pcap file (Ethernet or raw IPv4), as chunks in the order
 * in which they passed. Only what recordings on loopback need: retransmissions are dropped, and
 * segments that came too early wait for their turn.
 */
import type { WireSender } from "./tshark_wire.ts";

export interface PcapChunk {
  readonly sender: WireSender;
  readonly bytes: Buffer;
}

export interface PcapConnection {
  readonly port: number;
  readonly chunks: PcapChunk[];
}

const SYN = 0x02;
const ETHERNET = 1;

interface Stream {
  readonly connection: PcapConnection;
  readonly sender: WireSender;
  next: number;
  readonly early: Map<number, Buffer>;
}

export function readPcap(file: Buffer): readonly PcapConnection[] {
  const connections: PcapConnection[] = [];
  const streams = new Map<string, Stream>();
  const linkHeader = file.readUInt32LE(20) === ETHERNET ? 14 : 0;
  for (let at = 24; at + 16 <= file.length; ) {
    const length = file.readUInt32LE(at + 8);
    const ip = file.subarray(at + 16 + linkHeader, at + 16 + length);
    at += 16 + length;
    if (ip[9] !== 6) continue; // not TCP
    readSegment(ip, streams, connections);
  }
  return connections;
}

function readSegment(
  ip: Buffer,
  streams: Map<string, Stream>,
  connections: PcapConnection[],
): void {
  const tcp = ip.subarray(((ip[0] ?? 0) & 0x0f) * 4, ip.readUInt16BE(2) || undefined);
  const [from, to] = [tcp.readUInt16BE(0), tcp.readUInt16BE(2)];
  const seq = tcp.readUInt32BE(4);
  const flags = tcp[13] ?? 0;
  const key = `${from} ${to}`;
  if ((flags & SYN) !== 0) {
    const answered = streams.get(`${to} ${from}`);
    const isAnswer = answered !== undefined && (flags & 0x10) !== 0;
    const connection = isAnswer ? answered.connection : { port: to, chunks: [] };
    if (!isAnswer) connections.push(connection);
    const sender = isAnswer ? "acceptor" : "requestor";
    streams.set(key, { connection, sender, next: (seq + 1) >>> 0, early: new Map() });
    return;
  }
  const bytes = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
  const stream = streams.get(key);
  if (stream === undefined || bytes.length === 0) return;
  stream.early.set(seq, bytes);
  for (const [at, held] of stream.early) take(stream, at, held);
}

/** Appends a segment whose turn it is. Sequence numbers wrap, hence the difference as int32. */
function take(stream: Stream, seq: number, bytes: Buffer): void {
  const ahead = (seq - stream.next) | 0;
  if (ahead > 0) return;
  stream.early.delete(seq);
  if (ahead + bytes.length <= 0) return; // seen before
  stream.connection.chunks.push({ sender: stream.sender, bytes: bytes.subarray(-ahead) });
  stream.next = (stream.next + bytes.length + ahead) >>> 0;
  for (const [at, held] of stream.early) take(stream, at, held);
}
