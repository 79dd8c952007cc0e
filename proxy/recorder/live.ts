/**
 * Observes the associations while they are recorded: for the terminal, the dashboard and the index.
 *
 * Rule: what goes wrong here costs the live view, never a record.
 */
import type { CaptureRecord } from "../../src/capture/record.ts";
import { RecordObserver, SUMMARY_HEAD_LENGTH } from "../../src/inspect/record_observer.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";

export interface LiveOptions {
  /** The capture that has an association, for its summary; "" where none has, or not yet. */
  readonly capture: (association: number) => string;
  readonly ended: (association: AssociationJson) => void;
  readonly changed: (association: number, json: () => AssociationJson) => void;
  readonly report: (text: string) => void;
}

/** Summaries that wait for the recorder to write the index entry. */
const MAX_SUMMARIES = 10_000;

export class Live {
  /** Records at which the observer threw. */
  unobserved = 0;
  readonly #options: LiveOptions;
  readonly #observer: RecordObserver;
  readonly #summaries = new Map<number, AssociationJson>();
  readonly #dirty = new Set<number>();

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#observer = new RecordObserver({
      capture: "",
      headLength: SUMMARY_HEAD_LENGTH,
      sink: (id) => ({
        changed: () => this.#dirty.add(id),
        messageStarted: () => this.#dirty.add(id),
        messageEnded: () => this.#dirty.add(id),
        finding: () => this.#dirty.add(id),
      }),
      ended: (association) => {
        const { id } = association;
        const summary = association.summary();
        const json = { ...summary, capture: options.capture(id) };
        this.#summaries.set(association.id, json);
        for (const oldest of this.#summaries.keys()) {
          if (this.#summaries.size <= MAX_SUMMARIES) break;
          this.#summaries.delete(oldest);
        }
        this.#dirty.delete(association.id);
        // where it is short, its records are in no file yet
        options.changed(id, () => ({ ...summary, capture: options.capture(id) }));
        options.ended(json);
      },
    });
  }

  consume(record: CaptureRecord): void {
    try {
      this.#observer.consume(record);
    } catch (error) {
      this.unobserved += 1;
      this.#options.report(`Cannot observe a ${record.kind} record: ${String(error)}`);
    }
  }

  /** Tells what changed since the last time. */
  tell(): void {
    for (const id of this.#dirty) {
      const association = this.#observer.get(id);
      if (association === undefined) continue;
      const capture = () => this.#options.capture(id);
      this.#options.changed(id, () => ({ ...association.summary(), capture: capture() }));
    }
    this.#dirty.clear();
  }

  /** Of an association that is open, or has just ended. */
  summary(association: number | undefined): AssociationJson | undefined {
    if (association === undefined) return undefined;
    return this.#observer.get(association)?.summary() ?? this.#summaries.get(association);
  }

  /** The recorder is done with the association; what is open is told as it is. */
  takeSummary(association: number): AssociationJson | undefined {
    const summary = this.summary(association);
    this.#summaries.delete(association);
    return summary;
  }
}
