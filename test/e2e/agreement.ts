/** Compares what `show` says with what tshark says, field by field, and counts. */
import type { AssociationJson, MessageJson } from "../../src/observe/summary.ts";
import type { TsharkAssociation, TsharkCommand } from "../support/tshark.ts";
import type { WireSender } from "../support/tshark_wire.ts";
import type { Shown } from "./dicomtap.ts";

export interface Agreement {
  /** Values compared. */
  fields: number;
  /** Command sets whose elements tshark does not give: only their place is compared. */
  placeOnly: number;
  readonly mismatches: string[];
}

/** PS3.7 Annex E: the elements that tshark shows as numbers or text. */
const KEYWORDS: Readonly<Record<string, string>> = {
  "00000000": "CommandGroupLength",
  "00000002": "AffectedSOPClassUID",
  "00000003": "RequestedSOPClassUID",
  "00000100": "CommandField",
  "00000110": "MessageID",
  "00000120": "MessageIDBeingRespondedTo",
  "00000600": "MoveDestination",
  "00000700": "Priority",
  "00000800": "CommandDataSetType",
  "00000900": "Status",
  "00000902": "ErrorComment",
  "00001000": "AffectedSOPInstanceUID",
  "00001020": "NumberOfRemainingSuboperations",
  "00001021": "NumberOfCompletedSuboperations",
  "00001022": "NumberOfFailedSuboperations",
  "00001023": "NumberOfWarningSuboperations",
  "00001030": "MoveOriginatorApplicationEntityTitle",
  "00001031": "MoveOriginatorMessageID",
};

export function compareWithTshark(
  shown: readonly Shown[],
  decoded: ReadonlyMap<number, TsharkAssociation>,
): Agreement {
  const agreement: Agreement = { fields: 0, placeOnly: 0, mismatches: [] };
  const same: Same = (what, ours, theirs) => {
    agreement.fields++;
    const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
    if (a !== b) agreement.mismatches.push(`${what}: show has ${a}, tshark has ${b}`);
  };
  same("associations", shown.length, decoded.size);
  for (const [stream, theirs] of decoded) {
    const ours = shown[stream];
    if (ours === undefined) continue; // counted above
    compareAssociation(ours.association, theirs, same);
    for (const sender of ["requestor", "acceptor"] as const) {
      const messages = ours.messages.filter((message) => message.sender === sender);
      const commands = theirs.commands.filter((command) => command.sender === sender);
      const where = `association ${ours.association.id}, messages of the ${sender}`;
      same(where, messages.length, commands.length);
      for (const [index, command] of commands.entries()) {
        const message = messages[index];
        if (message === undefined) continue;
        if (command.elements.size === 0) agreement.placeOnly++;
        compareCommand(message, command, (what, a, b) => same(`${where}, ${index}: ${what}`, a, b));
      }
    }
  }
  return agreement;
}

type Same = (what: string, ours: unknown, theirs: unknown) => void;

function compareAssociation(ours: AssociationJson, theirs: TsharkAssociation, same: Same): void {
  const where = `association ${ours.id}`;
  for (const sender of ["requestor", "acceptor"] satisfies WireSender[]) {
    same(`${where}, PDUs of the ${sender}`, ours.pdus[sender], theirs.pdus[sender]);
    const maximum = ours.user_information[sender].maximum_length;
    same(`${where}, maximum length of the ${sender}`, maximum, theirs.maximumLength[sender]);
  }
  same(`${where}, calling AE title`, ours.calling_ae_title, theirs.callingAeTitle);
  same(`${where}, called AE title`, ours.called_ae_title, theirs.calledAeTitle);
  same(`${where}, released`, ours.outcome === "released", theirs.released);
  same(`${where}, reject`, ours.reject, theirs.reject);
  same(`${where}, abort`, ours.abort, theirs.abort);
  same(`${where}, contexts`, ours.contexts.length, theirs.proposed.size);
  for (const context of ours.contexts) {
    const proposed = theirs.proposed.get(context.id);
    const answered = theirs.answered.get(context.id);
    const which = `${where}, context ${context.id}`;
    same(`${which}: abstract syntax`, context.abstract_syntax, proposed?.abstractSyntax ?? null);
    same(`${which}: transfer syntaxes`, context.transfer_syntaxes, proposed?.transferSyntaxes);
    same(`${which}: result`, context.result, answered?.result ?? null);
    // The transfer syntax of a context that was refused is not significant (PS3.8 9.3.3.2).
    const accepted = answered?.result === 0 ? (answered.transferSyntax ?? null) : null;
    same(`${which}: accepted`, context.accepted_transfer_syntax, accepted);
  }
}

function compareCommand(message: MessageJson, command: TsharkCommand, same: Same): void {
  same("context", message.context_id, command.contextId);
  const elements = command.elements;
  if (elements.size === 0) return;
  const id = elements.get("00000110") ?? elements.get("00000120") ?? null;
  same("Message ID", message.message_id, id);
  same("status", message.status, elements.get("00000900") ?? null);
  for (const [tag, value] of elements) {
    const keyword = KEYWORDS[tag];
    if (keyword === undefined) continue;
    const ours = message.command_set[keyword];
    if (typeof value === "number" || typeof ours !== "string") {
      same(keyword, ours, value);
      continue;
    }
    // tshark adds the name of a UID that it knows, and cuts long text.
    const plain = value.replace(/ \(.*\)$/, "").trim();
    const isCut = plain.endsWith("...") && ours.length > plain.length;
    same(keyword, isCut ? `${ours.slice(0, plain.length - 3)}...` : ours, plain);
  }
}
