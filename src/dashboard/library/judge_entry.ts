/**
 * Whether a filter holds of an entry: by what the entry itself has where that is enough, then by its
 * summary, and by its records only where the filter asks for elements or instances.
 */
import type { ByteSource } from "../../capture/byte_source.ts";
import type { FilterFacts } from "../../filter/facts.ts";
import type { Filter } from "../../filter/filter.ts";
import { matches } from "../../filter/match_filter.ts";
import {
  asksForMessages,
  associationMatches,
  summaryFacts,
} from "../../inspect/association_facts.ts";
import { AssociationReader } from "../../inspect/read_association.ts";
import { FileSource } from "../../io/file_source.ts";
import { type Entry, summaryOf } from "./entry.ts";

/** `path`: of the file that has its records, where one has. */
export function judgeEntry(filter: Filter, entry: Entry, path: string | undefined): boolean {
  const { found } = entry;
  if (!asksForMessages(filter) || found === undefined || path === undefined) {
    return matches(filter, new EntryFacts(entry)) === true;
  }
  const source = new LateSource(path);
  try {
    const association = { ...found, summary: summaryOf(entry) };
    return associationMatches(filter, { association, reader: new AssociationReader(source) });
  } catch {
    return false; // the file went away
  } finally {
    source.close();
  }
}

/** Unpacks the summary only for what the entry does not have. */
class EntryFacts implements FilterFacts {
  readonly complete = true;
  readonly #entry: Entry;
  #rest: FilterFacts | undefined;

  constructor(entry: Entry) {
    this.#entry = entry;
  }

  get callingAeTitle(): string | undefined {
    return this.#entry.calling;
  }

  get calledAeTitle(): string | undefined {
    return this.#entry.called;
  }

  get outcome(): string {
    return this.#entry.outcome;
  }

  get durationMs(): number {
    return this.#entry.durationMs;
  }

  get size(): number {
    return this.#entry.bytes;
  }

  get messages(): number {
    return this.#entry.messages;
  }

  get startedAt(): number | undefined {
    return this.#entry.started === 0 ? undefined : this.#entry.started;
  }

  get negotiated(): boolean | undefined {
    return this.#facts.negotiated;
  }

  get source(): string | undefined {
    return this.#facts.source;
  }

  get destination(): string | undefined {
    return this.#facts.destination;
  }

  get commands(): Iterable<string> {
    return this.#facts.commands;
  }

  get sopClassUids(): Iterable<string> {
    return this.#facts.sopClassUids;
  }

  get sopInstanceUids(): Iterable<string> {
    return this.#facts.sopInstanceUids;
  }

  get transferSyntaxUids(): Iterable<string> {
    return this.#facts.transferSyntaxUids;
  }

  get contextIds(): Iterable<number> {
    return this.#facts.contextIds;
  }

  get statuses(): Iterable<number> {
    return this.#entry.statuses;
  }

  get findings(): FilterFacts["findings"] {
    const { error, warning, note } = this.#entry.findings;
    return error + warning + note === 0 ? [] : this.#facts.findings;
  }

  get #facts(): FilterFacts {
    this.#rest ??= summaryFacts(summaryOf(this.#entry), { complete: true });
    return this.#rest;
  }
}

/** A file that is opened when something is read of it: most filters never do. */
class LateSource implements ByteSource {
  readonly #path: string;
  #source: FileSource | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get size(): number {
    return this.#file().size;
  }

  read(position: number, length: number): Uint8Array {
    return this.#file().read(position, length);
  }

  close(): void {
    this.#source?.close();
  }

  #file(): FileSource {
    this.#source ??= new FileSource(this.#path);
    return this.#source;
  }
}
