/**
 * Why a context was refused and why an association ended as it did, in plain words, with what to
 * do next. For people who run a modality or an archive, not for the wire.
 */
import { abortReasonName, abortSourceName, rejectionName } from "../ul/names.ts";
import type { Outcome } from "./summary.ts";

/** PS3.8 Table 9-18. undefined where the context was accepted. */
export function explainContext(
  result: number | undefined,
  names: { abstractSyntax: string; transferSyntaxes: readonly string[] },
): string | undefined {
  const { abstractSyntax, transferSyntaxes } = names;
  switch (result) {
    case 0:
      return undefined;
    case undefined:
      return "not answered";
    case 1:
      return `the acceptor does not want ${abstractSyntax} from this requestor; look at its list of allowed AEs and services`;
    case 2:
      return `the acceptor refused ${abstractSyntax} and gave no reason; look at its log`;
    case 3:
      return `the acceptor does not support ${abstractSyntax}; enable it there, or do not propose it`;
    case 4:
      return `the acceptor supports ${abstractSyntax} in none of the proposed transfer syntaxes (${transferSyntaxes.join(", ")})`;
    default:
      return `refused with the reserved result ${result}`;
  }
}

/** PS3.8 Table 9-21, and what usually helps. */
export function explainRejection(rejection: {
  result: number;
  source: number;
  reason: number;
  callingAeTitle: string;
  calledAeTitle: string;
}): string {
  const { result, source, reason, callingAeTitle, calledAeTitle } = rejection;
  const advice = REJECT_ADVICE[`${source}/${reason}`];
  const words = rejectionName({ result, source, reason });
  const again = result === 2 ? " The rejection is transient: it may work later." : "";
  return `${words}.${again}${advice === undefined ? "" : ` ${advice({ callingAeTitle, calledAeTitle })}`}`;
}

/** PS3.8 Table 9-26. */
export function explainAbort(abort: { sender: string; source: number; reason: number }): string {
  const { sender, source, reason } = abort;
  const who = abortSourceName(source);
  const why = source === 0 ? "" : `: ${abortReasonName(source, reason)}`;
  const advice =
    source === 2
      ? " It saw something it could not accept; look at what the other AE sent just before."
      : " It gave up by itself; look at its log for the same time.";
  return `the ${sender} aborted (${who}${why}).${advice}`;
}

/** Where no PDU says it. undefined where there is nothing to explain. */
export function explainOutcome(
  outcome: Outcome,
  facts: {
    reason: string | undefined;
    protocol: string | undefined;
    associated: boolean;
    /** Whether anything came from the acceptor. */
    answered: boolean;
    /** How often octets passed that are not recorded. */
    gaps: number;
  },
): string | undefined {
  const { reason, protocol, associated, answered, gaps } = facts;
  const detail = reason === undefined ? "" : ` (${reason})`;
  switch (outcome) {
    case "refused":
      return `no connection to the acceptor${detail}; check that it runs, its address, its port and the firewall between`;
    case "timeout":
      return `the acceptor did not answer the connection in time${detail}; check its address and the firewall between`;
    case "reset":
      return `the connection was reset${detail} ${associated ? "in the middle of the association" : "before an association was made"}`;
    case "closed":
      return associated
        ? "the connection was closed without A-RELEASE or A-ABORT"
        : "the connection was closed before an association was made";
    case "opaque":
      if (protocol === undefined && gaps > 0) {
        return "part of the traffic is not in the record, and what followed could not be decoded without it; all of it was forwarded";
      }
      if (protocol === undefined) {
        return "what passed could not be read as DICOM; it was forwarded and recorded as it is";
      }
      return `${protocol} passed here, not DICOM in clear; it was forwarded and recorded as it is${
        answered ? "" : `, and the acceptor answered nothing: ${unanswered(protocol)}`
      }`;
    case "released":
    case "aborted":
    case "rejected":
    case "open":
      return undefined;
    default:
      return outcome satisfies never;
  }
}

function unanswered(protocol: string): string {
  return protocol === "TLS"
    ? "it may not take TLS on this port, so switch TLS off in the requestor, or send to the port that takes it"
    : "who connected may have the wrong address or port";
}

type Titles = { callingAeTitle: string; calledAeTitle: string };

const REJECT_ADVICE: Readonly<Record<string, (titles: Titles) => string>> = {
  "1/1": () => "Look at the acceptor's log; some archives answer so for unknown AE titles.",
  "1/2": () => "The requestor proposed another application context than DICOM's.",
  "1/3": ({ callingAeTitle }) =>
    `Add the calling AE title "${callingAeTitle}" to the acceptor's list of known AEs.`,
  "1/7": ({ calledAeTitle }) =>
    `The acceptor does not call itself "${calledAeTitle}"; correct the called AE title in the requestor.`,
  "2/2": () => "The requestor must set bit 0 of Protocol-version.",
  "3/1": () => "The acceptor is busy; try later, or allow it more associations.",
  "3/2": () => "The acceptor's limit of associations is reached; raise it, or close idle ones.",
};
