/**
 * The records of a capture: what happened on the recorded associations, in MessagePack arrays that
 * begin with the name of their kind. FORMAT.md beside this file is the description for others.
 *
 * Rule: bytes are what is stored, as they came; what the decoder can derive again is not.
 *
 * Rule: numbers are written in fixed widths (association 32 bits, times and lengths 64 bits), so
 * the size of a record is known before it is written. Readers accept every width.
 *
 * `writeDataHead` and `writeDataRecord` are called for each chunk that passes the relay. They
 * allocate nothing and take positional arguments instead of an object of options for that reason.
 */
import type { Role } from "../role.ts";
import { packValue } from "./msgpack.ts";

/** Times are microseconds since the origin of the recorder's monotonic clock, see `header.ts`. */
export type CaptureRecord =
  | OpenRecord
  | ConnectRecord
  | PositionRecord
  | DataRecord
  | GapRecord
  | CutRecord
  | DigestRecord
  | EndRecord
  | CloseRecord
  | ClockRecord
  | NoteRecord
  | LostRecord;

/** A transport connection was accepted; `association` is its number within this capture. */
export interface OpenRecord {
  readonly kind: "open";
  readonly association: number;
  readonly at: number;
  readonly facts: OpenFacts;
}

/** As on disk. Further members may be there; readers pass on what they do not know. */
export interface OpenFacts {
  /** Address of the association-requestor, "ip:port". */
  readonly requestor: string;
  /** Address of the target as it was configured, "host:port". */
  readonly acceptor: string;
  /** Address on which the proxy accepted, "ip:port". */
  readonly listen?: string;
  readonly route?: string;
  /** Wall clock, microseconds since 1970-01-01 UTC. */
  readonly wall_us: number;
  readonly [further: string]: unknown;
}

/** The connection to the target stands. */
export interface ConnectRecord {
  readonly kind: "connect";
  readonly association: number;
  readonly at: number;
  /** `acceptor`: address that answered, `local`: the recorder's own end, both "ip:port". */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * How many octets of each AE's stream the records before this one account for, in data, cuts and
 * gaps. The first record of an association in each block but its first: so that after damage a
 * reader knows how much is missing, and does not take what follows for what went before.
 */
export interface PositionRecord {
  readonly kind: "position";
  readonly association: number;
  readonly at: number;
  readonly requestor: number;
  readonly acceptor: number;
}

/** Octets that one AE sent and that were forwarded unaltered. */
export interface DataRecord {
  readonly kind: "data";
  readonly association: number;
  readonly sender: Role;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Octets that were forwarded but not recorded, against the user's wish. */
export interface GapRecord {
  readonly kind: "gap";
  readonly association: number;
  readonly sender: Role;
  /** When the first of them passed. */
  readonly at: number;
  readonly length: number;
  readonly why: string;
  /** When the last of them passed, where that is known. */
  readonly until?: number;
}

/** Octets of a data set that were left out on request (payload "headers"). */
export interface CutRecord {
  readonly kind: "cut";
  readonly association: number;
  readonly sender: Role;
  readonly at: number;
  readonly length: number;
}

/** The data set whose last octets come next: its whole length and SHA-256 (payload "headers"). */
export interface DigestRecord {
  readonly kind: "digest";
  readonly association: number;
  readonly sender: Role;
  readonly at: number;
  readonly length: number;
  readonly sha256: Uint8Array;
}

/** One AE sends no more; the other may still. */
export interface EndRecord {
  readonly kind: "end";
  readonly association: number;
  readonly sender: Role;
  readonly at: number;
  readonly how: EndHow;
}

export type EndHow = "fin" | "reset";

/** The transport connection is gone in both directions. The last record of an association. */
export interface CloseRecord {
  readonly kind: "close";
  readonly association: number;
  readonly at: number;
  /** "fin", "reset", "timeout", "refused", "shutdown", ...: text, so that later versions may add. */
  readonly how: string;
  /** "requestor", "acceptor" or "proxy". */
  readonly by: string;
  /** In words, where there is more to say than `how`: "connect ECONNREFUSED 10.0.0.1:104". */
  readonly reason?: string;
}

/** The wall clock no longer runs with the monotonic one: from `at` on it is `wallUs`. */
export interface ClockRecord {
  readonly kind: "clock";
  readonly at: number;
  /** Microseconds since 1970-01-01 UTC. */
  readonly wallUs: number;
}

export interface NoteRecord {
  readonly kind: "note";
  readonly at: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The recorder lost whole records and cannot say of which association. */
export interface LostRecord {
  readonly kind: "lost";
  readonly at: number;
  /** Octets of recorded traffic in them. */
  readonly length: number;
  readonly records: number;
  readonly why: string;
}

/** Octets of the sender's stream that a record stands for. */
export function trafficOf(record: CaptureRecord): number {
  if (record.kind === "data") return record.bytes.length;
  return record.kind === "cut" || record.kind === "gap" ? record.length : 0;
}

/** Octets of a data record in front of the recorded chunk. */
export const DATA_HEAD_SIZE = 26;

/** Octets of an encoded position record. */
export const POSITION_RECORD_SIZE = 42;

/** The longest chunk for one data record; longer ones take several records. */
export const MAX_CHUNK_SIZE = 1_048_576;

/** Octets that `writeDataRecord` writes for a chunk of `byteLength` octets. */
export function dataRecordSize(byteLength: number): number {
  return DATA_HEAD_SIZE + byteLength;
}

/** Writes `["data", association, sender, at, chunk]`; `view` lies over `target`. Returns the end. */
export function writeDataRecord(
  target: Uint8Array,
  view: DataView,
  position: number,
  association: number,
  sender: Role,
  at: number,
  chunk: Uint8Array,
): number {
  const start = writeDataHead(view, position, association, sender, at, chunk.length);
  target.set(chunk, start);
  return start + chunk.length;
}

/** The head alone, where the chunk of `byteLength` octets is put behind it by other means. */
export function writeDataHead(
  view: DataView,
  position: number,
  association: number,
  sender: Role,
  at: number,
  byteLength: number,
): number {
  view.setUint32(position, 0x95_a4_64_61); // array of 5, text of 4, "da"
  view.setUint16(position + 4, 0x74_61); // "ta"
  let end = writeStart(view, position + 6, association);
  view.setUint8(end, sender === "requestor" ? 0 : 1);
  end = writeUint64(view, end + 1, at);
  view.setUint8(end, 0xc6);
  view.setUint32(end + 1, byteLength);
  return end + 5;
}

/** One record in its final form, for everything that is not on the hot path. */
export function encodeRecord(record: CaptureRecord): Uint8Array {
  switch (record.kind) {
    case "data": {
      const bytes = new Uint8Array(dataRecordSize(record.bytes.length));
      const view = new DataView(bytes.buffer);
      const { association, sender, at } = record;
      writeDataRecord(bytes, view, 0, association, sender, at, record.bytes);
      return bytes;
    }
    case "open":
    case "connect":
      return join(record.kind, association(record), uint64(record.at), packValue(record.facts));
    case "position": {
      const { at, requestor, acceptor } = record;
      const numbers = [uint64(at), uint64(requestor), uint64(acceptor)];
      return join("position", association(record), ...numbers);
    }
    case "gap":
      return join(
        "gap",
        ...sent(record),
        uint64(record.length),
        packValue(record.why),
        ...(record.until === undefined ? [] : [uint64(record.until)]),
      );
    case "cut":
      return join("cut", ...sent(record), uint64(record.length));
    case "digest":
      return join("digest", ...sent(record), uint64(record.length), packValue(record.sha256));
    case "end":
      return join("end", ...sent(record), packValue(record.how));
    case "close": {
      const { at, how, by, reason } = record;
      const ending = [how, by, ...(reason === undefined ? [] : [reason])].map(packValue);
      return join("close", association(record), uint64(at), ...ending);
    }
    case "clock":
      return join("clock", uint64(record.at), uint64(record.wallUs));
    case "note":
      return join("note", uint64(record.at), packValue(record.facts));
    case "lost": {
      const { at, length, records, why } = record;
      return join("lost", uint64(at), uint64(length), uint64(records), packValue(why));
    }
    default:
      return record satisfies never;
  }
}

function sent(record: { association: number; sender: Role; at: number }): Uint8Array[] {
  const sender = Uint8Array.of(record.sender === "requestor" ? 0 : 1);
  return [association(record), sender, uint64(record.at)];
}

function association(record: { association: number }): Uint8Array {
  const bytes = new Uint8Array(5);
  writeStart(new DataView(bytes.buffer), 0, record.association);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  writeUint64(new DataView(bytes.buffer), 0, value);
  return bytes;
}

function writeStart(view: DataView, position: number, association: number): number {
  view.setUint8(position, 0xce);
  view.setUint32(position + 1, association);
  return position + 5;
}

function writeUint64(view: DataView, position: number, value: number): number {
  view.setUint8(position, 0xcf);
  view.setUint32(position + 1, Math.floor(value / 0x1_0000_0000));
  view.setUint32(position + 5, value >>> 0);
  return position + 9;
}

function join(kind: string, ...parts: Uint8Array[]): Uint8Array {
  let name = KINDS.get(kind);
  if (name === undefined) {
    name = packValue(kind).slice();
    KINDS.set(kind, name);
  }
  const all = [Uint8Array.of(0x90 + 1 + parts.length), name, ...parts];
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of all) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** The encoded names of kinds. */
const KINDS = new Map<string, Uint8Array>();
