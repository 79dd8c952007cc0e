/** What the value of an element of a command set means (PS3.7 Annex E). */
import { uidEntry } from "../../dictionary/uids.ts";
import { commandName } from "../../dimse/command_field.ts";
import type { CommandValue } from "../../dimse/command_set.ts";
import { NO_DATA_SET } from "../../dimse/open_message.ts";
import { generalStatusMeaning, printStatus, statusClass } from "../../dimse/status.ts";

/** Null where the value says it all. */
export function commandWords(keyword: string, value: CommandValue): string | null {
  if (typeof value === "string") return uidEntry(value)?.name ?? null;
  if (typeof value !== "number") return null;
  switch (keyword) {
    case "CommandField":
      return commandName(value) ?? "not listed in PS3.7";
    case "Status":
      return `${printStatus(value)} ${generalStatusMeaning(value) ?? statusClass(value)}`;
    case "Priority":
      return { 0: "medium", 1: "high", 2: "low" }[value] ?? "reserved";
    case "CommandDataSetType":
      return value === NO_DATA_SET ? "no data set follows" : "a data set follows";
    default:
      return null;
  }
}
