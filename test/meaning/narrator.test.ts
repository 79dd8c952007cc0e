import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import type { CommandName } from "../../src/dimse/command_field.ts";
import { StepStates } from "../../src/meaning/step_states.ts";
import { explicit, join } from "../support/data_set_bytes.ts";
import type { Values } from "../support/dimse_stream.ts";
import {
  type Attributes,
  attributeOctets,
  narrated,
  type Said,
  sentenceOf,
} from "../support/narrated.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
const STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3";
const WORKLIST = "1.2.840.10008.5.1.4.31";
const MPPS = "1.2.840.10008.3.1.2.3.3";
const COMMITMENT = "1.2.840.10008.1.20.1";
const SESSION = "1.2.840.10008.5.1.1.1";
const FILM = "1.2.840.10008.5.1.1.2";
const IMAGE_BOX = "1.2.840.10008.5.1.1.4";
const PRINTER = "1.2.840.10008.5.1.1.16";
const UPS = "1.2.840.10008.5.1.4.34.6.1";
const EXPLICIT = "1.2.840.10008.1.2.1";

const IMAGE: Attributes = {
  PatientName: "CANARY^NAME",
  PatientID: "CANARY",
  StudyInstanceUID: "1.2.3",
  Rows: 512,
  Columns: 400,
  PhotometricInterpretation: "MONOCHROME2",
  NumberOfFrames: "30",
};

/** A request and its final response. */
function asked(
  name: string,
  sopClass: string,
  given: { rq?: Values; data?: Attributes; rsp?: Values; answer?: Attributes },
): Said[] {
  const say = (command: string, values: Values, data: Attributes | undefined): Said => ({
    command: command as CommandName,
    sopClass,
    values,
    ...(data === undefined ? {} : { data }),
  });
  return [
    say(`${name}-RQ`, given.rq ?? {}, given.data),
    say(`${name}-RSP`, { Status: 0, ...given.rsp }, given.answer),
  ];
}

/** Request, matches and final response of a C-FIND. */
function find(
  data: Attributes,
  { status = 0, matches = 0, pending = 0xff00, sopClass = STUDY_FIND },
) {
  const [request, final] = asked("C-FIND", sopClass, { data, rsp: { Status: status } }) as [
    Said,
    Said,
  ];
  const match: Said = {
    ...final,
    values: { Status: pending },
    data: { StudyInstanceUID: "1.2.3" },
  };
  return [request, ...Array.from({ length: matches }, () => match), final];
}

describe("Narrator", () => {
  test("C-STORE: class, image, transfer syntax, size, result", () => {
    const said = asked("C-STORE", CT, { data: IMAGE });
    const size = attributeOctets(IMAGE, "1.2.840.10008.1.2.4.90").length;
    assert.equal(
      sentenceOf(said, { syntax: "1.2.840.10008.1.2.4.90" }),
      `C-STORE CT Image Storage, 400x512 MONOCHROME2, 30 frames, JPEG 2000 lossless, ${size} B -> Success`,
    );
  });

  test("C-STORE: on whose behalf, and why it failed", () => {
    const said = asked("C-STORE", CT, {
      rq: { MoveOriginatorApplicationEntityTitle: "VIEWER", MoveOriginatorMessageID: 7 },
      data: { StudyInstanceUID: "1.2.3" },
      rsp: { Status: 0xa700, ErrorComment: "disk full" },
    });
    assert.equal(
      sentenceOf(said),
      "C-STORE CT Image Storage, implicit VR, 14 B, for C-MOVE 7 of VIEWER -> Refused: Out of Resources (A700H): disk full",
    );
  });

  test("C-FIND: level, keys and matches; patients are masked", () => {
    const keys = {
      QueryRetrieveLevel: "STUDY",
      PatientID: "CANARY",
      StudyDate: "20260101-",
      Modality: "",
    };
    const said = find(keys, { matches: 14 });
    assert.equal(
      sentenceOf(said),
      "C-FIND Study Root, STUDY level, StudyDate=20260101-, PatientID=*** -> 14 matches",
    );
    assert.match(sentenceOf(said, { showPatient: true }), /PatientID=CANARY -> 14 matches$/);
  });

  test("S-08 C-FIND: canceled, refused, optional keys ignored, without keys", () => {
    const keys = { QueryRetrieveLevel: "STUDY", PatientName: "*" };
    const result = (options: object) => sentenceOf(find(keys, options)).split(" -> ")[1];
    assert.equal(result({ matches: 1, status: 0xfe00 }), "canceled after 1 match");
    assert.equal(result({ status: 0xa700 }), "Refused: Out of Resources (A700H)");
    assert.equal(result({ matches: 2, pending: 0xff01 }), "2 matches, optional keys not supported");
    assert.equal(
      sentenceOf(find({ Modality: "" }, { sopClass: WORKLIST })),
      "C-FIND Modality Worklist, all -> 0 matches",
    );
  });

  test("MWL: keys of the scheduled procedure step", () => {
    const step = { Modality: "CT", ScheduledStationAETitle: "CT1" };
    const said = find(
      { PatientName: "CANARY*", ScheduledProcedureStepSequence: [step] },
      { sopClass: WORKLIST, matches: 3 },
    );
    assert.equal(
      sentenceOf(said),
      "C-FIND Modality Worklist, PatientName=***, Modality=CT, ScheduledStationAETitle=CT1 -> 3 matches",
    );
  });

  test("S-08 C-MOVE: destination and counts of sub-operations, of the final response or the last one", () => {
    const data = { QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2.3" };
    const rq = { MoveDestination: "WORKSTATION" };
    const counts = {
      NumberOfCompletedSuboperations: 3,
      NumberOfFailedSuboperations: 1,
      NumberOfWarningSuboperations: 2,
    };
    const [request, final] = asked("C-MOVE", STUDY_MOVE, {
      rq,
      data,
      rsp: { Status: 0xb000, ...counts },
    });
    assert.equal(
      sentenceOf([request as Said, final as Said]),
      "C-MOVE Study Root, STUDY level, StudyInstanceUID=1.2.3, to WORKSTATION -> Sub-operations completed, one or more failures (B000H): 3 stored, 2 with a warning, 1 failed",
    );
    const pending = {
      ...(final as Said),
      values: { Status: 0xff00, ...counts, NumberOfRemainingSuboperations: 4 },
    };
    const canceled = { ...(final as Said), values: { Status: 0xfe00 } };
    assert.match(
      sentenceOf([request as Said, pending, canceled]),
      /-> canceled: 3 stored, 2 with a warning, 1 failed, 4 not done$/,
    );
    const done = { ...(final as Said), values: { Status: 0 } };
    assert.match(sentenceOf([request as Said, pending, done]), /-> Success$/);
  });

  test("S-08 C-GET: its C-STOREs are told on their own", () => {
    const [request, final] = asked("C-GET", STUDY_GET, {
      data: { QueryRetrieveLevel: "STUDY" },
      rsp: { NumberOfCompletedSuboperations: 1 },
    }) as [Said, Said];
    const store: Said = {
      command: "C-STORE-RQ",
      sender: "acceptor",
      sopClass: CT,
      values: { MessageID: 1 },
      data: IMAGE,
    };
    const stored: Said = {
      command: "C-STORE-RSP",
      sender: "requestor",
      sopClass: CT,
      values: { Status: 0 },
    };
    const sentences = narrated([request, store, stored, final]);
    assert.deepEqual(
      sentences.map(({ exchange, result }) => [exchange.command, exchange.invoker, result]),
      [
        ["C-STORE-RQ", "acceptor", "Success"],
        ["C-GET-RQ", "requestor", "1 stored"],
      ],
    );
  });

  test("MPPS: IN PROGRESS -> COMPLETED, also on another association", () => {
    const rq = { AffectedSOPInstanceUID: "1.2.9" };
    const begins = asked("N-CREATE", MPPS, {
      rq,
      data: {
        PerformedProcedureStepStatus: "IN PROGRESS",
        Modality: "CT",
        ScheduledStepAttributesSequence: [
          {
            ScheduledProcedureStepID: "SPS1",
            AccessionNumber: "CANARY",
            StudyInstanceUID: "1.2.3",
          },
        ],
      },
    });
    const images = [{ ReferencedSOPInstanceUID: "1.2.4" }, { ReferencedSOPInstanceUID: "1.2.5" }];
    const ends = asked("N-SET", MPPS, {
      rq: { RequestedSOPInstanceUID: "1.2.9" },
      data: {
        PerformedProcedureStepStatus: "COMPLETED",
        PerformedSeriesSequence: [{ ReferencedImageSequence: images }],
      },
    });
    assert.equal(
      sentenceOf(begins),
      "N-CREATE MPPS, IN PROGRESS, CT, step SPS1, accession number ***, study 1.2.3 -> Success",
    );
    const changed = "N-SET MPPS, IN PROGRESS -> COMPLETED, 1 series, 2 images -> Success";
    assert.equal(narrated([...begins, ...ends])[1]?.text, changed);
    const states = new StepStates();
    narrated(begins, { states });
    assert.equal(sentenceOf(ends, { states }), changed);
    assert.match(sentenceOf(ends), /^N-SET MPPS, COMPLETED, 1 series/);
  });

  test("MPPS: a change that is refused changes nothing", () => {
    const states = new StepStates();
    const set = (state: string, status: number) =>
      sentenceOf(
        asked("N-SET", MPPS, {
          rq: { RequestedSOPInstanceUID: "1.2.9" },
          data: { PerformedProcedureStepStatus: state },
          rsp: { Status: status },
        }),
        { states },
      );
    set("IN PROGRESS", 0);
    assert.match(set("COMPLETED", 0x0110), /Processing failure/i);
    assert.match(set("DISCONTINUED", 0), /IN PROGRESS -> DISCONTINUED/);
  });

  test("Storage Commitment: request, and a report with what failed and why", () => {
    const uids = ["1.2.4", "1.2.5", "1.2.6", "1.2.7", "1.2.8"];
    const request = asked("N-ACTION", COMMITMENT, {
      rq: { ActionTypeID: 1, RequestedSOPInstanceUID: "1.2.840.10008.1.20.1.1" },
      data: {
        TransactionUID: "1.2.99",
        ReferencedSOPSequence: uids.map((uid) => ({ ReferencedSOPInstanceUID: uid })),
      },
    });
    assert.equal(
      sentenceOf(request),
      "N-ACTION Storage Commitment, of 5 instances, transaction 1.2.99 -> Success",
    );
    const report = asked("N-EVENT-REPORT", COMMITMENT, {
      rq: { EventTypeID: 2 },
      data: {
        TransactionUID: "1.2.99",
        ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.4" }],
        FailedSOPSequence: uids.slice(1).map((uid, at) => ({
          ReferencedSOPInstanceUID: uid,
          FailureReason: [0x0112, 0x0119, 0x0213][at] ?? 1,
        })),
      },
    });
    assert.equal(
      sentenceOf(report),
      "N-EVENT-REPORT Storage Commitment, 1 instance committed, 4 failed: 1.2.5 no such object instance (0112H); 1.2.6 class/instance conflict (0119H); 1.2.7 resource limitation (0213H); and 1 more, transaction 1.2.99 -> 4 failed, report received",
    );
    const all = asked("N-EVENT-REPORT", COMMITMENT, {
      rq: { EventTypeID: 1 },
      data: {
        TransactionUID: "1.2.99",
        ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.4" }],
      },
    });
    const kept = "Storage Commitment, all committed: 1 instance, transaction 1.2.99";
    assert.equal(sentenceOf(all), `N-EVENT-REPORT ${kept} -> Success`);
    const unnamed = asked("N-EVENT-REPORT", COMMITMENT, {
      rq: { EventTypeID: 2 },
      data: { ReferencedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.4" }] },
    });
    assert.match(sentenceOf(unnamed), /, 0 failed -> report received$/);
    const refused = asked("N-EVENT-REPORT", COMMITMENT, {
      rq: { EventTypeID: 2 },
      data: { FailedSOPSequence: [{ ReferencedSOPInstanceUID: "1.2.4" }] },
      rsp: { Status: 0x0110 },
    });
    assert.match(sentenceOf(refused), / -> Processing failure \(0110H\)$/);
  });

  test("S-10 Print: a film session with what the printer decides, and the answers about memory", () => {
    const bare = asked("N-CREATE", SESSION, { data: {} });
    assert.equal(
      sentenceOf(bare),
      "N-CREATE Basic Film Session, copies, priority, medium and destination by the printer's default -> Success",
    );
    const full = (status: number, answer?: Attributes) =>
      sentenceOf(
        asked("N-CREATE", SESSION, {
          data: {
            NumberOfCopies: "2",
            PrintPriority: "HIGH",
            MediumType: "PAPER",
            FilmDestination: "BIN_1",
            MemoryAllocation: "1000",
          },
          rsp: { Status: status },
          ...(answer === undefined ? {} : { answer }),
        }),
      );
    const request =
      "N-CREATE Basic Film Session, 2 copies, priority HIGH, medium PAPER, destination BIN_1, memory of 1000 KB";
    assert.equal(full(0, { NumberOfCopies: "1" }), `${request} -> Success, 1 copy`);
    assert.match(full(0xb600), /\(B600H\): created, but without memory set aside$/);
    assert.match(full(0x0106), /\(0106H\): the printer does not have the memory asked for$/);
    assert.match(
      full(0x0213),
      /\(0213H\): the printer does not have the memory asked for now, try later$/,
    );
    // 0106H is a general status too: who asked for no memory lacks none
    const noMemory = asked("N-CREATE", SESSION, { data: {}, rsp: { Status: 0x0106 } });
    assert.match(sentenceOf(noMemory) ?? "", / -> Invalid Attribute Value \(0106H\)$/);
    console.log("S-10: 1 film session of defaults, 1 of values, 3 answers about memory in words");
  });

  test("Print: film box, image box, printing, printer", () => {
    const film = asked("N-CREATE", FILM, {
      data: {
        ImageDisplayFormat: "STANDARD\\1,2",
        FilmOrientation: "PORTRAIT",
        FilmSizeID: "14INX17IN",
      },
      answer: {
        ReferencedImageBoxSequence: [
          { ReferencedSOPInstanceUID: "1.2.4" },
          { ReferencedSOPInstanceUID: "1.2.5" },
        ],
      },
    });
    assert.equal(
      sentenceOf(film),
      "N-CREATE Basic Film Box, STANDARD\\1,2, PORTRAIT, 14INX17IN -> created with 2 image boxes",
    );
    const box = asked("N-SET", IMAGE_BOX, {
      data: {
        ImageBoxPosition: 2,
        BasicGrayscaleImageSequence: [
          { Rows: 10, Columns: 20, PhotometricInterpretation: "MONOCHROME1" },
        ],
      },
    });
    assert.equal(
      sentenceOf(box),
      "N-SET Basic Grayscale Image Box, position 2, 20x10 MONOCHROME1 -> Success",
    );
    const print = asked("N-ACTION", SESSION, { rq: { ActionTypeID: 1 } });
    assert.equal(sentenceOf(print), "N-ACTION Basic Film Session, print all its films -> Success");
    const printer = asked("N-GET", PRINTER, {
      answer: { PrinterStatus: "WARNING", PrinterStatusInfo: "SUPPLY LOW", PrinterName: "P1" },
    });
    assert.equal(sentenceOf(printer), "N-GET Printer -> WARNING, SUPPLY LOW, P1");
    const event = asked("N-EVENT-REPORT", PRINTER, { rq: { EventTypeID: 3 } });
    assert.equal(sentenceOf(event), "N-EVENT-REPORT Printer, failure -> report received");
  });

  test("UPS: subscriptions, state and progress", () => {
    const subscribe = asked("N-ACTION", UPS, {
      rq: { ActionTypeID: 3, RequestedSOPInstanceUID: "1.2.840.10008.5.1.4.34.5" },
      data: { ReceivingAE: "WATCHER" },
    });
    assert.equal(
      sentenceOf(subscribe),
      "N-ACTION UPS Push, subscribe, for WATCHER, to all steps -> Success",
    );
    const odd = { ActionTypeID: 3, RequestedSOPInstanceUID: "constructor" };
    assert.match(sentenceOf(asked("N-ACTION", UPS, { rq: odd })), /, step constructor -> Success$/);
    const progress = asked("N-EVENT-REPORT", UPS, {
      rq: { EventTypeID: 3, AffectedSOPInstanceUID: "1.2.7" },
      data: { ProcedureStepProgressInformationSequence: [{ ProcedureStepProgress: "40" }] },
    });
    assert.equal(
      sentenceOf(progress),
      "N-EVENT-REPORT UPS Push, progress report, 40 % done, step 1.2.7 -> Success",
    );
  });

  test("Instance Availability and Media Creation", () => {
    const notice = asked("N-CREATE", "1.2.840.10008.5.1.4.33", {
      data: {
        StudyInstanceUID: "1.2.3",
        ReferencedSeriesSequence: [
          {
            ReferencedSOPSequence: [
              { ReferencedSOPInstanceUID: "1.2.4", InstanceAvailability: "NEARLINE" },
            ],
          },
        ],
      },
    });
    assert.equal(
      sentenceOf(notice),
      "N-CREATE Instance Availability, 1 instance NEARLINE, study 1.2.3 -> Success",
    );
    const media = asked("N-GET", "1.2.840.10008.5.1.1.33", { answer: { ExecutionStatus: "DONE" } });
    assert.equal(sentenceOf(media), "N-GET Media Creation -> DONE");
  });

  test("tells anything else by name, and what nobody knows by number", () => {
    const echo = asked("C-ECHO", "1.2.840.10008.1.1", {});
    assert.equal(sentenceOf(echo), "C-ECHO Verification -> Success");
    const event = asked("N-EVENT-REPORT", "2.25.5", {
      rq: { EventTypeID: 9, AffectedSOPInstanceUID: "2.25.6" },
      rsp: { Status: 0x1234 },
    });
    assert.equal(
      sentenceOf(event),
      "N-EVENT-REPORT 2.25.5, event 9, instance 2.25.6 -> not listed (1234H)",
    );
  });

  test("tells what got no answer", () => {
    const [request] = asked("C-STORE", CT, { data: IMAGE });
    assert.match(sentenceOf([request as Said], { reset: true }), /^C-STORE CT .* -> no answer$/);
  });

  test("counts of a head that is cut are lower bounds; pixels that are cut change nothing", () => {
    const uids = Array.from({ length: 100 }, (_, at) => ({
      ReferencedSOPInstanceUID: `1.2.${at}`,
    }));
    const request = asked("N-ACTION", COMMITMENT, { data: { ReferencedSOPSequence: uids } });
    assert.match(sentenceOf(request), /of 100 instances/);
    assert.match(sentenceOf(request, { headLength: 500 }), /of at least \d\d instances/);
    const pixels = explicit(0x7fe00010, "OW", new Uint8Array(1000));
    const [store, stored] = asked("C-STORE", CT, {}) as [Said, Said];
    const octets = join(attributeOctets(IMAGE, EXPLICIT), pixels);
    const text = sentenceOf([{ ...store, octets }, stored], { headLength: 300, syntax: EXPLICIT });
    assert.match(text, /400x512 MONOCHROME2, 30 frames, uncompressed, 1\.\d+ KiB/);
  });

  test("P-05 never tells names or identifiers of patients unless asked", () => {
    const canary = "CANARY";
    const data = {
      PatientName: canary,
      PatientID: canary,
      AccessionNumber: canary,
      OtherPatientIDs: canary,
      PatientBirthDate: "19700101",
      PatientComments: canary,
    };
    let told = 0;
    for (const [name, sopClass] of [
      ["C-FIND", STUDY_FIND],
      ["C-FIND", WORKLIST],
      ["C-MOVE", STUDY_MOVE],
      ["C-STORE", CT],
      ["N-CREATE", MPPS],
      ["N-CREATE", UPS],
      ["N-CREATE", SESSION],
    ] as const) {
      const text = sentenceOf(asked(name, sopClass, { data, answer: data }));
      assert.ok(!text.includes(canary) && !text.includes("19700101"), text);
      told += 1;
    }
    console.log(`P-05: ${told} services, 0 names or identifiers told`);
  });

  test("P-15 lets no control character of the wire through, and ends", () => {
    const data = {
      QueryRetrieveLevel: "STUDY\x1b[2J",
      StudyDescription: `\r\n${"x".repeat(5000)}`,
    };
    const text = sentenceOf(find(data as Attributes, {}));
    assert.ok(!/[\x00-\x1f\x7f]/.test(text), text);
    assert.ok(text.length < 1500);
  });

  test("D-01 tells a sentence of any octets as a data set", () => {
    const classes = [
      CT,
      STUDY_FIND,
      STUDY_MOVE,
      MPPS,
      COMMITMENT,
      SESSION,
      FILM,
      IMAGE_BOX,
      UPS,
      WORKLIST,
    ];
    const names = [
      "C-STORE",
      "C-FIND",
      "C-MOVE",
      "N-CREATE",
      "N-SET",
      "N-ACTION",
      "N-EVENT-REPORT",
    ];
    const good = attributeOctets(IMAGE, EXPLICIT);
    let runs = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...classes),
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat({ max: good.length }),
        fc.boolean(),
        fc.nat({ max: 600 }),
        (sopClass, name, noise, cut, deflated, headLength) => {
          const octets = Uint8Array.from([...good.subarray(0, cut), ...noise]);
          const [request, response] = asked(name, sopClass, {}) as [Said, Said];
          const syntax = deflated ? "1.2.840.10008.1.2.1.99" : EXPLICIT;
          const said = [
            { ...request, octets },
            { ...response, octets },
          ];
          const sentences = narrated(said, { syntax, headLength });
          assert.equal(sentences.length, 1);
          assert.ok((sentences[0]?.text.length ?? 0) > name.length);
          runs++;
        },
      ),
      { numRuns: 400, seed: 7 },
    );
    console.log(`D-01: ${runs} data sets, each with a sentence`);
  });
});
