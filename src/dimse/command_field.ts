/**
 * Command Field (0000,0100): the 23 kinds of message of PS3.7 Table E.1-1.
 *
 * Rule: a response is its request with bit 15 set; C-CANCEL-RQ has no response (PS3.7 9.3.2.3).
 */
export type CommandName =
  | "C-STORE-RQ"
  | "C-STORE-RSP"
  | "C-GET-RQ"
  | "C-GET-RSP"
  | "C-FIND-RQ"
  | "C-FIND-RSP"
  | "C-MOVE-RQ"
  | "C-MOVE-RSP"
  | "C-ECHO-RQ"
  | "C-ECHO-RSP"
  | "N-EVENT-REPORT-RQ"
  | "N-EVENT-REPORT-RSP"
  | "N-GET-RQ"
  | "N-GET-RSP"
  | "N-SET-RQ"
  | "N-SET-RSP"
  | "N-ACTION-RQ"
  | "N-ACTION-RSP"
  | "N-CREATE-RQ"
  | "N-CREATE-RSP"
  | "N-DELETE-RQ"
  | "N-DELETE-RSP"
  | "C-CANCEL-RQ";

/** PS3.7 Table E.1-1, element (0000,0100), in the order of the table. */
export const COMMAND_FIELDS: ReadonlyMap<CommandName, number> = new Map([
  ["C-STORE-RQ", 0x0001],
  ["C-STORE-RSP", 0x8001],
  ["C-GET-RQ", 0x0010],
  ["C-GET-RSP", 0x8010],
  ["C-FIND-RQ", 0x0020],
  ["C-FIND-RSP", 0x8020],
  ["C-MOVE-RQ", 0x0021],
  ["C-MOVE-RSP", 0x8021],
  ["C-ECHO-RQ", 0x0030],
  ["C-ECHO-RSP", 0x8030],
  ["N-EVENT-REPORT-RQ", 0x0100],
  ["N-EVENT-REPORT-RSP", 0x8100],
  ["N-GET-RQ", 0x0110],
  ["N-GET-RSP", 0x8110],
  ["N-SET-RQ", 0x0120],
  ["N-SET-RSP", 0x8120],
  ["N-ACTION-RQ", 0x0130],
  ["N-ACTION-RSP", 0x8130],
  ["N-CREATE-RQ", 0x0140],
  ["N-CREATE-RSP", 0x8140],
  ["N-DELETE-RQ", 0x0150],
  ["N-DELETE-RSP", 0x8150],
  ["C-CANCEL-RQ", 0x0fff],
]);

const RESPONSE = 0x8000;

const NAMES: ReadonlyMap<number, CommandName> = new Map(
  [...COMMAND_FIELDS].map(([name, field]) => [field, name]),
);

/** The message's name; undefined where the table does not list the value. */
export function commandName(field: number): CommandName | undefined {
  return NAMES.get(field);
}

/** For display: never fails, unlisted values are shown as "0160H". */
export function commandFieldName(field: number): string {
  return NAMES.get(field) ?? `${field.toString(16).toUpperCase().padStart(4, "0")}H`;
}

export function commandField(name: CommandName): number {
  const field = COMMAND_FIELDS.get(name);
  if (field === undefined) throw new TypeError(`Cannot find the Command Field of "${name}"`);
  return field;
}

/** True for every value with bit 15 set, also where the table does not list it. */
export function isResponse(field: number): boolean {
  return (field & RESPONSE) !== 0;
}

/** The Command Field that answers this request; undefined for C-CANCEL-RQ and for responses. */
export function responseField(field: number): number | undefined {
  if (isResponse(field) || NAMES.get(field) === "C-CANCEL-RQ") return undefined;
  return field | RESPONSE;
}
