/** Scripts that break one rule of framing, of Table 9-10 or of P-DATA-TF each: PS3.8. */
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { Pdu } from "../../src/ul/pdu.ts";
import {
  COMMAND,
  ECHO_RQ,
  LAST,
  messageBytes,
  pDataBytes,
  STORE_RQ,
  type Values,
} from "./dimse_stream.ts";
import { concat } from "./event_log.ts";
import {
  ac,
  answer,
  CONTEXTS,
  CT,
  proposal,
  RELEASE,
  rq,
  type Script,
  type Step,
  says,
  VERIFICATION,
} from "./scripted_association.ts";
import { STORE_DATA, storeDataOf } from "./service_data.ts";
import type { Violation } from "./violations_association.ts";

const ECHO = messageBytes(ECHO_RQ);
const ECHO_RSP: Values = { MessageIDBeingRespondedTo: 1, Status: 0 };
const STORE_RSP: Values = { MessageIDBeingRespondedTo: 2, Status: 0 };
const ECHO_ANSWER = says("acceptor", "C-ECHO-RSP", { values: ECHO_RSP, on: "echo" });
const STORE_ANSWER = says("acceptor", "C-STORE-RSP", { values: STORE_RSP, on: "store" });
const STORE = encodeCommandSet(STORE_RQ);

/** The data set in two fragments, cut there. */
function inTwo(at: number): Uint8Array[] {
  return [
    pDataBytes([3, 0, STORE_DATA.subarray(0, at)]),
    pDataBytes([3, LAST, STORE_DATA.subarray(at)]),
  ];
}

const ABORT: Pdu = { type: "A-ABORT", source: 0, reason: 0 };
const RELEASE_RQ: Pdu = { type: "A-RELEASE-RQ" };
const RELEASE_RP: Pdu = { type: "A-RELEASE-RP" };
const FINS: readonly Step[] = [
  ["requestor", "fin"],
  ["acceptor", "fin"],
];
const HTTP = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: archive\r\n\r\n");
const TLS = Uint8Array.of(0x16, 0x03, 0x01, 0x00, 0x10, 0x01, 0x00, 0x00, 0x0c, 0x03, 0x03, 0, 0);

/** A C-STORE of which the PDVs are given, and its answer. */
function store(...pdus: readonly Uint8Array[]): Script {
  return { steps: [...pdus.map((bytes): Step => ["requestor", bytes]), STORE_ANSWER] };
}

function echo(...pdus: readonly Uint8Array[]): Script {
  return { steps: [...pdus.map((bytes): Step => ["requestor", bytes]), ECHO_ANSWER] };
}

export const FRAMING_VIOLATIONS: readonly Violation[] = [
  {
    rule: "opaque-tls",
    name: "ClientHello",
    script: { rq: null, ac: null, steps: [["requestor", TLS]], end: [] },
  },
  {
    rule: "not-dicom",
    name: "HTTP",
    script: { rq: null, ac: null, steps: [["requestor", HTTP]], end: [] },
  },
  {
    rule: "framing-lost",
    name: "A-RELEASE-RQ of 1 GiB",
    script: { steps: [["requestor", Uint8Array.of(5, 0, 0x40, 0, 0, 0)]], end: FINS },
  },
  {
    rule: "pdu-truncated",
    name: "FIN inside a P-DATA-TF",
    script: { steps: [["requestor", ECHO.subarray(0, 40)]], end: FINS },
    also: ["message-incomplete", "state-closed-without-release"],
  },
  {
    rule: "pdu-truncated",
    name: "RST inside an A-ASSOCIATE-RQ",
    script: {
      rq: null,
      ac: null,
      steps: [["requestor", encodePdu(rq()).subarray(0, 100)]],
      end: [["requestor", "reset"]],
      closed: "reset",
    },
  },
  {
    rule: "pdu-unreadable",
    name: "A-RELEASE-RQ of length 8",
    script: {
      end: [["requestor", { ...RELEASE_RQ, trailing: new Uint8Array(4) }], ...RELEASE.slice(1)],
    },
  },
  {
    rule: "pdu-unreadable",
    name: "A-ABORT of length 2",
    script: { end: [["requestor", Uint8Array.of(7, 0, 0, 0, 0, 2, 0, 0)], ...FINS] },
    also: ["state-closed-without-release"],
  },
  {
    rule: "pdu-unknown-type",
    name: "09H",
    script: { steps: [["requestor", Uint8Array.of(9, 0, 0, 0, 0, 0)]] },
  },
  {
    rule: "reserved-octets",
    name: "A-RELEASE-RQ",
    script: { end: [["requestor", { ...RELEASE_RQ, reserved: 7 }], ...RELEASE.slice(1)] },
  },
  {
    rule: "octets-not-recorded",
    name: "inside a data set",
    script: {
      steps: [
        ["requestor", pDataBytes([3, COMMAND | LAST, STORE])],
        ["requestor", pDataBytes([3, LAST, storeDataOf(100)]).subarray(0, -50)],
        { gap: "requestor", length: 50 },
        STORE_ANSWER,
      ],
    },
  },
];

export const STATE_VIOLATIONS: readonly Violation[] = [
  {
    rule: "state-unexpected-pdu",
    name: "second A-ASSOCIATE-RQ",
    script: { steps: [["requestor", rq()]] },
  },
  {
    rule: "state-unexpected-pdu",
    name: "second A-ASSOCIATE-AC",
    script: { steps: [["acceptor", ac()]] },
  },
  {
    rule: "state-unexpected-pdu",
    name: "A-ASSOCIATE-AC before the request",
    script: { rq: null, ac: null, steps: [["acceptor", ac()]], end: [], closed: undefined },
  },
  {
    rule: "state-unexpected-pdu",
    name: "A-ASSOCIATE-RQ from the acceptor",
    script: { steps: [["acceptor", rq()]] },
  },
  {
    rule: "state-unexpected-pdu",
    name: "A-ASSOCIATE-AC from the requestor",
    script: { steps: [["requestor", ac()]] },
  },
  {
    rule: "state-unexpected-pdu",
    name: "A-RELEASE-RQ before the acceptance",
    script: { ac: null, end: [["requestor", RELEASE_RQ]], closed: undefined },
  },
  {
    rule: "state-unexpected-pdu",
    name: "A-RELEASE-RP that nobody asked for",
    script: { steps: [["acceptor", RELEASE_RP]] },
  },
  {
    rule: "state-unexpected-pdu",
    name: "second A-RELEASE-RQ",
    script: { end: [["requestor", RELEASE_RQ], ...RELEASE] },
  },
  {
    rule: "state-data-before-acceptance",
    name: "of the requestor",
    script: { ac: null, steps: [["requestor", ECHO], ["acceptor", ac()], ECHO_ANSWER] },
  },
  {
    rule: "state-data-after-release",
    name: "of the requestor",
    script: {
      end: [["requestor", RELEASE_RQ], ["requestor", ECHO], ECHO_ANSWER, ...RELEASE.slice(1)],
    },
  },
  {
    rule: "state-data-after-end",
    name: "behind its own A-ABORT",
    script: { end: [["requestor", ABORT], ["requestor", RELEASE_RQ], ...FINS] },
  },
  {
    rule: "state-data-after-end",
    name: "behind its own A-ASSOCIATE-RJ",
    script: {
      ac: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 1 },
      end: [["acceptor", ac()], ...FINS],
    },
  },
  { rule: "state-closed-without-release", name: "FIN", script: { end: FINS } },
  {
    rule: "state-closed-without-release",
    name: "RST",
    script: { end: [["acceptor", "reset"]], closed: "reset" },
  },
  {
    rule: "state-closed-without-release",
    name: "before the answer",
    script: { ac: null, end: FINS },
  },
  {
    rule: "state-release-unanswered",
    name: "FIN",
    script: { end: [["requestor", RELEASE_RQ], ...FINS] },
  },
  {
    rule: "state-release-collision",
    name: "both ask",
    script: {
      end: [
        ["requestor", RELEASE_RQ],
        ["acceptor", RELEASE_RQ],
        ["requestor", RELEASE_RP],
        ["acceptor", RELEASE_RP],
        ...FINS,
      ],
    },
  },
];

/** S-07: rules on P-DATA-TF and PDVs. */
export const PDV_VIOLATIONS: readonly Violation[] = [
  {
    rule: "pdata-empty",
    name: "no PDV",
    script: { steps: [["requestor", Uint8Array.of(4, 0, 0, 0, 0, 0)]] },
  },
  {
    rule: "pdata-framing",
    name: "PDV length 1",
    script: { steps: [["requestor", Uint8Array.of(4, 0, 0, 0, 0, 5, 0, 0, 0, 1, 1)]] },
  },
  {
    rule: "pdata-framing",
    name: "PDV longer than its PDU",
    script: { steps: [["requestor", Uint8Array.of(4, 0, 0, 0, 0, 8, 0, 0, 0, 9, 1, 2, 0, 0)]] },
  },
  {
    rule: "pdata-maximum-length",
    name: "of the acceptor",
    script: store(
      messageBytes(STORE_RQ, { contextId: 3, dataSet: storeDataOf(20_000), maximumLength: 20_000 }),
    ),
  },
  {
    rule: "pdata-maximum-length",
    name: "of the requestor",
    script: {
      rq: rq({
        userInformation: [
          { item: "maximum length", maximumLength: 32 },
          { item: "implementation class UID", uid: "2.25.7" },
        ],
      }),
      steps: [["requestor", ECHO], ECHO_ANSWER],
    },
  },
  {
    rule: "pdv-context",
    name: "refused",
    script: {
      rq: rq({ contexts: [proposal(1, VERIFICATION), proposal(3, CT)] }),
      ac: ac({ contexts: [answer(1), answer(3, 3)] }),
      ...store(messageBytes(STORE_RQ, { contextId: 3, dataSet: STORE_DATA })),
    },
  },
  {
    rule: "pdv-context",
    name: "never proposed",
    script: {
      steps: [
        ["requestor", messageBytes(ECHO_RQ, { contextId: 99 })],
        says("acceptor", "C-ECHO-RSP", { values: ECHO_RSP, on: 99 }),
      ],
    },
  },
  {
    rule: "pdv-reserved-bits",
    name: "bit 7",
    script: echo(pDataBytes([1, 0x80 | COMMAND | LAST, encodeCommandSet(ECHO_RQ)])),
  },
  {
    rule: "pdv-odd-fragment",
    name: "of a data set",
    script: store(pDataBytes([3, COMMAND | LAST, STORE]), ...inTwo(25)),
  },
  {
    rule: "pdv-interleaved",
    name: "two contexts",
    script: {
      ac: ac({ more: [] }),
      steps: [
        ["requestor", pDataBytes([3, COMMAND | LAST, STORE])],
        ["requestor", messageBytes(ECHO_RQ)],
        ["requestor", pDataBytes([3, LAST, STORE_DATA])],
        ECHO_ANSWER,
        STORE_ANSWER,
      ],
    },
    also: ["async-window-exceeded"],
  },
  {
    rule: "pdv-two-messages",
    name: "one PDU",
    script: {
      steps: [
        [
          "requestor",
          pDataBytes(
            [3, COMMAND | LAST, STORE],
            [3, LAST, STORE_DATA],
            [1, COMMAND | LAST, encodeCommandSet(ECHO_RQ)],
          ),
        ],
        STORE_ANSWER,
        ECHO_ANSWER,
      ],
    },
    also: ["async-window-exceeded"],
  },
  {
    rule: "pdv-sequence",
    name: "data set without a command set",
    script: { steps: [["requestor", pDataBytes([3, LAST, STORE_DATA])]] },
  },
  {
    rule: "pdv-sequence",
    name: "command inside a data set",
    script: echo(
      pDataBytes([1, COMMAND | LAST, STORE]),
      pDataBytes([1, 0, STORE_DATA.subarray(0, 8)]),
      ECHO,
    ),
    also: [
      "message-incomplete",
      "command-sop-class",
      "async-window-exceeded",
      "request-unanswered",
    ],
  },
  {
    rule: "pdv-sequence",
    name: "data set inside a command set",
    script: {
      steps: [
        [
          "requestor",
          concat([
            pDataBytes([3, COMMAND, STORE.subarray(0, 10)]),
            pDataBytes([3, LAST, STORE_DATA]),
          ]),
        ],
      ],
    },
    also: ["message-incomplete"],
  },
  {
    rule: "command-too-long",
    name: "2 MiB",
    script: {
      steps: [
        ...Array.from(
          { length: 130 },
          (): Step => ["requestor", pDataBytes([1, COMMAND, new Uint8Array(16_378)])],
        ),
        ["requestor", pDataBytes([1, COMMAND | LAST, new Uint8Array(0)])],
      ],
    },
    also: ["message-incomplete"],
  },
];

export const CONFORMANT_DATA: readonly (readonly [name: string, script: Script])[] = [
  ["C-ECHO", echo(ECHO)],
  [
    "C-STORE in fragments of exactly the maximum length",
    store(
      messageBytes(STORE_RQ, {
        contextId: CONTEXTS.store,
        dataSet: storeDataOf(40_000),
        maximumLength: 16_384,
      }),
    ),
  ],
  [
    "command and data set in one PDU",
    store(
      pDataBytes(
        [3, COMMAND | LAST, STORE],
        [3, 0, STORE_DATA.subarray(0, 24)],
        [3, LAST, STORE_DATA.subarray(24)],
      ),
    ),
  ],
  [
    "data of the acceptor behind the requestor's A-RELEASE-RQ (AR-6)",
    {
      steps: [["requestor", ECHO]],
      end: [["requestor", RELEASE_RQ], ECHO_ANSWER, ...RELEASE.slice(1)],
    },
  ],
  [
    "what crosses an A-ABORT on its way (AA-6)",
    { steps: [["requestor", ECHO]], end: [["requestor", ABORT], ECHO_ANSWER, ...FINS] },
  ],
  [
    "an answer that crosses the requestor's A-ABORT",
    { ac: null, end: [["requestor", ABORT], ["acceptor", ac()], ...FINS] },
  ],
  [
    "released by the acceptor",
    { end: [["acceptor", RELEASE_RQ], ["requestor", RELEASE_RP], ...FINS] },
  ],
  ["nothing at all", { rq: null, ac: null, end: FINS }],
];
