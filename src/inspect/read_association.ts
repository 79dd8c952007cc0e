/**
 * The records of one association, found through the places that a listing gives.
 *
 * Why a cache: small associations share a block, and each of them is read on its own. Large ones
 * have their blocks to themselves and pass by it.
 */
import { RECORDS_BLOCK } from "../capture/block.ts";
import type { BlockFinderOptions, BlockFound } from "../capture/block_finder.ts";
import { readBlockRange } from "../capture/block_reader.ts";
import { type ByteSource, SourceWindow } from "../capture/byte_source.ts";
import type { CaptureRecord } from "../capture/record.ts";
import { RecordReader } from "../capture/record_reader.ts";
import { SoundBlocks } from "../capture/sound_blocks.ts";

/** Where the records of an association are. */
export interface FoundAssociation {
  /** Its number in the capture. */
  readonly id: number;
  readonly captureId: Uint8Array;
  /** Pairs of places in the file between which its records lie. */
  readonly places: readonly number[];
}

/** What one block of the file holds of an association. */
export interface AssociationBlock {
  /** Place of the block in the file. */
  readonly offset: number;
  readonly records: Iterable<CaptureRecord>;
}

interface Cached {
  readonly offset: number;
  /** Where the next block begins. */
  readonly end: number;
  readonly records: ReadonlyMap<number, readonly CaptureRecord[]>;
}

/** Blocks whose records are kept, by their place in the file. */
const MAX_CACHED = 16;

/** A longer range is read straight through. */
const CACHED_RANGE = 1_048_576;

/** Windows that are kept while nobody reads through them. */
const MAX_WINDOWS = 4;

export interface BlocksOptions {
  /** Bytes in records are valid until the next record is asked for. */
  readonly passing?: boolean;
}

export class AssociationReader {
  readonly #source: ByteSource;
  readonly #window: SourceWindow;
  /** For views that pass, while nobody reads through them. */
  readonly #windows: SourceWindow[] = [];
  /** Of those that pass: one reading finds where the messages are, another one sends them. */
  readonly #sound = new SoundBlocks();
  readonly #cache = new Map<number, Cached>();

  constructor(source: ByteSource) {
    this.#source = source;
    this.#window = new SourceWindow(source);
  }

  /** Bytes in records are views: copy what you keep for long. */
  *records(association: FoundAssociation): Generator<CaptureRecord, void, undefined> {
    for (const block of this.blocks(association)) yield* block.records;
  }

  /** The same by block. The records of one have to be taken before the next is asked for. */
  *blocks(
    association: FoundAssociation,
    { passing = false }: BlocksOptions = {},
  ): Generator<AssociationBlock, void, undefined> {
    const { id, captureId } = association;
    for (const { from, to } of ranges(association)) {
      const range = { captureId, from, to };
      if (to - from <= CACHED_RANGE) yield* this.#cached(id, range);
      else if (passing) yield* this.#passing(id, range);
      else yield* this.#straight(id, range);
    }
  }

  /**
   * From a block on that was seen before: for reading here and there. Blocks are kept for a while,
   * unless they pass and belong to a large association.
   */
  *blocksFrom(
    association: FoundAssociation,
    offset: number,
    { passing = false }: BlocksOptions = {},
  ): Generator<AssociationBlock, void, undefined> {
    const { id, captureId } = association;
    for (const { from, to } of ranges(association)) {
      if (to <= offset) continue;
      const range = { captureId, from: Math.max(from, offset), to };
      if (passing && to - from > CACHED_RANGE) yield* this.#passing(id, range);
      else yield* this.#cached(id, range);
    }
  }

  *#straight(id: number, range: Range, read?: BlockFinderOptions): Generator<AssociationBlock> {
    for (const block of readBlockRange(this.#source, range, read)) {
      if (block.kind !== RECORDS_BLOCK) continue;
      yield { offset: block.offset, records: recordsOf(id, block) };
    }
  }

  /** Each reading has a window to itself; the next one takes over what the last one has read. */
  *#passing(id: number, range: Range): Generator<AssociationBlock> {
    // -1 where none holds it: then the last one is taken, on purpose
    const found = this.#windows.findIndex((window) => window.holds(range.from));
    const [window = new SourceWindow(this.#source, { passing: true })] = this.#windows.splice(
      found,
      1,
    );
    try {
      yield* this.#straight(id, range, { window, sound: this.#sound });
    } finally {
      if (this.#windows.length < MAX_WINDOWS) this.#windows.push(window);
    }
  }

  *#cached(id: number, range: Range): Generator<AssociationBlock> {
    let position = range.from;
    while (position < range.to) {
      const cached = this.#cache.get(position) ?? this.#load({ ...range, from: position });
      if (cached === undefined) return;
      const records = cached.records.get(id);
      if (records !== undefined) yield { offset: cached.offset, records };
      position = cached.end;
    }
  }

  #load(range: Range): Cached | undefined {
    const [block] = readBlockRange(this.#source, range, { window: this.#window });
    if (block === undefined) return undefined;
    const { offset } = block;
    const cached = { offset, end: offset + block.size, records: byAssociation(block) };
    this.#cache.set(range.from, cached);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED) break;
      this.#cache.delete(oldest);
    }
    return cached;
  }
}

interface Range {
  readonly captureId: Uint8Array;
  readonly from: number;
  readonly to: number;
}

function* ranges({ places }: FoundAssociation): Generator<{ from: number; to: number }> {
  for (let i = 0; i + 1 < places.length; i += 2) {
    yield { from: places[i] ?? 0, to: places[i + 1] ?? 0 };
  }
}

function* recordsOf(id: number, block: BlockFound): Generator<CaptureRecord> {
  const reader = new RecordReader(block.payload);
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    if (associationOf(record) === id) yield record;
  }
}

function byAssociation(block: BlockFound): Map<number, CaptureRecord[]> {
  const records = new Map<number, CaptureRecord[]>();
  if (block.kind !== RECORDS_BLOCK) return records;
  const reader = new RecordReader(block.payload);
  for (let record = reader.next(); record !== undefined; record = reader.next()) {
    const association = associationOf(record);
    if (association === undefined) continue;
    const list = records.get(association);
    if (list === undefined) records.set(association, [record]);
    else list.push(record);
  }
  return records;
}

/** A note may be about one, too. Undefined for what is about the capture as a whole. */
function associationOf(record: CaptureRecord): number | undefined {
  if ("association" in record) return record.association;
  const association = record.kind === "note" ? record.facts["association"] : undefined;
  return typeof association === "number" ? association : undefined;
}
