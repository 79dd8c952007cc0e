/**
 * Brings N-EVENT-REPORTs to an SCU: on the association of its request, or on a new one that this side
 * requests (PS3.4 J.3.3, CC.2.4; role selection PS3.7 D.3.3.4).
 *
 * Rule: a new association is tried a few times, and only to a destination that was named.
 */
import { formatAddress } from "../../../../src/address.ts";
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { uidName } from "../../../../src/dictionary/uids.ts";
import { printStatus } from "../../../../src/dimse/status.ts";
import type { ServiceUser } from "../../../../src/service/service_user.ts";
import type { ContextProposal } from "../../../../src/ul/negotiate.ts";
import type { RecordedSource } from "../../../record/recorded_connection.ts";
import { wait } from "../../../scu/pace.ts";
import type { LiveRequest } from "../../responder.ts";
import { type Destination, type DestinationTimeouts, openAt } from "../destination.ts";

export interface Report {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly eventTypeId: number;
  readonly dataSet: DataSet | undefined;
}

/** Milliseconds between two attempts to reach a destination. */
const RETRY_AFTER = 1_000;

export interface NewAssociation {
  readonly request: LiveRequest;
  /** AE title of who is to be told, and its address where somebody named it. */
  readonly aeTitle: string;
  readonly destination: Destination | undefined;
  readonly contexts: readonly ContextProposal[];
  readonly timeouts: DestinationTimeouts;
  /** Attempts after the first one. */
  readonly retries: number;
  /** The recorded association on which they came. */
  readonly plays?: RecordedSource | undefined;
}

/** On the association of the request. Rejects where that has ended, or the report was refused. */
export async function reportHere(report: Report, { association }: LiveRequest): Promise<void> {
  await association.inTurn(() => invoke(association.user, report));
}

/** On a new association; says in a warning why not, where they cannot be brought. */
export async function reportAnew(
  reports: readonly Report[],
  { request, aeTitle, destination, contexts, timeouts, retries, plays }: NewAssociation,
): Promise<void> {
  const { server } = request;
  const what = `N-EVENT-REPORT of ${uidName(reports[0]?.sopClassUid ?? "")}`;
  if (destination === undefined) {
    const title = JSON.stringify(aeTitle);
    server.warn(`${what} to ${title}: no such destination (--event-dest AE=host:port)`);
    return;
  }
  let why = "";
  for (let attempt = 0; attempt <= retries && !server.stopping.aborted; attempt++) {
    if (attempt > 0) await wait(RETRY_AFTER, server.stopping);
    try {
      await using user = await openAt(destination, { request, contexts, timeouts, plays });
      for (const report of reports) await invoke(user, report);
      return;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  server.warn(`${what} to ${destination.aeTitle} (${formatAddress(destination)}): ${why}`);
}

async function invoke(user: ServiceUser, report: Report): Promise<void> {
  const { sopClassUid, sopInstanceUid, eventTypeId, dataSet } = report;
  const invocation = user.invoke({
    operation: "N-EVENT-REPORT",
    sopClass: sopClassUid,
    sopInstanceUid,
    eventTypeId,
    ...(dataSet !== undefined && { dataSet }),
  });
  const { status, statusClass, meaning } = await invocation.final();
  if (statusClass !== "failure") return;
  throw new Error(`it was answered ${printStatus(status)}, ${meaning}`);
}
