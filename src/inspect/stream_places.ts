/**
 * Where in a capture file the octets of an association's two streams are, so that a message late in
 * a long association is found without reading what came before it.
 *
 * A framer can only begin at a PDU. So for each sender some starts of PDUs are kept, `APART` octets
 * or more from one another, and for each block of the file where the streams stood when it began.
 */
import type { Role } from "../role.ts";

export interface StreamPlace {
  /** Of the block in the file. */
  readonly block: number;
  /** Octets of the sender's stream before the block. */
  readonly blockOffset: number;
  /** The start of a PDU, in the sender's stream: in that block or behind it. */
  readonly pduOffset: number;
}

/** Octets. Framing so many to find a message costs less than reading the block that they are in. */
const APART = 8_192;

export class StreamPlaces {
  readonly #blocks: number[] = [];
  readonly #offsets: Readonly<Record<Role, number[]>> = { requestor: [], acceptor: [] };
  readonly #pdus: Readonly<Record<Role, number[]>> = { requestor: [0], acceptor: [0] };

  /** The next block of the file begins, and so much of each stream came before it. */
  block(offset: number, before: Readonly<Record<Role, number>>): void {
    this.#blocks.push(offset);
    this.#offsets.requestor.push(before.requestor);
    this.#offsets.acceptor.push(before.acceptor);
  }

  /** A PDU of this sender begins here; in ascending order. */
  pdu(sender: Role, offset: number): void {
    const pdus = this.#pdus[sender];
    if (offset - (pdus.at(-1) ?? 0) >= APART) pdus.push(offset);
  }

  /** Where to begin so that the octet at `offset` comes soon. */
  find(sender: Role, offset: number): StreamPlace {
    const pdus = this.#pdus[sender];
    const pduOffset = pdus[lastUpTo(pdus, offset)] ?? 0;
    const at = lastUpTo(this.#offsets[sender], pduOffset);
    return {
      block: this.#blocks[at] ?? 0,
      blockOffset: this.#offsets[sender][at] ?? 0,
      pduOffset,
    };
  }
}

/** Index of the last of ascending numbers that is not greater than `limit`; 0 where none is. */
function lastUpTo(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle;
  }
  return low;
}
