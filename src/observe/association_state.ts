/**
 * What each AE may send next, as Table 9-10 has it for the sender (PS3.8 9.2.3).
 *
 * The observer stands between the AEs, so what passed it before a PDU is all that the PDU's sender
 * can have received, and may not have reached it yet. A PDU is reported only where it breaks the
 * table in either case: P-DATA of the acceptor behind the requestor's A-RELEASE-RQ is legal (AR-6),
 * whatever crosses an A-ABORT or A-ASSOCIATE-RJ on its way is ignored (AA-6).
 */
import type { Role } from "../role.ts";
import { otherRole } from "../role.ts";
import type { Pdu } from "../ul/pdu.ts";
import type { RuleId } from "./rule_catalogue.ts";

type Phase = "idle" | "requested" | "established" | "over";

export type AssociationEnd = "released" | "aborted" | "rejected";

export interface StateViolation {
  readonly id: RuleId;
  readonly text: string;
}

export class AssociationState {
  #phase: Phase = "idle";
  #end: AssociationEnd | undefined;
  readonly #releaseAsked: Record<Role, boolean> = { requestor: false, acceptor: false };
  readonly #releaseGiven: Record<Role, boolean> = { requestor: false, acceptor: false };
  /** After its A-ABORT, its A-ASSOCIATE-RJ or its last A-RELEASE-RP an AE sends nothing. */
  readonly #silent: Partial<Record<Role, string>> = {};

  /** How the association ended by PDUs; the first of them counts. */
  get end(): AssociationEnd | undefined {
    return this.#end;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** An A-RELEASE-RQ waits for its answer. */
  get releasing(): boolean {
    return this.#end === undefined && (this.#releaseAsked.requestor || this.#releaseAsked.acceptor);
  }

  /** Takes note of a PDU; what it breaks, if anything. */
  sent(sender: Role, type: Pdu["type"]): StateViolation | undefined {
    const silent = this.#silent[sender];
    if (silent !== undefined) {
      return violation("state-data-after-end", `${type} behind the ${sender}'s ${silent}`);
    }
    switch (type) {
      case "A-ASSOCIATE-RQ":
        return this.#rq(sender);
      case "A-ASSOCIATE-AC":
      case "A-ASSOCIATE-RJ":
        return this.#answer(sender, type);
      case "P-DATA-TF":
        return this.#data(sender);
      case "A-RELEASE-RQ":
        return this.#releaseRq(sender);
      case "A-RELEASE-RP":
        return this.#releaseRp(sender);
      case "A-ABORT":
        this.#finish("aborted");
        this.#silent[sender] = "A-ABORT";
        return undefined;
      case "unknown":
        return undefined; // Evt19: reported as an unknown PDU
      default:
        return type satisfies never;
    }
  }

  #rq(sender: Role): StateViolation | undefined {
    if (sender === "acceptor") return unexpected("Evt6 A-ASSOCIATE-RQ from the acceptor");
    if (this.#phase !== "idle") return unexpected("Evt6 second A-ASSOCIATE-RQ: AA-8");
    this.#phase = "requested";
    return undefined;
  }

  #answer(sender: Role, type: "A-ASSOCIATE-AC" | "A-ASSOCIATE-RJ"): StateViolation | undefined {
    if (sender === "requestor") return unexpected(`${type} from the requestor: AA-8`);
    // an answer that crossed the requestor's A-ABORT on its way is ignored (AA-6)
    if (this.#end === "aborted") return undefined;
    if (this.#phase !== "requested") {
      const why = this.#phase === "idle" ? "before any A-ASSOCIATE-RQ" : "a second answer";
      return unexpected(`${type}, ${why}: AA-8`);
    }
    if (type === "A-ASSOCIATE-AC") {
      this.#phase = "established";
    } else {
      this.#finish("rejected");
      this.#silent[sender] = "A-ASSOCIATE-RJ";
    }
    return undefined;
  }

  #data(sender: Role): StateViolation | undefined {
    if (this.#phase === "idle" || this.#phase === "requested") {
      const state = sender === "requestor" && this.#phase === "requested" ? "Sta5" : "Sta2 or Sta3";
      return violation(
        "state-data-before-acceptance",
        `P-DATA-TF of the ${sender} (${state}) before the association is accepted: Evt10, AA-8`,
      );
    }
    if (this.#releaseAsked[sender]) {
      return violation(
        "state-data-after-release",
        `P-DATA-TF behind the ${sender}'s own A-RELEASE-RQ (Sta7)`,
      );
    }
    return undefined;
  }

  #releaseRq(sender: Role): StateViolation | undefined {
    if (this.#phase === "idle" || this.#phase === "requested") {
      return unexpected("Evt12 A-RELEASE-RQ before the association is accepted: AA-8");
    }
    if (this.#releaseAsked[sender]) return unexpected("Evt12 second A-RELEASE-RQ: AA-8");
    this.#releaseAsked[sender] = true;
    if (!this.#releaseAsked[otherRole(sender)]) return undefined;
    return violation(
      "state-release-collision",
      "Both AEs asked for release (Sta9, Sta10: AR-8); the requestor answers first",
    );
  }

  #releaseRp(sender: Role): StateViolation | undefined {
    const other = otherRole(sender);
    if (!this.#releaseAsked[other]) {
      return unexpected(`Evt13 A-RELEASE-RP, and the ${other} did not ask for release: AA-8`);
    }
    if (this.#releaseGiven[sender]) return unexpected("Evt13 second A-RELEASE-RP: AA-8");
    this.#releaseGiven[sender] = true;
    // In a collision the acceptor still owes or awaits a response (Sta10 to Sta12)
    const asked = this.#releaseAsked[sender];
    if (!asked || this.#releaseGiven[other]) this.#finish("released");
    this.#silent[sender] = "A-RELEASE-RP";
    return undefined;
  }

  #finish(end: AssociationEnd): void {
    this.#end ??= end;
    this.#phase = "over";
  }
}

function unexpected(text: string): StateViolation {
  return violation("state-unexpected-pdu", text);
}

function violation(id: RuleId, text: string): StateViolation {
  return { id, text };
}
