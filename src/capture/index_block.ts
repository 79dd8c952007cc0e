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
  const captures: (IndexedCapture & { readonly entries: IndexEntry[] })[] = [];
  const items = readIndexItems(source);
  let next = items.next();
  for (; next.done !== true; next = items.next()) {
    const item = next.value;
    if (item.item === "capture") captures.push({ ...item.capture, entries: [] });
    else if (item.item === "entry") captures.at(-1)?.entries.push(item.entry);
  }
  for (const { entries } of captures) entries.sort((a, b) => a.association - b.association);
  return next.value ? captures : undefined;
}

export type IndexItem =
  /** Its entries follow, in the order in which the associations closed. */
  | { readonly item: "capture"; readonly capture: Omit<IndexedCapture, "entries"> }
  /** `octets`: all of the entry; see `summaryOctets`. Good until the next item is asked for. */
  | { readonly item: "entry"; readonly entry: IndexEntry; readonly octets: Uint8Array }
  /** A block was checked. */
  | { readonly item: "checked" };

/**
 * The same one by one, so that the index of 100,000 associations need not be in memory, and others
 * can have their turn. Every block is checked before the first entry is given. Returns false where
 * the records have to be read instead.
 */
export function* readIndexItems(source: ByteSource): Generator<IndexItem, boolean, undefined> {
  const chains: IndexChain[] = [];
  let end = source.size;
  while (end > 0) {
    const trailer = findTrailer(source, end);
    const chain = trailer && (yield* checkedChain(source, trailer));
    if (chain === undefined) return false;
    chains.unshift(chain);
    end = chain.trailer.start;
  }
  for (const { trailer, header, offsets } of chains) {
    const { start: offset, lost } = trailer;
    yield { item: "capture", capture: { offset, header, lost } };
    for (const place of offsets) {
      const payload = indexPayload(source, trailer, place);
      if (payload === undefined || !(yield* entriesOf(payload))) return false;
    }
  }
  return chains.length > 0;
}

const INDEX_VERSION = 1;

export function encodeIndexStart(previous: number): Uint8Array {
  return packValue(["index", INDEX_VERSION, previous]);
}

export function encodeIndexEntry(entry: IndexEntry): Uint8Array {
  const { association, openedAt, closedAt, places, summary } = entry;
  return packValue(["association", association, openedAt, closedAt, places, summary ?? null]);
}

interface IndexChain {
  readonly trailer: FoundTrailer;
  readonly header: CaptureHeader;
  /** Of its index blocks, the first one first. */
  readonly offsets: readonly number[];
}

/** Undefined where a block of it is damaged, or none that we can read. */
function* checkedChain(
  source: ByteSource,
  trailer: FoundTrailer,
): Generator<IndexItem, IndexChain | undefined, undefined> {
  const found = readHeader(source.read(trailer.start, MAX_HEADER_SIZE));
  if (found === undefined || !sameId(found.header.capture_id, trailer.captureId)) return undefined;
  const offsets: number[] = [];
  let offset = trailer.indexOffset;
  while (offset > 0) {
    const payload = indexPayload(source, trailer, offset);
    const previous = payload && startOf(payload)?.previous;
    if (previous === undefined || previous >= offset) return undefined;
    offsets.push(offset);
    offset = previous;
    yield { item: "checked" };
  }
  return { trailer, header: found.header, offsets: offsets.reverse() };
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

/** Where its entries begin, and the offset of the index block before this one. */
function startOf(payload: Uint8Array) {
  const end = valueEnd(payload, 0);
  if (end < 0) return undefined;
  const [name, version, previous] = unpackList(payload.subarray(0, end));
  const known = name === "index" && version === INDEX_VERSION && areOffsets([previous]);
  return known ? { end, previous: previous as number } : undefined;
}

/** False where an entry is none that we can read. */
function* entriesOf(payload: Uint8Array): Generator<IndexItem, boolean, undefined> {
  let position = startOf(payload)?.end ?? payload.length;
  while (position < payload.length) {
    const end = valueEnd(payload, position);
    if (end < 0) return false;
    const octets = payload.subarray(position, end);
    const [kind, association, openedAt, closedAt, places, summary] = unpackList(octets);
    if (kind === "association") {
      if (!areOffsets([association, openedAt, closedAt]) || !areOffsets(places)) return false;
      const entry = { association, openedAt, closedAt, places, summary } as IndexEntry;
      yield { item: "entry", entry, octets };
    }
    position = end;
  }
  return true;
}

/** Elements before the summary in an entry. */
const SUMMARY_PLACE = 5;

/** Of the summary in the octets of an entry that was read: a view. */
export function summaryOctets(entry: Uint8Array): Uint8Array {
  let at = entry[0] === 0xdc ? 3 : entry[0] === 0xdd ? 5 : 1;
  for (let i = 0; i < SUMMARY_PLACE; i++) at = valueEnd(entry, at);
  return entry.subarray(at, valueEnd(entry, at));
}

function areOffsets(numbers: unknown): boolean {
  return Array.isArray(numbers) && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function sameId(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((octet, i) => b[i] === octet);
}
