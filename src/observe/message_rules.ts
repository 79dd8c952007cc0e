/**
 * Rules on one message by itself: elements and data set as PS3.7 9.3 and 10.3 have them, values
 * (Priority, Status, UIDs), and the sequence of its PDVs (PS3.8 Annex E).
 */
import { type CommandName, commandName } from "../dimse/command_field.ts";
import { type CommandSet, numberOf, textOf } from "../dimse/command_set.ts";
import type { IrregularPdv, Message, PdvIrregularity } from "../dimse/message.ts";
import { printStatus, statusClass } from "../dimse/status.ts";
import { isUid } from "./associate_rules.ts";
import type { ObservedMessage } from "./association_sink.ts";
import { checkCommandSet } from "./command_set_rules.ts";
import { quoted, type Report } from "./finding.ts";
import { MESSAGE_FIELDS, type MessageFields } from "./message_fields.ts";
import type { RuleId } from "./rule_catalogue.ts";

/** When the command set is whole. */
export function checkMessageStart(observed: ObservedMessage, report: Report): void {
  const { message } = observed;
  if (message.undecodable) return;
  checkCommandSet(message, report);
  const say = sayOf(message, report);
  if (message.commandField === undefined) {
    say("command-field", "The command set has no Command Field that can be read");
    return;
  }
  const name = commandName(message.commandField);
  if (name === undefined) {
    say("command-field", `Command Field ${message.command} is not listed in PS3.7 Annex E`);
    return;
  }
  const fields = MESSAGE_FIELDS.get(name);
  if (fields === undefined) return;
  checkFields(message.commandSet, { name, fields, say });
  checkValues(message.commandSet, { name, fields, say });
  checkAnnouncedDataSet(message, { fields, say });
  checkSopClass(observed, say);
}

/** When the message has ended. */
export function checkMessageEnd(observed: ObservedMessage, report: Report): void {
  const { message } = observed;
  if (message.complete) return;
  const say = sayOf(message, report);
  if (message.undecodable) {
    say("message-incomplete", "The command set is not whole, or not recorded");
  } else if (message.dataSet === undefined) {
    say("message-incomplete", `The data set that ${message.command} announces did not come`);
  } else {
    const { length } = message.dataSet;
    say("message-incomplete", `The data set of ${message.command} breaks off at ${length} bytes`);
  }
}

export function irregularText(
  what: PdvIrregularity,
  where: IrregularPdv,
): { id: RuleId; text: string } {
  const on = `presentation context ${where.contextId}`;
  switch (what) {
    case "odd fragment":
      return { id: "pdv-odd-fragment", text: `PDV fragment of ${where.length} bytes on ${on}` };
    case "interleaved message":
      return { id: "pdv-interleaved", text: `PDV on ${on} inside a message of another context` };
    case "two messages in one PDU":
      return { id: "pdv-two-messages", text: `One P-DATA-TF holds PDVs of two messages` };
    case "command inside data set":
      return { id: "pdv-sequence", text: `Command PDV on ${on}, and a data set is not whole` };
    case "data inside command set":
      return {
        id: "pdv-sequence",
        text: `Data set PDV on ${on}, and the command set is not whole`,
      };
    case "data set without command set":
      return { id: "pdv-sequence", text: `Data set PDV on ${on} that no command set announces` };
    case "command set too long":
      return {
        id: "command-too-long",
        text: `Command set on ${on} is longer than 1 MiB: not read`,
      };
    case "too many open messages":
      return { id: "pdv-interleaved", text: "More than 8 messages interleaved: oldest given up" };
    default:
      return what satisfies never;
  }
}

type Say = (id: RuleId, text: string, section?: string) => void;

interface Check {
  readonly name: CommandName;
  readonly fields: MessageFields;
  readonly say: Say;
}

function sayOf(message: Message, report: Report): Say {
  const { sender, index, offset } = message;
  return (id, text, section) => report(id, text, { sender, offset, message: index, section });
}

/** The classic mistake: Affected where Requested is due, and the reverse. */
const COUNTERPARTS: Readonly<Record<string, string>> = {
  AffectedSOPClassUID: "RequestedSOPClassUID",
  AffectedSOPInstanceUID: "RequestedSOPInstanceUID",
  RequestedSOPClassUID: "AffectedSOPClassUID",
  RequestedSOPInstanceUID: "AffectedSOPInstanceUID",
};

function checkFields(commandSet: CommandSet, check: Check): void {
  const { name, fields, say } = check;
  const there = new Set(commandSet.elements.map((element) => element.keyword));
  const { due } = fields;
  for (const keyword of fields.required) {
    // its absence is a finding of the form already
    if (keyword === "CommandGroupLength") continue;
    const counterpart = COUNTERPARTS[keyword];
    if (!there.has(keyword)) {
      if (counterpart !== undefined && there.has(counterpart) && !due.has(counterpart)) {
        say(
          "command-affected-requested",
          `${name} has ${counterpart} where ${keyword} is due`,
          fields.section,
        );
      } else {
        say("command-required", `${name} has no ${keyword}`, fields.section);
      }
    } else if (commandSet.values[keyword] === null) {
      say("command-required", `${name} has no value of ${keyword}`, fields.section);
    }
  }
  for (const { keyword, tag } of commandSet.elements) {
    if (keyword === undefined || tag > 0xffff || due.has(keyword)) continue;
    const counterpart = COUNTERPARTS[keyword];
    if (counterpart !== undefined && due.has(counterpart)) {
      // said above where the right one is required and missing
      if (there.has(counterpart) || !fields.required.includes(counterpart)) {
        say(
          "command-affected-requested",
          `${name} has ${keyword}; ${counterpart} is its element`,
          fields.section,
        );
      }
    } else {
      say(
        "command-not-allowed",
        `${name} has ${keyword}, which is none of its elements`,
        fields.section,
      );
    }
  }
  if (
    name === "C-STORE-RQ" &&
    there.has("MoveOriginatorApplicationEntityTitle") !== there.has("MoveOriginatorMessageID")
  ) {
    say("command-move-originator", "C-STORE-RQ has only one of the two Move Originator elements");
  }
}

const PENDING_ALLOWED: readonly CommandName[] = ["C-FIND-RSP", "C-GET-RSP", "C-MOVE-RSP"];

function checkValues(commandSet: CommandSet, check: Check): void {
  const { name, say } = check;
  const priority = numberOf(commandSet, "Priority");
  if (priority !== undefined && priority > 2) {
    say("command-priority", `Priority ${priority}: 0 medium, 1 high and 2 low are allowed`);
  }
  const status = numberOf(commandSet, "Status");
  if (status !== undefined) {
    const found = statusClass(status);
    if (found === "not listed") {
      say("command-status", `Status ${printStatus(status)} is not listed in PS3.7 Annex C`);
    } else if (found === "pending" && !PENDING_ALLOWED.includes(name)) {
      say("command-status-pending", `${name} with the pending status ${printStatus(status)}`);
    }
  }
  for (const { keyword, vr, value } of commandSet.elements) {
    if (vr === "UI" && typeof value === "string" && value !== "" && !isUid(value)) {
      say("command-uid", `${keyword} ${quoted(value)} is not a UID`);
    }
  }
}

function checkAnnouncedDataSet(message: Message, check: Pick<Check, "fields" | "say">): void {
  const { fields, say } = check;
  const { command, commandSet, dataSetAnnounced } = message;
  if (numberOf(commandSet, "CommandDataSetType") === undefined) return;
  const status = numberOf(commandSet, "Status");
  const pending = status !== undefined && statusClass(status) === "pending";
  const success = status !== undefined && statusClass(status) === "success";
  const required = fields.dataSet === "required" || (fields.dataSet === "with pending" && pending);
  if (required && !dataSetAnnounced) {
    say("data-set-required", `${command} announces no data set; it shall have one`, fields.section);
  }
  const barred =
    fields.dataSet === "none" ||
    (fields.dataSet === "with pending" && !pending) ||
    (fields.dataSet === "not with pending" && (pending || success));
  if (barred && dataSetAnnounced) {
    const when = status === undefined ? "" : ` with Status ${printStatus(status)}`;
    say("data-set-not-allowed", `${command}${when} announces a data set`, fields.section);
  }
}

/** C-STORE only: the classes of other services stand in for others (meta classes, UPS). */
function checkSopClass(observed: ObservedMessage, say: Say): void {
  const { message, context } = observed;
  const uid = textOf(message.commandSet, "AffectedSOPClassUID");
  if (message.command !== "C-STORE-RQ" || uid === undefined) return;
  if (context?.abstractSyntax === undefined || context.abstractSyntax === uid) return;
  say(
    "command-sop-class",
    `SOP class ${quoted(uid)} on presentation context ${context.id} for ${quoted(context.abstractSyntax)}`,
  );
}
