/** The options of `dicomtap replay scp`, for its parts. */
import { type CommandArguments, JSON_OPTION } from "./command.ts";
import { IGNORE_OPTION } from "./ignore_option.ts";

export const REPLAY_SCP_OPTIONS = {
  listen: {
    kind: "address",
    value: "[HOST:]PORT",
    help: "Where to listen; this machine alone unless a host is given, 0.0.0.0 for everybody",
  },
  ae: {
    kind: "string",
    choices: ["any", "strict"],
    default: "any",
    help: "AE titles that are taken: any, or only those in the captures",
  },
  "unknown-context": {
    kind: "string",
    choices: ["accept", "reject"],
    default: "accept",
    help: "Presentation contexts that no capture has: accepted in the usual transfer syntaxes, or refused",
  },
  match: {
    kind: "string",
    choices: ["exact", "keys", "shape", "order"],
    help: "How like a recorded request must be to be answered as it was (keys for queries, order for the rest)",
  },
  "any-case": {
    kind: "flag",
    help: "Queries match recorded ones whatever the case of names of persons is",
  },
  reuse: {
    kind: "string",
    choices: ["last", "cycle", "none"],
    default: "last",
    help: "When every recorded answer was used: the last one again, all from the start, or none",
  },
  state: {
    kind: "string",
    value: "NAME=FILTER",
    repeatable: true,
    help: "A request that FILTER takes brings the state NAME about; answers come from what was recorded in the same state (it begins with start)",
  },
  unmatched: {
    kind: "string",
    value: "status:HEX|reject|abort|echo-only|forward:HOST:PORT",
    help: "What is not in the captures: answered with a status, association rejected or aborted, only C-ECHO answered, or passed on; unless told, C-ECHO and C-STORE succeed and the rest fails",
  },
  forward: {
    kind: "address",
    value: "HOST:PORT",
    help: "Ask this PACS what is not in the captures; with --record its answers are in the new capture",
  },
  yes: {
    kind: "flag",
    short: "y",
    help: "Send to systems that are not this machine without asking",
  },
  archive: {
    kind: "flag",
    help: "Answer queries and retrieves that were not recorded out of all that the captures hold",
  },
  "move-dest": {
    kind: "string",
    value: "AE=HOST:PORT",
    repeatable: true,
    help: "Where a C-MOVE to this AE title sends to; others are unknown (A801H)",
  },
  event: {
    kind: "string",
    choices: ["auto", "same", "new"],
    default: "auto",
    help: "Reports of storage commitment: on the same association, a new one, or as recorded",
  },
  "event-dest": {
    kind: "string",
    value: "AE=HOST:PORT",
    repeatable: true,
    help: "Where reports to this AE title go on a new association",
  },
  "event-delay": { kind: "duration", help: "Report so long after the request (as recorded)" },
  refresh: {
    kind: "flag",
    help: "Worklists: what was scheduled on the day of the recording is scheduled today",
  },
  "refresh-uids": {
    kind: "flag",
    help: "The same, and each scheduled study has a new Study Instance UID, which stays until the end",
  },
  compare: {
    kind: "string",
    choices: ["none", "attributes", "all"],
    default: "attributes",
    help: "Data sets that come are held against the recorded ones: not at all, without pixels, or with them",
  },
  ignore: IGNORE_OPTION,
  speed: {
    kind: "string",
    value: "recorded|max|Nx",
    default: "recorded",
    help: "Pace of answers: pauses as recorded, none, or N times as fast (2x, 0.5x)",
  },
  "max-gap": { kind: "duration", default: "10s", help: "Make no pause longer than this" },
  store: { kind: "string", value: "DIR", help: "Keep what C-STORE brings as Part 10 files there" },
  record: { kind: "string", value: "DIR", help: "Record the replay itself into a capture there" },
  "max-associations": {
    kind: "number",
    min: 1,
    max: 100_000,
    default: "1000",
    help: "Associations at once; one more is rejected for now",
  },
  "max-pdu": {
    kind: "number",
    min: 0,
    max: 2 ** 32 - 1,
    help: "Maximum length that is negotiated, in octets; 0 for no limit (as recorded)",
  },
  "acse-timeout": {
    kind: "duration",
    min: 1,
    default: "30s",
    help: "Wait this long for an association request, and for the end of a connection",
  },
  "dimse-timeout": {
    kind: "duration",
    default: "60s",
    help: "Wait this long for each part of a message and each response",
  },
  "idle-timeout": {
    kind: "duration",
    default: "10m",
    help: "Abort an association that is silent for this long",
  },
  drain: { kind: "duration", default: "30s", help: "At the end, wait this long for associations" },
  "show-phi": { kind: "flag", help: "Show names and identifiers of patients in differences" },
  json: JSON_OPTION,
} as const;

export type ReplayScpOptions = CommandArguments<typeof REPLAY_SCP_OPTIONS>["options"];
