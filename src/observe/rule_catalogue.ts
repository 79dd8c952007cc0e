/**
 * Every rule that the observer checks: its id, severity, and the section it stands on.
 *
 * The ids are part of the output (`show --json`, filter `~finding`): they are never renamed within
 * a major version. Edition of the standard: 2026b; UIDs: 2024d.
 */
import type { Severity } from "./finding.ts";

export interface Rule {
  readonly severity: Severity;
  readonly section: string;
}

export type RuleId = keyof typeof RULES;

export const RULES = {
  // Framing, PDUs
  "opaque-tls": { severity: "note", section: "PS3.15 B.12" },
  "not-dicom": { severity: "error", section: "PS3.8 9.3.1" },
  "framing-lost": { severity: "error", section: "PS3.8 9.3.1" },
  "pdu-truncated": { severity: "error", section: "PS3.8 9.2.3" },
  "pdu-unreadable": { severity: "error", section: "PS3.8 9.3.1" },
  "pdu-unknown-type": { severity: "error", section: "PS3.8 9.3.1" },
  "reserved-octets": { severity: "note", section: "PS3.8 9.3.1" },
  "octets-not-recorded": { severity: "note", section: "PS3.8 9.3.1" },
  undecodable: { severity: "error", section: "PS3.8 9.3.1" },
  // A-ASSOCIATE-RQ and -AC
  "protocol-version": { severity: "error", section: "PS3.8 9.3.2" },
  "ae-title-blank": { severity: "error", section: "PS3.8 9.3.2" },
  "ae-title-characters": { severity: "warning", section: "PS3.8 9.3.2" },
  "application-context": { severity: "error", section: "PS3.8 9.3.2.1" },
  "item-unknown": { severity: "note", section: "PS3.8 9.3.1" },
  "item-misplaced": { severity: "error", section: "PS3.8 9.3.2" },
  "item-order": { severity: "warning", section: "PS3.8 9.3.2" },
  "uid-invalid": { severity: "error", section: "PS3.8 F.1" },
  "uid-padded": { severity: "note", section: "PS3.8 F.1" },
  "context-none": { severity: "error", section: "PS3.8 9.3.2" },
  "context-id-even": { severity: "error", section: "PS3.8 9.3.2.2" },
  "context-id-duplicate": { severity: "error", section: "PS3.8 9.3.2.2" },
  "context-abstract-syntax": { severity: "error", section: "PS3.8 9.3.2.2" },
  "context-transfer-syntax": { severity: "error", section: "PS3.8 9.3.2.2" },
  "context-not-proposed": { severity: "error", section: "PS3.8 9.3.3.2" },
  "context-unanswered": { severity: "error", section: "PS3.8 9.3.3.2" },
  "context-result": { severity: "error", section: "PS3.8 9.3.3.2" },
  "context-accepted-transfer-syntax": { severity: "error", section: "PS3.8 9.3.3.2" },
  "retired-syntax": { severity: "note", section: "PS3.6 A" },
  "context-none-accepted": { severity: "warning", section: "PS3.8 9.3.3.2" },
  "user-information": { severity: "error", section: "PS3.8 9.3.2.3" },
  "user-information-duplicate": { severity: "error", section: "PS3.7 D.3.3" },
  "maximum-length-missing": { severity: "warning", section: "PS3.8 D.1" },
  "maximum-length-too-small": { severity: "warning", section: "PS3.8 D.1" },
  "implementation-class-uid-missing": { severity: "error", section: "PS3.7 D.3.3.2" },
  "implementation-version-name": { severity: "warning", section: "PS3.7 D.3.3.2.3" },
  "async-window-unasked": { severity: "error", section: "PS3.7 D.3.3.3" },
  "async-window-raised": { severity: "error", section: "PS3.7 D.3.3.3" },
  "role-unasked": { severity: "error", section: "PS3.7 D.3.3.4" },
  "role-value": { severity: "error", section: "PS3.7 D.3.3.4" },
  "role-not-proposed": { severity: "note", section: "PS3.7 D.3.3.4" },
  "extended-negotiation-unasked": { severity: "error", section: "PS3.7 D.3.3.5" },
  "common-extended-negotiation-in-ac": { severity: "error", section: "PS3.7 D.3.3.6" },
  "user-identity-type": { severity: "error", section: "PS3.7 D.3.3.7" },
  "user-identity-secondary": { severity: "warning", section: "PS3.7 D.3.3.7" },
  "user-identity-unasked": { severity: "error", section: "PS3.7 D.3.3.7" },
  "reject-code": { severity: "error", section: "PS3.8 9.3.4" },
  "abort-code": { severity: "error", section: "PS3.8 9.3.8" },
  // Sequence of PDUs (PS3.8 Table 9-10 as one sender must keep it)
  "state-unexpected-pdu": { severity: "error", section: "PS3.8 9.2.3" },
  "state-data-before-acceptance": { severity: "error", section: "PS3.8 9.2.3" },
  "state-data-after-release": { severity: "error", section: "PS3.8 9.2.3" },
  "state-data-after-end": { severity: "error", section: "PS3.8 9.2.3" },
  "state-closed-without-release": { severity: "warning", section: "PS3.8 9.2.3" },
  "state-release-unanswered": { severity: "warning", section: "PS3.8 9.2.3" },
  "state-release-collision": { severity: "note", section: "PS3.8 9.2.3" },
  // P-DATA-TF
  "pdata-empty": { severity: "error", section: "PS3.8 9.3.5" },
  "pdata-framing": { severity: "error", section: "PS3.8 9.3.5" },
  "pdata-maximum-length": { severity: "error", section: "PS3.8 D.1" },
  "pdv-context": { severity: "error", section: "PS3.8 9.3.5.1" },
  "pdv-reserved-bits": { severity: "note", section: "PS3.8 E.2" },
  "pdv-odd-fragment": { severity: "error", section: "PS3.8 E.1" },
  "pdv-interleaved": { severity: "error", section: "PS3.8 E.1" },
  "pdv-two-messages": { severity: "error", section: "PS3.8 E.1" },
  "pdv-sequence": { severity: "error", section: "PS3.8 E.1" },
  // Command sets
  "command-too-long": { severity: "error", section: "PS3.7 6.3.1" },
  "command-unreadable": { severity: "error", section: "PS3.7 6.3.1" },
  "command-field": { severity: "error", section: "PS3.7 E.1" },
  "command-group-length": { severity: "error", section: "PS3.7 6.3.1" },
  "command-element-order": { severity: "error", section: "PS3.7 6.3.1" },
  "command-element-foreign": { severity: "error", section: "PS3.7 6.3.1" },
  "command-element-unknown": { severity: "warning", section: "PS3.7 E.1" },
  "command-element-retired": { severity: "warning", section: "PS3.7 E.2" },
  "command-element-odd-length": { severity: "error", section: "PS3.7 6.3.1" },
  "command-required": { severity: "error", section: "PS3.7 9.3" },
  "command-not-allowed": { severity: "warning", section: "PS3.7 9.3" },
  "command-affected-requested": { severity: "error", section: "PS3.7 10.3" },
  "command-move-originator": { severity: "warning", section: "PS3.7 9.3.1.1" },
  "command-priority": { severity: "error", section: "PS3.7 E.1" },
  "command-uid": { severity: "warning", section: "PS3.5 9.1" },
  "command-sop-class": { severity: "warning", section: "PS3.8 9.3.2.2" },
  "command-status": { severity: "error", section: "PS3.7 C" },
  "command-status-pending": { severity: "error", section: "PS3.7 C" },
  "data-set-required": { severity: "error", section: "PS3.7 9.3" },
  "data-set-not-allowed": { severity: "error", section: "PS3.7 9.3" },
  "message-incomplete": { severity: "error", section: "PS3.7 6.3.1" },
  // Exchanges
  "message-id-reused": { severity: "error", section: "PS3.7 9.1" },
  "response-to-nothing": { severity: "error", section: "PS3.7 9.1" },
  "response-after-final": { severity: "error", section: "PS3.7 9.1" },
  "response-context": { severity: "error", section: "PS3.8 E.1" },
  "response-command": { severity: "error", section: "PS3.7 9.3" },
  "request-unanswered": { severity: "warning", section: "PS3.7 9.1" },
  "request-role": { severity: "error", section: "PS3.7 D.3.3.4" },
  "cancel-of-nothing": { severity: "warning", section: "PS3.7 9.3.2.3" },
  "cancel-not-cancelable": { severity: "error", section: "PS3.7 9.3.2.3" },
  "async-window-exceeded": { severity: "error", section: "PS3.7 D.3.3.3" },
  "suboperations-missing": { severity: "warning", section: "PS3.7 9.3.3.2" },
  "suboperations-remaining": { severity: "note", section: "PS3.7 9.3.3.2" },
  "suboperations-total": { severity: "warning", section: "PS3.4 C.4.2.1" },
  // Time
  "nagle-stall": { severity: "warning", section: "PS3.8 9.1" },
} as const satisfies Record<string, Rule>;
