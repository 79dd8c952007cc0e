/**
 * What one AE sends on its way into the capture of a replay: without the secrets of a user identity,
 * which come from the environment and belong into no file (PS3.7 D.3.3.7). Lengths stay.
 *
 * They can only be in the first PDU, so that is held until it is whole: 1 MiB at the most.
 */
import { OctetBuffer } from "../../src/dimse/octet_buffer.ts";
import { redactedBytes } from "../../src/ul/redact.ts";

export class RedactedWay {
  #held: OctetBuffer | undefined = new OctetBuffer(LIMIT);
  /** Of the first PDU, once its header is there. */
  #size: number | undefined;

  /** What can be written now. A view that is valid as long as `bytes` is. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const held = this.#held;
    if (held === undefined) return [bytes];
    const taken = held.append(bytes);
    const rest = bytes.subarray(taken);
    this.#size ??= firstPduSize(held);
    const size = this.#size ?? LIMIT;
    if (size > held.length && rest.length === 0) return [];
    if (size > held.length) return [...this.end(), rest];
    const first = held.toBytes();
    this.#held = undefined;
    return [redactedBytes(first.slice(0, size)), first.slice(size), rest];
  }

  /** Nothing more comes: what was held, redacted as what it looks like. */
  end(): readonly Uint8Array[] {
    const held = this.#held?.toBytes() ?? NOTHING;
    this.#held = undefined;
    return held.length === 0 ? [] : [redactedBytes(held)];
  }
}

/** Octets, header included; 0 where it is no A-ASSOCIATE PDU, undefined where that is not known yet. */
function firstPduSize(held: OctetBuffer): number | undefined {
  if (held.length === 0) return undefined;
  const octets = held.toBytes();
  const [type] = octets;
  if (type !== A_ASSOCIATE_RQ && type !== A_ASSOCIATE_AC) return 0;
  if (octets.length < HEADER) return undefined;
  return HEADER + new DataView(octets.buffer, octets.byteOffset).getUint32(2);
}

const A_ASSOCIATE_RQ = 0x01;
const A_ASSOCIATE_AC = 0x02;
const HEADER = 6;
const LIMIT = 2 ** 20;
const NOTHING = new Uint8Array(0);
