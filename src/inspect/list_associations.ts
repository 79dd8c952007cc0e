/**
 * The associations of a capture file, in the order in which they opened: from its index, or where
 * there is none or another version made it, by reading its records.
 */
import { RECORDS_BLOCK } from "../capture/block.ts";
import { type Damage, readBlocks } from "../capture/block_reader.ts";
import type { ByteSource } from "../capture/byte_source.ts";
import type { CaptureHeader } from "../capture/header.ts";
import { type IndexEntry, type IndexedCapture, readIndex } from "../capture/index_block.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { CaptureScan, type ListedAssociation } from "./capture_scan.ts";
import { isOutdated, unpackSummary } from "./index_summary.ts";
import { AssociationReader, type FoundAssociation } from "./read_association.ts";
import { RecordObserver, SUMMARY_HEAD_LENGTH } from "./record_observer.ts";

export type { ListedAssociation } from "./capture_scan.ts";

export type ListItem =
  | { readonly item: "capture"; readonly header: CaptureHeader | undefined }
  | { readonly item: "association"; readonly association: ListedAssociation }
  /** Some more of the records was read: who must not be held up for long can pause here. */
  | { readonly item: "read" }
  | Damage
  | CaptureDone;

export interface CaptureDone {
  readonly item: "end";
  /** False: still being written, or its recorder was killed. */
  readonly closed: boolean;
  /** Octets of traffic that the recorder had to leave out. */
  readonly lost: number;
  /** It has an index that another version made, and that was not used. */
  readonly outdated?: true;
}

export interface ListOptions {
  /** What the capture is called in the JSON. */
  readonly name: string;
  /** Reads the records even where there is an index. */
  readonly scan?: boolean;
  readonly progress?: (position: number) => void;
}

/** Throws `CaptureError` where `source` is no capture, or one that must not be read. */
export function* listAssociations(
  source: ByteSource,
  options: ListOptions,
): Generator<ListItem, void, undefined> {
  const indexed = options.scan === true ? undefined : readIndex(source);
  if (indexed === undefined) yield* listScanned(source, options);
  else if (indexed.some(hasOutdated)) yield* listScanned(source, { ...options, outdated: true });
  else yield* listIndexed(source, { captures: indexed, options });
}

function hasOutdated({ entries }: IndexedCapture): boolean {
  return entries.some(({ summary }) => isOutdated(summary));
}

function* listIndexed(
  source: ByteSource,
  { captures, options }: { captures: readonly IndexedCapture[]; options: ListOptions },
): Generator<ListItem> {
  for (const capture of captures) {
    yield { item: "capture", header: capture.header };
    for (const entry of capture.entries) {
      const found = foundOf(entry, capture);
      const summary =
        unpackSummary(entry.summary, options.name) ?? summarise(source, found, options.name);
      if (summary !== undefined) yield { item: "association", association: { ...found, summary } };
    }
    yield { item: "end", closed: true, lost: capture.lost };
  }
}

/** Where the records of an association are, by the index of its capture. */
export function foundOf(
  { association, places }: IndexEntry,
  { header, offset }: Pick<IndexedCapture, "header" | "offset">,
): FoundAssociation {
  return {
    id: association,
    captureId: header.capture_id,
    // from the beginning of the file, which is that of the capture but where several are joined
    places: offset === 0 ? places : places.map((place) => place + offset),
  };
}

/** What the records say of an association, where the index does not. */
export function summarise(
  source: ByteSource,
  found: FoundAssociation,
  capture: string,
): AssociationJson | undefined {
  let summary: AssociationJson | undefined;
  const observer = new RecordObserver({
    capture,
    headLength: SUMMARY_HEAD_LENGTH,
    ended: (association) => {
      summary = association.summary();
    },
  });
  for (const record of new AssociationReader(source).records(found)) observer.consume(record);
  observer.finish();
  return summary;
}

function* listScanned(
  source: ByteSource,
  options: ListOptions & Pick<CaptureDone, "outdated">,
): Generator<ListItem> {
  const more = options.outdated === undefined ? {} : { outdated: options.outdated };
  let ordered = new OrderedScan(options);
  for (const item of readBlocks(source)) {
    switch (item.item) {
      case "capture":
        ordered = new OrderedScan(options);
        yield { item: "capture", header: item.header };
        break;
      case "block": {
        options.progress?.(item.offset);
        const damage = item.kind === RECORDS_BLOCK ? ordered.scan.block(item) : undefined;
        if (damage !== undefined) yield damage;
        break;
      }
      case "damage":
        yield item;
        break;
      case "end":
        ordered.scan.finish();
        yield* ordered.inOrder();
        yield { item: "end", closed: item.closed, lost: ordered.scan.lost, ...more };
        continue;
      default:
        item satisfies never;
    }
    yield* ordered.inOrder();
    if (item.item === "block") yield { item: "read" };
  }
}

/** So many associations that ended wait for one that opened before them and has not ended. */
const MAX_WAITING = 10_000;

/** A scan that gives associations in the order in which they opened. */
class OrderedScan {
  readonly scan: CaptureScan;
  /** Associations in the order in which they opened; with a value once they ended. */
  readonly #order = new Map<number, ListItem | undefined>();

  constructor(options: ListOptions) {
    this.scan = new CaptureScan({
      name: options.name,
      opened: (id) => this.#order.set(id, undefined),
      ended: (association) => this.#order.set(association.id, { item: "association", association }),
    });
  }

  *inOrder(): Generator<ListItem> {
    for (const [id, item] of this.#order) {
      if (item === undefined && this.#order.size < MAX_WAITING) return;
      if (item === undefined) continue;
      this.#order.delete(id);
      yield item;
    }
  }
}
