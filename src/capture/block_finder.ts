/**
 * Finds blocks and headers in a file that may be damaged or hostile. `block_reader.ts` decides what
 * they mean.
 *
 * Rule: the work is linear in the size of the file. Places that only look like blocks cost a
 * checksum each, so what is spent on them has a budget; when it is used up, the rest is damage.
 */
import {
  BLOCK_HEAD_SIZE,
  BLOCK_START,
  type BlockHead,
  isSound,
  MAX_PAYLOAD_SIZE,
  readBlockHead,
} from "./block.ts";
import { type ByteSource, SourceWindow } from "./byte_source.ts";
import { CaptureError } from "./capture_error.ts";
import { type FoundHeader, MAX_HEADER_SIZE, readHeader, SIGNATURE } from "./header.ts";
import type { SoundBlocks } from "./sound_blocks.ts";
import { findTrailer } from "./trailer.ts";

export interface BlockFound {
  readonly item: "block";
  /** Place in the file. */
  readonly offset: number;
  /** Octets of the whole block. */
  readonly size: number;
  readonly captureId: Uint8Array;
  readonly sequence: number;
  readonly kind: number;
  /** A view that stays valid. */
  readonly payload: Uint8Array;
}

/** What the next block has to be. */
export interface Expected {
  /** Undefined: of any capture. */
  readonly captureId: Uint8Array | undefined;
  /** This sequence number or a greater one. */
  readonly sequence: number;
}

export interface BlockFinderOptions {
  /** One that others read through too, where they read nearby. */
  readonly window?: SourceWindow | undefined;
  /** Blocks of this source that need no second checksum. */
  readonly sound?: SoundBlocks | undefined;
}

export class BlockFinder {
  readonly size: number;
  readonly #source: ByteSource;
  readonly #window: SourceWindow;
  readonly #sound: SoundBlocks | undefined;
  #budget: number;

  constructor(source: ByteSource, { window, sound }: BlockFinderOptions = {}) {
    this.size = source.size;
    this.#source = source;
    this.#window = window ?? new SourceWindow(source);
    this.#sound = sound;
    this.#budget = 8 * source.size + 64 * MAX_PAYLOAD_SIZE;
  }

  view(position: number, length: number): Uint8Array {
    return this.#window.view(position, length);
  }

  headAt(position: number): BlockHead | undefined {
    return readBlockHead(this.view(position, BLOCK_HEAD_SIZE));
  }

  /** The block that begins at `position`, if it is sound and expected. */
  blockAt(position: number, expected: Expected): BlockFound | undefined {
    const head = position < 0 ? undefined : this.headAt(position);
    if (head === undefined || !isExpected(head, expected) || this.#budget <= 0) return undefined;
    if (position + head.size > this.size) return undefined;
    const block = this.view(position, head.size);
    if (!(this.#sound?.has(position, block, head) ?? isSound(block, head))) {
      this.#budget -= head.size;
      return undefined;
    }
    return {
      item: "block",
      offset: position,
      size: head.size,
      captureId: block.slice(13, 29),
      sequence: head.sequence,
      kind: head.kind,
      payload: block.subarray(BLOCK_HEAD_SIZE, BLOCK_HEAD_SIZE + head.payloadSize),
    };
  }

  /** The first block that begins between `from` and `to`, if it is sound and expected. */
  findBlock(expected: Expected, range: { from: number; to?: number }): BlockFound | undefined {
    const to = range.to ?? this.size;
    let at = this.#search(BLOCK_START, { from: range.from, to });
    while (at !== undefined && this.#budget > 0) {
      const block = this.blockAt(at, expected);
      if (block !== undefined) return block;
      at = this.#search(BLOCK_START, { from: at + 1, to });
    }
    return undefined;
  }

  /**
   * The first block behind a damaged header. The trailer at the file's end, which no recorded
   * octets can imitate, names the capture if it says that the capture begins here; without it the
   * first sound block does.
   */
  findFirstBlock(start: number): BlockFound | undefined {
    const range = { from: start, to: Math.min(this.size, start + SCAN_LIMIT) };
    const trailer = findTrailer(this.#source, this.size);
    const captureId = trailer?.start === start ? trailer.captureId : undefined;
    return this.findBlock({ captureId, sequence: 0 }, range);
  }

  /** The header that begins at `position`, unless it is damaged or of a kind that must not be read. */
  headerAt(position: number): FoundHeader | undefined {
    try {
      return position < 0 ? undefined : readHeader(this.view(position, MAX_HEADER_SIZE));
    } catch (error) {
      if (error instanceof CaptureError) return undefined;
      throw error;
    }
  }

  /** Where, behind damage, a capture begins that is whole, block by block, to the end of the file. */
  findWholeCapture(from: number): number | undefined {
    let at = this.#search(SIGNATURE, { from, to: this.size });
    for (let tries = 0; at !== undefined && tries < MAX_TRIES; tries++) {
      for (const start of [at - 1, at - 3, at - 5]) {
        const found = this.headerAt(start);
        if (found !== undefined && this.#isWholeToTheEnd(start, found)) return start;
      }
      at = this.#search(SIGNATURE, { from: at + 1, to: this.size });
    }
    return undefined;
  }

  #isWholeToTheEnd(start: number, found: FoundHeader): boolean {
    let expected: Expected = { captureId: found.header.capture_id, sequence: 0 };
    let position = start + found.length;
    while (position < this.size) {
      const block = this.blockAt(position, expected);
      if (block === undefined) return this.headerAt(position) !== undefined;
      expected = { captureId: expected.captureId, sequence: block.sequence + 1 };
      position += block.size;
    }
    return true;
  }

  #search(pattern: readonly number[], range: { from: number; to: number }): number | undefined {
    const first = pattern[0] ?? 0;
    for (let position = range.from; position < range.to; position += SEARCH_STEP) {
      const bytes = this.view(position, SEARCH_STEP + pattern.length - 1);
      let at = bytes.indexOf(first);
      while (at >= 0 && at < SEARCH_STEP) {
        if (pattern.every((octet, i) => bytes[at + i] === octet)) return position + at;
        at = bytes.indexOf(first, at + 1);
      }
    }
    return undefined;
  }
}

export function isExpected(head: BlockHead, expected: Expected): boolean {
  const id = expected.captureId;
  if (head.sequence < expected.sequence) return false;
  return id === undefined || id.every((octet, i) => head.captureId[i] === octet);
}

/** How much of a file without a header is searched for a block before it counts as foreign. */
const SCAN_LIMIT = 4 * MAX_PAYLOAD_SIZE;

/** Each try may walk to the end of the file: bounded, whatever somebody recorded there. */
const MAX_TRIES = 64;

const SEARCH_STEP = 65_536;
