/** What is missing from a request that a person composed, and what in it an SCP may not take. */
import type { DataSet } from "../dataset/data_set.ts";
import { valueFindings } from "../dataset/value_rules.ts";
import { uidName } from "../dictionary/uids.ts";
import { escapeControls } from "../escape.ts";
import { type MissingPart, missingParts } from "../service/command_values.ts";
import type { Operation } from "../service/operation.ts";
import { missingAttributes, queryModel } from "../service/required_attributes.ts";
import type { OperationRequest } from "../service/service_message.ts";
import { usageError } from "./command_error.ts";

const MAX_DOUBTS = 5;

/** Goes out all the same: some SCPs take it, and to see what they say may be why it is sent. */
export function doubtful(
  dataSet: DataSet | undefined,
  { facts, uid }: { readonly facts: Operation; readonly uid: string },
): string[] {
  if (dataSet === undefined) return [];
  const query = facts.name === "C-FIND" || facts.name === "C-MOVE" || facts.name === "C-GET";
  const values = valueFindings(dataSet, { query, maxFindings: MAX_DOUBTS }).map(
    ({ path, text, section }) => `${path}: ${escapeControls(text)} (${section}). Sent as it is.`,
  );
  const keys = facts.name === "C-FIND" ? keysAbove(dataSet, uid) : [];
  if (keys.length === 0) return values;
  const level = escapeControls(dataSet.text("QueryRetrieveLevel") ?? "");
  const relational = "an SCP without relational queries refuses that (PS3.4 C.4.1.2.1)";
  return [...values, `A query on ${level} level without ${keys.join(", ")}: ${relational}.`];
}

/** Unique keys of the levels above that of a query, which it does not give. */
function keysAbove(dataSet: DataSet, uid: string): readonly string[] {
  const levels = queryModel(uid)?.levels ?? [];
  const at = levels.findIndex(({ level }) => level === dataSet.text("QueryRetrieveLevel"));
  const above = levels.slice(0, Math.max(at, 0)).map(({ uniqueKey }) => uniqueKey);
  return above.filter((key) => (dataSet.text(key) ?? "") === "");
}

/** Throws a usage error that names all that PS3.7 and PS3.4 ask for and is not there. */
export function refuseIncomplete(
  request: OperationRequest,
  { uid, dataSet }: { readonly uid: string; readonly dataSet: DataSet | undefined },
): void {
  const { operation } = request;
  const missing = [
    ...missingParts(request),
    ...missingAttributes({ operation, sopClassUid: uid, dataSet }),
  ];
  const [first] = missing;
  if (first === undefined) return;
  const parts = missing.filter(({ source }) => source === first.source);
  const hint = `${howToGive(first)} --force sends it as it is.`;
  const what = `${operation} of ${uidName(uid)}`;
  if (parts.length <= MAX_IN_LINE) {
    const names = parts.map(({ part }) => part).join(", ");
    throw usageError(`${what} needs ${names} (${first.source})`, hint);
  }
  const lines = parts.map(
    ({ part, mayBeEmpty }) => `  ${part}${mayBeEmpty ? ", may be empty" : ""}`,
  );
  throw usageError(
    `${what} needs ${parts.length} attributes more (${first.source})`,
    [...lines, hint].join("\n"),
  );
}

const MAX_IN_LINE = 4;

function howToGive({ part }: MissingPart): string {
  const option = GIVEN_BY[part];
  if (option !== undefined) return `Give it with ${option}.`;
  return "Give it as Keyword=value, or with --data FILE.";
}

const GIVEN_BY: Readonly<Record<string, string>> = {
  "Affected SOP Instance UID": "--instance UID",
  "Requested SOP Instance UID": "--instance UID",
  "Move Destination": "--destination AE",
  "Action Type ID": "--action N",
  "Event Type ID": "--event N",
};
