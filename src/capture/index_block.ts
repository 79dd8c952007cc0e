/**
 * The index: what a list of associations needs, so that a large capture is listed without reading
 * it. It can be built again from the records, so nothing depends on it.
 *
 * An index block holds MessagePack values back to back: first `["index", version, offset of the
 * index block before this one or 0]`, then for each association that closed since
 * `["association", number, opened at, closed at, [from, to, from, to, ...], summary]`.
 * Offsets count from the header's first octet; all blocks with records of that association lie
 * between a `from` and its `to`. The summary is whatever the writer's owner has to say.
 *
 * Why several index blocks and not one at the end: the recorder need not keep the entries of a long
 * recording in memory.
 */
import { BLOCK_HEAD_SIZE, INDEX_BLOCK, isSound, readBlockHead } from "./block.ts";
import type { ByteSource } from "./byte_source.ts";
import { type CaptureHeader, MAX_HEADER_SIZE, readHeader } from "./header.ts";
import { packValue, unpackList, valueEnd } from "./msgpack.ts";
import { type FoundTrailer, findTrailer } from "./trailer.ts";

export interface IndexEntry {
  readonly association: number;
  readonly openedAt: number;
  readonly closedAt: number;
  /** Pairs of offsets from the header's first octet. */
  readonly places: readonly number[];
  readonly summary: unknown;
}

export interface IndexedCapture {
  /** Place of the header in the file. */
  readonly offset: number;
  readonly header: CaptureHeader;
  /** In ascending order of their numbers. */
  readonly entries: readonly IndexEntry[];
  /** Octets of traffic that the recorder had to leave out. */
  readonly lost: number;
}

/**
 * The index of each capture in the file, from the first to the last; undefined where one of them
 * was not closed in order or an index is damaged: then the records have to be read.
 */
export function readIndex(source: ByteSource): IndexedCapture[] | undefined {
  const captures: IndexedCapture[] = [];
  let end = source.size;
  while (end > 0) {
    const trailer = findTrailer(source, end);
    const capture = trailer && indexedCapture(source, trailer);
    if (trailer === undefined || capture === undefined) return undefined;
    captures.unshift(capture);
    end = trailer.start;
  }
  return captures.length > 0 ? captures : undefined;
}

const INDEX_VERSION = 1;

export function encodeIndexStart(previous: number): Uint8Array {
  return packValue(["index", INDEX_VERSION, previous]);
}

export function encodeIndexEntry(entry: IndexEntry): Uint8Array {
  const { association, openedAt, closedAt, places, summary } = entry;
  return packValue(["association", association, openedAt, closedAt, places, summary ?? null]);
}

function indexedCapture(source: ByteSource, trailer: FoundTrailer): IndexedCapture | undefined {
  const found = readHeader(source.read(trailer.start, MAX_HEADER_SIZE));
  if (found === undefined || !sameId(found.header.capture_id, trailer.captureId)) return undefined;
  const entries: IndexEntry[] = [];
  let offset = trailer.indexOffset;
  while (offset > 0) {
    const payload = indexPayload(source, trailer, offset);
    const previous = payload && takeEntries(payload, entries);
    if (previous === undefined || previous >= offset) return undefined;
    offset = previous;
  }
  entries.sort((a, b) => a.association - b.association);
  return { offset: trailer.start, header: found.header, entries, lost: trailer.lost };
}

function indexPayload(source: ByteSource, trailer: FoundTrailer, offset: number) {
  const position = trailer.start + offset;
  const head = readBlockHead(source.read(position, BLOCK_HEAD_SIZE));
  if (head?.kind !== INDEX_BLOCK || !sameId(head.captureId, trailer.captureId)) return undefined;
  const block = source.read(position, head.size);
  return isSound(block, head)
    ? block.subarray(BLOCK_HEAD_SIZE, BLOCK_HEAD_SIZE + head.payloadSize)
    : undefined;
}

/** Returns the offset of the index block before this one, undefined where this is none we can read. */
function takeEntries(payload: Uint8Array, entries: IndexEntry[]): number | undefined {
  let position = valueEnd(payload, 0);
  if (position < 0) return undefined;
  const [name, version, previous] = unpackList(payload.subarray(0, position));
  if (name !== "index" || version !== INDEX_VERSION || typeof previous !== "number")
    return undefined;
  while (position < payload.length) {
    const end = valueEnd(payload, position);
    if (end < 0) return undefined;
    const [kind, association, openedAt, closedAt, places, summary] = unpackList(
      payload.subarray(position, end),
    );
    if (kind === "association") {
      if (!areOffsets([association, openedAt, closedAt]) || !areOffsets(places)) return undefined;
      entries.push({ association, openedAt, closedAt, places, summary } as IndexEntry);
    }
    position = end;
  }
  return previous;
}

function areOffsets(numbers: unknown): boolean {
  return Array.isArray(numbers) && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function sameId(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((octet, i) => b[i] === octet);
}
