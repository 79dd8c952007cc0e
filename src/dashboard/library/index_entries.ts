/**
 * The entries of a file by its index.
 *
 * Rule: in small steps, `undefined` between them, so that requests are answered meanwhile; and never
 * all of the index at once, since 100,000 associations of it are 100 MB.
 */
import type { ByteSource } from "../../capture/byte_source.ts";
import type { CaptureHeader } from "../../capture/header.ts";
import { type IndexItem, readIndexItems, summaryOctets } from "../../capture/index_block.ts";
import { isOutdated } from "../../inspect/index_summary.ts";
import { foundOf, summarise } from "../../inspect/list_associations.ts";
import type { FoundAssociation } from "../../inspect/read_association.ts";
import { type Entry, type EntryPlace, entryOf, entryOfPacked } from "./entry.ts";
import type { SummaryShelf } from "./summary_shelf.ts";

export type Indexed = Extract<IndexItem, { item: "capture" }>["capture"];

export interface IndexEntriesOptions {
  readonly shelf: SummaryShelf;
  /** A capture of the file begins: the entries that follow are of it. `at`: its number, from 0. */
  readonly begin: (capture: Indexed, at: number) => void;
  readonly place: (header: CaptureHeader, of: FoundPlace) => EntryPlace;
}

export interface FoundPlace {
  readonly found: FoundAssociation;
  /** Which of the captures that were joined to this file. */
  readonly at: number;
}

/** Entries that are taken in one step. */
const STEP = 200;

/** Returns false where the records have to be read instead. */
export function* indexEntries(
  source: ByteSource,
  { shelf, begin, place }: IndexEntriesOptions,
): Generator<Entry | undefined, boolean> {
  const items = readIndexItems(source);
  let at = -1;
  let capture: Indexed | undefined;
  let taken = 0;
  let next = items.next();
  for (; next.done !== true; next = items.next()) {
    const item = next.value;
    if (item.item === "capture") {
      at += 1;
      capture = item.capture;
      begin(capture, at);
    } else if (item.item === "entry" && capture !== undefined) {
      if (isOutdated(item.entry.summary)) return false;
      const { header } = capture;
      const placed = place(header, { found: foundOf(item.entry, capture), at });
      const packed = { packed: item.entry.summary, octets: summaryOctets(item.octets) };
      const entry = entryOfPacked(packed, placed, shelf) ?? fromRecords(source, placed, shelf);
      if (entry !== undefined) yield entry;
      taken += 1;
    }
    if (taken % STEP === 0) yield undefined;
  }
  return next.value;
}

/** Where the index does not say what became of it. */
function fromRecords(
  source: ByteSource,
  place: EntryPlace,
  shelf: SummaryShelf,
): Entry | undefined {
  const summary = place.found && summarise(source, place.found, place.capture);
  return summary && entryOf(summary, place, shelf);
}
