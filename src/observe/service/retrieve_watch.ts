/**
 * C-GET and C-MOVE as a whole: what the final response counts against what was seen, and the
 * cancel (PS3.4 C.4.2, C.4.3; PS3.7 9.3.3). The C-STOREs of a C-GET come on the same association,
 * from the AE that performs it.
 */
import type { Exchange } from "../../dimse/exchange.ts";
import { printStatus, statusClass } from "../../dimse/status.ts";
import type { Role } from "../../role.ts";
import { otherRole } from "../../role.ts";
import { BoundedMap } from "./bounded_map.ts";
import type { ServiceMessage } from "./service_message.ts";

interface Retrieval {
  readonly invoker: Role;
  /** C-STOREs by their answers. */
  stored: number;
  failed: number;
  /** Another C-GET was open meanwhile: nobody knows whose C-STOREs they are. */
  isShared: boolean;
}

const MAX_OPEN = 64;

export class RetrieveWatch {
  readonly #open = new BoundedMap<Exchange, Retrieval>(MAX_OPEN);

  /** Octets were not seen: counts say nothing any more. */
  lost(): void {
    this.#open.clear();
  }

  message(message: ServiceMessage): void {
    switch (message.command) {
      case "C-GET-RQ":
        this.#begin(message);
        return;
      case "C-STORE-RSP":
        this.#stored(message);
        return;
      case "C-GET-RSP":
      case "C-MOVE-RSP":
      case "C-FIND-RSP":
        if (message.isFinal) this.#final(message);
        return;
    }
  }

  #begin({ exchange, sender }: ServiceMessage): void {
    if (exchange === undefined) return;
    const others = this.#of(sender);
    for (const other of others) other.isShared = true;
    this.#open.set(exchange, {
      invoker: sender,
      stored: 0,
      failed: 0,
      isShared: others.length > 0,
    });
  }

  /** The SCU of the C-GET answers C-STOREs. */
  #stored(message: ServiceMessage): void {
    for (const retrieval of this.#of(message.sender)) {
      if (message.isDone) retrieval.stored++;
      else retrieval.failed++;
    }
  }

  #final(message: ServiceMessage): void {
    const { command, status = 0, exchange, say } = message;
    if (statusClass(status) === "cancel" && exchange?.canceledBy === undefined) {
      say("cancel-unasked", `${command} with Status FE00H, Canceled, and no C-CANCEL-RQ came`);
    }
    if (command === "C-FIND-RSP") return;
    const counted = {
      completed: message.number("NumberOfCompletedSuboperations") ?? 0,
      failed: message.number("NumberOfFailedSuboperations") ?? 0,
      warning: message.number("NumberOfWarningSuboperations") ?? 0,
    };
    if (status === 0 && counted.failed + counted.warning > 0) {
      const { failed, warning } = counted;
      say(
        "retrieve-status",
        `Success with ${failed} failed and ${warning} warning sub-operations; Status B000H says that`,
      );
    }
    if (status === 0xb000 && counted.failed + counted.warning === 0) {
      const told = message.number("NumberOfFailedSuboperations") !== undefined;
      if (told)
        say("retrieve-status", `Status ${printStatus(status)}, and nothing failed or warned`);
    }
    if (command === "C-GET-RSP") this.#compare(message, counted);
  }

  #compare(
    { exchange, commandSet, sender, say }: ServiceMessage,
    counted: { completed: number; failed: number; warning: number },
  ): void {
    const seen = exchange === undefined ? undefined : this.#open.get(exchange);
    if (exchange === undefined || seen === undefined) return;
    this.#open.delete(exchange);
    const isTold = commandSet.values["NumberOfCompletedSuboperations"] !== undefined;
    if (seen.isShared || seen.invoker !== otherRole(sender) || !isTold) return;
    const done = counted.completed + counted.warning;
    if (done !== seen.stored || counted.failed < seen.failed) {
      say(
        "suboperations-differ",
        `C-GET-RSP counts ${done} done and ${counted.failed} failed sub-operations; ` +
          `${seen.stored} C-STOREs were accepted and ${seen.failed} refused on this association`,
      );
    }
  }

  #of(invoker: Role): Retrieval[] {
    const found: Retrieval[] = [];
    for (const exchange of this.#open.keys()) {
      const retrieval = this.#open.get(exchange);
      if (exchange.state !== "outstanding") continue;
      if (retrieval?.invoker === invoker) found.push(retrieval);
    }
    return found;
  }
}
