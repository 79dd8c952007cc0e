/**
 * Which service tells an exchange: by the command and the SOP class of its request. What is left is
 * told by `other_words.ts`.
 */
import { commitmentWords } from "./commitment_words.ts";
import { mediaWords } from "./media_words.ts";
import { otherWords } from "./other_words.ts";
import type { ServiceWords } from "./outcome.ts";
import { performedStepWords } from "./performed_step_words.ts";
import { printWords } from "./print_words.ts";
import { procedureStepWords } from "./procedure_step_words.ts";
import { queryWords } from "./query_words.ts";
import { storeWords } from "./store_words.ts";
import type { ToldMessage } from "./told_message.ts";

export function wordsFor({
  command,
  sopClassUid,
}: Pick<ToldMessage, "command" | "sopClassUid">): ServiceWords {
  switch (command.replace(/-R(Q|SP)$/, "")) {
    case "C-STORE":
      return storeWords;
    case "C-FIND":
    case "C-MOVE":
    case "C-GET":
      return queryWords;
  }
  return SERVICES.find(([prefix]) => isUnder(sopClassUid, prefix))?.[1] ?? otherWords;
}

/** By prefix of the SOP class UID, the narrower one first. */
const SERVICES: readonly (readonly [prefix: string, words: ServiceWords])[] = [
  ["1.2.840.10008.1.20.1", commitmentWords],
  ["1.2.840.10008.3.1.2.3", performedStepWords],
  ["1.2.840.10008.5.1.1.33", mediaWords],
  ["1.2.840.10008.5.1.1", printWords],
  ["1.2.840.10008.5.1.4.33", mediaWords],
  ["1.2.840.10008.5.1.4.34.6", procedureStepWords],
];

function isUnder(uid: string, prefix: string): boolean {
  return uid === prefix || uid.startsWith(`${prefix}.`);
}
