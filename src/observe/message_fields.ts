/**
 * Which elements and data sets the 23 messages have: the tables of PS3.7 9.3 and 10.3, one row a
 * message, as they are printed there.
 *
 * Every message also has CommandGroupLength, CommandField and CommandDataSetType; every response
 * MessageIDBeingRespondedTo and Status, and by its status (Annex C) may have OffendingElement,
 * ErrorComment, ErrorID and AttributeIdentifierList.
 */
import type { CommandName } from "../dimse/command_field.ts";

export type DataSetUse =
  /** Shall be there. */
  | "required"
  /** By the service or the status. */
  | "allowed"
  | "none"
  /** C-FIND-RSP: with Pending, and with nothing else (PS3.7 9.3.2.2). */
  | "with pending"
  /** C-GET-RSP, C-MOVE-RSP: with Cancel, Failure and Warning only (PS3.4 C.4.2.1.4.2). */
  | "not with pending";

export interface MessageFields {
  readonly section: string;
  readonly required: readonly string[];
  readonly allowed: readonly string[];
  /** Both together. */
  readonly due: ReadonlySet<string>;
  readonly dataSet: DataSetUse;
}

const ALWAYS = ["CommandGroupLength", "CommandField", "CommandDataSetType"];
const RESPONSE = ["MessageIDBeingRespondedTo", "Status"];
const BY_STATUS = ["OffendingElement", "ErrorComment", "ErrorID", "AttributeIdentifierList"];

const SHORT: Readonly<Record<string, string | readonly string[]>> = {
  ASC: "AffectedSOPClassUID",
  ASI: "AffectedSOPInstanceUID",
  RSC: "RequestedSOPClassUID",
  RSI: "RequestedSOPInstanceUID",
  ID: "MessageID",
  RE: "MessageIDBeingRespondedTo",
  PRI: "Priority",
  DEST: "MoveDestination",
  MOA: "MoveOriginatorApplicationEntityTitle",
  MOI: "MoveOriginatorMessageID",
  EVENT: "EventTypeID",
  ACTION: "ActionTypeID",
  LIST: "AttributeIdentifierList",
  COUNTS: [
    "NumberOfRemainingSuboperations",
    "NumberOfCompletedSuboperations",
    "NumberOfFailedSuboperations",
    "NumberOfWarningSuboperations",
  ],
};

/** Message, section of PS3.7, required elements, allowed elements, data set. */
const TABLE = `
C-STORE-RQ         | 9.3.1.1   | ASC ID PRI ASI     | MOA MOI    | required
C-STORE-RSP        | 9.3.1.2   |                    | ASC ASI    | none
C-FIND-RQ          | 9.3.2.1   | ASC ID PRI         |            | required
C-FIND-RSP         | 9.3.2.2   |                    | ASC        | with pending
C-CANCEL-RQ        | 9.3.2.3   | RE                 |            | none
C-GET-RQ           | 9.3.3.1   | ASC ID PRI         |            | required
C-GET-RSP          | 9.3.3.2   |                    | ASC COUNTS | not with pending
C-MOVE-RQ          | 9.3.4.1   | ASC ID PRI DEST    |            | required
C-MOVE-RSP         | 9.3.4.2   |                    | ASC COUNTS | not with pending
C-ECHO-RQ          | 9.3.5.1   | ASC ID             |            | none
C-ECHO-RSP         | 9.3.5.2   |                    | ASC        | none
N-EVENT-REPORT-RQ  | 10.3.1.1  | ASC ID ASI EVENT   |            | allowed
N-EVENT-REPORT-RSP | 10.3.1.2  |                    | ASC ASI EVENT | allowed
N-GET-RQ           | 10.3.2.1  | RSC ID RSI         | LIST       | none
N-GET-RSP          | 10.3.2.2  |                    | ASC ASI    | allowed
N-SET-RQ           | 10.3.3.1  | RSC ID RSI         |            | required
N-SET-RSP          | 10.3.3.2  |                    | ASC ASI    | allowed
N-ACTION-RQ        | 10.3.4.1  | RSC ID RSI ACTION  |            | allowed
N-ACTION-RSP       | 10.3.4.2  |                    | ASC ASI ACTION | allowed
N-CREATE-RQ        | 10.3.5.1  | ASC ID             | ASI        | allowed
N-CREATE-RSP       | 10.3.5.2  |                    | ASC ASI    | allowed
N-DELETE-RQ        | 10.3.6.1  | RSC ID RSI         |            | none
N-DELETE-RSP       | 10.3.6.2  |                    | ASC ASI    | none`;

export const MESSAGE_FIELDS: ReadonlyMap<CommandName, MessageFields> = new Map(
  TABLE.trim()
    .split("\n")
    .map((line) => {
      const [name, section, required, allowed, dataSet] = line
        .split("|")
        .map((cell) => cell.trim());
      const response = name?.endsWith("-RSP") ?? false;
      const must = [...ALWAYS, ...(response ? RESPONSE : []), ...keywords(required)];
      const may = [...keywords(allowed), ...(response ? BY_STATUS : [])];
      const fields: MessageFields = {
        section: `PS3.7 ${section}`,
        required: must,
        allowed: may,
        due: new Set([...must, ...may]),
        dataSet: dataSet as DataSetUse,
      };
      return [name as CommandName, fields];
    }),
);

function keywords(cell = ""): string[] {
  return cell.split(" ").flatMap((short) => SHORT[short] ?? []);
}
