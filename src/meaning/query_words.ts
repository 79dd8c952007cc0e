/** C-FIND, C-MOVE and C-GET (PS3.4 C, K and others): the level, the keys, the matches. */
import { textOf } from "../dimse/command_set.ts";
import { className, counted, statusWords } from "./names.ts";
import type { Outcome, ServiceWords, SubOperations } from "./outcome.ts";
import { matchingKeys } from "./values.ts";

const QUERY_RETRIEVE_LEVEL = 0x00080052;

/** `Study Root, STUDY level, PatientID=***, StudyDate=20260101-, to ARCHIVE`. */
export const queryWords: ServiceWords = {
  request: (request) => {
    const { sopClassUid, commandSet, data } = request;
    const level = data.text(QUERY_RETRIEVE_LEVEL);
    const destination = textOf(commandSet, "MoveDestination");
    const keys = matchingKeys(data, request);
    return [
      className(sopClassUid),
      ...(level === undefined ? [] : [`${level} level`]),
      ...(keys.length === 0 && request.command === "C-FIND-RQ" ? ["all"] : keys),
      ...(destination === undefined ? [] : [`to ${destination}`]),
    ];
  },
  result: (outcome) =>
    outcome.response.command === "C-FIND-RSP" ? findResult(outcome) : retrieveResult(outcome),
};

function findResult({ response, status, matches, someKeysIgnored }: Outcome): string {
  const found = counted(matches, "match");
  const ignored = someKeysIgnored ? ", optional keys not supported" : "";
  if (status === 0) return `${found}${ignored}`;
  if (status === CANCELED) return `canceled after ${found}${ignored}`;
  const before = matches === 0 ? "" : ` after ${found}`;
  return `${statusWords(response, status)}${before}${ignored}`;
}

function retrieveResult({ response, status, counts }: Outcome): string {
  const words = counts === undefined ? "" : countWords(counts);
  if (status === 0) return words === "" ? "Success" : words;
  const what = status === CANCELED ? "canceled" : statusWords(response, status);
  const nothing = words === "" || (counts?.completed === 0 && words === "0 stored");
  return nothing ? what : `${what}: ${words}`;
}

/** `3 stored, 1 failed`: counts of 0 are left out, but for what was stored. */
function countWords({ completed = 0, failed = 0, warning = 0, remaining = 0 }: SubOperations) {
  const parts = [
    `${completed} stored`,
    warning > 0 ? `${warning} with a warning` : "",
    failed > 0 ? `${failed} failed` : "",
    remaining > 0 ? `${remaining} not done` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

const CANCELED = 0xfe00;
