/** What is in a PDU, in a few words: for lists of PDUs. */
import { escapeControls } from "../escape.ts";
import type { PduEvent } from "../observe/association_sink.ts";
import { abortReasonName, rejectReasonName } from "../ul/names.ts";
import type { Pdu } from "../ul/pdu.ts";

/** PDVs that are named one by one. */
const SHOWN_PDVS = 8;

/** "STORESCU > ANY-SCP, 12 items"; empty where its type says it all. */
export function pduWords(event: PduEvent): string {
  return event.pdu === undefined ? pdvText(event) : pduText(event.pdu);
}

function pdvText(event: PduEvent): string {
  const pdvs = event.pdvs ?? [];
  const shown = pdvs.slice(0, SHOWN_PDVS).map(({ contextId, messageControlHeader, length }) => {
    const part = (messageControlHeader & 1) === 1 ? "command set" : "data set";
    const last = (messageControlHeader & 2) === 2 ? ", last" : "";
    return `context ${contextId} ${part} ${length}${last}`;
  });
  const rest = (event.pdvCount ?? pdvs.length) - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more PDVs`] : [])].join("; ");
}

function pduText(pdu: Pdu): string {
  switch (pdu.type) {
    case "A-ASSOCIATE-RQ":
    case "A-ASSOCIATE-AC":
      return `${escapeControls(pdu.callingAeTitle)} > ${escapeControls(pdu.calledAeTitle)}, ${pdu.items.length} items`;
    case "A-ASSOCIATE-RJ":
      return `result ${pdu.result}, source ${pdu.source}, ${rejectReasonName(pdu.source, pdu.reason)}`;
    case "A-ABORT":
      return `source ${pdu.source}, ${abortReasonName(pdu.source, pdu.reason)}`;
    case "P-DATA-TF":
    case "A-RELEASE-RQ":
    case "A-RELEASE-RP":
    case "unknown":
      return "";
    default:
      return pdu satisfies never;
  }
}
