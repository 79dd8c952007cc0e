/**
 * Feeds the records of one capture to an observer for each association: while they are recorded,
 * and again by every command that reads them back.
 *
 * Memory: one observer for each association that is open.
 */
import { type CaptureRecord, trafficOf } from "../capture/record.ts";
import { AssociationObserver, type ObserverOptions } from "../observe/association_observer.ts";
import type { AssociationSink } from "../observe/association_sink.ts";
import { ServiceLedger } from "../observe/service/service_ledger.ts";
import type { AssociationJson } from "../observe/summary.ts";
import type { Role } from "../role.ts";

/**
 * Octets of each data set that are looked at for a summary: enough for identifiers, attribute lists
 * and the beginning of an image. The recorder, the index and a list without index use the same, so
 * that they find the same.
 */
export const SUMMARY_HEAD_LENGTH = 16_384;

/** Between two associations; a recorder tells of more than that in a clock record. Microseconds. */
const MOST_DRIFT = 500_000;

export interface RecordObserverOptions extends ObserverOptions {
  /** What the capture is called in the JSON of its associations. */
  readonly capture: string;
  /** Only these associations are observed; all when absent. */
  readonly only?: (association: number) => boolean;
  /** Hears the details of an association from its first record on. */
  readonly sink?: (association: number, openedAt: number) => AssociationSink;
  /** Nothing more comes of this association: it is closed, or the capture ends. */
  readonly ended?: (association: ObservedAssociation) => void;
}

export interface ObservedAssociation {
  readonly id: number;
  /** Microseconds on the capture's clock. */
  readonly openedAt: number;
  readonly observer: AssociationObserver;
  /** Octets of each AE's stream that the records so far account for. */
  readonly told: Record<Role, number>;
  summary(): AssociationJson;
}

export class RecordObserver {
  readonly #options: RecordObserverOptions;
  readonly #open = new Map<number, ObservedAssociation>();
  /** What the clock of day was last ahead of that of the records, microseconds. */
  #clockOffset: number | undefined;
  /** So much it was set since, and no association has been told. */
  #clockSetBy = 0;

  constructor(options: RecordObserverOptions) {
    // What one association begins another one ends, if that is looked at too
    const isAll = options.only === undefined;
    this.#options = { ...(isAll && { ledger: new ServiceLedger() }), ...options };
  }

  get open(): Iterable<ObservedAssociation> {
    return this.#open.values();
  }

  get(association: number): ObservedAssociation | undefined {
    return this.#open.get(association);
  }

  consume(record: CaptureRecord): void {
    if (record.kind === "clock") this.#clockSet(record.at, record.wallUs);
    if (!("association" in record)) return;
    const { association: id, at } = record;
    if (this.#options.only?.(id) === false) return;
    const { observer, told } = this.#open.get(id) ?? this.#begin(record);
    if ("sender" in record) told[record.sender] += trafficOf(record);
    switch (record.kind) {
      case "open":
        return;
      case "connect":
        if (typeof record.facts["acceptor"] === "string") {
          observer.connected(record.facts["acceptor"]);
        }
        return;
      case "position":
        for (const sender of ["requestor", "acceptor"] as const) {
          const missing = record[sender] - told[sender];
          if (missing <= 0) continue;
          told[sender] += missing; // the part of the file that says more is damaged
          observer.gap(sender, at, missing);
        }
        return;
      case "data":
        observer.bytes(record.sender, at, record.bytes);
        return;
      case "gap":
        observer.gap(record.sender, at, record.length);
        return;
      case "cut":
        observer.cut(record.sender, at, record.length);
        return;
      case "digest":
        observer.digest(record.sender, record.length, hexOf(record.sha256));
        return;
      case "end":
        observer.ended(record.sender, at, record.how);
        return;
      case "close":
        observer.closed(at, record.how, record.reason);
        this.#end(id);
        return;
      default:
        record satisfies never;
    }
  }

  /** The capture ends: what is open stays so. */
  finish(): void {
    for (const [id, { observer }] of [...this.#open]) {
      observer.interrupted();
      this.#end(id);
    }
  }

  /** The first record of an association; not its `open` where damage took that. */
  #begin(record: CaptureRecord & { readonly association: number }): ObservedAssociation {
    const { capture, sink } = this.#options;
    const { association: id, at } = record;
    const facts = record.kind === "open" ? record.facts : undefined;
    const observer = new AssociationObserver(sink?.(id, at) ?? {}, this.#options);
    const told = { requestor: 0, acceptor: 0 };
    const observed = { id, openedAt: at, observer, told, summary: () => observer.summary() };
    observer.opened({
      capture,
      id,
      at,
      wallUs: facts?.wall_us,
      requestor: facts?.requestor ?? "unknown",
      acceptor: facts?.acceptor ?? "unknown",
    });
    this.#open.set(id, observed);
    if (facts !== undefined) this.#follow(facts.wall_us - at);
    if (Math.abs(this.#clockSetBy) > MOST_DRIFT) observer.clockSet(at, this.#clockSetBy);
    this.#clockSetBy = 0;
    return observed;
  }

  /** Told to all associations that stand; where none does, to the next one. */
  #clockSet(at: number, wallUs: number): void {
    const offset = wallUs - at;
    const setBy = offset - (this.#clockOffset ?? offset);
    this.#clockOffset = offset;
    if (Math.abs(setBy) < MOST_DRIFT) return;
    for (const { observer } of this.#open.values()) observer.clockSet(at, setBy);
    if (this.#open.size === 0) this.#clockSetBy += setBy;
  }

  /** The clocks drift apart as clocks do. More than that is for the recorder to say. */
  #follow(offset: number): void {
    if (!Number.isFinite(offset)) return;
    this.#clockOffset ??= offset;
    if (Math.abs(offset - this.#clockOffset) < MOST_DRIFT) this.#clockOffset = offset;
  }

  #end(id: number): void {
    const observed = this.#open.get(id);
    this.#open.delete(id);
    if (observed !== undefined) this.#options.ended?.(observed);
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
