/**
 * Brings a Storage Commitment report to its SCU: on the association of the request, or on a new one
 * that this side requests in the role of the SCP (PS3.4 J.3.3; role selection PS3.7 D.3.3.4).
 *
 * Rule: a new association is tried a few times, and only to a destination that was named.
 */
import { formatAddress } from "../../../../src/address.ts";
import { openAssociation, PLAIN } from "../../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../../src/service/service_user.ts";
import type { LiveRequest } from "../../responder.ts";
import type { Destination, DestinationTimeouts } from "../retrieve/perform_retrieve.ts";
import type { CommitmentReport } from "./commitment_report.ts";
import { PUSH_MODEL } from "./recorded_reports.ts";

/** Milliseconds between two attempts to reach a destination. */
const RETRY_AFTER = 1_000;

export interface SendReportOptions {
  readonly request: LiveRequest;
  readonly destination: Destination | undefined;
  readonly timeouts: DestinationTimeouts;
  /** Attempts after the first one. */
  readonly retries: number;
}

/** On the association of the request. Throws where that has ended, or the report was refused. */
export async function reportHere(report: CommitmentReport, request: LiveRequest): Promise<void> {
  const { user } = request.association;
  await request.association.inTurn(() => invoke(user, report));
}

/** On a new association; says in a warning why not, where it cannot be brought. */
export async function reportAnew(
  report: CommitmentReport,
  { request, destination, timeouts, retries }: SendReportOptions,
): Promise<void> {
  const { server, association } = request;
  const { callingAeTitle } = association;
  if (destination === undefined) {
    const title = JSON.stringify(callingAeTitle);
    server.warn(
      `Storage Commitment report to ${title}: no such destination (--event-dest AE=host:port)`,
    );
    return;
  }
  let why = "";
  for (let attempt = 0; attempt <= retries && !server.stopping.aborted; attempt++) {
    if (attempt > 0) await waited(RETRY_AFTER, server.stopping);
    try {
      await using user = await openAssociation({
        dimseTimeout: 60_000,
        ...timeouts,
        host: destination.host ?? "127.0.0.1",
        port: destination.port,
        callingAeTitle: association.calledAeTitle,
        calledAeTitle: destination.aeTitle,
        contexts: [
          {
            abstractSyntax: PUSH_MODEL,
            transferSyntaxes: PLAIN,
            roles: { scu: false, scp: true },
          },
        ],
        signal: server.stopping,
      });
      await invoke(user, report);
      return;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  const to = `${destination.aeTitle} (${formatAddress(destination)})`;
  server.warn(`Storage Commitment report to ${to}: ${why}`);
}

async function invoke(user: ServiceUser, report: CommitmentReport): Promise<void> {
  const invocation = user.invoke({
    operation: "N-EVENT-REPORT",
    sopClass: PUSH_MODEL,
    sopInstanceUid: WELL_KNOWN_INSTANCE,
    eventTypeId: report.eventTypeId,
    dataSet: report.dataSet,
  });
  const { status, statusClass, meaning } = await invocation.final();
  if (statusClass !== "failure") return;
  throw new Error(`N-EVENT-REPORT was answered ${status.toString(16)}H, ${meaning}`);
}

/** Resolves after that time, or as soon as the server is to end. */
export function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

/** Storage Commitment Push Model SOP Instance (PS3.4 J.3.5). */
const WELL_KNOWN_INSTANCE = "1.2.840.10008.1.20.1.1";
