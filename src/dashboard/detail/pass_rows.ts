/** Rows of messages and PDUs as the API gives them, and how the two belong together. */
import { type ReportedEvent, reportedEvent } from "../../meaning/reported_event.ts";
import type { FindingJson, MessageJson } from "../../observe/summary.ts";
import type { Role } from "../../role.ts";
import { pduTypeName } from "../../ul/names.ts";
import type { MessageRow, PduRow } from "../api_types.ts";
import type { AssociationPass, PassedMessage, PassedPdu } from "./association_pass.ts";

/** Messages that one PDU is said to carry. */
const MAX_MESSAGES_OF_PDU = 16;

/** Those that have ended, by their index. */
export function endedMessages(pass: AssociationPass): readonly PassedMessage[] {
  return pass.messages.filter((message) => message?.text !== undefined) as PassedMessage[];
}

export function messageRow(
  message: PassedMessage,
  { pass, findings }: { readonly pass: AssociationPass; readonly findings: readonly FindingJson[] },
): MessageRow {
  const json = jsonOf(message);
  const { index, sender, offset, endOffset, image } = message;
  const pdus = pass.pdusOf[sender];
  const reported = reportedIn(json, pass);
  const at = (place: number) => lastUpTo(pdus, (i) => (pass.pdus[i]?.offset ?? 0) <= place);
  return {
    ...json,
    findings: findings.flatMap((found, i) => (found.message === index ? [i] : [])),
    first_pdu: pdus[at(offset)] ?? null,
    last_pdu: pdus[at(Math.max(offset, endOffset - 1))] ?? null,
    image,
    ...(reported && { reported }),
  };
}

function jsonOf({ text }: PassedMessage): MessageJson {
  return JSON.parse(text ?? "{}") as MessageJson;
}

function reportedIn(json: MessageJson, pass: AssociationPass): ReportedEvent | undefined {
  if (json.command !== "N-EVENT-REPORT-RSP") return reportedEvent(json.command, json.command_set);
  const asked = pass.messages[json.responds_to ?? -1];
  if (asked?.text === undefined) return undefined;
  const request = jsonOf(asked);
  return reportedEvent(request.command, request.command_set);
}

export function pduRow(
  pdu: PassedPdu,
  { pass, findings }: { readonly pass: AssociationPass; readonly findings: readonly FindingJson[] },
): PduRow {
  const { index, sender, atMs, pduType, offset, length, words } = pdu;
  const end = offset + length;
  return {
    index,
    sender,
    at_ms: atMs,
    pdu_type: pduTypeName(pduType),
    offset,
    length,
    words,
    messages: pduType === P_DATA_TF ? messagesBetween(pass, { sender, offset, end }) : [],
    findings: findings.flatMap((found, i) => {
      const at = found.offset ?? -1;
      return found.sender === sender && at >= offset && at < end ? [i] : [];
    }),
  };
}

const P_DATA_TF = 0x04;

function messagesBetween(
  pass: AssociationPass,
  { sender, offset, end }: { readonly sender: Role; readonly offset: number; readonly end: number },
): number[] {
  const indices = pass.messagesOf[sender];
  const first = lastUpTo(indices, (i) => (pass.messages[i]?.offset ?? 0) <= offset);
  const found: number[] = [];
  for (let at = Math.max(0, first); at < indices.length; at++) {
    const message = pass.messages[indices[at] ?? -1];
    if (message === undefined || message.offset >= end) break;
    // while it has not ended, it goes on for as far as is known
    const to = message.text === undefined ? Number.POSITIVE_INFINITY : message.endOffset;
    if (to > offset) found.push(message.index);
    if (found.length >= MAX_MESSAGES_OF_PDU) break;
  }
  return found;
}

/** Position of the last of ascending ones that holds; -1 where none does. */
function lastUpTo(ascending: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(ascending[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
