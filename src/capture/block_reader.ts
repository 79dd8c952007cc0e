/**
 * Walks over a file of one capture, or of several joined ones, block by block.
 *
 * Rule: whatever the octets are, every sound block of the capture is given once, in order, and
 * every octet that is not part of one is reported as damage with its place and size.
 *
 * Rule: what is recorded can itself be a capture. So after damage only a block with this capture's
 * id and a greater sequence number counts. Another capture begins where a block or a trailer ends.
 * Behind damage it has to be whole up to the end of the file, and not inside what the head of a
 * torn block claims: there it could be recorded traffic. Then it is pointed out but not read.
 *
 * Memory: one window of the source, at most a few times the greatest block.
 */
import { BLOCK_HEAD_SIZE, TRAILER_BLOCK } from "./block.ts";
import {
  BlockFinder,
  type BlockFinderOptions,
  type BlockFound,
  type Expected,
  isExpected,
} from "./block_finder.ts";
import type { ByteSource, SourceWindow } from "./byte_source.ts";
import { CaptureError } from "./capture_error.ts";
import { foreignFormat } from "./foreign_format.ts";
import { type CaptureHeader, looksLikeHeader, MAX_HEADER_SIZE, readHeader } from "./header.ts";

export type BlockItem = CaptureStart | BlockFound | Damage | CaptureEnd;

export interface CaptureStart {
  readonly item: "capture";
  /** Place of the header's first octet; offsets in the index count from here. */
  readonly offset: number;
  /** Undefined where the header is damaged; the records may be readable all the same. */
  readonly header: CaptureHeader | undefined;
}

export interface Damage {
  readonly item: "damage";
  /**
   * - `damaged`: octets that are no sound block of this capture
   * - `cut off`: the file ends inside a block, as after a power failure
   * - `missing`: no octet is wrong, but blocks are not there
   */
  readonly kind: "damaged" | "cut off" | "missing";
  /** Place in the file and octets that are not readable; 0 octets where blocks are missing. */
  readonly offset: number;
  readonly length: number;
  /** Blocks that the sequence numbers say were there; undefined where nothing follows that says. */
  readonly blocks: number | undefined;
  /** In words, for people. */
  readonly what: string;
}

export interface CaptureEnd {
  readonly item: "end";
  readonly offset: number;
  /** The recorder closed it: there is a trailer. */
  readonly closed: boolean;
}

/**
 * Throws `CaptureError` where `source` is no capture, or one that must not be read. Payloads are good
 * for as long as views of the `window` are: without one, for ever.
 */
export function* readBlocks(
  source: ByteSource,
  window?: SourceWindow,
): Generator<BlockItem, void, undefined> {
  if (source.size === 0) throw new CaptureError("Cannot read an empty file: 0 octets", "empty");
  const file = new BlockFinder(source, { window });
  let position = 0;
  while (position < file.size) position = yield* readOneCapture(file, position);
}

/** The sound blocks between two places of the file, as the index gives them; damage is passed over. */
export function* readBlockRange(
  source: ByteSource,
  range: { captureId: Uint8Array; from: number; to: number },
  options?: BlockFinderOptions,
): Generator<BlockFound, void, undefined> {
  const file = new BlockFinder(source, options);
  const to = Math.min(range.to, file.size);
  let expected: Expected = { captureId: range.captureId, sequence: 0 };
  let position = range.from;
  while (position < to) {
    const block =
      file.blockAt(position, expected) ?? file.findBlock(expected, { from: position + 1, to });
    if (block === undefined) return;
    yield block;
    expected = { captureId: range.captureId, sequence: block.sequence + 1 };
    position = block.offset + block.size;
  }
}

/** Where reading of a capture that grows stands. */
export interface BlockPlace {
  readonly captureId: Uint8Array;
  /** Place in the file where the next block begins. */
  readonly position: number;
  /** Its sequence number. */
  readonly sequence: number;
}

/**
 * The sound blocks of one capture from a place on, and the damage between them. What is at the end
 * and no whole block may still be written: it is left for the next time, when reading goes on from
 * the place that is returned.
 */
export function* readBlocksOn(
  source: ByteSource,
  from: BlockPlace,
): Generator<BlockFound | Damage, BlockPlace, undefined> {
  const file = new BlockFinder(source);
  const { captureId } = from;
  let { position, sequence } = from;
  while (position < file.size) {
    const expected: Expected = { captureId, sequence };
    const block =
      file.blockAt(position, expected) ?? file.findBlock(expected, { from: position + 1 });
    if (block === undefined) break;
    const length = block.offset - position;
    const blocks = block.sequence - sequence;
    if (length > 0) yield damaged({ offset: position, length, blocks, what: "damaged" });
    position = block.offset + block.size;
    sequence = block.sequence + 1;
    yield block;
  }
  return { captureId, position, sequence };
}

/** Returns where the next capture begins: the end of the file, or sooner where several are joined. */
function* readOneCapture(file: BlockFinder, start: number): Generator<BlockItem, number> {
  let position = start;
  let captureId: Uint8Array | undefined;
  const found = start === 0 ? readHeader(file.view(0, MAX_HEADER_SIZE)) : file.headerAt(start);
  if (found !== undefined) {
    position += found.length;
    captureId = found.header.capture_id;
    yield { item: "capture", offset: start, header: found.header };
  } else {
    const first = file.findFirstBlock(start);
    if (first === undefined) {
      if (start === 0) throw noCapture(file);
      yield damaged({ offset: start, length: file.size - start, what: notRead(file, start) });
      return file.size;
    }
    position = first.offset;
    captureId = first.captureId;
    yield { item: "capture", offset: start, header: undefined };
    yield damaged({ offset: start, length: position - start, what: "the header is damaged" });
  }

  let expected: Expected = { captureId, sequence: 0 };
  let closed = false;
  while (position < file.size) {
    const here = file.blockAt(position, expected);
    // Behind a trailer there is no more of this capture, so even a damaged header begins another.
    if (here === undefined && (closed || file.headerAt(position) !== undefined)) break;
    const block = here ?? file.findBlock(expected, { from: position + 1 });
    if (block === undefined) {
      const last = tail(file, position, expected);
      yield last;
      position += last.length;
      break;
    }
    const blocks = block.sequence - expected.sequence;
    const length = block.offset - position;
    if (length > 0) {
      yield damaged({ offset: position, length, blocks, what: "damaged" });
    } else if (blocks > 0) {
      const what = blocks === 1 ? "1 block is missing" : `${blocks} blocks are missing`;
      yield { item: "damage", kind: "missing", offset: position, length, blocks, what };
    }
    yield block;
    closed = block.kind === TRAILER_BLOCK;
    expected = { captureId, sequence: block.sequence + 1 };
    position = block.offset + block.size;
  }
  yield { item: "end", offset: position, closed };
  return position;
}

function damaged(
  facts: Pick<Damage, "offset" | "length" | "what"> & { readonly blocks?: number },
): Damage {
  return { item: "damage", kind: "damaged", blocks: undefined, ...facts };
}

/** The damage behind which nothing more of this capture comes: up to another one or to the end. */
function tail(file: BlockFinder, offset: number, expected: Expected): Damage {
  const found = file.findWholeCapture(offset + 1);
  const head = file.headAt(offset);
  const torn = head !== undefined && isExpected(head, expected) && offset + head.size > file.size;
  const inside = torn || (head !== undefined && found !== undefined && found < offset + head.size);
  const next = inside ? file.size : (found ?? file.size);
  const length = next - offset;
  const hint =
    inside && found !== undefined
      ? `; from octet ${found} on it looks like another capture: if files were joined, cut it there`
      : "";
  if (torn || (head === undefined && length < BLOCK_HEAD_SIZE)) {
    const what = `the capture ends inside a block${hint}`;
    return { item: "damage", kind: "cut off", offset, length, blocks: undefined, what };
  }
  return damaged({ offset, length, what: `damaged, and no whole block follows${hint}` });
}

function notRead(file: BlockFinder, start: number): string {
  try {
    readHeader(file.view(start, MAX_HEADER_SIZE));
  } catch (error) {
    if (error instanceof CaptureError) return error.message;
    throw error;
  }
  return "octets behind the end of the capture that belong to none";
}

function noCapture(file: BlockFinder): CaptureError {
  const begin = file.view(0, 512);
  const what = looksLikeHeader(begin)
    ? `Cannot read the capture: its header is damaged and no whole block follows (${file.size} octets)`
    : `Cannot read as a capture: the file ${foreignFormat(begin)}. ` +
      `A capture begins with a MessagePack map whose first member is format "dicomtap"`;
  return new CaptureError(what, "foreign");
}
