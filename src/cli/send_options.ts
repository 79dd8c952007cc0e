/** The options of `dicomtap send`, for its parts. */
import { type CommandArguments, JSON_OPTION } from "./command.ts";

export const SEND_OPTIONS = {
  to: { kind: "address", value: "HOST:PORT", help: "Where to send it" },
  class: {
    kind: "string",
    help: "SOP class by keyword, name or UID: BasicFilmSession, Printer (by default Verification for c-echo, Study Root for c-find, c-move, c-get)",
  },
  instance: {
    kind: "string",
    value: "UID",
    help: "SOP instance (by default the one of the class, where it has a well-known one)",
  },
  data: { kind: "string", value: "FILE", help: "Data set: DICOM JSON, or a DICOM file" },
  output: {
    kind: "string",
    value: "DIR",
    default: "received",
    help: "Where c-get writes what arrives, as 000001.dcm and so on",
  },
  destination: { kind: "string", value: "AE", help: "AE title that c-move sends to" },
  action: { kind: "number", min: 0, max: 65_535, help: "Action Type ID of n-action" },
  event: { kind: "number", min: 0, max: 65_535, help: "Event Type ID of n-event-report" },
  priority: {
    kind: "string",
    choices: ["low", "medium", "high"],
    default: "medium",
    help: "Of a C request",
  },
  syntax: {
    kind: "string",
    repeatable: true,
    help: "Transfer syntax to propose, by name or UID, in order (by default Explicit and Implicit VR Little Endian, of files their own)",
  },
  context: {
    kind: "string",
    value: "CLASS",
    help: "Abstract syntax to negotiate, where it is not that of --class",
  },
  storage: {
    kind: "string",
    value: "CLASS",
    repeatable: true,
    help: "Storage SOP class that c-get accepts (by default the 120 usual ones)",
  },
  "cancel-after": {
    kind: "number",
    min: 0,
    max: 65_535,
    value: "N",
    help: "Cancel after N pending responses (Ctrl-C cancels, too)",
  },
  wait: {
    kind: "duration",
    help: "After the response keep the association for N-EVENT-REPORTs this long",
  },
  calling: { kind: "string", default: "DICOMTAP", value: "AE", help: "Our own AE title" },
  called: { kind: "string", default: "ANY-SCP", value: "AE", help: "AE title of the other side" },
  timeout: { kind: "duration", min: 1, default: "30s", help: "Wait this long for each answer" },
  force: { kind: "flag", help: "Send it even where required parts are missing" },
  "show-phi": { kind: "flag", help: "Show names and identifiers of patients" },
  json: JSON_OPTION,
} as const;

export type SendOptions = CommandArguments<typeof SEND_OPTIONS>["options"];
