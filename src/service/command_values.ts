/** The command sets of requests and responses: which elements, from which parts of a request. */
import { commandField } from "../dimse/command_field.ts";
import type { CommandValues } from "../io/association.ts";
import { type Operation, operation } from "./operation.ts";
import { type Answer, type OperationRequest, textValue } from "./service_message.ts";
import { sopClassUid } from "./sop_class.ts";

/** PS3.4 A.4. */
const VERIFICATION = "1.2.840.10008.1.1";

/** A part that PS3.7 requires and the request lacks. */
export interface MissingPart {
  /** "Move Destination", "Requested SOP Instance UID", "Identifier". */
  readonly part: string;
  /** Table and section that ask for it. */
  readonly source: string;
  /** An attribute that shall be there, with or without a value (type 2). */
  readonly mayBeEmpty?: true;
}

/** UID of the SOP class that a request is about; undefined where it names none that is known. */
export function requestedClass(request: OperationRequest): string | undefined {
  if (request.sopClass !== undefined) return sopClassUid(request.sopClass);
  return request.operation === "C-ECHO" ? VERIFICATION : undefined;
}

/** What is missing of the command set and the data set, before anything is sent. */
export function missingParts(request: OperationRequest): readonly MissingPart[] {
  const facts = operation(request.operation);
  const values = uncheckedValues(request, facts);
  const needed: string[] = [facts.classElement, ...facts.required];
  // An SCP may assign the instance that it creates (PS3.7 10.1.5.1.4): only there it may be absent.
  if (facts.instanceElement !== undefined && facts.name !== "N-CREATE") {
    needed.push(facts.instanceElement);
  }
  const missing = needed.filter((keyword) => values[keyword] === undefined).map(spaced);
  if (facts.dataSet === "required" && request.dataSet === undefined) {
    missing.push(facts.dataSetName);
  }
  return missing.map((part) => ({ part, source: facts.source }));
}

/** The elements of a request but CommandDataSetType. Throws a TypeError for what is missing. */
export function requestValues(request: OperationRequest, messageId: number): CommandValues {
  const facts = operation(request.operation);
  const [missing] = missingParts(request);
  if (missing !== undefined && request.unchecked !== true) {
    throw new TypeError(`Cannot send ${facts.request} without ${missing.part} (${missing.source})`);
  }
  return { ...uncheckedValues(request, facts), MessageID: messageId };
}

/** The elements of a response: from the request what 9.3 and 10.3 repeat, then the answer's own. */
export function responseValues(
  request: CommandValues,
  { facts, answer }: { readonly facts: Operation; readonly answer: Answer },
): CommandValues {
  const sopClass = textValue(request, facts.classElement);
  const instance = facts.instanceElement && textValue(request, facts.instanceElement);
  const repeated: CommandValues = {
    ...(sopClass !== undefined && { AffectedSOPClassUID: sopClass }),
    ...(instance !== undefined && { AffectedSOPInstanceUID: instance }),
    ...elementOf(request, "EventTypeID"),
    ...elementOf(request, "ActionTypeID"),
  };
  const omitted = new Set(answer.omit);
  return {
    ...Object.fromEntries(Object.entries(repeated).filter(([keyword]) => !omitted.has(keyword))),
    CommandField: commandField(facts.response),
    MessageIDBeingRespondedTo: request["MessageID"] ?? 0,
    Status: answer.status,
    ...answer.values,
  };
}

function uncheckedValues(request: OperationRequest, facts: Operation): CommandValues {
  const uid = requestedClass(request);
  const { sopInstanceUid, priority, moveDestination, actionTypeId, eventTypeId } = request;
  const { attributes } = request;
  return {
    ...(uid !== undefined && { [facts.classElement]: uid }),
    CommandField: commandField(facts.request),
    ...(facts.required.includes("Priority") && { Priority: priority ?? 0 }),
    ...(moveDestination !== undefined && { MoveDestination: moveDestination }),
    ...(facts.instanceElement !== undefined &&
      sopInstanceUid !== undefined && { [facts.instanceElement]: sopInstanceUid }),
    ...(actionTypeId !== undefined && { ActionTypeID: actionTypeId }),
    ...(eventTypeId !== undefined && { EventTypeID: eventTypeId }),
    ...(attributes !== undefined &&
      attributes.length > 0 && { AttributeIdentifierList: [...attributes] }),
    ...request.values,
  };
}

function elementOf(request: CommandValues, keyword: string): CommandValues {
  const value = request[keyword];
  return value === undefined ? {} : { [keyword]: value };
}

/** "MoveDestination" as PS3.7 prints it: "Move Destination". */
function spaced(keyword: string): string {
  return keyword.replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, "$1$3 $2$4").replace("IDB", "ID B");
}
