/**
 * Rules on the end of the transport connection: Evt17 in states where PDUs are due (PS3.8 9.2.3).
 */
import type { Role } from "../role.ts";
import type { AssociationState } from "./association_state.ts";
import type { Report } from "./finding.ts";

export interface TransportEnd {
  readonly how: string;
  /** Who half-closed or reset, as far as it is known. */
  readonly ended: Partial<Record<Role, "fin" | "reset">>;
  readonly report: Report;
}

export function checkTransportEnd(state: AssociationState, end: TransportEnd): void {
  if (end.how === "refused" || end.how === "timeout") return;
  const sender: Role =
    end.ended.requestor === undefined && end.ended.acceptor !== undefined
      ? "acceptor"
      : "requestor";
  const how = end.how === "fin" || end.how === "closed" ? "closed" : `ended (${end.how})`;
  if (state.releasing) {
    const text = `Transport connection ${how}, A-RELEASE-RQ not answered: Evt17, AA-4`;
    end.report("state-release-unanswered", text, { sender });
  } else if (state.phase === "established") {
    const text = `Transport connection ${how} without A-RELEASE or A-ABORT: Evt17 in Sta6, AA-4`;
    end.report("state-closed-without-release", text, { sender });
  } else if (state.phase === "requested") {
    const text = `Transport connection ${how}, A-ASSOCIATE-RQ not answered: Evt17`;
    end.report("state-closed-without-release", text, { sender });
  }
}
