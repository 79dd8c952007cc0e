/**
 * The eleven operations and notifications of DIMSE (PS3.7 9.1, 10.1), and where each has its SOP
 * class, its SOP instance and its data set. The tables are those of the protocol, 9.3 and 10.3.
 *
 * Rule: operations on an instance that exists name it by the Requested elements; those that make one
 * or report on one, by the Affected ones. Mixing them up is the classic error.
 */
import type { CommandName } from "../dimse/command_field.ts";

export type OperationName =
  | "C-ECHO"
  | "C-STORE"
  | "C-FIND"
  | "C-GET"
  | "C-MOVE"
  | "N-EVENT-REPORT"
  | "N-GET"
  | "N-SET"
  | "N-ACTION"
  | "N-CREATE"
  | "N-DELETE";

export interface Operation {
  readonly name: OperationName;
  readonly request: CommandName;
  readonly response: CommandName;
  readonly classElement: "AffectedSOPClassUID" | "RequestedSOPClassUID";
  /** Absent where the request names no instance. */
  readonly instanceElement?: "AffectedSOPInstanceUID" | "RequestedSOPInstanceUID";
  /** Whether a data set goes with the request. */
  readonly dataSet: "required" | "optional" | "none";
  /** The data set by its name in PS3.7. */
  readonly dataSetName: string;
  /** What else the command set must have, by keyword. */
  readonly required: readonly ("Priority" | "MoveDestination" | "EventTypeID" | "ActionTypeID")[];
  /** Can be ended before its time by a C-CANCEL-RQ; its responses may be pending. */
  readonly cancelable: boolean;
  /** Table of the request's fields, and its section. */
  readonly source: string;
}

const TABLE = `
C-STORE         Affected  Affected  required  Data_Set                Priority                  -  Table_9.3-1,_PS3.7_9.3.1.1
C-FIND          Affected  -         required  Identifier              Priority                  c  Table_9.3-3,_PS3.7_9.3.2.1
C-GET           Affected  -         required  Identifier              Priority                  c  Table_9.3-6,_PS3.7_9.3.3.1
C-MOVE          Affected  -         required  Identifier              Priority,MoveDestination  c  Table_9.3-9,_PS3.7_9.3.4.1
C-ECHO          Affected  -         none      -                       -                         -  Table_9.3-12,_PS3.7_9.3.5.1
N-EVENT-REPORT  Affected  Affected  optional  Event_Information       EventTypeID               -  Table_10.3-1,_PS3.7_10.3.1.1
N-GET           Requested Requested none      -                       -                         -  Table_10.3-3,_PS3.7_10.3.2.1
N-SET           Requested Requested required  Modification_List       -                         -  Table_10.3-5,_PS3.7_10.3.3.1
N-ACTION        Requested Requested optional  Action_Information      ActionTypeID              -  Table_10.3-7,_PS3.7_10.3.4.1
N-CREATE        Affected  Affected  optional  Attribute_List          -                         -  Table_10.3-9,_PS3.7_10.3.5.1
N-DELETE        Requested Requested none      -                       -                         -  Table_10.3-11,_PS3.7_10.3.6.1`;

/** All eleven, in the order of PS3.7. */
export const OPERATIONS: readonly Operation[] = TABLE.trim().split("\n").map(readRow);

const BY_NAME: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((one) => [one.name, one]));
const BY_REQUEST: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((one) => [one.request, one]),
);

export function operation(name: OperationName): Operation {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new TypeError(`Cannot find the operation "${name}"`);
  return found;
}

/** The operation of "C-FIND-RQ"; undefined for C-CANCEL-RQ, responses and what PS3.7 does not have. */
export function operationOfRequest(command: string): Operation | undefined {
  return BY_REQUEST.get(command);
}

function readRow(line: string): Operation {
  const cells = line.split(/\s+/).map((cell) => cell.replaceAll("_", " "));
  const [name = "", sopClass = "", instance = "", dataSet = "", dataSetName = ""] = cells;
  const [required = "", cancelable = "", source = ""] = cells.slice(5);
  return {
    name: name as OperationName,
    request: `${name}-RQ` as CommandName,
    response: `${name}-RSP` as CommandName,
    classElement: `${sopClass}SOPClassUID` as Operation["classElement"],
    ...(instance !== "-" && {
      instanceElement: `${instance}SOPInstanceUID` as NonNullable<Operation["instanceElement"]>,
    }),
    dataSet: dataSet as Operation["dataSet"],
    dataSetName,
    required: required === "-" ? [] : (required.split(",") as Operation["required"]),
    cancelable: cancelable === "c",
    source,
  };
}
