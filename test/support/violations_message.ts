/** Scripts that break one rule of DIMSE each: PS3.7, PS3.4 C.4. */
import type { CommandName } from "../../src/dimse/command_field.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import type { Role } from "../../src/role.ts";
import { COMMAND, LAST, pDataBytes, STORE_RQ, type Values } from "./dimse_stream.ts";
import { concat } from "./event_log.ts";
import {
  ac,
  CT,
  FIND,
  GET,
  MOVE,
  MPPS,
  rq,
  type Script,
  type Step,
  says,
} from "./scripted_association.ts";
import { dataSetOf, STEP_BEGIN, STEP_END, STORE_DATA, STUDY_IDENTIFIER } from "./service_data.ts";
import { bytesOfHex } from "./vectors.ts";
import type { Violation } from "./violations_association.ts";

const MR = "1.2.840.10008.5.1.4.1.1.4";
const FIND_RQ: Values = { AffectedSOPClassUID: FIND, MessageID: 1, Priority: 0 };
const MOVE_RQ: Values = {
  AffectedSOPClassUID: MOVE,
  MessageID: 1,
  Priority: 2,
  MoveDestination: "DEST",
};
const GET_RQ: Values = { AffectedSOPClassUID: GET, MessageID: 1, Priority: 1 };
const STORE: Values = {
  AffectedSOPClassUID: CT,
  MessageID: 1,
  Priority: 0,
  AffectedSOPInstanceUID: "2.25.1",
};
const ECHO: Values = { AffectedSOPClassUID: "1.2.840.10008.1.1", MessageID: 1 };
const SET: Values = { RequestedSOPClassUID: MPPS, RequestedSOPInstanceUID: "2.25.3", MessageID: 1 };
const COUNTS: Values = {
  NumberOfRemainingSuboperations: 2,
  NumberOfCompletedSuboperations: 1,
  NumberOfFailedSuboperations: 0,
  NumberOfWarningSuboperations: 0,
};
const { NumberOfRemainingSuboperations: _, ...FINAL_COUNTS } = COUNTS;

function to(id: number, status = 0): Values {
  return { MessageIDBeingRespondedTo: id, Status: status };
}

type On = Parameters<typeof says>[2]["on"];

function request(
  command: CommandName,
  values: Values,
  options: { on: On; dataSet?: Uint8Array },
): Step {
  return says("requestor", command, { values, ...options });
}

function response(
  command: CommandName,
  values: Values,
  options: { on: On; dataSet?: Uint8Array; by?: Role },
): Step {
  const { by = "acceptor", ...rest } = options;
  return says(by, command, { values, ...rest });
}

const ECHO_RSP = response("C-ECHO-RSP", to(1), { on: "echo" });
const STORE_RSP = response("C-STORE-RSP", to(1), { on: "store" });
const FIND_RSP = response("C-FIND-RSP", to(1), { on: "find" });

function steps(...all: readonly Step[]): Script {
  return { steps: all };
}

/** C-ECHO with its command set given by its octets. */
function echoOf(commandSet: Uint8Array): Script {
  return steps(["requestor", pDataBytes([1, COMMAND | LAST, commandSet])], ECHO_RSP);
}

const ECHO_BYTES = encodeCommandSet({ CommandField: 0x30, CommandDataSetType: 0x0101, ...ECHO });

/** Elements put behind those of C-ECHO-RQ, the group length right. */
function echoWith(hex: string): Script {
  const bytes = concat([ECHO_BYTES, bytesOfHex(hex)]);
  new DataView(bytes.buffer).setUint32(8, bytes.length - 12, true);
  return echoOf(bytes);
}

export const COMMAND_SET_VIOLATIONS: readonly Violation[] = [
  {
    rule: "command-unreadable",
    name: "overrun",
    script: echoWith("00003110640000004100"),
    also: ["command-not-allowed"],
  },
  {
    rule: "command-field",
    name: "0160H",
    script: steps(
      [
        "requestor",
        pDataBytes([
          1,
          COMMAND | LAST,
          encodeCommandSet({ ...ECHO, CommandField: 0x0160, CommandDataSetType: 0x0101 }),
        ]),
      ],
      response("C-ECHO-RSP", to(1), { on: "echo" }),
    ),
    also: ["response-command"],
  },
  {
    rule: "command-field",
    name: "none",
    script: steps([
      "requestor",
      pDataBytes([1, COMMAND | LAST, encodeCommandSet({ ...ECHO, CommandDataSetType: 0x0101 })]),
    ]),
  },
  {
    rule: "command-group-length",
    name: "wrong",
    script: echoOf(ECHO_BYTES.map((octet, at) => (at === 8 ? octet + 2 : octet))),
  },
  { rule: "command-group-length", name: "missing", script: echoOf(ECHO_BYTES.subarray(12)) },
  {
    rule: "command-element-order",
    name: "Priority behind its place",
    script: echoWith("00000007020000000000"),
    also: ["command-not-allowed"],
  },
  { rule: "command-element-order", name: "twice", script: echoWith("00000008020000000101") },
  {
    rule: "command-element-foreign",
    name: "(0010,0010)",
    script: echoOf(concat([ECHO_BYTES, bytesOfHex("10001000020000004142")])),
  },
  {
    rule: "command-element-unknown",
    name: "(0000,FFFE)",
    script: echoWith("0000feff020000004142"),
  },
  {
    rule: "command-element-retired",
    name: "(0000,5180)",
    script: echoWith("00008051020000004142"),
    also: ["command-not-allowed"],
  },
  {
    rule: "command-element-odd-length",
    name: "ErrorComment of 3",
    script: steps(request("C-ECHO-RQ", ECHO, { on: "echo" }), [
      "acceptor",
      pDataBytes([
        1,
        COMMAND | LAST,
        oddComment(
          encodeCommandSet({ CommandField: 0x8030, CommandDataSetType: 0x0101, ...to(1, 0x0110) }),
        ),
      ]),
    ]),
    also: ["pdv-odd-fragment"],
  },
];

function oddComment(commandSet: Uint8Array): Uint8Array {
  const bytes = concat([commandSet, bytesOfHex("0000020903000000414243")]);
  new DataView(bytes.buffer).setUint32(8, bytes.length - 12, true);
  return bytes;
}

export const MESSAGE_VIOLATIONS: readonly Violation[] = [
  {
    rule: "command-required",
    name: "C-STORE-RQ without Priority",
    script: steps(
      request(
        "C-STORE-RQ",
        { AffectedSOPClassUID: CT, MessageID: 1, AffectedSOPInstanceUID: "2.25.1" },
        { on: "store", dataSet: STORE_DATA },
      ),
      STORE_RSP,
    ),
  },
  {
    rule: "command-not-allowed",
    name: "C-ECHO-RQ with Priority",
    script: steps(request("C-ECHO-RQ", { ...ECHO, Priority: 0 }, { on: "echo" }), ECHO_RSP),
  },
  {
    rule: "command-affected-requested",
    name: "N-SET-RQ with Affected",
    script: steps(
      request(
        "N-SET-RQ",
        { AffectedSOPClassUID: MPPS, AffectedSOPInstanceUID: "2.25.3", MessageID: 1 },
        { on: "mpps", dataSet: dataSetOf(STEP_END) },
      ),
      response("N-SET-RSP", to(1), { on: "mpps" }),
    ),
  },
  {
    rule: "command-affected-requested",
    name: "C-STORE-RSP with Requested",
    script: steps(
      request("C-STORE-RQ", STORE, { on: "store", dataSet: STORE_DATA }),
      response("C-STORE-RSP", { ...to(1), RequestedSOPInstanceUID: "2.25.1" }, { on: "store" }),
    ),
  },
  {
    rule: "command-move-originator",
    name: "AE title alone",
    script: steps(
      request(
        "C-STORE-RQ",
        { ...STORE, MoveOriginatorApplicationEntityTitle: "A" },
        { on: "store", dataSet: STORE_DATA },
      ),
      STORE_RSP,
    ),
  },
  {
    rule: "command-priority",
    name: "3",
    script: steps(
      request("C-FIND-RQ", { ...FIND_RQ, Priority: 3 }, { on: "find", dataSet: STUDY_IDENTIFIER }),
      FIND_RSP,
    ),
  },
  {
    rule: "command-uid",
    name: "not a UID",
    also: ["data-set-value"],
    script: steps(
      request(
        "C-STORE-RQ",
        { ...STORE, AffectedSOPInstanceUID: "../nul" },
        { on: "store", dataSet: dataSetOf({ SOPClassUID: CT, SOPInstanceUID: "../nul" }) },
      ),
      STORE_RSP,
    ),
  },
  {
    rule: "command-sop-class",
    name: "MR on the context for CT",
    script: steps(
      request(
        "C-STORE-RQ",
        { ...STORE, AffectedSOPClassUID: MR },
        { on: "store", dataSet: dataSetOf({ SOPClassUID: MR, SOPInstanceUID: "2.25.1" }) },
      ),
      STORE_RSP,
    ),
  },
  {
    rule: "command-status",
    name: "1234H",
    script: steps(
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      response("C-ECHO-RSP", to(1, 0x1234), { on: "echo" }),
    ),
  },
  {
    rule: "command-status-pending",
    name: "C-STORE-RSP",
    script: steps(
      request("C-STORE-RQ", STORE, { on: "store", dataSet: STORE_DATA }),
      response("C-STORE-RSP", to(1, 0xff00), { on: "store" }),
      STORE_RSP,
    ),
  },
  {
    rule: "data-set-required",
    name: "C-STORE-RQ",
    script: steps(request("C-STORE-RQ", STORE, { on: "store" }), STORE_RSP),
  },
  {
    rule: "data-set-required",
    name: "C-FIND-RSP with Pending",
    script: steps(
      request("C-FIND-RQ", FIND_RQ, { on: "find", dataSet: STUDY_IDENTIFIER }),
      response("C-FIND-RSP", to(1, 0xff00), { on: "find" }),
      FIND_RSP,
    ),
  },
  {
    rule: "data-set-not-allowed",
    name: "C-ECHO-RQ",
    script: steps(request("C-ECHO-RQ", ECHO, { on: "echo", dataSet: STORE_DATA }), ECHO_RSP),
  },
  {
    rule: "data-set-not-allowed",
    name: "final C-FIND-RSP",
    script: steps(
      request("C-FIND-RQ", FIND_RQ, { on: "find", dataSet: STUDY_IDENTIFIER }),
      response("C-FIND-RSP", to(1), { on: "find", dataSet: STUDY_IDENTIFIER }),
    ),
  },
  {
    rule: "data-set-not-allowed",
    name: "C-MOVE-RSP with Pending",
    script: steps(
      request("C-MOVE-RQ", MOVE_RQ, { on: "move", dataSet: STUDY_IDENTIFIER }),
      response(
        "C-MOVE-RSP",
        { ...to(1, 0xff00), ...COUNTS },
        { on: "move", dataSet: STUDY_IDENTIFIER },
      ),
      response("C-MOVE-RSP", { ...to(1), ...FINAL_COUNTS }, { on: "move" }),
    ),
  },
  {
    rule: "message-incomplete",
    name: "data set announced and not sent",
    script: steps(
      [
        "requestor",
        pDataBytes([
          3,
          COMMAND | LAST,
          encodeCommandSet({ ...STORE, CommandField: 1, CommandDataSetType: 1 }),
        ]),
      ],
      STORE_RSP,
    ),
  },
];

export const EXCHANGE_VIOLATIONS: readonly Violation[] = [
  {
    rule: "message-id-reused",
    name: "while outstanding",
    script: steps(
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      ECHO_RSP,
    ),
    also: ["request-unanswered"],
  },
  { rule: "response-to-nothing", name: "no request", script: steps(ECHO_RSP) },
  {
    rule: "response-to-nothing",
    name: "another Message ID",
    script: steps(
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      response("C-ECHO-RSP", to(9), { on: "echo" }),
      ECHO_RSP,
    ),
  },
  {
    rule: "response-after-final",
    name: "Pending behind Success",
    script: steps(
      request("C-FIND-RQ", FIND_RQ, { on: "find", dataSet: STUDY_IDENTIFIER }),
      FIND_RSP,
      response("C-FIND-RSP", to(1, 0xff00), { on: "find", dataSet: STUDY_IDENTIFIER }),
    ),
  },
  {
    rule: "response-context",
    name: "another context",
    script: steps(
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      response("C-ECHO-RSP", to(1), { on: "store" }),
    ),
  },
  {
    rule: "response-command",
    name: "C-ECHO-RSP to C-STORE-RQ",
    script: steps(
      request("C-STORE-RQ", STORE, { on: "store", dataSet: STORE_DATA }),
      response("C-ECHO-RSP", to(1), { on: "store" }),
    ),
  },
  {
    rule: "request-unanswered",
    name: "at the release",
    script: steps(request("C-ECHO-RQ", ECHO, { on: "echo" })),
  },
  {
    rule: "request-role",
    name: "C-STORE-RQ from the acceptor",
    script: steps(
      says("acceptor", "C-STORE-RQ", { values: STORE, on: "store", dataSet: STORE_DATA }),
      response("C-STORE-RSP", to(1), { on: "store", by: "requestor" }),
    ),
  },
  {
    rule: "event-role",
    name: "N-EVENT-REPORT-RQ from the requestor",
    script: steps(
      request(
        "N-EVENT-REPORT-RQ",
        {
          AffectedSOPClassUID: MPPS,
          AffectedSOPInstanceUID: "2.25.3",
          MessageID: 1,
          EventTypeID: 1,
        },
        { on: "mpps" },
      ),
      response("N-EVENT-REPORT-RSP", to(1), { on: "mpps" }),
    ),
  },
  {
    rule: "cancel-of-nothing",
    name: "Message ID never used",
    script: steps(request("C-CANCEL-RQ", { MessageIDBeingRespondedTo: 5 }, { on: "find" })),
  },
  {
    rule: "cancel-not-cancelable",
    name: "C-STORE-RQ",
    script: steps(
      request("C-STORE-RQ", STORE, { on: "store", dataSet: STORE_DATA }),
      request("C-CANCEL-RQ", { MessageIDBeingRespondedTo: 1 }, { on: "store" }),
      STORE_RSP,
    ),
  },
  {
    rule: "async-window-exceeded",
    name: "two without negotiation",
    script: steps(
      request("C-ECHO-RQ", ECHO, { on: "echo" }),
      request("C-ECHO-RQ", { ...ECHO, MessageID: 2 }, { on: "echo" }),
      ECHO_RSP,
      response("C-ECHO-RSP", to(2), { on: "echo" }),
    ),
  },
  {
    rule: "suboperations-missing",
    name: "C-GET-RSP with Pending",
    script: steps(
      request("C-GET-RQ", GET_RQ, { on: "get", dataSet: STUDY_IDENTIFIER }),
      response("C-GET-RSP", to(1, 0xff00), { on: "get" }),
      response("C-GET-RSP", to(1), { on: "get" }),
    ),
  },
  {
    rule: "suboperations-remaining",
    name: "with Success",
    script: steps(
      request("C-MOVE-RQ", MOVE_RQ, { on: "move", dataSet: STUDY_IDENTIFIER }),
      response(
        "C-MOVE-RSP",
        { ...to(1), ...COUNTS, NumberOfRemainingSuboperations: 0 },
        { on: "move" },
      ),
    ),
  },
  {
    rule: "suboperations-total",
    name: "3, then 5",
    script: steps(
      request("C-MOVE-RQ", MOVE_RQ, { on: "move", dataSet: STUDY_IDENTIFIER }),
      response("C-MOVE-RSP", { ...to(1, 0xff00), ...COUNTS }, { on: "move" }),
      response(
        "C-MOVE-RSP",
        { ...to(1, 0xff00), ...COUNTS, NumberOfCompletedSuboperations: 3 },
        { on: "move" },
      ),
      response("C-MOVE-RSP", { ...to(1), ...FINAL_COUNTS }, { on: "move" }),
    ),
  },
  {
    rule: "nagle-stall",
    name: "41 ms before each data set",
    script: steps(
      ...[1, 2, 3].flatMap((MessageID): Step[] => [
        [
          "requestor",
          pDataBytes([
            3,
            COMMAND | LAST,
            encodeCommandSet({ ...STORE, MessageID, CommandField: 1, CommandDataSetType: 1 }),
          ]),
        ],
        { wait: 39_000 },
        ["requestor", pDataBytes([3, LAST, STORE_DATA])],
        response("C-STORE-RSP", to(MessageID), { on: "store" }),
      ]),
    ),
  },
];

const ROLES = { item: "SCP/SCU role selection", sopClassUid: CT, scuRole: 0, scpRole: 1 } as const;
const WINDOW = {
  item: "asynchronous operations window",
  maximumNumberOperationsInvoked: 2,
  maximumNumberOperationsPerformed: 1,
} as const;

export const CONFORMANT_EXCHANGES: readonly (readonly [name: string, script: Script])[] = [
  [
    "C-FIND with Pending, then Success",
    steps(
      request("C-FIND-RQ", FIND_RQ, { on: "find", dataSet: STUDY_IDENTIFIER }),
      response("C-FIND-RSP", to(1, 0xff00), { on: "find", dataSet: STUDY_IDENTIFIER }),
      response("C-FIND-RSP", to(1, 0xff01), { on: "find", dataSet: STUDY_IDENTIFIER }),
      FIND_RSP,
    ),
  ],
  [
    "C-CANCEL-RQ, also a late one",
    steps(
      request("C-FIND-RQ", FIND_RQ, { on: "find", dataSet: STUDY_IDENTIFIER }),
      request("C-CANCEL-RQ", { MessageIDBeingRespondedTo: 1 }, { on: "find" }),
      response("C-FIND-RSP", to(1, 0xfe00), { on: "find" }),
      request("C-CANCEL-RQ", { MessageIDBeingRespondedTo: 1 }, { on: "find" }),
    ),
  ],
  [
    "C-GET with its C-STORE sub-operations from the acceptor",
    {
      rq: rq({ more: [ROLES] }),
      ac: ac({ more: [ROLES] }),
      steps: [
        request("C-GET-RQ", GET_RQ, { on: "get", dataSet: STUDY_IDENTIFIER }),
        says("acceptor", "C-STORE-RQ", { values: STORE, on: "store", dataSet: STORE_DATA }),
        response("C-STORE-RSP", to(1), { on: "store", by: "requestor" }),
        response("C-GET-RSP", { ...to(1, 0xff00), ...COUNTS }, { on: "get" }),
        response(
          "C-GET-RSP",
          { ...to(1, 0xb000), ...FINAL_COUNTS, NumberOfFailedSuboperations: 1 },
          { on: "get", dataSet: dataSetOf({ FailedSOPInstanceUIDList: "2.25.2" }) },
        ),
      ],
    },
  ],
  [
    "C-MOVE canceled, with what remains",
    steps(
      request("C-MOVE-RQ", MOVE_RQ, { on: "move", dataSet: STUDY_IDENTIFIER }),
      response("C-MOVE-RSP", { ...to(1, 0xff00), ...COUNTS }, { on: "move" }),
      request("C-CANCEL-RQ", { MessageIDBeingRespondedTo: 1 }, { on: "move" }),
      response("C-MOVE-RSP", { ...to(1, 0xfe00), ...COUNTS }, { on: "move" }),
    ),
  ],
  [
    "C-STORE by a C-MOVE, with both Move Originator elements",
    steps(
      request(
        "C-STORE-RQ",
        { ...STORE, MoveOriginatorApplicationEntityTitle: "A", MoveOriginatorMessageID: 4 },
        { on: "store", dataSet: STORE_DATA },
      ),
      response(
        "C-STORE-RSP",
        { ...to(1, 0xb007), AffectedSOPInstanceUID: "2.25.1", ErrorComment: "as it is" },
        { on: "store" },
      ),
    ),
  ],
  [
    "MPPS: N-CREATE without instance, N-SET, N-EVENT-REPORT of the acceptor",
    steps(
      request(
        "N-CREATE-RQ",
        { AffectedSOPClassUID: MPPS, MessageID: 1 },
        { on: "mpps", dataSet: dataSetOf(STEP_BEGIN) },
      ),
      response("N-CREATE-RSP", { ...to(1), AffectedSOPInstanceUID: "2.25.3" }, { on: "mpps" }),
      request("N-SET-RQ", { ...SET, MessageID: 2 }, { on: "mpps", dataSet: dataSetOf(STEP_END) }),
      response(
        "N-SET-RSP",
        { ...to(2, 0x0110), ErrorID: 0xa710, OffendingElement: ["00400252"] },
        { on: "mpps" },
      ),
      says("acceptor", "N-EVENT-REPORT-RQ", {
        values: {
          AffectedSOPClassUID: MPPS,
          AffectedSOPInstanceUID: "2.25.3",
          MessageID: 1,
          EventTypeID: 2,
        },
        on: "mpps",
      }),
      response("N-EVENT-REPORT-RSP", { ...to(1), EventTypeID: 2 }, { on: "mpps", by: "requestor" }),
    ),
  ],
  [
    "two outstanding in a window of two",
    {
      rq: rq({ more: [WINDOW] }),
      ac: ac({ more: [WINDOW] }),
      steps: [
        request("C-ECHO-RQ", ECHO, { on: "echo" }),
        request("C-ECHO-RQ", { ...ECHO, MessageID: 2 }, { on: "echo" }),
        response("C-ECHO-RSP", to(2), { on: "echo" }),
        ECHO_RSP,
      ],
    },
  ],
  [
    "one slow data set is no Nagle stall",
    steps(
      ["requestor", pDataBytes([3, COMMAND | LAST, encodeCommandSet(STORE_RQ)])],
      { wait: 45_000 },
      ["requestor", pDataBytes([3, LAST, STORE_DATA])],
      response("C-STORE-RSP", to(2), { on: "store" }),
    ),
  ],
];
