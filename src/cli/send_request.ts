/** What is to be sent, from what the user typed; refused where parts are missing. */
import type { DataSet } from "../dataset/data_set.ts";
import { hexTag } from "../dataset/tag.ts";
import { escapeControls } from "../escape.ts";
import { nearestName } from "../nearest.ts";
import { assigned, tagOf } from "../service/assignments.ts";
import { PLAIN } from "../service/open_association.ts";
import { OPERATIONS, type Operation, type OperationName } from "../service/operation.ts";
import { queryModel } from "../service/required_attributes.ts";
import type { OperationRequest } from "../service/service_message.ts";
import {
  abstractSyntaxesFor,
  isUid,
  sopClassNames,
  sopClassUid,
  storageClasses,
  transferSyntaxUid,
  wellKnownInstance,
} from "../service/sop_class.ts";
import type { ContextProposal } from "../ul/negotiate.ts";
import { checkAeTitle } from "./association_failure.ts";
import { usageError } from "./command_error.ts";
import { doubtful, refuseIncomplete } from "./send_checks.ts";
import { requestDataSet } from "./send_data.ts";
import type { SendOptions } from "./send_options.ts";

export interface PlannedRequest {
  readonly request: OperationRequest;
  readonly sopClassUid: string;
  /** Abstract syntaxes under which the request may go, the preferred one first. */
  readonly abstractSyntaxes: readonly string[];
  readonly contexts: readonly ContextProposal[];
  /** What was filled in for the user, in words. */
  readonly notes: readonly string[];
}

/** The operation of "c-find" or "C-FIND". */
export function operationNamed(word: string): Operation {
  const wanted = word.toUpperCase().replace(/-RQ$/, "");
  const found = OPERATIONS.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = OPERATIONS.map(({ name }) => name.toLowerCase());
  const near = nearestName(word, names);
  const all = `It is one of ${names.join(", ")}.`;
  const shown = escapeControls(word).slice(0, 80);
  throw usageError(
    `Cannot send "${shown}"`,
    near === undefined ? all : `Did you mean ${near}? ${all}`,
  );
}

export async function planRequest(
  facts: Operation,
  { operands, options }: { readonly operands: readonly string[]; readonly options: SendOptions },
): Promise<PlannedRequest> {
  const uid = classOf(facts, options);
  const [attributes, assignments] = facts.name === "N-GET" ? [operands, []] : [[], operands];
  if (facts.dataSet === "none" && (options.data !== undefined || assignments.length > 0)) {
    throw usageError(`${facts.name} has no data set (${facts.source})`);
  }
  const given = await requestDataSet(options.data, assignments);
  const { dataSet, notes } = withLevel(given, uid);
  const doubts = doubtful(dataSet, { facts, uid });
  const instance = instanceOf(facts, { uid, given: options.instance });
  if (options.destination !== undefined) checkAeTitle("destination", options.destination);
  const request: OperationRequest = {
    operation: facts.name,
    sopClass: uid,
    priority: PRIORITY[options.priority],
    ...(instance !== undefined && { sopInstanceUid: instance }),
    ...(options.destination !== undefined && { moveDestination: options.destination }),
    ...(options.action !== undefined && { actionTypeId: options.action }),
    ...(options.event !== undefined && { eventTypeId: options.event }),
    ...(attributes.length > 0 && { attributes: attributes.map(attributeTag) }),
    ...(dataSet !== undefined && { dataSet }),
    ...(options.force && { unchecked: true }),
  };
  if (!options.force) refuseIncomplete(request, { uid, dataSet });
  const abstractSyntaxes =
    options.context === undefined
      ? abstractSyntaxesFor(uid)
      : [classUid("context", options.context)];
  const contexts = proposals(facts.name, { abstractSyntaxes, options });
  const said = [...notes, ...doubts];
  return { request, sopClassUid: uid, abstractSyntaxes, contexts, notes: said };
}

/** Transfer syntaxes to propose: those asked for, or the two that everybody has. */
export function proposedSyntaxes({ syntax }: SendOptions): readonly string[] {
  if (syntax.length === 0) return PLAIN;
  return syntax.map((name) => {
    const uid = transferSyntaxUid(name);
    if (uid !== undefined) return uid;
    throw usageError(
      `Option --syntax cannot be "${escapeControls(name).slice(0, 80)}": no such transfer syntax`,
      "Give a UID, or a keyword such as ExplicitVRLittleEndian or JPEGBaseline8Bit.",
    );
  });
}

function proposals(
  name: OperationName,
  {
    abstractSyntaxes,
    options,
  }: { readonly abstractSyntaxes: readonly string[]; readonly options: SendOptions },
): readonly ContextProposal[] {
  const transferSyntaxes = proposedSyntaxes(options);
  // Who reports an event is the SCP, whoever asked for the association (PS3.7 D.3.3.4, PS3.4 J.3.3).
  const scp = { roles: { scu: false, scp: true } };
  const own = abstractSyntaxes.map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes,
    ...(name === "N-EVENT-REPORT" && scp),
  }));
  if (name !== "C-GET") return own;
  const storage =
    options.storage.length > 0
      ? options.storage.map((one) => classUid("storage", one))
      : storageClasses().slice(0, 128 - own.length);
  const incoming = storage.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes, ...scp }));
  return [...own, ...incoming];
}

function classOf(facts: Operation, options: SendOptions): string {
  const name = options.class ?? DEFAULT_CLASS[facts.name];
  if (name !== undefined) return modelUid(facts, name) ?? classUid("class", name);
  const part = facts.classElement === "AffectedSOPClassUID" ? "Affected" : "Requested";
  throw usageError(
    `${facts.name} needs ${part} SOP Class UID (${facts.source})`,
    "Name it with --class, for example --class BasicFilmSession.",
  );
}

/** "PatientRoot" or "ModalityWorklist": which of the classes of a model it is, the operation says. */
function modelUid({ name }: Operation, model: string): string | undefined {
  const verb = MODEL_VERBS[name];
  if (verb === undefined) return undefined;
  return (
    sopClassUid(`${model}QueryRetrieveInformationModel${verb}`) ??
    sopClassUid(`${model}InformationModel${verb}`)
  );
}

const MODEL_VERBS: Readonly<Partial<Record<OperationName, string>>> = {
  "C-FIND": "Find",
  "C-MOVE": "Move",
  "C-GET": "Get",
};

function classUid(option: string, name: string): string {
  const uid = sopClassUid(name);
  if (uid !== undefined) return uid;
  const near = nearestName(name, sopClassNames());
  throw usageError(
    `Option --${option} cannot be "${escapeControls(name).slice(0, 80)}": no such SOP class`,
    near === undefined ? "Give its UID, or its keyword or name of PS3.6." : `Did you mean ${near}?`,
  );
}

function instanceOf(
  facts: Operation,
  { uid, given }: { readonly uid: string; readonly given: string | undefined },
): string | undefined {
  if (facts.instanceElement === undefined) {
    if (given === undefined) return undefined;
    throw usageError(
      `${facts.name} names no SOP instance (${facts.source})`,
      "Leave --instance out.",
    );
  }
  if (given === undefined) {
    return facts.name === "N-CREATE" ? undefined : wellKnownInstance(uid);
  }
  if (isUid(given)) return given;
  throw usageError(
    `Option --instance cannot be "${escapeControls(given).slice(0, 80)}": it is no UID (PS3.5 9.1)`,
    "A UID has digits and dots, 64 characters at most, and no leading zeros.",
  );
}

function attributeTag(text: string): string {
  const tag = tagOf(text);
  if (tag !== undefined) return hexTag(tag);
  throw usageError(
    `Cannot ask for "${escapeControls(text).slice(0, 80)}": neither a keyword of PS3.6 nor a tag`,
    "N-GET takes attributes: dicomtap send n-get --class Printer PrinterStatus --to ...",
  );
}

/** Query/Retrieve without a level: the lowest one that a key is given of (PS3.4 C.4.1.1.3.1). */
function withLevel(
  dataSet: DataSet | undefined,
  uid: string,
): { readonly dataSet: DataSet | undefined; readonly notes: readonly string[] } {
  const model = queryModel(uid);
  if (model === undefined || dataSet === undefined || dataSet.has("QueryRetrieveLevel")) {
    return { dataSet, notes: [] };
  }
  const lowest = model.levels.findLast(({ uniqueKey }) => dataSet.has(uniqueKey));
  const level = lowest?.level ?? "STUDY";
  const assignment = `QueryRetrieveLevel=${level}`;
  return {
    dataSet: assigned([assignment], dataSet),
    notes: [`No level is given: ${assignment}.`],
  };
}

const DEFAULT_CLASS: Readonly<Partial<Record<OperationName, string>>> = {
  "C-ECHO": "1.2.840.10008.1.1",
  "C-FIND": "1.2.840.10008.5.1.4.1.2.2.1",
  "C-MOVE": "1.2.840.10008.5.1.4.1.2.2.2",
  "C-GET": "1.2.840.10008.5.1.4.1.2.2.3",
};

/** PS3.7 E.1-1. */
const PRIORITY = { medium: 0, high: 1, low: 2 } as const;
