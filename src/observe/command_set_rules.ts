/**
 * Rules on the form of a command set, whatever message it is: PS3.7 6.3.1, Annex E.
 */
import { commandElement, printTag } from "../dimse/command_dictionary.ts";
import type { CommandElement } from "../dimse/command_set.ts";
import type { Message } from "../dimse/message.ts";
import { errorText } from "./error_text.ts";
import type { FindingPlace, Report } from "./finding.ts";
import type { RuleId } from "./rule_catalogue.ts";

export function checkCommandSet(message: Message, report: Report): void {
  const { sender, index, commandSet } = message;
  for (const problem of message.problems) {
    const { section, offset } = problem;
    report("command-unreadable", errorText(problem), { sender, message: index, section, offset });
  }
  const say = (id: RuleId, text: string, element: CommandElement) => {
    // the first PDV's head is six octets; exact where the command set is one fragment
    const offset = message.offset + 6 + element.offset - 8;
    const place: FindingPlace = { sender, message: index, offset };
    report(id, text, place);
  };
  checkGroupLength(message, report);
  let newest = -1;
  for (const element of commandSet.elements) {
    const name = element.keyword ?? printTag(element.tag);
    if (element.tag <= newest) {
      const what = element.tag === newest ? "twice" : "not in ascending order";
      say("command-element-order", `${name} ${what}`, element);
    }
    newest = Math.max(newest, element.tag);
    if (element.tag > 0xffff) {
      say("command-element-foreign", `${printTag(element.tag)} is not of group 0000`, element);
    } else if (element.keyword === undefined) {
      say("command-element-unknown", `${name} is not in PS3.7 Annex E`, element);
    } else if (commandElement(element.tag)?.retired) {
      say("command-element-retired", `${name} ${printTag(element.tag)} is retired`, element);
    }
    if (element.length % 2 !== 0) {
      say("command-element-odd-length", `${name} has the odd length ${element.length}`, element);
    }
  }
}

/** (0000,0000) counts the octets from behind its value to the next group (PS3.7 9.3). */
function checkGroupLength(message: Message, report: Report): void {
  const { sender, index, offset, commandSet, commandBytes } = message;
  const place: FindingPlace = { sender, message: index, offset };
  const [first] = commandSet.elements;
  if (first === undefined) {
    report("command-group-length", "The command set has no element", place);
  } else if (first.tag !== 0) {
    report("command-group-length", "CommandGroupLength is not the first element", place);
  } else {
    const next = commandSet.elements.find((element) => element.tag > 0xffff);
    const end = next === undefined ? commandBytes.length : next.offset - 8;
    const counted = end - first.offset - first.length;
    if (typeof first.value === "number" && first.value !== counted) {
      const text = `CommandGroupLength is ${first.value}, ${counted} bytes of the group follow it`;
      report("command-group-length", text, place);
    }
  }
}
