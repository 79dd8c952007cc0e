/** An archive out of what captures hold: instances of C-STORE, answers to C-FIND. */
import { setImmediate } from "node:timers/promises";
import { DataSet } from "../../../../src/dataset/data_set.ts";
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../recorded.ts";
import { Archive } from "./archive.ts";
import { attributesOf } from "./attributes.ts";
import { instanceOf, isKept } from "./recorded_instance.ts";

/** Reads each data set up to its pixels. Never fails: what cannot be read is in `problems`. */
export async function buildArchive(associations: Iterable<RecordedAssociation>): Promise<Archive> {
  const archive = new Archive();
  let read = 0;
  for (const association of associations) {
    for (const message of association.messages) {
      if (!READ.has(message.command)) continue;
      // Captures are read synchronously: whoever asks meanwhile gets a turn.
      if (++read % TURN === 0) await setImmediate();
      if (message.command === "C-STORE-RQ") await addStored(message, { archive, association });
      if (message.command === "C-FIND-RQ") await addFound(message, { archive, association });
    }
  }
  return archive;
}

const READ: ReadonlySet<string> = new Set(["C-STORE-RQ", "C-FIND-RQ"]);
/** Messages that are read in one go. */
const TURN = 20;

interface Building {
  readonly archive: Archive;
  readonly association: RecordedAssociation;
}

async function addStored(
  request: RecordedMessage,
  { archive, association }: Building,
): Promise<void> {
  const instance = instanceOf(request);
  if (instance === undefined || !isKept(association, request)) return;
  const attributes = await attributesOf(instance.dataSet);
  if (attributes !== undefined) archive.addInstance(instance, attributes);
}

async function addFound(query: RecordedMessage, { archive, association }: Building): Promise<void> {
  const sopClassUid = textValue(query.values, "AffectedSOPClassUID");
  if (sopClassUid === undefined) return;
  const request = (query.dataSet && (await attributesOf(query.dataSet))) ?? new DataSet([]);
  for (const index of query.responses) {
    const response = association.messages[index];
    const status = numberValue(response?.values ?? {}, "Status");
    if (response?.dataSet === undefined || status === undefined) continue;
    if (statusClass(status) !== "pending") continue;
    const answer = await attributesOf(response.dataSet);
    if (answer !== undefined) archive.addAnswer(answer, { sopClassUid, request });
  }
}
