/**
 * The octets of one PDU in hexadecimal, with what must not be shown left out.
 *
 * Rule: octets of data sets hold patient data and are shown on request only; secrets of a user
 * identity never are. `MAX_OCTETS` at most, the rest is counted.
 */
import { type RecordedStreams, streamPieces } from "../../inspect/stream_reader.ts";
import { redactedBytes } from "../../ul/redact.ts";
import type { HiddenRange, PduField } from "../api_types.ts";
import type { PassedPdu } from "./association_pass.ts";
import { DATA_FRAGMENT } from "./pdu_fields.ts";

const MAX_OCTETS = 262_144;

export interface PduOctets {
  /** From its first octet on; zeros where octets are not there. */
  readonly bytes: Uint8Array;
  /** Octets behind them. */
  readonly more: number;
  readonly missing: readonly HiddenRange[];
}

export function readPduOctets(streams: RecordedStreams, pdu: PassedPdu): PduOctets {
  const length = Math.min(pdu.length, MAX_OCTETS);
  const from = pdu.offset;
  const to = from + length;
  const { pduOffset, pieces } = streamPieces(streams, { sender: pdu.sender, from, to });
  const bytes = new Uint8Array(length);
  const missing: HiddenRange[] = [];
  let at = pduOffset - from;
  for (const piece of pieces) {
    const size = piece.piece === "octets" ? piece.bytes.length : piece.length;
    if (at + size > 0) {
      const start = Math.max(0, at);
      if (piece.piece === "octets") bytes.set(piece.bytes.subarray(start - at), start);
      else
        missing.push({ offset: start, length: at + size - start, why: "not recorded", phi: false });
    }
    at += size;
  }
  const filled = Math.max(0, Math.min(at, length));
  return { bytes: bytes.subarray(0, filled), more: pdu.length - filled, missing };
}

/** What of a PDU is not shown. */
export function hiddenRanges(
  octets: PduOctets,
  { fields, showPatient }: { readonly fields: readonly PduField[]; readonly showPatient: boolean },
): readonly HiddenRange[] {
  const hidden = [...octets.missing];
  if (!showPatient) {
    for (const { offset, length } of named(fields, DATA_FRAGMENT)) {
      hidden.push({ offset, length, why: "data set: may hold patient data", phi: true });
    }
  }
  return hidden.sort((a, b) => a.offset - b.offset);
}

/** Two digits an octet; `??` for one that is hidden, `**` as its octets for one of a secret. */
export function hexOf(octets: PduOctets, hidden: readonly HiddenRange[]): string {
  const bytes = redactedBytes(octets.bytes);
  const digits = Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0"));
  for (const { offset, length } of hidden) {
    digits.fill("??", offset, Math.min(digits.length, offset + length));
  }
  return digits.join("");
}

function* named(fields: readonly PduField[], name: string): Generator<PduField> {
  for (const field of fields) {
    if (field.name === name) yield field;
    if (field.fields !== undefined) yield* named(field.fields, name);
  }
}
