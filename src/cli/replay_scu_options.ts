/** The options of `dicomtap replay scu`, for its parts. */

import { type CommandArguments, JSON_OPTION } from "./command.ts";
import { IGNORE_OPTION } from "./ignore_option.ts";

export const REPLAY_SCU_OPTIONS = {
  to: {
    kind: "address",
    value: "HOST:PORT",
    help: "Where to play it: the only address connected to",
  },
  yes: {
    kind: "flag",
    short: "y",
    help: "Play to a target that is not this machine without asking",
  },
  speed: {
    kind: "string",
    value: "recorded|max|Nx",
    default: "recorded",
    help: "Pace: pauses as recorded, none, or N times as fast (2x, 0.5x)",
  },
  "max-gap": { kind: "duration", help: "Make no pause longer than this" },
  concurrency: {
    kind: "string",
    value: "recorded|N",
    default: "recorded",
    help: "Associations at once: as recorded, or N; repetitions keep their own order",
  },
  repeat: { kind: "number", min: 1, default: "1", help: "Play everything so many times" },
  rate: { kind: "string", value: "N/s|N/m|N/h", help: "Begin no more associations than this" },
  ae: {
    kind: "string",
    value: "calling=AE,called=AE",
    help: "AE titles instead of the recorded ones, also where they stand inside messages; OLD=AE for others, such as move destinations",
  },
  uids: {
    kind: "string",
    value: "keep|new|FILE",
    default: "keep",
    help: "UIDs of instances: as recorded, new ones, or by a file with lines of old and new",
  },
  seed: { kind: "string", help: "Makes the new UIDs: the same seed, the same UIDs" },
  dates: {
    kind: "string",
    value: "keep|shift|DATE",
    default: "keep",
    help: "Dates: as recorded, shifted by whole days to today, or all to DATE (20260203)",
  },
  set: {
    kind: "string",
    value: "[FILTER/]KEYWORD=VALUE",
    repeatable: true,
    help: "Set an element of command sets and data sets of the messages that FILTER takes",
  },
  values: {
    kind: "string",
    value: "FILE",
    help: `Values for --set: a CSV file whose first line names columns; \${column} is that of the repetition's row`,
  },
  fragment: {
    kind: "string",
    value: "max|recorded|one-pdv|N",
    default: "max",
    help: "Fragments: as long as the other side takes, as recorded, one a message part, or PDUs of at most N octets",
  },
  "pin-ts": {
    kind: "flag",
    help: "Propose only the transfer syntax that was accepted in the recording",
  },
  "refused-context": {
    kind: "string",
    choices: ["skip", "retry", "fail"],
    default: "skip",
    help: "What becomes of messages whose context is refused: left out, tried again on a second association with usual transfer syntaxes, or the association is given up",
  },
  "no-async": { kind: "flag", help: "Leave the asynchronous operations window out of the request" },
  "move-listen": {
    kind: "address",
    help: "Listen here for what the other side sends on associations of its own: C-STOREs of a C-MOVE to us, N-EVENT-REPORTs",
  },
  "event-timeout": {
    kind: "duration",
    help: "Wait this long for what the other side had sent on its own, N-EVENT-REPORT, C-STORE, an abort (by default 10s, or twice as long as it took in the recording)",
  },
  graceful: { kind: "flag", help: "Release where the recording has an abort or a lost connection" },
  "connect-timeout": {
    kind: "duration",
    min: 1,
    default: "10s",
    help: "Wait this long for a connection",
  },
  "acse-timeout": {
    kind: "duration",
    min: 1,
    default: "30s",
    help: "Wait this long for the answer to an association request or a release",
  },
  "dimse-timeout": {
    kind: "duration",
    help: "Wait this long for each response (by default 60s, or twice as long as it took in the recording)",
  },
  ignore: {
    ...IGNORE_OPTION,
    help: `${IGNORE_OPTION.help}; what is never compared stands in dicomtap diff --help`,
  },
  "show-phi": { kind: "flag", help: "Show names and identifiers of patients in differences" },
  record: { kind: "string", value: "DIR", help: "Record the replay itself into a capture there" },
  report: { kind: "string", value: "FILE", help: "Write every exchange and the summary as JSON" },
  junit: { kind: "string", value: "FILE", help: "Write every exchange as a JUnit test case" },
  fuzz: {
    kind: "string",
    value: "SEED",
    help: "Change what is sent, by chance from this seed, until the target fails; only to this machine",
  },
  "fuzz-cases": {
    kind: "number",
    min: 1,
    max: 100_000_000,
    help: "With --fuzz: so many cases at the most (by default 10000)",
  },
  json: JSON_OPTION,
} as const;

export type ReplayScuOptions = CommandArguments<typeof REPLAY_SCU_OPTIONS>["options"];
