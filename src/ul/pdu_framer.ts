/**
 * Cuts one AE's stream of octets into PDUs (PS3.8 9.3.1) and tells a `PduSink` what passes.
 *
 * A P-DATA-TF is told as it comes, PDV heads and views of fragments, so that one of 4 GB needs no
 * memory. Every other PDU is given whole: a view where one chunk holds it, else one buffer of the
 * announced size, allocated after that size was checked.
 *
 * Rule: each octet is copied at most once, and no object but `subarray` views is made per fragment.
 * Rule: the events do not depend on where the chunks are cut, but for the cuts of `fragment`.
 * Rule: when framing is lost it stays lost. A guess at the next PDU would invent traffic.
 */
import { ProtocolError } from "../protocol_error.ts";
import { uint32 } from "./byte_reader.ts";
import { foreignProtocol } from "./foreign_protocol.ts";
import { pduTypeName } from "./names.ts";
import type { PduSink } from "./pdu_sink.ts";

export interface PduFramerOptions {
  /** Octets of a PDU other than P-DATA-TF, header included, that are gathered. 1 MiB. */
  readonly maxGathered?: number;
}

export class PduFramer {
  readonly #sink: PduSink;
  readonly #maxGathered: number;
  #state: State = HEADER;
  /** Of the next octet, counted from the start of the stream. Exact up to 2^53. */
  #offset = 0;
  /** Where the current PDU began, and where it ends (known behind its header). */
  #pduStart = 0;
  #pduEnd = 0;
  #pduType = 0;
  #fragmentEnd = 0;
  /** A PDU header or PDV head that straddles chunks; both have six octets. */
  readonly #head = new Uint8Array(HEAD_LENGTH);
  #headFilled = 0;
  #gathered: Uint8Array = NOTHING;
  #gatheredFilled = 0;

  constructor(sink: PduSink, options: PduFramerOptions = {}) {
    this.#sink = sink;
    this.#maxGathered = options.maxGathered ?? 2 ** 20;
  }

  /** Octets received or skipped so far. */
  get offset(): number {
    return this.#offset;
  }

  /** True when nothing more will be told: framing was lost, or the stream ended inside a PDU. */
  get lost(): boolean {
    return this.#state === LOST;
  }

  /** Octets of the PDU that is not whole yet; 0 at a boundary. */
  get pending(): number {
    return this.#state === LOST ? 0 : this.#offset - this.#pduStart;
  }

  receive(chunk: Uint8Array): void {
    const length = chunk.length;
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case HEADER:
          at = this.#receiveHeader(chunk, at);
          break;
        case GATHER:
          at = this.#receiveGathered(chunk, at);
          break;
        case PDV_HEAD:
          at = this.#receivePdvHead(chunk, at);
          break;
        case FRAGMENT: {
          const end = Math.min(length, at + (this.#fragmentEnd - this.#offset));
          const offset = this.#offset;
          this.#offset += end - at;
          this.#sink.fragment(offset, end - at === length ? chunk : chunk.subarray(at, end));
          at = end;
          if (this.#offset === this.#fragmentEnd) this.#endFragment();
          break;
        }
        case PASS_OVER: {
          const passed = Math.min(length - at, this.#pduEnd - this.#offset);
          this.#offset += passed;
          at += passed;
          if (this.#offset === this.#pduEnd) this.#endPData();
          break;
        }
        default:
          this.#state satisfies typeof LOST;
          this.#offset += length - at;
          return;
      }
    }
  }

  /**
   * `length` octets passed that nobody can give: lost by the recorder, or not recorded on purpose.
   * Inside a fragment they are told as `skipped`; elsewhere in a P-DATA-TF the framer goes on at
   * that PDU's end; anywhere else framing is lost.
   */
  skip(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot skip ${length} octets: a whole number from 0 is needed`);
    }
    if (length === 0) return;
    const offset = this.#offset;
    this.#offset += length;
    if (this.#state === LOST) return;
    if (this.#state === FRAGMENT && this.#offset <= this.#fragmentEnd) {
      this.#sink.skipped(offset, length);
      if (this.#offset === this.#fragmentEnd) this.#endFragment();
      return;
    }
    const insidePData =
      this.#state === FRAGMENT || this.#state === PDV_HEAD || this.#state === PASS_OVER;
    if (!insidePData || this.#offset > this.#pduEnd) {
      const where = this.#pduStart === offset ? "at the start of a PDU" : "across the end of a PDU";
      this.#lose(offset, `Cannot frame PDUs: ${length} octets are not available ${where}`, {
        section: "PS3.8 9.3.1",
      });
      return;
    }
    if (this.#state !== PASS_OVER) {
      this.#passOver(
        `Cannot read PDV: ${length} octets are not available outside of one fragment`,
        offset,
      );
    }
    if (this.#offset === this.#pduEnd) this.#endPData();
  }

  /** The sender closed its side. Inside a PDU that is a fault, PS3.8 9.2.3 (Evt17). */
  end(): void {
    if (this.#state === LOST || this.#offset === this.#pduStart) return;
    const got = this.#offset - this.#pduStart;
    const what =
      this.#state === HEADER
        ? `header, ${got} of ${HEAD_LENGTH} octets`
        : `${pduTypeName(this.#pduType)}, ${got} of ${this.#pduEnd - this.#pduStart} octets`;
    this.#lose(this.#offset, `Transport closed inside a PDU: ${what}`, {
      section: "PS3.8 9.2.3, Evt17",
    });
  }

  #receiveHeader(chunk: Uint8Array, at: number): number {
    const start = at;
    let head: Uint8Array = this.#head;
    let headAt = 0;
    if (this.#headFilled === 0 && chunk.length - at >= HEAD_LENGTH) {
      head = chunk;
      headAt = at;
      at += HEAD_LENGTH;
      this.#offset += HEAD_LENGTH;
    } else {
      at = this.#fillHead(chunk, at);
    }
    if (this.#pduStart === 0) {
      const seen = head === chunk ? HEAD_LENGTH : this.#headFilled;
      const protocol = foreignProtocol(head.subarray(headAt, headAt + seen));
      if (protocol !== undefined) {
        this.#offset += chunk.length - at;
        this.#lose(0, `Cannot read PDU-type: the first octets are ${protocol}, not DICOM`, {
          section: "PS3.8 9.3.1",
          protocol,
        });
        return chunk.length;
      }
    }
    if (head !== chunk && this.#headFilled < HEAD_LENGTH) return at;

    this.#headFilled = 0;
    const pduLength = uint32(head, headAt + 2);
    this.#pduType = head[headAt] ?? 0;
    this.#pduEnd = this.#pduStart + HEAD_LENGTH + pduLength;
    if (this.#pduType === P_DATA_TF) {
      this.#sink.pDataStart(this.#pduStart, pduLength);
      this.#nextPdv();
      return at;
    }
    const size = HEAD_LENGTH + pduLength;
    if (size > this.#maxGathered) {
      this.#offset += chunk.length - at;
      this.#loseByLength(pduLength);
      return chunk.length;
    }
    if (head === chunk && chunk.length - start >= size) {
      this.#offset += pduLength;
      this.#endGathered(chunk.subarray(start, start + size));
      return start + size;
    }
    this.#gathered = new Uint8Array(size);
    this.#gathered.set(head.subarray(headAt, headAt + HEAD_LENGTH));
    this.#gatheredFilled = HEAD_LENGTH;
    this.#state = GATHER;
    if (pduLength === 0) this.#endGathered(this.#gathered);
    return at;
  }

  #receiveGathered(chunk: Uint8Array, at: number): number {
    const n = Math.min(chunk.length - at, this.#gathered.length - this.#gatheredFilled);
    this.#gathered.set(chunk.subarray(at, at + n), this.#gatheredFilled);
    this.#gatheredFilled += n;
    this.#offset += n;
    if (this.#gatheredFilled === this.#gathered.length) this.#endGathered(this.#gathered);
    return at + n;
  }

  #endGathered(bytes: Uint8Array): void {
    const start = this.#pduStart;
    this.#gathered = NOTHING;
    this.#state = HEADER;
    this.#pduStart = this.#pduEnd;
    this.#sink.pdu(start, bytes);
  }

  /** PDV item length, presentation context ID, message control header: PS3.8 9.3.5.1 and E.2. */
  #receivePdvHead(chunk: Uint8Array, at: number): number {
    let head: Uint8Array = this.#head;
    let headAt = 0;
    let next = at;
    if (this.#headFilled === 0 && chunk.length - at >= HEAD_LENGTH) {
      head = chunk;
      headAt = at;
      next += HEAD_LENGTH;
      this.#offset += HEAD_LENGTH;
    } else {
      next = this.#fillHead(chunk, at);
      if (this.#headFilled < HEAD_LENGTH) return next;
      this.#headFilled = 0;
    }
    const itemLength = uint32(head, headAt);
    const pdvStart = this.#offset - HEAD_LENGTH;
    if (itemLength < 2) {
      this.#passOver(
        `Cannot read PDV: item length ${itemLength}, 2 is the least (context ID, message control header)`,
        pdvStart,
      );
    } else if (itemLength > this.#pduEnd - pdvStart - 4) {
      this.#passOver(
        `Cannot read PDV: item length ${itemLength}, ${this.#pduEnd - pdvStart - 4} left in the P-DATA-TF`,
        pdvStart,
      );
    } else {
      this.#fragmentEnd = this.#offset + itemLength - 2;
      this.#state = FRAGMENT;
      this.#sink.pdvStart(pdvStart, head[headAt + 4] ?? 0, head[headAt + 5] ?? 0, itemLength - 2);
      if (itemLength === 2) this.#endFragment();
      return next;
    }
    if (this.#offset === this.#pduEnd) this.#endPData();
    return next;
  }

  #endFragment(): void {
    this.#sink.pdvEnd();
    this.#nextPdv();
  }

  #nextPdv(): void {
    const left = this.#pduEnd - this.#offset;
    if (left === 0) {
      this.#endPData();
    } else if (left < HEAD_LENGTH) {
      this.#passOver(
        `Cannot read PDV: ${HEAD_LENGTH} bytes needed, ${left} left in the P-DATA-TF`,
        this.#offset,
      );
    } else {
      this.#state = PDV_HEAD;
    }
  }

  #endPData(): void {
    this.#state = HEADER;
    this.#pduStart = this.#pduEnd;
    this.#sink.pDataEnd();
  }

  #passOver(message: string, offset: number): void {
    this.#state = PASS_OVER;
    this.#headFilled = 0;
    this.#sink.problem(
      new ProtocolError(message, { section: "PS3.8 9.3.5.1", abortReason: 6, offset }),
    );
  }

  #fillHead(chunk: Uint8Array, at: number): number {
    while (this.#headFilled < HEAD_LENGTH && at < chunk.length) {
      this.#head[this.#headFilled++] = chunk[at++] ?? 0;
      this.#offset++;
    }
    return at;
  }

  #loseByLength(pduLength: number): void {
    const limit = this.#maxGathered - HEAD_LENGTH;
    this.#lose(
      this.#pduStart,
      `Cannot frame PDUs: PDU-length ${pduLength} of ${pduTypeName(this.#pduType)} exceeds ${limit}`,
      { section: "PS3.8 9.3.1", abortReason: 6 },
    );
  }

  #lose(
    offset: number,
    message: string,
    options: { section: string; abortReason?: number; protocol?: string },
  ): void {
    this.#state = LOST;
    this.#gathered = NOTHING;
    this.#sink.lost(
      offset,
      new ProtocolError(message, {
        section: options.section,
        abortReason: options.abortReason ?? 0,
        offset,
      }),
      options.protocol,
    );
  }
}

const P_DATA_TF = 0x04;
/** PDU-type, reserved, PDU-length: PS3.8 9.3.1. A PDV head happens to be as long. */
const HEAD_LENGTH = 6;
const NOTHING = new Uint8Array(0);

type State = 0 | 1 | 2 | 3 | 4 | 5;
const HEADER = 0;
const GATHER = 1;
const PDV_HEAD = 2;
const FRAGMENT = 3;
const PASS_OVER = 4;
const LOST = 5;
