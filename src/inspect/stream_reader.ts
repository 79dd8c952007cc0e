/**
 * A part of one AE's stream of octets, read again from the records of its association.
 *
 * Rule: bounded. What is held is one block of the file; pieces are views on it that stay valid, or
 * with `passing` are valid until the next one is asked for.
 */

import type { Role } from "../role.ts";
import type { AssociationReader, FoundAssociation } from "./read_association.ts";
import type { StreamPlaces } from "./stream_places.ts";

/** What is needed to read an association of a capture here and there. */
export interface RecordedStreams {
  readonly reader: AssociationReader;
  readonly found: FoundAssociation;
  readonly places: StreamPlaces;
}

export type StreamPiece =
  | { readonly piece: "octets"; readonly bytes: Uint8Array }
  /** So many octets passed and are not in the capture. */
  | { readonly piece: "missing"; readonly length: number };

export interface StreamRange {
  readonly sender: Role;
  /** The start of a PDU comes at or before it. */
  readonly from: number;
  readonly to: number;
  readonly passing?: boolean;
}

/** Octets from the last known start of a PDU before `from` on, which is given first, up to `to`. */
export function streamPieces(
  streams: RecordedStreams,
  range: StreamRange,
): { readonly pduOffset: number; readonly pieces: Generator<StreamPiece, void, undefined> } {
  const { pduOffset, ...place } = streams.places.find(range.sender, range.from);
  return { pduOffset, pieces: pieces(streams, { ...range, from: pduOffset, ...place }) };
}

function* pieces(
  { reader, found }: RecordedStreams,
  range: StreamRange & { readonly block: number; readonly blockOffset: number },
): Generator<StreamPiece> {
  const { sender, from, to, passing = false } = range;
  let offset = range.blockOffset;
  for (const block of reader.blocksFrom(found, range.block, { passing })) {
    for (const record of block.records) {
      if (offset >= to) return;
      if (record.kind === "position") {
        // what an unreadable part of the file had, it does not have for the reader either
        const missing = record[sender] - offset;
        if (missing > 0) yield* cutTo({ piece: "missing", length: missing }, { offset, from, to });
        offset = Math.max(offset, record[sender]);
      } else if ("sender" in record && record.sender === sender) {
        if (record.kind === "data") {
          yield* cutTo({ piece: "octets", bytes: record.bytes }, { offset, from, to });
          offset += record.bytes.length;
        } else if (record.kind === "gap" || record.kind === "cut") {
          yield* cutTo({ piece: "missing", length: record.length }, { offset, from, to });
          offset += record.length;
        }
      }
    }
  }
}

/** What of a piece that begins at `offset` lies between `from` and `to`. */
function* cutTo(
  piece: StreamPiece,
  { offset, from, to }: { readonly offset: number; readonly from: number; readonly to: number },
): Generator<StreamPiece> {
  const length = piece.piece === "octets" ? piece.bytes.length : piece.length;
  const start = Math.max(0, from - offset);
  const end = Math.min(length, to - offset);
  if (end <= start) return;
  if (piece.piece === "missing") yield { piece: "missing", length: end - start };
  else yield end - start === length ? piece : { ...piece, bytes: piece.bytes.subarray(start, end) };
}
