/**
 * The parts of one recorded message as they passed: PDUs, fragments and their octets (PS3.8 9.3.5,
 * Annex E), framed again from the records.
 */
import type { Role } from "../role.ts";
import { PduFramer } from "../ul/pdu_framer.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import { type RecordedStreams, streamPieces } from "./stream_reader.ts";

/** Where a message is. Offsets count octets of the sender's stream. */
export interface MessagePlace {
  readonly sender: Role;
  readonly contextId: number;
  /** Where its first PDV begins. */
  readonly offset: number;
  /** Behind its last octet. */
  readonly endOffset: number;
}

export type MessagePart =
  /** A P-DATA-TF begins, perhaps one that carries nothing of the message. */
  | { readonly part: "PDU" }
  | { readonly part: "fragment"; readonly isCommand: boolean; readonly length: number }
  /** Some octets of the fragment; the caller may keep them, unless they are passing. */
  | { readonly part: "octets"; readonly isCommand: boolean; readonly bytes: Uint8Array }
  | { readonly part: "missing"; readonly isCommand: boolean; readonly length: number };

/**
 * From the PDV at `place.offset` on, which need not be the first of the message. With `passing`,
 * octets are valid until the next part is asked for.
 */
export function* messageParts(
  streams: RecordedStreams,
  place: MessagePlace,
  { passing = false }: { readonly passing?: boolean } = {},
): Generator<MessagePart, void, undefined> {
  const { sender, offset: from, endOffset: to } = place;
  const { pduOffset, pieces } = streamPieces(streams, { sender, from, to, passing });
  const parts = new Parts(place, pduOffset);
  const framer = new PduFramer(parts);
  for (const piece of pieces) {
    if (piece.piece === "octets") framer.receive(piece.bytes);
    else framer.skip(piece.length);
    if (framer.lost) return;
    if (parts.found.length > 0) yield* parts.found.splice(0);
  }
}

/**
 * Only the octets of its data set, of one record at a time, up to the first that is missing. Unless
 * `passing` is false, they are valid until the next ones are asked for.
 */
export function* recordedDataSetOctets(
  streams: RecordedStreams,
  place: MessagePlace,
  { passing = true }: { readonly passing?: boolean } = {},
): Generator<readonly Uint8Array[], void, undefined> {
  const { sender, offset: from, endOffset: to } = place;
  const { pduOffset, pieces } = streamPieces(streams, { sender, from, to, passing });
  const octets = new DataSetOctets(place, pduOffset);
  const framer = new PduFramer(octets);
  for (const piece of pieces) {
    if (piece.piece === "octets") framer.receive(piece.bytes);
    else framer.skip(piece.length);
    if (octets.found.length > 0) yield octets.found;
    if (octets.isMissing || framer.lost) return;
    octets.found = [];
  }
}

const COMMAND = 1;

/** Which fragments of a stream are those of one message. */
abstract class OwnFragments {
  readonly #place: MessagePlace;
  /** Octets of the stream before those that the framer was given. */
  readonly #before: number;

  constructor(place: MessagePlace, before: number) {
    this.#place = place;
    this.#before = before;
  }

  /** Whether the PDV is one of the message. */
  protected isOwn(offset: number, contextId: number): boolean {
    const { contextId: own, offset: from, endOffset: to } = this.#place;
    const at = this.#before + offset;
    return contextId === own && at >= from && at < to;
  }

  pDataStart(): void {}
  pdvEnd(): void {}
  pDataEnd(): void {}
  pdu(): void {}
  problem(): void {}
  lost(): void {}
}

class Parts extends OwnFragments implements PduSink {
  readonly found: MessagePart[] = [];
  /** Of the PDV at hand. */
  #isOwn = false;
  #isCommand = false;

  override pDataStart(): void {
    this.found.push({ part: "PDU" });
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number, length: number): void {
    this.#isOwn = this.isOwn(offset, contextId);
    this.#isCommand = (messageControlHeader & COMMAND) !== 0;
    if (this.#isOwn) this.found.push({ part: "fragment", isCommand: this.#isCommand, length });
  }

  fragment(_offset: number, bytes: Uint8Array): void {
    if (this.#isOwn) this.found.push({ part: "octets", isCommand: this.#isCommand, bytes });
  }

  skipped(_offset: number, length: number): void {
    if (this.#isOwn) this.found.push({ part: "missing", isCommand: this.#isCommand, length });
  }
}

class DataSetOctets extends OwnFragments implements PduSink {
  found: Uint8Array[] = [];
  isMissing = false;
  /** Of the PDV at hand: it is one of the message, and of its data set. */
  #isOwn = false;

  pdvStart(offset: number, contextId: number, messageControlHeader: number): void {
    this.#isOwn = (messageControlHeader & COMMAND) === 0 && this.isOwn(offset, contextId);
  }

  fragment(_offset: number, bytes: Uint8Array): void {
    if (this.#isOwn && !this.isMissing) this.found.push(bytes);
  }

  skipped(): void {
    this.isMissing ||= this.#isOwn;
  }
}
