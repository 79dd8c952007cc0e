/**
 * What outlives an association: procedure steps and storage commitments, which are begun on one and
 * ended on another. Observers of one capture share one ledger; it is bounded.
 */
import { BoundedMap } from "./bounded_map.ts";
import { CommitmentLedger } from "./commitment_ledger.ts";
import type { ProcedureSteps } from "./mpps_watch.ts";
import type { UnifiedSteps } from "./ups_watch.ts";

const MAX_STEPS = 1_024;

export class ServiceLedger {
  readonly commitments = new CommitmentLedger();
  readonly procedureSteps: ProcedureSteps = new BoundedMap(MAX_STEPS);
  readonly unifiedSteps: UnifiedSteps = new BoundedMap(MAX_STEPS);

  /** Octets passed that were not seen: states may have changed in them. */
  lost(): void {
    this.procedureSteps.clear();
    this.unifiedSteps.clear();
  }
}
