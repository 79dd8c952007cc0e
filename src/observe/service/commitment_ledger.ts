/**
 * Storage commitment requests that wait for their report, by Transaction UID: PS3.4 J.3. One ledger
 * serves several associations, as the report often comes on another one that the archive opens.
 *
 * Rule: bounded. The oldest transaction is forgotten, and of one with too many instances, or whose
 * data set was not seen whole, only that it exists is known.
 */
import { BoundedMap } from "./bounded_map.ts";

export interface ReportedInstances {
  readonly committed: readonly string[];
  readonly failed: readonly string[];
  /** Not all of the report was seen. */
  readonly isPartial: boolean;
}

/** What a report says that does not fit its request. */
export interface ReportDifference {
  /** Asked for, and not in the report. */
  readonly missing: readonly string[];
  /** In the report, and not asked for. */
  readonly unasked: readonly string[];
}

interface Transaction {
  /** undefined: more than are kept, or not seen whole. */
  readonly instances: ReadonlySet<string> | undefined;
  isReported: boolean;
}

const MAX_TRANSACTIONS = 128;
/** More than the head of one data set names (64 KiB). */
const MAX_INSTANCES = 1_024;

export class CommitmentLedger {
  readonly #transactions = new BoundedMap<string, Transaction>(MAX_TRANSACTIONS);
  #requested = 0;
  #reported = 0;

  /** Requests that were kept, and how many of them were reported on. */
  get counts(): { readonly requested: number; readonly reported: number } {
    return { requested: this.#requested, reported: this.#reported };
  }

  /** `instances`: all SOP Instance UIDs of the request; undefined where not all were seen. */
  requested(transactionUid: string, instances: readonly string[] | undefined): void {
    const isKept = instances !== undefined && instances.length <= MAX_INSTANCES;
    this.#requested++;
    this.#transactions.set(transactionUid, {
      instances: isKept ? new Set(instances) : undefined,
      isReported: false,
    });
  }

  /** The archive refused: no report will come. */
  refused(transactionUid: string): void {
    if (this.#transactions.delete(transactionUid)) this.#requested--;
  }

  isKnown(transactionUid: string): boolean {
    return this.#transactions.has(transactionUid);
  }

  /** undefined where the request was not seen, or cannot be compared. */
  reported(transactionUid: string, report: ReportedInstances): ReportDifference | undefined {
    const transaction = this.#transactions.get(transactionUid);
    if (transaction === undefined) return undefined;
    if (!transaction.isReported) this.#reported++;
    transaction.isReported = true;
    const { instances } = transaction;
    if (instances === undefined || report.isPartial) return undefined;
    const told = new Set([...report.committed, ...report.failed]);
    return {
      missing: [...instances].filter((uid) => !told.has(uid)),
      unasked: [...told].filter((uid) => !instances.has(uid)),
    };
  }
}
