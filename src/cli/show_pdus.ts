/** PDUs in one line each, as `show -vv` prints them. */
import { escapeControls } from "../escape.ts";
import type { PduEvent } from "../observe/association_sink.ts";
import { abortReasonName, hex2, rejectReasonName } from "../ul/names.ts";
import type { Pdu } from "../ul/pdu.ts";
import { formatDurationMs } from "../units.ts";
import type { Paint } from "./paint.ts";

/** PDVs that are listed one by one. */
const SHOWN_PDVS = 8;

export function pduLine(
  event: PduEvent,
  { openedAt, paint }: { readonly openedAt: number; readonly paint: Paint },
): string {
  const at = formatDurationMs((event.at - openedAt) / 1000).padStart(9);
  const arrow = event.sender === "requestor" ? "->" : "<-";
  const type = event.type === "unknown" ? `PDU of unknown type ${hex2(event.pduType)}` : event.type;
  const what = `${event.length} octets at ${event.offset}`;
  const more = event.pdu === undefined ? pdvText(event) : pduText(event.pdu);
  return paint.dim(`${at}  ${arrow}  ${type}, ${what}${more === "" ? "" : `: ${more}`}`);
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
