/**
 * Twenty associations as the two AEs would send them, made of values: for tests of the framer, the
 * decoder and the observer that must not read files. No real names or addresses.
 */
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  Pdu,
  Pdv,
  UserInformationSubItem,
} from "../../src/ul/pdu.ts";

export interface GoldenExchange {
  readonly name: string;
  readonly requestor: readonly Pdu[];
  readonly acceptor: readonly Pdu[];
}

const RELEASE_RQ: Pdu = { type: "A-RELEASE-RQ" };
const RELEASE_RP: Pdu = { type: "A-RELEASE-RP" };
const EMPTY = new Uint8Array(0);
const STORAGE = "1.2.840.10008.5.1.4.1.1.2";

/** Sub-items of all types, by the name of the exchange that carries them. */
const SUB_ITEMS: Readonly<Record<string, readonly UserInformationSubItem[]>> = {
  "maximum length only": [],
  "asynchronous window": [
    {
      item: "asynchronous operations window",
      maximumNumberOperationsInvoked: 4,
      maximumNumberOperationsPerformed: 0,
    },
  ],
  "role selection": [
    { item: "SCP/SCU role selection", sopClassUid: STORAGE, scuRole: 0, scpRole: 1 },
    { item: "SCP/SCU role selection", sopClassUid: "1.2.840.10008.1.1", scuRole: 1, scpRole: 1 },
  ],
  "extended negotiation": [
    {
      item: "SOP class extended negotiation",
      sopClassUid: "1.2.840.10008.5.1.4.1.2.1.1",
      serviceClassApplicationInformation: Uint8Array.of(1, 0, 1, 1),
    },
  ],
  "common extended negotiation": [
    {
      item: "SOP class common extended negotiation",
      version: 0,
      sopClassUid: STORAGE,
      serviceClassUid: "1.2.840.10008.4.2",
      relatedGeneralSopClassUids: ["1.2.840.10008.5.1.4.1.1.88.22", "1.2.3"],
    },
  ],
  "user identity": [
    {
      item: "user identity RQ",
      userIdentityType: 2,
      positiveResponseRequested: 1,
      primaryField: Uint8Array.from([117, 115, 101, 114]),
      secondaryField: Uint8Array.from([112, 97, 115, 115]),
    },
  ],
  "user identity response": [{ item: "user identity AC", serverResponse: Uint8Array.of(1, 2, 3) }],
  "unknown sub-item": [{ item: "other", itemType: 0x5a, bytes: Uint8Array.of(9, 9) }],
  "implementation version": [
    { item: "implementation class UID", uid: "2.25.42" },
    { item: "implementation version name", name: "GOLDEN_1" },
  ],
};

export function requestOf(subItems: readonly UserInformationSubItem[]): AAssociateRq {
  return {
    type: "A-ASSOCIATE-RQ",
    protocolVersion: 1,
    calledAeTitle: "GOLDEN-SCP",
    callingAeTitle: "GOLDEN-SCU",
    items: [
      { item: "application context", name: "1.2.840.10008.3.1.1.1" },
      {
        item: "presentation context RQ",
        id: 1,
        items: [
          { item: "abstract syntax", uid: STORAGE },
          { item: "transfer syntax", uid: "1.2.840.10008.1.2" },
          { item: "transfer syntax", uid: "1.2.840.10008.1.2.1" },
        ],
      },
      {
        item: "user information",
        items: [{ item: "maximum length", maximumLength: 16_384 }, ...subItems],
      },
    ],
  };
}

export function acceptOf(subItems: readonly UserInformationSubItem[]): AAssociateAc {
  return {
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAeTitle: "GOLDEN-SCP",
    callingAeTitle: "GOLDEN-SCU",
    items: [
      { item: "application context", name: "1.2.840.10008.3.1.1.1" },
      {
        item: "presentation context AC",
        id: 1,
        result: 0,
        items: [{ item: "transfer syntax", uid: "1.2.840.10008.1.2" }],
      },
      {
        item: "user information",
        items: [{ item: "maximum length", maximumLength: 32_768 }, ...subItems],
      },
    ],
  };
}

function pData(...pdvs: readonly [mch: number, length: number][]): Pdu {
  return {
    type: "P-DATA-TF",
    pdvs: pdvs.map(
      ([messageControlHeader, length]): Pdv => ({
        contextId: 1,
        messageControlHeader,
        fragment: Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff),
      }),
    ),
  };
}

const DATA: readonly (readonly [string, readonly Pdu[]])[] = [
  ["one command", [pData([3, 68])]],
  ["command and data set in one PDU", [pData([3, 98], [2, 126])]],
  ["fragments", [pData([1, 40]), pData([3, 58]), pData([0, 200]), pData([0, 200]), pData([2, 50])]],
  ["many PDVs in a PDU", [pData(...Array.from({ length: 20 }, (): [number, number] => [0, 10]))]],
  ["empty fragments", [pData([3, 0]), pData([0, 0], [2, 0]), { type: "P-DATA-TF", pdvs: [] }]],
  ["a long fragment", [pData([3, 100], [2, 5_000])]],
];

export const GOLDEN_EXCHANGES: readonly GoldenExchange[] = [
  ...Object.entries(SUB_ITEMS).map(([name, subItems]) => ({
    name,
    requestor: [requestOf(subItems), RELEASE_RQ],
    acceptor: [acceptOf(subItems), RELEASE_RP],
  })),
  ...DATA.map(([name, pdus]) => ({
    name,
    requestor: [requestOf([]), ...pdus, RELEASE_RQ],
    acceptor: [acceptOf([]), pData([3, 78]), RELEASE_RP],
  })),
  {
    name: "rejected",
    requestor: [requestOf([])],
    acceptor: [{ type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 3 }],
  },
  {
    name: "aborted by the requestor",
    requestor: [requestOf([]), { type: "A-ABORT", source: 0, reason: 0 }],
    acceptor: [acceptOf([])],
  },
  {
    name: "aborted by the acceptor inside data",
    requestor: [requestOf([]), pData([3, 68])],
    acceptor: [acceptOf([]), { type: "A-ABORT", source: 2, reason: 2 }],
  },
  {
    name: "release collision",
    requestor: [requestOf([]), RELEASE_RQ, RELEASE_RP],
    acceptor: [acceptOf([]), RELEASE_RQ, RELEASE_RP],
  },
  {
    name: "a PDU-type of a later edition",
    requestor: [requestOf([]), { type: "unknown", pduType: 9, bytes: EMPTY }, RELEASE_RQ],
    acceptor: [acceptOf([]), RELEASE_RP],
  },
];

export function streamOf(pdus: readonly Pdu[]): Uint8Array {
  const parts = pdus.map(encodePdu);
  const stream = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    stream.set(part, at);
    at += part.length;
  }
  return stream;
}
