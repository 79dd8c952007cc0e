/**
 * Storage Commitment Push Model: PS3.4 J.3. N-ACTION asks for instances under a Transaction UID,
 * N-EVENT-REPORT tells of every one of them whether it is kept.
 */
import type { DataSet } from "../../dataset/data_set.ts";
import { printStatus } from "../../dimse/status.ts";
import { quoted } from "../finding.ts";
import type { CommitmentLedger } from "./commitment_ledger.ts";
import type { DataSetHead } from "./data_set_head.ts";
import type { Say, ServiceMessage } from "./service_message.ts";

const PUSH_MODEL = "1.2.840.10008.1.20.1";
const TRANSACTION_UID = 0x00081195;
const FAILURE_REASON = 0x00081197;
const FAILED_SOP_SEQUENCE = 0x00081198;
const REFERENCED_SOP_SEQUENCE = 0x00081199;
const REFERENCED_SOP_CLASS_UID = 0x00081150;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const ALL_KEPT = 1;
const FAILURES_EXIST = 2;

/** PS3.3 C.14.1.1. */
const FAILURE_REASONS: ReadonlySet<number> = new Set([
  0x0110, 0x0112, 0x0119, 0x0122, 0x0131, 0x0213,
]);

export class CommitmentWatch {
  readonly #ledger: CommitmentLedger;

  constructor(ledger: CommitmentLedger) {
    this.#ledger = ledger;
  }

  message(message: ServiceMessage): void {
    if (message.sopClass !== PUSH_MODEL) return;
    const { head } = message;
    if (head === undefined) {
      if (message.observed?.message.dataSetAnnounced !== false) return;
      if (message.command === "N-ACTION-RQ") {
        message.say("commitment-request", "N-ACTION asks for nothing: it has no data set");
      } else if (message.command === "N-EVENT-REPORT-RQ") {
        message.say("commitment-report", "N-EVENT-REPORT tells nothing: it has no data set");
      }
      return;
    }
    if (head.findings.length > 0) return;
    if (message.command === "N-ACTION-RQ") this.#request(message, head);
    else if (message.command === "N-EVENT-REPORT-RQ") this.#report(message, head);
  }

  #request(message: ServiceMessage, head: DataSetHead): void {
    const { say } = message;
    const section = "PS3.4 J.3.2.1";
    const transactionUid = head.text(TRANSACTION_UID);
    if (head.isEmpty(TRANSACTION_UID)) {
      say("commitment-request", "N-ACTION has no Transaction UID (0008,1195)", section);
    }
    if (head.isEmpty(REFERENCED_SOP_SEQUENCE)) {
      say(
        "commitment-request",
        "N-ACTION has no item in Referenced SOP Sequence (0008,1199)",
        section,
      );
    }
    const items = head.items(REFERENCED_SOP_SEQUENCE);
    const nameless = unnamed(items ?? []);
    if (nameless > 0) {
      const text = `${nameless} items of Referenced SOP Sequence have no SOP class or instance UID`;
      say("commitment-request", text, section);
    }
    if (transactionUid === undefined) return;
    const ledger = this.#ledger;
    ledger.requested(transactionUid, items === undefined ? undefined : instancesOf(items));
    message.whenAnswered((response) => {
      if (!response.isDone) ledger.refused(transactionUid);
    });
  }

  #report(message: ServiceMessage, head: DataSetHead): void {
    const { say } = message;
    const type = message.number("EventTypeID");
    const transactionUid = head.text(TRANSACTION_UID);
    if (head.isEmpty(TRANSACTION_UID)) {
      say("commitment-report", "N-EVENT-REPORT has no Transaction UID (0008,1195)");
    }
    if (type === ALL_KEPT && head.has(FAILED_SOP_SEQUENCE)) {
      say("commitment-report", "Event Type 1, all kept, and a Failed SOP Sequence (0008,1198)");
    }
    if (type === ALL_KEPT && head.isEmpty(REFERENCED_SOP_SEQUENCE)) {
      say(
        "commitment-report",
        "Event Type 1, and no instance in Referenced SOP Sequence (0008,1199)",
      );
    }
    if (type === FAILURES_EXIST && head.isEmpty(FAILED_SOP_SEQUENCE)) {
      say(
        "commitment-report",
        "Event Type 2, failures exist, and none in Failed SOP Sequence (0008,1198)",
      );
    }
    const committed = head.items(REFERENCED_SOP_SEQUENCE);
    const failed = head.items(FAILED_SOP_SEQUENCE);
    checkReasons(failed ?? [], message);
    if (transactionUid === undefined) return;
    const isPartial =
      (committed === undefined && !head.lacks(REFERENCED_SOP_SEQUENCE)) ||
      (failed === undefined && !head.lacks(FAILED_SOP_SEQUENCE));
    const difference = this.#ledger.reported(transactionUid, {
      committed: instancesOf(committed ?? []),
      failed: instancesOf(failed ?? []),
      isPartial,
    });
    if (difference === undefined) return;
    tell(difference.missing, { what: "asked for and not reported", say });
    tell(difference.unasked, { what: "reported and not asked for", say });
  }
}

function tell(uids: readonly string[], { what, say }: { what: string; say: Say }): void {
  const [first] = uids;
  if (first === undefined) return;
  const number = uids.length === 1 ? "1 instance" : `${uids.length} instances`;
  say("commitment-report", `${number} ${what}, first ${quoted(first)}`);
}

function checkReasons(items: readonly DataSet[], { say }: ServiceMessage): void {
  for (const item of items) {
    const reason = item.number(FAILURE_REASON);
    if (reason !== undefined && FAILURE_REASONS.has(reason)) continue;
    const name = reason === undefined ? "is missing" : `${printStatus(reason)} is not listed`;
    say("commitment-reason", `Failure Reason (0008,1197) ${name}`);
    return;
  }
}

function instancesOf(items: readonly DataSet[]): string[] {
  return items.flatMap((item) => item.text(REFERENCED_SOP_INSTANCE_UID) ?? []);
}

function unnamed(items: readonly DataSet[]): number {
  return items.filter(
    (item) =>
      item.text(REFERENCED_SOP_CLASS_UID) === undefined ||
      item.text(REFERENCED_SOP_INSTANCE_UID) === undefined,
  ).length;
}
