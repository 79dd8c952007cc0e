/** Scripts that break one rule of data sets or of a service each: PS3.4, PS3.5, PS3.7. */
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
} from "../../src/dataset/transfer_syntax.ts";
import type { UserInformationSubItem } from "../../src/ul/pdu.ts";
import { explicit, implicit, item, join, SEQUENCE_END, UNDEFINED } from "./data_set_bytes.ts";
import { concat } from "./event_log.ts";
import {
  CT,
  FIND,
  GET,
  MOVE,
  MPPS,
  type Script,
  type Step,
  VERIFICATION,
} from "./scripted_association.ts";
import { type Content, dataSetOf, STEP_BEGIN, STEP_END, STORE_DATA } from "./service_data.ts";
import { exchange, message, negotiatedOn, scriptOn } from "./service_scripts.ts";
import type { Violation } from "./violations_association.ts";

const SC = "1.2.840.10008.5.1.4.1.1.7";
const JPEG = "1.2.840.10008.1.2.4.50";
const JPIP = "1.2.840.10008.1.2.4.94";
const COMMITMENT = "1.2.840.10008.1.20.1";
const COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1";

/** C-STORE of `bytes` under a transfer syntax, and its answer. */
function storing(bytes: Uint8Array, syntax: string = IMPLICIT_LITTLE.uid): Script {
  return scriptOn(CT, {
    syntax,
    steps: [
      message({
        command: "C-STORE-RQ",
        values: {
          AffectedSOPClassUID: CT,
          MessageID: 1,
          Priority: 0,
          AffectedSOPInstanceUID: "2.25.1",
        },
        data: bytes,
      }),
      message({ command: "C-STORE-RSP", values: { MessageIDBeingRespondedTo: 1, Status: 0 } }),
    ],
  });
}

const STUDY: Content = { QueryRetrieveLevel: "STUDY", StudyInstanceUID: "2.25.9" };
const DONE = {
  NumberOfCompletedSuboperations: 0,
  NumberOfFailedSuboperations: 0,
  NumberOfWarningSuboperations: 0,
};

const NAMED: Content = { SOPClassUID: CT, SOPInstanceUID: "2.25.1" };
const PIXELS = new Uint8Array(8);
const EXPLICIT_DATA = dataSetOf(NAMED, EXPLICIT_LITTLE);
const FRAGMENTS = concat([
  explicit(0x7fe00010, "OB", [], UNDEFINED),
  item(new Uint8Array(0)),
  item(PIXELS),
  SEQUENCE_END,
]);
const URL: Content = { PixelDataProviderURL: "https://pixels.example/1" };

export const DATA_SET_VIOLATIONS: readonly Violation[] = [
  {
    rule: "data-set-malformed",
    name: "a value longer than the data set",
    script: storing(join(STORE_DATA, implicit(0x00100010, "DOE ", 400))),
  },
  {
    rule: "data-set-irregular",
    name: "tags that descend",
    script: storing(join(STORE_DATA, implicit(0x00100020, "1 "), implicit(0x00100010, "D "))),
  },
  {
    rule: "data-set-value",
    name: "a modality in small letters",
    script: storing(join(STORE_DATA, implicit(0x00080060, "ct"))),
  },
  {
    rule: "data-set-value",
    name: "a UID that is none, in an item",
    script: storing(
      join(STORE_DATA, implicit(0x00081140, item(implicit(0x00081155, "CTImageStorage")))),
    ),
  },
  {
    rule: "data-set-value",
    name: "one value where there are two at least",
    script: storing(join(STORE_DATA, implicit(0x00280030, "0.5 "))),
  },
  {
    rule: "data-set-character-set",
    name: "a name with octets of no character set",
    script: storing(join(STORE_DATA, implicit(0x00100010, "M\xfcller"))),
  },
  {
    rule: "data-set-group",
    name: "File Meta Information",
    script: storing(
      join(explicit(0x00020010, "UI", "1.2.840.10008.1.2\0"), EXPLICIT_DATA),
      EXPLICIT_LITTLE.uid,
    ),
  },
  {
    rule: "data-set-group",
    name: "a command element",
    script: storing(join(implicit(0x00000002, "1.2.3\0"), STORE_DATA)),
  },
  {
    rule: "data-set-transfer-syntax",
    name: "explicit under implicit",
    script: storing(EXPLICIT_DATA),
  },
  {
    rule: "data-set-transfer-syntax",
    name: "implicit under explicit",
    script: storing(STORE_DATA, EXPLICIT_LITTLE.uid),
  },
  {
    rule: "data-set-transfer-syntax",
    name: "big endian under little",
    script: storing(dataSetOf(NAMED, EXPLICIT_BIG), EXPLICIT_LITTLE.uid),
  },
  {
    rule: "data-set-transfer-syntax",
    name: "little endian under big",
    script: storing(EXPLICIT_DATA, EXPLICIT_BIG.uid),
    also: ["retired-syntax"],
  },
  {
    rule: "pixel-data-encapsulated",
    name: "fragments under Explicit VR Little Endian",
    script: storing(concat([EXPLICIT_DATA, FRAGMENTS]), EXPLICIT_LITTLE.uid),
  },
  {
    rule: "pixel-data-native",
    name: "native pixels under JPEG Baseline",
    script: storing(dataSetOf({ ...NAMED, PixelData: PIXELS }, EXPLICIT_LITTLE), JPEG),
  },
  {
    rule: "pixel-data-reference",
    name: "JPIP without a URL",
    script: storing(EXPLICIT_DATA, JPIP),
  },
  {
    rule: "pixel-data-reference",
    name: "JPIP with pixel data",
    script: storing(dataSetOf({ ...NAMED, ...URL, PixelData: PIXELS }, EXPLICIT_LITTLE), JPIP),
    also: ["pixel-data-url"],
  },
  {
    rule: "pixel-data-url",
    name: "JPIP",
    script: storing(dataSetOf({ ...NAMED, ...URL }, EXPLICIT_LITTLE), JPIP),
  },
  {
    rule: "syntax-real-time",
    name: "SMPTE ST 2110-20",
    script: scriptOn(CT, { steps: [], syntax: "1.2.840.10008.1.2.7.1" }),
  },
  {
    rule: "store-instance",
    name: "another instance",
    script: storing(dataSetOf({ ...NAMED, SOPInstanceUID: "2.25.2" })),
  },
  {
    rule: "store-instance",
    name: "another class",
    script: storing(dataSetOf({ ...NAMED, SOPClassUID: SC })),
  },
  {
    rule: "store-instance-missing",
    name: "no instance",
    script: storing(dataSetOf({ SOPClassUID: CT })),
  },
];

const ECHO: Step = message({
  command: "C-ECHO-RQ",
  values: { AffectedSOPClassUID: VERIFICATION, MessageID: 1 },
});

function echoing(values: Readonly<Record<string, string | number | null>>): Script {
  return scriptOn(VERIFICATION, {
    steps: [
      ECHO,
      message({
        command: "C-ECHO-RSP",
        values: { MessageIDBeingRespondedTo: 1, Status: 0, ...values },
      }),
    ],
  });
}

const PRINTER = "1.2.840.10008.5.1.1.16";
const PRINTER_INSTANCE = "1.2.840.10008.5.1.1.17";

export const ANSWER_VIOLATIONS: readonly Violation[] = [
  {
    rule: "command-element-value",
    name: "an Error Comment of 65 characters",
    script: echoing({ Status: 0x0122, ErrorComment: "x".repeat(65) }),
  },
  {
    rule: "command-element-value",
    name: "two values in Move Destination",
    script: moving({ destination: "A\\B" }),
  },
  {
    rule: "command-element-value",
    name: "a Move Destination of 17 characters",
    script: moving({ destination: "ABCDEFGHIJKLMNOPQ" }),
  },
  {
    rule: "response-differs",
    name: "another SOP class",
    script: echoing({ AffectedSOPClassUID: CT }),
  },
  {
    rule: "response-differs",
    name: "another instance",
    script: scriptOn(MPPS, {
      steps: exchange("N-SET", {
        id: 1,
        sopClass: MPPS,
        instance: "2.25.3",
        data: dataSetOf(STEP_END),
        named: "2.25.4",
      }),
    }),
  },
  {
    rule: "create-instance",
    name: "by nobody",
    script: scriptOn(MPPS, {
      steps: exchange("N-CREATE", { id: 1, sopClass: MPPS, data: STEP_BEGIN }),
    }),
  },
  {
    rule: "status-service",
    name: "A700H to C-ECHO",
    script: echoing({ Status: 0xa700 }),
  },
  {
    rule: "status-service",
    name: "B600H to N-SET of MPPS",
    script: scriptOn(MPPS, {
      steps: exchange("N-SET", {
        id: 1,
        sopClass: MPPS,
        instance: "2.25.3",
        data: STEP_END,
        status: 0xb600,
      }),
    }),
  },
  {
    rule: "status-details",
    name: "an Error Comment of a Success",
    script: echoing({ ErrorComment: "well done" }),
  },
  {
    rule: "type-id",
    name: "Action Type ID 2 of Storage Commitment",
    script: scriptOn(COMMITMENT, {
      steps: exchange("N-ACTION", {
        id: 1,
        sopClass: COMMITMENT,
        instance: COMMITMENT_INSTANCE,
        type: 2,
        data: requested(["2.25.1"]),
      }),
    }),
  },
  {
    rule: "type-id",
    name: "Event Type ID 4 of the printer",
    script: scriptOn(PRINTER, {
      steps: exchange("N-EVENT-REPORT", {
        id: 1,
        sopClass: PRINTER,
        instance: PRINTER_INSTANCE,
        type: 4,
        by: "acceptor",
      }),
    }),
  },
  {
    rule: "well-known-instance",
    name: "another printer",
    script: scriptOn(PRINTER, {
      steps: exchange("N-GET", { id: 1, sopClass: PRINTER, instance: "2.25.5" }),
    }),
  },
];

/** What a retrieval says and answers, with one thing changed. */
interface Retrieval {
  readonly destination?: string;
  readonly identifier?: Content;
  readonly final?: Readonly<Record<string, number>>;
  readonly reply?: Content;
  readonly canceled?: boolean;
}

function moving(of: Retrieval): Script {
  return scriptOn(MOVE, { steps: retrieval("C-MOVE", of) });
}

function getting(of: Retrieval): Script {
  return scriptOn(GET, { steps: retrieval("C-GET", of) });
}

function retrieval(operation: "C-MOVE" | "C-GET", of: Retrieval): Step[] {
  const { destination = "DEST", identifier = STUDY, final = {}, reply, canceled } = of;
  const sopClass = operation === "C-MOVE" ? MOVE : GET;
  return [
    message({
      command: `${operation}-RQ`,
      values: {
        AffectedSOPClassUID: sopClass,
        MessageID: 1,
        Priority: 0,
        ...(operation === "C-MOVE" ? { MoveDestination: destination } : {}),
      },
      data: identifier,
    }),
    ...(canceled === true
      ? [message({ command: "C-CANCEL-RQ", values: { MessageIDBeingRespondedTo: 1 } })]
      : []),
    message({
      command: `${operation}-RSP`,
      values: { MessageIDBeingRespondedTo: 1, Status: 0, ...DONE, ...final },
      ...(reply === undefined ? {} : { data: reply }),
    }),
  ];
}

/** C-FIND with an Identifier, a match and Success. */
function finding(identifier: Content, match: Content = STUDY, abstractSyntax = FIND): Script {
  const values = { MessageIDBeingRespondedTo: 1 };
  return scriptOn(abstractSyntax, {
    steps: [
      message({
        command: "C-FIND-RQ",
        values: { AffectedSOPClassUID: abstractSyntax, MessageID: 1, Priority: 0 },
        data: identifier,
      }),
      message({ command: "C-FIND-RSP", values: { ...values, Status: 0xff00 }, data: match }),
      message({ command: "C-FIND-RSP", values: { ...values, Status: 0 } }),
    ],
  });
}

const PATIENT_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.1.1";
const FAILED = { Status: 0xb000, NumberOfFailedSuboperations: 2 };

export const QUERY_VIOLATIONS: readonly Violation[] = [
  {
    rule: "query-level",
    name: "C-FIND without a level",
    script: finding({ StudyInstanceUID: "", PatientID: "SYN-1" }),
  },
  {
    rule: "query-level",
    name: "C-MOVE without a level",
    script: moving({ identifier: { StudyInstanceUID: "2.25.9" } }),
  },
  {
    rule: "query-level-unknown",
    name: "PATIENT in the Study Root",
    script: finding({ QueryRetrieveLevel: "PATIENT", PatientID: "SYN-1" }),
  },
  {
    rule: "query-unique-key",
    name: "SERIES level without a study",
    script: finding({ QueryRetrieveLevel: "SERIES", SeriesInstanceUID: "" }),
  },
  {
    rule: "query-unique-key",
    name: "STUDY level of the Patient Root without a patient",
    script: finding(
      { QueryRetrieveLevel: "STUDY", StudyInstanceUID: "" },
      STUDY,
      PATIENT_ROOT_FIND,
    ),
  },
  {
    rule: "query-unique-key",
    name: "a wildcard above the level",
    script: finding(
      { QueryRetrieveLevel: "STUDY", PatientID: "SYN*", StudyInstanceUID: "" },
      STUDY,
      PATIENT_ROOT_FIND,
    ),
  },
  {
    rule: "query-unique-key",
    name: "C-GET of a study that is not named",
    script: getting({ identifier: { QueryRetrieveLevel: "STUDY" } }),
  },
  {
    rule: "query-response",
    name: "a match without a level",
    script: finding({ ...STUDY, StudyInstanceUID: "" }, { StudyInstanceUID: "2.25.9" }),
  },
  {
    rule: "retrieve-keys",
    name: "C-MOVE by Patient's Name",
    script: moving({ identifier: { ...STUDY, PatientName: "DOE^JANE" } }),
  },
  {
    rule: "retrieve-failed-list",
    name: "one of two instances",
    script: moving({ final: FAILED, reply: { FailedSOPInstanceUIDList: "2.25.1" } }),
  },
  {
    rule: "retrieve-failed-list",
    name: "no list",
    script: moving({ final: FAILED, reply: { SpecificCharacterSet: "ISO_IR 100" } }),
  },
  {
    rule: "retrieve-status",
    name: "Success with a failure",
    script: moving({ final: { NumberOfFailedSuboperations: 1 } }),
  },
  {
    rule: "retrieve-status",
    name: "B000H without a failure",
    script: moving({ final: { Status: 0xb000 } }),
  },
  {
    rule: "suboperations-differ",
    name: "two completed, no C-STORE seen",
    script: getting({ final: { NumberOfCompletedSuboperations: 2 } }),
  },
  {
    rule: "cancel-unasked",
    name: "C-GET",
    script: getting({ final: { Status: 0xfe00 } }),
  },
];

/** The Transaction UID and the instances of a commitment. */
export function requested(instances: readonly string[], transactionUid = "2.25.77"): Content {
  return { TransactionUID: transactionUid, ReferencedSOPSequence: referencing(instances) };
}

export function referencing(instances: readonly string[]): Content[] {
  return instances.map((uid) => ({ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: uid }));
}

export function failing(
  instances: readonly string[],
  reason: number | undefined = 0x0112,
): Content[] {
  return referencing(instances).map((one) => ({ ...one, FailureReason: reason }));
}

const ABOUT_COMMITMENT = { sopClass: COMMITMENT, instance: COMMITMENT_INSTANCE } as const;

/** A request for these instances. */
export function asking(data: Content, status = 0): readonly Step[] {
  return exchange("N-ACTION", { id: 1, ...ABOUT_COMMITMENT, type: 1, data, status });
}

/** Its report, by the acceptor. */
export function reporting(type: number, data: Content): readonly Step[] {
  return exchange("N-EVENT-REPORT", { id: 1, ...ABOUT_COMMITMENT, type, data, by: "acceptor" });
}

export function committing(...steps: readonly Step[]): Script {
  return scriptOn(COMMITMENT, { steps });
}

export const COMMITMENT_VIOLATIONS: readonly Violation[] = [
  {
    rule: "commitment-request",
    name: "no Transaction UID",
    script: committing(...asking({ ReferencedSOPSequence: referencing(["2.25.1"]) })),
  },
  {
    rule: "commitment-request",
    name: "no instance",
    script: committing(...asking({ TransactionUID: "2.25.77", ReferencedSOPSequence: [] })),
  },
  {
    rule: "commitment-request",
    name: "an instance without a UID",
    script: committing(
      ...asking({
        TransactionUID: "2.25.77",
        ReferencedSOPSequence: [{ ReferencedSOPClassUID: CT }],
      }),
    ),
  },
  {
    rule: "commitment-report",
    name: "an instance left out",
    script: committing(
      ...asking(requested(["2.25.1", "2.25.2"])),
      ...reporting(1, requested(["2.25.1"])),
    ),
  },
  {
    rule: "commitment-report",
    name: "an instance that nobody asked for",
    script: committing(
      ...asking(requested(["2.25.1"])),
      ...reporting(1, requested(["2.25.1", "2.25.2"])),
    ),
  },
  {
    rule: "commitment-report",
    name: "Event Type 1 with failures",
    script: committing(
      ...asking(requested(["2.25.1", "2.25.2"])),
      ...reporting(1, { ...requested(["2.25.1"]), FailedSOPSequence: failing(["2.25.2"]) }),
    ),
  },
  {
    rule: "commitment-report",
    name: "Event Type 2 without failures",
    script: committing(...asking(requested(["2.25.1"])), ...reporting(2, requested(["2.25.1"]))),
  },
  {
    rule: "commitment-report",
    name: "no Transaction UID",
    script: committing(...reporting(1, { ReferencedSOPSequence: referencing(["2.25.1"]) })),
  },
  {
    rule: "commitment-reason",
    name: "0001H",
    script: committing(
      ...asking(requested(["2.25.1"])),
      ...reporting(2, { TransactionUID: "2.25.77", FailedSOPSequence: failing(["2.25.1"], 1) }),
    ),
  },
];

const RELATIONAL: UserInformationSubItem = {
  item: "SOP class extended negotiation",
  sopClassUid: FIND,
  serviceClassApplicationInformation: Uint8Array.of(1),
};

export const CONFORMANT_SERVICES: readonly (readonly [name: string, script: Script])[] = [
  ...[IMPLICIT_LITTLE, EXPLICIT_LITTLE].map(
    (syntax) =>
      [
        `C-STORE in ${syntax.uid}`,
        storing(dataSetOf({ ...NAMED, PixelData: PIXELS }, syntax), syntax.uid),
      ] as const,
  ),
  ["C-STORE of JPEG in fragments", storing(concat([EXPLICIT_DATA, FRAGMENTS]), JPEG)],
  ["C-STORE in a transfer syntax that nobody knows", storing(PIXELS, "1.2.826.0.1.3680043.10.1.9")],
  [
    "C-FIND of all levels",
    finding(
      {
        QueryRetrieveLevel: "IMAGE",
        PatientID: "SYN-1",
        StudyInstanceUID: "2.25.9",
        SeriesInstanceUID: "2.25.10",
        SOPInstanceUID: "",
      },
      { ...STUDY, QueryRetrieveLevel: "IMAGE" },
      PATIENT_ROOT_FIND,
    ),
  ],
  [
    "C-MOVE of two studies",
    moving({ identifier: { ...STUDY, StudyInstanceUID: ["2.25.9", "2.25.10"] } }),
  ],
  [
    "C-FIND with relational queries negotiated",
    {
      ...finding({ QueryRetrieveLevel: "SERIES", SeriesInstanceUID: "" }),
      ...negotiatedOn(FIND, [RELATIONAL]),
    },
  ],
  ["C-GET canceled", getting({ canceled: true, final: { Status: 0xfe00 } })],
  [
    "C-MOVE with both failures listed",
    moving({ final: FAILED, reply: { FailedSOPInstanceUIDList: ["2.25.1", "2.25.2"] } }),
  ],
  [
    "a commitment reported on as a whole",
    committing(
      ...asking(requested(["2.25.1", "2.25.2"])),
      ...reporting(2, { ...requested(["2.25.1"]), FailedSOPSequence: failing(["2.25.2"]) }),
    ),
  ],
  ["a report on what was asked elsewhere", committing(...reporting(1, requested(["2.25.1"])))],
];
