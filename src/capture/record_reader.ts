/**
 * Gives the records of a block's payload, one after the other.
 *
 * Rule: a record whose kind is not known, or which has fewer elements than its kind needs, is
 * passed over and counted; additional elements are ignored. Later minor versions add both.
 *
 * Bytes of `data` records are views on the payload.
 */
import type { Role } from "../role.ts";
import { bytesOf, unpackValue, valueEnd } from "./msgpack.ts";
import { type CaptureRecord, DATA_HEAD_SIZE, type OpenFacts } from "./record.ts";

export class RecordReader {
  /** Where the record that `next` gave last begins in the payload. */
  start = 0;
  /** Where it ends: behind the last octet that could be read. */
  position = 0;
  /** Records passed over. */
  skipped = 0;
  readonly #payload: Uint8Array;
  readonly #view: DataView;

  constructor(payload: Uint8Array) {
    this.#payload = payload;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  }

  /** Undefined at the end, or where `position` is before the end, at octets that are no record. */
  next(): CaptureRecord | undefined {
    while (this.position < this.#payload.length) {
      this.start = this.position;
      const record = this.#plainData() ?? this.#anyRecord();
      if (record === "end") return undefined;
      if (record !== undefined) return record;
      this.skipped += 1;
    }
    return undefined;
  }

  /** A data record in the widths in which we write it: nearly all there is to read. */
  #plainData(): CaptureRecord | undefined {
    const view = this.#view;
    const at = this.start;
    if (at + DATA_HEAD_SIZE > view.byteLength) return undefined;
    if (view.getUint32(at) !== 0x95_a4_64_61 || view.getUint16(at + 4) !== 0x74_61)
      return undefined;
    const sender = view.getUint8(at + 11);
    if (view.getUint8(at + 6) !== 0xce || sender > 1) return undefined;
    if (view.getUint8(at + 12) !== 0xcf || view.getUint8(at + 21) !== 0xc6) return undefined;
    const end = at + DATA_HEAD_SIZE + view.getUint32(at + 22);
    if (end > view.byteLength) return undefined;
    this.position = end;
    return {
      kind: "data",
      association: view.getUint32(at + 7),
      sender: sender === 0 ? "requestor" : "acceptor",
      at: view.getUint32(at + 13) * 0x1_0000_0000 + view.getUint32(at + 17),
      bytes: this.#payload.subarray(at + DATA_HEAD_SIZE, end),
    };
  }

  #anyRecord(): CaptureRecord | "end" | undefined {
    const end = valueEnd(this.#payload, this.start);
    if (end < 0) return "end";
    this.position = end;
    // A copy: the payload may be shared memory that is written to again.
    const value = unpackValue(this.#payload.slice(this.start, end));
    return Array.isArray(value) ? recordOf(value) : undefined;
  }
}

function recordOf(value: readonly unknown[]): CaptureRecord | undefined {
  const [kind, a, b, c, d, e, f] = value;
  switch (kind) {
    case "open":
      return isCount(a) && isCount(b) && isMap(c)
        ? { kind, association: a, at: b, facts: openFacts(c) }
        : undefined;
    case "connect":
      return isCount(a) && isCount(b) && isMap(c)
        ? { kind, association: a, at: b, facts: c }
        : undefined;
    case "position":
      return isCount(a) && isCount(b) && isCount(c) && isCount(d)
        ? { kind, association: a, at: b, requestor: c, acceptor: d }
        : undefined;
    case "data": {
      const sender = roleOf(b);
      const bytes = bytesOf(d);
      return isCount(a) && sender && isCount(c) && bytes
        ? { kind, association: a, sender, at: c, bytes }
        : undefined;
    }
    case "gap": {
      const sender = roleOf(b);
      return isCount(a) && sender && isCount(c) && isCount(d)
        ? { kind, association: a, sender, at: c, length: d, why: text(e), ...untilOf(f) }
        : undefined;
    }
    case "cut": {
      const sender = roleOf(b);
      return isCount(a) && sender && isCount(c) && isCount(d)
        ? { kind, association: a, sender, at: c, length: d }
        : undefined;
    }
    case "digest": {
      const sender = roleOf(b);
      const sha256 = bytesOf(e);
      return isCount(a) && sender && isCount(c) && isCount(d) && sha256
        ? { kind, association: a, sender, at: c, length: d, sha256 }
        : undefined;
    }
    case "end": {
      const sender = roleOf(b);
      return isCount(a) && sender && isCount(c)
        ? { kind, association: a, sender, at: c, how: d === "reset" ? "reset" : "fin" }
        : undefined;
    }
    case "close":
      return isCount(a) && isCount(b)
        ? { kind, association: a, at: b, how: text(c), by: text(d), ...reasonOf(e) }
        : undefined;
    case "clock":
      return isCount(a) && isCount(b) ? { kind, at: a, wallUs: b } : undefined;
    case "note":
      return isCount(a) && isMap(b) ? { kind, at: a, facts: b } : undefined;
    case "lost":
      return isCount(a) && isCount(b) && isCount(c)
        ? { kind, at: a, length: b, records: c, why: text(d) }
        : undefined;
    default:
      return undefined;
  }
}

/** In the order in which they were written, so that a copy has the same octets. */
function openFacts(facts: Readonly<Record<string, unknown>>): OpenFacts {
  const { wall_us } = facts;
  return {
    ...facts,
    requestor: text(facts["requestor"]),
    acceptor: text(facts["acceptor"]),
    wall_us: isCount(wall_us) ? wall_us : 0,
  };
}

function reasonOf(value: unknown): { reason?: string } {
  return typeof value === "string" ? { reason: value } : {};
}

function untilOf(value: unknown): { until?: number } {
  return isCount(value) ? { until: value } : {};
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

function roleOf(value: unknown): Role | undefined {
  return value === 0 ? "requestor" : value === 1 ? "acceptor" : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
