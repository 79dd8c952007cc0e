/** PDUs in one line each, as `show -vv` prints them. */
import { pduWords } from "../meaning/pdu_words.ts";
import type { PduEvent } from "../observe/association_sink.ts";
import { hex2 } from "../ul/names.ts";
import { formatDurationMs } from "../units.ts";
import type { Paint } from "./paint.ts";

export function pduLine(
  event: PduEvent,
  { openedAt, paint }: { readonly openedAt: number; readonly paint: Paint },
): string {
  const at = formatDurationMs((event.at - openedAt) / 1000).padStart(9);
  const arrow = event.sender === "requestor" ? "->" : "<-";
  const type = event.type === "unknown" ? `PDU of unknown type ${hex2(event.pduType)}` : event.type;
  const what = `${event.length} octets at ${event.offset}`;
  const more = pduWords(event);
  return paint.dim(`${at}  ${arrow}  ${type}, ${what}${more === "" ? "" : `: ${more}`}`);
}
