/**
 * Whether a Status is one that its service lists (PS3.4 status tables, PS3.7 9.1, 10.1 and C).
 *
 * Rule: the class is that of PS3.7 Annex C, whatever a service says: Bxxx is a warning, the
 * operation was done.
 */
import { serviceStatusMeaning } from "../../dictionary/statuses.ts";
import {
  generalStatusMeaning,
  printStatus,
  type StatusClass,
  statusClass,
} from "../../dimse/status.ts";
import type { ServiceMessage } from "./service_message.ts";

export interface StatusVerdict {
  readonly class: StatusClass;
  /** In words; undefined where neither the service nor PS3.7 lists the code. */
  readonly meaning: string | undefined;
  /** The service, or PS3.7 for all services, lists it. */
  readonly listed: boolean;
}

/** Never fails: any 16-bit code in the response to any request has a verdict. */
export function judgeStatus(
  status: number,
  options: { command: string; sopClassUid: string },
): StatusVerdict {
  const own = serviceStatusMeaning(status, options);
  const general = generalStatusMeaning(status);
  const found = statusClass(status);
  const operation = options.command.replace(/-R[QS]P?$/, "");
  const listed = own !== undefined || (general !== undefined && fits(found, operation, status));
  return { class: found, meaning: listed ? (own ?? general) : undefined, listed };
}

const CANCELABLE: ReadonlySet<string> = new Set(["C-FIND", "C-GET", "C-MOVE"]);

/** 0001H, 0107H, 0116H: warnings about attributes, which operations of DIMSE-C do not have. */
const ATTRIBUTE_WARNINGS: ReadonlySet<number> = new Set([0x0001, 0x0107, 0x0116]);

function fits(found: StatusClass, operation: string, status: number): boolean {
  if (found === "cancel" || status === 0xff00) return CANCELABLE.has(operation);
  if (found === "pending") return operation === "C-FIND";
  return !(ATTRIBUTE_WARNINGS.has(status) && operation.startsWith("C-"));
}

/** Elements that tell about a status other than Success (PS3.7 C). */
const DETAILS = ["OffendingElement", "ErrorComment", "ErrorID"] as const;

export function checkStatus(message: ServiceMessage): void {
  const { command, status, say } = message;
  if (status === undefined || message.isRequest) return;
  if (status !== 0) {
    checkListed(message, status);
    return;
  }
  const { values } = message.commandSet;
  const details = DETAILS.filter((keyword) => values[keyword] !== undefined);
  if (details.length > 0) {
    say("status-details", `${command} with Success, and ${details.join(", ")}`);
  }
}

function checkListed({ command, sopClass, say }: ServiceMessage, status: number): void {
  const verdict = judgeStatus(status, { command, sopClassUid: sopClass });
  // of no class, or Pending where there is none: PS3.7 C has said so
  const isTold =
    verdict.class === "not listed" ||
    (verdict.class === "pending" && !CANCELABLE.has(command.slice(0, -4)));
  if (verdict.listed || isTold) return;
  say(
    "status-service",
    `${command} with Status ${printStatus(status)}, a ${verdict.class} that its service does not list`,
    command.startsWith("N-") ? "PS3.7 10.1" : "PS3.7 9.1",
  );
}
