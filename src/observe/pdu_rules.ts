/**
 * Rules on one PDU other than P-DATA-TF, dispatched by its type: PS3.8 9.3.
 */
import type { Role } from "../role.ts";
import {
  abortReasonName,
  abortSourceName,
  isListedAbort,
  isListedReject,
  pduTypeName,
  rejectionName,
} from "../ul/names.ts";
import type { Pdu } from "../ul/pdu.ts";
import { pduNameOf } from "../ul/pdu_type.ts";
import { checkAssociate } from "./associate_rules.ts";
import { checkAnsweredContexts, checkProposedContexts } from "./context_rules.ts";
import type { Report } from "./finding.ts";
import type { Negotiation } from "./negotiation.ts";
import { checkUserInformation } from "./user_information_rules.ts";

export interface PduRuleOptions {
  readonly sender: Role;
  readonly offset: number;
  /** Holds this PDU already. */
  readonly negotiation: Negotiation;
  readonly report: Report;
}

export function checkPdu(pdu: Pdu, options: PduRuleOptions): void {
  const { sender, offset, negotiation } = options;
  const report: Report = (id, text, place) => options.report(id, text, { offset, ...place });
  switch (pdu.type) {
    case "A-ASSOCIATE-RQ":
      checkAssociate(pdu, report);
      checkProposedContexts(pdu, report);
      if (negotiation.rq === pdu) checkUserInformation("requestor", { negotiation, report });
      return;
    case "A-ASSOCIATE-AC":
      checkAssociate(pdu, report);
      if (negotiation.ac !== pdu) return;
      checkAnsweredContexts(pdu, { negotiation, report });
      checkUserInformation("acceptor", { negotiation, report });
      return;
    case "A-ASSOCIATE-RJ":
      if (!isListedReject(pdu)) report("reject-code", rejectionName(pdu), { sender });
      break;
    case "A-ABORT":
      if (!isListedAbort(pdu)) {
        const { source, reason } = pdu;
        const text = `Source ${source}, Reason/Diag. ${reason}: ${abortSourceName(source)}, ${abortReasonName(source, reason)}`;
        report("abort-code", text, { sender });
      }
      break;
    case "unknown":
      // One of the seven that cannot be read at all is reported by its reader
      if (pduNameOf(pdu.pduType) === undefined) {
        const text = `${pduTypeName(pdu.pduType)} of ${pdu.bytes.length} bytes: Evt19`;
        report("pdu-unknown-type", text, { sender });
      }
      return;
    case "A-RELEASE-RQ":
    case "A-RELEASE-RP":
    case "P-DATA-TF":
      break;
    default:
      pdu satisfies never;
  }
  if (pdu.reserved !== undefined && pdu.reserved !== 0) {
    report("reserved-octets", `${pdu.type} has reserved octets that are not 00H`, { sender });
  }
}
