/**
 * What the blocks of one capture tell of its associations, block by block: their summaries, and
 * where in the file their records lie. For captures without an index, those that grow among them.
 */
import type { BlockFound } from "../capture/block_finder.ts";
import type { Damage } from "../capture/block_reader.ts";
import { unreadable } from "../capture/reader.ts";
import { RecordReader } from "../capture/record_reader.ts";
import type { AssociationJson } from "../observe/summary.ts";
import type { FoundAssociation } from "./read_association.ts";
import { RecordObserver, SUMMARY_HEAD_LENGTH } from "./record_observer.ts";

export interface ListedAssociation extends FoundAssociation {
  readonly summary: AssociationJson;
}

export interface CaptureScanOptions {
  /** What the capture is called in the JSON. */
  readonly name: string;
  /** Its first record was read. */
  readonly opened?: (association: number) => void;
  /** Nothing more comes of it. */
  readonly ended: (association: ListedAssociation) => void;
}

export class CaptureScan {
  /** Octets of traffic that the recorder had to leave out. */
  lost = 0;
  readonly #options: CaptureScanOptions;
  readonly #observer: RecordObserver;
  readonly #places = new Map<number, number[]>();
  /** Open associations of which something was read since `changed` was asked. */
  readonly #changed = new Set<number>();
  #captureId: Uint8Array = new Uint8Array(16);

  constructor(options: CaptureScanOptions) {
    this.#options = options;
    this.#observer = new RecordObserver({
      capture: options.name,
      headLength: SUMMARY_HEAD_LENGTH,
      ended: (association) => {
        const listed = this.#listed(association.id, association.summary());
        this.#places.delete(association.id);
        this.#changed.delete(association.id);
        options.ended(listed);
      },
    });
  }

  /** A block with records, in the order of the file. */
  block(block: BlockFound): Damage | undefined {
    this.#captureId = block.captureId;
    const records = new RecordReader(block.payload);
    for (let record = records.next(); record !== undefined; record = records.next()) {
      if (record.kind === "gap" || record.kind === "lost") this.lost += record.length;
      if (record.kind === "clock") this.#observer.consume(record);
      if (!("association" in record)) continue;
      this.#place(record.association, block);
      this.#changed.add(record.association);
      this.#observer.consume(record);
    }
    return records.position < block.payload.length
      ? unreadable(block.offset, block.payload, records)
      : undefined;
  }

  /** The capture ends: what is open stays so. */
  finish(): void {
    this.#observer.finish();
  }

  /** Associations that are open and of which something new was read, as they are now. */
  changed(): ListedAssociation[] {
    const open = [...this.#changed].flatMap((id) => {
      const association = this.#observer.get(id);
      return association === undefined ? [] : [this.#listed(id, association.summary())];
    });
    this.#changed.clear();
    return open;
  }

  #listed(id: number, summary: AssociationJson): ListedAssociation {
    const places = [...(this.#places.get(id) ?? [])];
    return { id, captureId: this.#captureId, places, summary };
  }

  #place(association: number, { offset, size }: BlockFound): void {
    const places = this.#places.get(association);
    if (places === undefined) {
      this.#places.set(association, [offset, offset + size]);
      this.#options.opened?.(association);
    } else if (places.at(-1) === offset) places[places.length - 1] = offset + size;
    else if (places.at(-1) !== offset + size) places.push(offset, offset + size);
  }
}
