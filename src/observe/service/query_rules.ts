/**
 * Identifiers of C-FIND, C-MOVE and C-GET on the Query/Retrieve information models: PS3.4 C.4, C.6.
 *
 * The hierarchy of a model is patient, study, series, instance. A request names one entity on each
 * level above its own (unless relational queries were negotiated), and a retrieval the entities of
 * its level too.
 */
import { printTag } from "../../dataset/tag.ts";
import { elementByTag } from "../../dictionary/elements.ts";
import { uidName } from "../../dictionary/uids.ts";
import { statusClass } from "../../dimse/status.ts";
import { uidOf } from "../../ul/uid_text.ts";
import { quoted } from "../finding.ts";
import type { Negotiation } from "../negotiation.ts";
import type { DataSetHead } from "./data_set_head.ts";
import type { Say, ServiceMessage } from "./service_message.ts";

interface Model {
  readonly levels: readonly Level[];
  readonly retrieves: boolean;
}

type Level = keyof typeof UNIQUE_KEYS;

/** PS3.4 C.6.1.1, C.6.2.1. */
const UNIQUE_KEYS = {
  PATIENT: { tag: 0x00100020, name: "PatientID" },
  STUDY: { tag: 0x0020000d, name: "StudyInstanceUID" },
  SERIES: { tag: 0x0020000e, name: "SeriesInstanceUID" },
  IMAGE: { tag: 0x00080018, name: "SOPInstanceUID" },
} as const;

const PATIENT_ROOT = ["PATIENT", "STUDY", "SERIES", "IMAGE"] as const;
const STUDY_ROOT = ["STUDY", "SERIES", "IMAGE"] as const;
const PATIENT_STUDY_ONLY = ["PATIENT", "STUDY"] as const;

const MODELS: ReadonlyMap<string, Model> = new Map(
  [PATIENT_ROOT, STUDY_ROOT, PATIENT_STUDY_ONLY].flatMap((levels, at) =>
    [1, 2, 3].map((operation) => [
      `1.2.840.10008.5.1.4.1.2.${at + 1}.${operation}`,
      { levels, retrieves: operation > 1 },
    ]),
  ),
);

const QUERY_RETRIEVE_LEVEL = 0x00080052;
const FAILED_SOP_INSTANCE_UID_LIST = 0x00080058;

export function checkIdentifier(message: ServiceMessage, negotiation: Negotiation): void {
  const model = MODELS.get(message.sopClass);
  const { head, say } = message;
  if (model === undefined || head === undefined || head.findings.length > 0) return;
  switch (message.command) {
    case "C-FIND-RQ":
    case "C-MOVE-RQ":
    case "C-GET-RQ":
      checkRequest(message, { model, head, negotiation });
      return;
    case "C-FIND-RSP":
      if (head.isEmpty(QUERY_RETRIEVE_LEVEL) && isPending(message)) {
        say("query-response", "The match has no Query/Retrieve Level (0008,0052)");
      }
      return;
    case "C-MOVE-RSP":
    case "C-GET-RSP":
      checkFailedList(message, head);
      return;
  }
}

function isPending({ status }: ServiceMessage): boolean {
  return status !== undefined && statusClass(status) === "pending";
}

interface RequestCheck {
  readonly model: Model;
  readonly head: DataSetHead;
  readonly negotiation: Negotiation;
}

function checkRequest(message: ServiceMessage, check: RequestCheck): void {
  const { model, head, negotiation } = check;
  const { command, sopClass, say } = message;
  if (head.isEmpty(QUERY_RETRIEVE_LEVEL)) {
    say("query-level", `${command} has no Query/Retrieve Level (0008,0052)`);
    return;
  }
  const text = head.text(QUERY_RETRIEVE_LEVEL);
  if (text === undefined) return;
  const at = model.levels.indexOf(text as Level);
  if (at < 0) {
    const name = uidName(sopClass);
    say("query-level-unknown", `Level ${quoted(text)}: ${name} has ${model.levels.join(", ")}`);
    return;
  }
  const due = model.levels.slice(0, model.retrieves ? at + 1 : at);
  const isRelational = negotiated(sopClass, negotiation);
  for (const [depth, level] of due.entries()) {
    const isOwn = depth === at;
    if (isRelational && !isOwn) continue;
    checkUniqueKey(level, { command, level: text, isOwn, head, say });
  }
  if (model.retrieves) checkRetrieveKeys(model, { command, head, say });
}

/** Relational queries or retrieval: the first octet of 56H, asked and accepted (C.5.1.1, C.5.2.1). */
function negotiated(sopClass: string, negotiation: Negotiation): boolean {
  return negotiation
    .all("acceptor", "SOP class extended negotiation")
    .some(
      ({ sopClassUid, serviceClassApplicationInformation }) =>
        uidOf(sopClassUid) === sopClass && serviceClassApplicationInformation[0] === 1,
    );
}

interface KeyCheck {
  readonly command: string;
  readonly level: string;
  /** The key of the level that is retrieved: a list of UIDs will do. */
  readonly isOwn: boolean;
  readonly head: DataSetHead;
  readonly say: Say;
}

function checkUniqueKey(key: Level, check: KeyCheck): void {
  const { command, level, isOwn, head, say } = check;
  const { tag, name } = UNIQUE_KEYS[key];
  const section = command === "C-FIND-RQ" ? "PS3.4 C.4.1.2.1" : "PS3.4 C.4.2.2.1";
  if (head.isEmpty(tag)) {
    say("query-unique-key", `${command} on ${level} level names no ${name}`, section);
    return;
  }
  const values = head.strings(tag);
  const isList = values.length > 1 && !(isOwn && key !== "PATIENT");
  if (isList || values.some((value) => /[*?]/.test(value))) {
    const what = isList ? `${values.length} values` : "a wildcard";
    say("query-unique-key", `${command} on ${level} level has ${what} in ${name}`, section);
  }
}

/** Query/Retrieve Level and View, Specific Character Set, Timezone Offset From UTC. */
const NO_KEYS: readonly number[] = [0x00080005, QUERY_RETRIEVE_LEVEL, 0x00080053, 0x00080201];

/** Only unique keys retrieve; the SCP ignores what else is there, or fails. */
function checkRetrieveKeys(
  model: Model,
  { command, head, say }: Pick<KeyCheck, "command" | "head" | "say">,
): void {
  const allowed = new Set<number>([
    ...NO_KEYS,
    ...model.levels.map((level) => UNIQUE_KEYS[level].tag),
  ]);
  const others = head.dataSet.elements.filter(
    ({ tag }) => !allowed.has(tag) && (tag & 0xffff) !== 0,
  );
  const [first] = others;
  if (first === undefined) return;
  const name = elementByTag(first.tag)?.keyword || printTag(first.tag);
  const more = others.length === 1 ? "" : ` and ${others.length - 1} more`;
  say("retrieve-keys", `${command} has ${name}${more}; only unique keys select what is retrieved`);
}

/** As long as the number of failed sub-operations (PS3.4 C.4.2.1.4.2, C.4.3.1.3.2). */
function checkFailedList(message: ServiceMessage, head: DataSetHead): void {
  const { command, say } = message;
  const failed = message.number("NumberOfFailedSuboperations");
  if (isPending(message) || failed === undefined || failed === 0) return;
  if (head.lacks(FAILED_SOP_INSTANCE_UID_LIST)) {
    say("retrieve-failed-list", `${command} has no Failed SOP Instance UID List (0008,0058)`);
    return;
  }
  if (head.element(FAILED_SOP_INSTANCE_UID_LIST) === undefined) return;
  const listed = head.strings(FAILED_SOP_INSTANCE_UID_LIST).filter((uid) => uid !== "").length;
  if (listed !== failed) {
    say("retrieve-failed-list", `${failed} sub-operations failed, ${listed} instances are listed`);
  }
}
