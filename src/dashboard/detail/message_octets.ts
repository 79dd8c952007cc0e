/** The command set and the data set of one message, read again from the capture. */
import { type MessagePlace, messageParts } from "../../inspect/message_parts.ts";
import type { RecordedStreams } from "../../inspect/stream_reader.ts";
import type { PassedMessage } from "./association_pass.ts";

/** The longest command set that `src/dimse` reads. */
const MAX_COMMAND = 1_048_576;

export interface MessageOctets {
  readonly command: Uint8Array;
  /** The first octets of the data set, up to the first that is not in the capture. */
  readonly dataSet: Uint8Array;
}

/** `dataLimit`: octets of the data set that are wanted at most. */
export function readMessageOctets(
  streams: RecordedStreams,
  { message, dataLimit }: { readonly message: PassedMessage; readonly dataLimit: number },
): MessageOctets {
  const command = new Gathered(MAX_COMMAND);
  const dataSet = new Gathered(dataLimit);
  for (const part of messageParts(streams, message)) {
    if (!("isCommand" in part)) continue;
    const gathered = part.isCommand ? command : dataSet;
    if (part.part === "octets") gathered.add(part.bytes);
    if (part.part === "missing") gathered.full = true;
    if (dataSet.full) break;
  }
  return { command: command.bytes(), dataSet: dataSet.bytes() };
}

/** Pieces of the data set as they passed. Ends at the first octet that is not in the capture. */
export function* dataSetPieces(
  streams: RecordedStreams,
  message: PassedMessage,
): Generator<Uint8Array, void, undefined> {
  const { dataOffset, endOffset } = message;
  const offset = dataOffset === undefined ? endOffset : dataOffset - PDV_HEAD;
  const place: MessagePlace = { ...message, offset };
  for (const part of messageParts(streams, place)) {
    if (!("isCommand" in part) || part.isCommand) continue;
    if (part.part === "missing") return;
    if (part.part === "octets") yield part.bytes;
  }
}

/** Octets before a fragment (PS3.8 9.3.5.1, E.2). */
const PDV_HEAD = 6;

class Gathered {
  full = false;
  readonly #pieces: Uint8Array[] = [];
  readonly #limit: number;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Uint8Array): void {
    if (this.full) return;
    const piece = bytes.subarray(0, this.#limit - this.#length);
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length >= this.#limit) this.full = true;
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
