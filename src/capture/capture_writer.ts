/**
 * Makes the octets of a capture: header, blocks, index, trailer. It does not write them anywhere;
 * its owner does, and says `written` when they are safely in the file.
 *
 * Rule: until `written` is called nothing counts, neither place nor sequence number nor index. So
 * the owner may try the same block again, after it has cut the file back to `position`.
 *
 * Memory: one block, the index entries not yet written (`indexSize`), and some numbers for each
 * association that is open.
 */
import type { Role } from "../role.ts";
import {
  BLOCK_HEAD_SIZE,
  BLOCK_TAIL_SIZE,
  INDEX_BLOCK,
  MAX_PAYLOAD_SIZE,
  RECORDS_BLOCK,
  sealBlock,
  TRAILER_BLOCK,
} from "./block.ts";
import { type CaptureFacts, encodeHeader } from "./header.ts";
import { encodeIndexEntry, encodeIndexStart } from "./index_block.ts";
import { type CaptureRecord, encodeRecord, POSITION_RECORD_SIZE, trafficOf } from "./record.ts";
import { encodeTrailer, TRAILER_SIZE } from "./trailer.ts";

/** What the index says about an association when it is closed; all of it is known to the owner. */
export interface ClosedAssociation {
  readonly openedAt: number;
  readonly closedAt: number;
  readonly summary: unknown;
}

export type Told = Readonly<Record<Role, number>>;

export class CaptureWriter {
  readonly captureId: Uint8Array;
  /** Octets of payload from which on a block is full. */
  readonly blockSize: number;
  readonly #header: Uint8Array;
  #buffer: Uint8Array;
  #filled = BLOCK_HEAD_SIZE;
  readonly #inBlock = new Set<number>();
  readonly #told = new Map<number, Record<Role, number>>();
  /** Pairs of offsets for each association that is not yet in the index. */
  readonly #places = new Map<number, number[]>();
  #closed: { association: number; facts: ClosedAssociation }[] = [];
  readonly #entries: Uint8Array[] = [];
  #indexSize = 0;
  #indexOffset = 0;
  #position = 0;
  #sequence = 0;
  #taken: { bytes: Uint8Array; kind: number | "header" } | undefined;

  constructor(facts: CaptureFacts, options: { readonly blockSize?: number } = {}) {
    this.captureId = facts.capture_id.slice();
    this.blockSize = Math.min(options.blockSize ?? 262_144, MAX_PAYLOAD_SIZE);
    this.#header = encodeHeader(facts);
    this.#buffer = new Uint8Array(SMALL_BUFFER);
  }

  /** Octets of the file so far: where the next ones belong. */
  get position(): number {
    return this.#position;
  }

  /** Octets of records that wait for their block to be written. */
  get pending(): number {
    return this.#filled - BLOCK_HEAD_SIZE;
  }

  /** Octets of index entries that wait. */
  get indexSize(): number {
    return this.#indexSize;
  }

  /** Octets that the file would have if it were closed now. */
  get sizeWhenClosed(): number {
    const records = this.pending > 0 ? this.pending + OVERHEAD : 0;
    const index = this.#indexSize > 0 ? this.#indexSize + OVERHEAD + 16 : 0;
    return Math.max(this.#position, this.#header.length) + records + index + TRAILER_SIZE;
  }

  /** Octets of each AE's stream that the records added so far account for. */
  told(association: number): Told {
    return this.#told.get(association) ?? NOTHING_TOLD;
  }

  /** Whether a record of `size` octets still goes into the waiting block. */
  hasRoom(size: number): boolean {
    if (this.#taken !== undefined) return false;
    const needed = size + POSITION_RECORD_SIZE;
    return this.pending === 0
      ? needed <= MAX_PAYLOAD_SIZE
      : this.pending + needed <= this.blockSize;
  }

  /** Adds one record, whose encoding `hasRoom` has said yes to. The octets are copied. */
  add(record: CaptureRecord, bytes: Uint8Array): void {
    if (!this.hasRoom(bytes.length)) {
      throw new RangeError(`Cannot add ${bytes.length} octets to a block with ${this.pending}`);
    }
    if ("association" in record) this.#tell(record);
    this.#append(bytes);
  }

  /** Adds records of kinds that this version does not know, as they are. */
  addUnknown(bytes: Uint8Array): void {
    if (!this.hasRoom(bytes.length)) throw new RangeError(`Cannot add ${bytes.length} octets`);
    this.#append(bytes);
  }

  /** Marks an association as closed: it goes into the index once all its records are written. */
  close(association: number, facts: ClosedAssociation): void {
    this.#told.delete(association);
    this.#closed.push({ association, facts });
    if (!this.#inBlock.has(association)) this.#index();
  }

  /** What comes next in the file: the header first, then the waiting records. A view until `written`. */
  take(): Uint8Array | undefined {
    if (this.#taken !== undefined) return this.#taken.bytes;
    if (this.#position === 0) return this.#take(this.#header, "header");
    if (this.pending === 0) return undefined;
    const block = this.#buffer.subarray(0, this.#filled + BLOCK_TAIL_SIZE);
    return this.#take(this.#seal(block, RECORDS_BLOCK), RECORDS_BLOCK);
  }

  /** The waiting index entries as a block. Call when `take` has nothing and there are enough. */
  takeIndex(): Uint8Array | undefined {
    if (this.#taken !== undefined) return this.#taken.bytes;
    if (this.#indexSize === 0) return undefined;
    const parts = [encodeIndexStart(this.#indexOffset)];
    let size = parts[0]?.length ?? 0;
    while (this.#entries.length > 0) {
      const entry = this.#entries[0] ?? new Uint8Array(0);
      if (size + entry.length > MAX_PAYLOAD_SIZE) break;
      parts.push(entry);
      size += entry.length;
      this.#indexSize -= entry.length;
      this.#entries.shift();
    }
    return this.#take(this.#seal(blockOf(parts, size), INDEX_BLOCK), INDEX_BLOCK);
  }

  /** The last block. `lost`: octets of traffic that are in no capture, over the file's whole time. */
  takeTrailer(lost: number): Uint8Array {
    if (this.#taken !== undefined) return this.#taken.bytes;
    const captureSize = this.#position + TRAILER_SIZE;
    const payload = encodeTrailer({ captureSize, indexOffset: this.#indexOffset, lost });
    const block = blockOf([payload], payload.length);
    return this.#take(this.#seal(block, TRAILER_BLOCK), TRAILER_BLOCK);
  }

  /** What was taken is in the file. */
  written(): void {
    const taken = this.#taken;
    if (taken === undefined) throw new TypeError("Cannot commit: nothing was taken");
    const from = this.#position;
    this.#position += taken.bytes.length;
    this.#taken = undefined;
    if (taken.kind !== "header") this.#sequence += 1;
    if (taken.kind === INDEX_BLOCK) this.#indexOffset = from;
    if (taken.kind !== RECORDS_BLOCK) return;
    for (const association of this.#inBlock) this.#place(association, from);
    this.#inBlock.clear();
    // Files that wait for their last association to end need not keep what busy ones need.
    if (this.#filled < this.#buffer.length / 8) this.#buffer = new Uint8Array(SMALL_BUFFER);
    this.#filled = BLOCK_HEAD_SIZE;
    this.#index();
  }

  /** The records that are in no written block, for another capture to take over. */
  unwritten(): Uint8Array {
    return this.#buffer.slice(BLOCK_HEAD_SIZE, this.#filled);
  }

  #take(bytes: Uint8Array, kind: number | "header"): Uint8Array {
    this.#taken = { bytes, kind };
    return bytes;
  }

  #seal(block: Uint8Array, kind: number): Uint8Array {
    sealBlock(block, { captureId: this.captureId, sequence: this.#sequence, kind });
    return block;
  }

  #tell(record: CaptureRecord & { readonly association: number }): void {
    const { association, at } = record;
    let told = this.#told.get(association);
    if (told === undefined) {
      told = { requestor: 0, acceptor: 0 };
      this.#told.set(association, told);
    } else if (!this.#inBlock.has(association)) {
      this.#append(encodeRecord({ kind: "position", association, at, ...told }));
    }
    this.#inBlock.add(association);
    if ("sender" in record) told[record.sender] += trafficOf(record);
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length + BLOCK_TAIL_SIZE;
    if (needed > this.#buffer.length) {
      const full = OVERHEAD + this.blockSize; // more only for one record that is longer than a block
      const larger = new Uint8Array(Math.max(needed, Math.min(4 * this.#buffer.length, full)));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  #place(association: number, from: number): void {
    const places = this.#places.get(association);
    const last = places?.length ?? 0;
    if (places === undefined) {
      this.#places.set(association, [from, this.#position]);
    } else if (places[last - 1] === from || last >= MAX_PLACES) {
      places[last - 1] = this.#position;
    } else {
      places.push(from, this.#position);
    }
  }

  #index(): void {
    const waiting = this.#closed;
    this.#closed = [];
    for (const closed of waiting) {
      if (this.#inBlock.has(closed.association)) {
        this.#closed.push(closed);
        continue;
      }
      const places = this.#places.get(closed.association) ?? [];
      this.#places.delete(closed.association);
      const { association, facts } = closed;
      let entry = encodeIndexEntry({ association, places, ...facts });
      if (entry.length > MAX_ENTRY_SIZE) {
        entry = encodeIndexEntry({ association, places, ...facts, summary: null });
      }
      this.#entries.push(entry);
      this.#indexSize += entry.length;
    }
  }
}

const NOTHING_TOLD: Told = { requestor: 0, acceptor: 0 };

const OVERHEAD = BLOCK_HEAD_SIZE + BLOCK_TAIL_SIZE;

/** Octets. */
const SMALL_BUFFER = 16_384;

/** An association in more separate places than this has one last place that holds others too. */
const MAX_PLACES = 2_000;

/** A summary that would make its entry longer is left out of the index. */
const MAX_ENTRY_SIZE = 1_048_576;

function blockOf(parts: readonly Uint8Array[], size: number): Uint8Array {
  const block = new Uint8Array(BLOCK_HEAD_SIZE + size + BLOCK_TAIL_SIZE);
  let end = BLOCK_HEAD_SIZE;
  for (const part of parts) {
    block.set(part, end);
    end += part.length;
  }
  return block;
}
