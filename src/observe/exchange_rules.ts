/**
 * Rules on requests and responses together: PS3.7 9.1, 9.3, D.3.3.3, D.3.3.4; PS3.4 C.4.
 */
import { uidEntry } from "../dictionary/uids.ts";
import { commandName, responseField } from "../dimse/command_field.ts";
import { type CommandSet, numberOf } from "../dimse/command_set.ts";
import type { Exchange, Pairing } from "../dimse/exchange.ts";
import { isFinal, printStatus, statusClass } from "../dimse/status.ts";
import type { Role } from "../role.ts";
import { uidOf } from "../ul/uid_text.ts";
import type { ObservedMessage } from "./association_sink.ts";
import { quoted, type Report } from "./finding.ts";
import type { Negotiation } from "./negotiation.ts";
import type { RuleId } from "./rule_catalogue.ts";

export interface PairingRuleOptions {
  readonly pairing: Pairing;
  readonly negotiation: Negotiation;
  /** Requests of an AE that wait for their final response, this one included. */
  readonly outstanding: (invoker: Role) => number;
  readonly totals: SuboperationTotals;
  readonly report: Report;
}

type Say = (id: RuleId, text: string) => void;

export function checkPairing(observed: ObservedMessage, options: PairingRuleOptions): void {
  const { message } = observed;
  const { pairing, report } = options;
  const { sender, index, offset } = message;
  const say: Say = (id, text) => report(id, text, { sender, offset, message: index });
  const answered = numberOf(message.commandSet, "MessageIDBeingRespondedTo");
  switch (pairing.kind) {
    case "request":
      checkRequest(observed, { ...options, pairing, say });
      return;
    case "response":
      if (pairing.afterFinal) {
        const text = `${message.command} to Message ID ${answered} behind the end of its exchange`;
        say("response-after-final", text);
      } else if (pairing.otherContext) {
        const { contextId } = pairing.exchange;
        const text = `${message.command} on presentation context ${message.contextId}, its request on ${contextId}`;
        say("response-context", text);
      }
      checkResponse(observed, { exchange: pairing.exchange, totals: options.totals, say });
      return;
    case "response to nothing":
      say("response-to-nothing", `${message.command} to Message ID ${answered}, which is not open`);
      return;
    case "cancel": {
      const { exchange } = pairing;
      // behind the final response it is late, and harmless (PS3.7 9.3.2.3)
      if (!CANCELABLE.includes(exchange.command)) {
        say("cancel-not-cancelable", `C-CANCEL-RQ of ${exchange.command}, which has no cancel`);
      }
      return;
    }
    case "cancel of nothing":
      say("cancel-of-nothing", `C-CANCEL-RQ of Message ID ${answered}, which was never used`);
      return;
    case "unpaired":
      return;
    default:
      pairing satisfies never;
  }
}

const CANCELABLE: readonly string[] = ["C-FIND-RQ", "C-GET-RQ", "C-MOVE-RQ"];

interface RequestCheck extends PairingRuleOptions {
  readonly pairing: Extract<Pairing, { kind: "request" }>;
  readonly say: Say;
}

function checkRequest(observed: ObservedMessage, check: RequestCheck): void {
  const { message } = observed;
  const { pairing, negotiation, say } = check;
  if (pairing.reusedId) {
    const { messageId } = pairing.exchange;
    say("message-id-reused", `Message ID ${messageId} again, and its first use is not answered`);
  }
  const window = windowOf(message.sender, negotiation);
  const outstanding = check.outstanding(message.sender);
  if (negotiation.ac !== undefined && window !== 0 && outstanding > window) {
    say(
      "async-window-exceeded",
      `${outstanding} requests outstanding; the asynchronous operations window is ${window}`,
    );
  }
  checkRole(observed, { negotiation, say });
}

/** Operations this AE may have outstanding; 0 no limit; without negotiation 1 (D.3.3.3). */
function windowOf(invoker: Role, negotiation: Negotiation): number {
  const answer = negotiation.first("acceptor", "asynchronous operations window");
  if (answer === undefined) return 1;
  return invoker === "requestor"
    ? answer.maximumNumberOperationsInvoked
    : answer.maximumNumberOperationsPerformed;
}

/** By default the requestor is SCU and the acceptor SCP (PS3.7 D.3.3.4). */
function checkRole(observed: ObservedMessage, check: { negotiation: Negotiation; say: Say }): void {
  const { message, context } = observed;
  const { negotiation, say } = check;
  const abstractSyntax = context?.abstractSyntax;
  if (negotiation.ac === undefined || abstractSyntax === undefined) return;
  if (commandName(message.commandField ?? -1) === undefined) return;
  // N-EVENT-REPORT is invoked by the SCP, everything else by the SCU
  const asScp = message.command === "N-EVENT-REPORT-RQ";
  const selection = negotiation
    .all("acceptor", "SCP/SCU role selection")
    .find((role) => uidOf(role.sopClassUid) === abstractSyntax);
  const requestorIsScu = selection === undefined || selection.scuRole === 1;
  const requestorIsScp = selection !== undefined && selection.scpRole === 1;
  const isRequestor = message.sender === "requestor";
  const may = isRequestor === asScp ? requestorIsScp : requestorIsScu;
  if (may) return;
  // an AE that reports on an association of its own, as many do, with nothing said of roles
  const isCommon = asScp && isRequestor && selection === undefined;
  const role = `the ${asScp ? "SCP" : "SCU"} role of ${nameOf(abstractSyntax)}`;
  const asked = negotiation
    .all("requestor", "SCP/SCU role selection")
    .find(({ sopClassUid }) => uidOf(sopClassUid) === abstractSyntax);
  const isRefused = isRequestor && (asScp ? asked?.scpRole : asked?.scuRole) === 1;
  const why = isRefused ? `to which the acceptor did not grant ${role}` : `which has not ${role}`;
  say(
    isCommon ? "event-role" : "request-role",
    `${message.command} from the ${message.sender}, ${why}`,
  );
}

function nameOf(uid: string): string {
  return uidEntry(uid)?.name ?? quoted(uid);
}

function checkResponse(
  observed: ObservedMessage,
  check: { exchange: Exchange; totals: SuboperationTotals; say: Say },
): void {
  const { message } = observed;
  const { exchange, say } = check;
  const due =
    exchange.commandField === undefined ? undefined : responseField(exchange.commandField);
  if (due !== undefined && message.commandField !== due) {
    say("response-command", `${message.command} answers ${exchange.command}`);
  }
  const status = numberOf(message.commandSet, "Status");
  if (status === undefined) return;
  if (message.command === "C-GET-RSP" || message.command === "C-MOVE-RSP") {
    checkSuboperations(message.commandSet, { status, say });
    check.totals.check(message.commandSet, { exchange, say });
  }
}

const COUNTS = ["Remaining", "Completed", "Failed", "Warning"] as const;

/** Pending carries all four; Success, Warning and Failure no Remaining (PS3.7 9.3.3.2, 9.3.4.2). */
function checkSuboperations(commandSet: CommandSet, check: { status: number; say: Say }): void {
  const { status, say } = check;
  const isMissing = (name: string) =>
    numberOf(commandSet, `NumberOf${name}Suboperations`) === undefined;
  if (!isFinal(status)) {
    const missing = COUNTS.filter(isMissing);
    if (missing.length > 0) {
      say(
        "suboperations-missing",
        `Pending without the number of ${missing.join(", ")} sub-operations`,
      );
    }
  } else if (statusClass(status) !== "cancel" && !isMissing("Remaining")) {
    const text = `Status ${printStatus(status)} with a number of Remaining sub-operations`;
    say("suboperations-remaining", text);
  }
}

/**
 * Remaining, completed, failed and warning sub-operations of one C-GET or C-MOVE sum up to the same
 * number in every Pending response (PS3.4 C.4.2.1.6 to C.4.2.1.9).
 */
export class SuboperationTotals {
  readonly #totals = new WeakMap<Exchange, number>();

  check(commandSet: CommandSet, of: { exchange: Exchange; say: Say }): void {
    const { exchange, say } = of;
    let total = 0;
    for (const name of COUNTS) {
      const count = numberOf(commandSet, `NumberOf${name}Suboperations`);
      if (count === undefined) return;
      total += count;
    }
    const before = this.#totals.get(exchange);
    if (before !== undefined && before !== total) {
      say(
        "suboperations-total",
        `${total} sub-operations in all, ${before} in the response before`,
      );
    }
    this.#totals.set(exchange, total);
  }
}
