/** Storage Commitment (PS3.4 J): what shall be kept, and what is. */
import type { DataSet } from "../dataset/data_set.ts";
import { numberOf } from "../dimse/command_set.ts";
import { printStatus } from "../dimse/status.ts";
import { className, counted } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";

const TRANSACTION_UID = 0x00081195;
const REFERENCED_SOPS = 0x00081199;
const FAILED_SOPS = 0x00081198;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const FAILURE_REASON = 0x00081197;

/** PS3.3 C.14.1.1, PS3.4 J.3.3.1. */
const REASONS: Readonly<Record<number, string>> = {
  272: "processing failure", // 0110H
  274: "no such object instance", // 0112H
  281: "class/instance conflict", // 0119H
  290: "referenced SOP class not supported", // 0122H
  305: "duplicate transaction UID", // 0131H
  531: "resource limitation", // 0213H
};

/** Failed instances that are named; the rest is counted. */
const MAX_NAMED = 3;

/** `Storage Commitment, 12 instances, transaction 1.2.3`; of a report also what failed and why. */
export const commitmentWords: ServiceWords = {
  request: ({ sopClassUid, command, commandSet, data, cut }) => {
    const referenced = data.items(REFERENCED_SOPS).length;
    const transaction = data.text(TRANSACTION_UID);
    const about = transaction === undefined ? [] : [`transaction ${transaction}`];
    const name = className(sopClassUid);
    const known = { cut };
    if (command !== "N-EVENT-REPORT-RQ") {
      return [name, `of ${counted(referenced, "instance", known)}`, ...about];
    }
    const failed = data.items(FAILED_SOPS);
    const none = failed.length === 0 && numberOf(commandSet, "EventTypeID") === 1;
    const committed = counted(referenced, "instance", known);
    if (none) return [name, `all committed: ${committed}`, ...about];
    return [name, `${committed} committed`, failedWords(failed, known), ...about];
  },
  /** "2 failed"; the narrator adds that a report of that was received, which is all its status says. */
  result: ({ status, asked }) => {
    const failed = asked.find((part) => FAILED.test(part));
    return status === 0 ? failed?.replace(/:.*$/s, "") : undefined;
  },
};

const FAILED = /^(at least )?[1-9]\d* failed/;

/** `2 failed: 1.2.3 no such object instance (0112H); 1.2.4 ...`. */
function failedWords(failed: readonly DataSet[], known: { readonly cut: boolean }): string {
  const named = failed.slice(0, MAX_NAMED).map((item) => {
    const uid = item.text(REFERENCED_SOP_INSTANCE_UID) ?? "an instance without UID";
    return `${uid} ${reasonWords(item.number(FAILURE_REASON))}`;
  });
  const rest = failed.length - named.length;
  const all = rest > 0 ? [...named, `and ${rest} more`] : named;
  const count = `${known.cut ? "at least " : ""}${failed.length} failed`;
  return all.length === 0 ? count : `${count}: ${all.join("; ")}`;
}

function reasonWords(reason: number | undefined): string {
  if (reason === undefined) return "without a reason";
  return `${REASONS[reason] ?? "reason"} (${printStatus(reason)})`;
}
