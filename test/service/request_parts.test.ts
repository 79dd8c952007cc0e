import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { dataSetFromJson } from "../../src/dataset/json_input.ts";
import { sopClasses } from "../../src/dictionary/uids.ts";
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import { COMMAND_FIELDS, isResponse } from "../../src/dimse/command_field.ts";
import { AssignmentError, assigned, tagOf } from "../../src/service/assignments.ts";
import { missingParts, requestValues, responseValues } from "../../src/service/command_values.ts";
import { OPERATIONS, operation, operationOfRequest } from "../../src/service/operation.ts";
import { missingAttributes } from "../../src/service/required_attributes.ts";
import {
  abstractSyntaxesFor,
  isUid,
  sopClassUid,
  storageClasses,
  transferSyntaxUid,
  wellKnownInstance,
} from "../../src/service/sop_class.ts";

const MPPS = "1.2.840.10008.3.1.2.3.3";
const STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";

describe("OPERATIONS", () => {
  test("are the eleven requests of PS3.7 E.1-1 that have a response", () => {
    const requests = [...COMMAND_FIELDS].flatMap(([name, field]) => {
      return isResponse(field) || name === "C-CANCEL-RQ" ? [] : [name];
    });
    assert.deepEqual(OPERATIONS.map(({ request }) => request).sort(), requests.sort());
    for (const one of OPERATIONS) {
      assert.equal(operationOfRequest(one.request), one);
      assert.match(one.source, /^Table (9|10)\.3-\d+, PS3\.7 (9|10)\.3\.\d\.1$/);
      for (const keyword of [one.classElement, one.instanceElement, ...one.required]) {
        if (keyword !== undefined) assert.ok(commandElementByKeyword(keyword), keyword);
      }
    }
    assert.equal(operationOfRequest("C-CANCEL-RQ"), undefined);
  });
});

describe("missingParts()", () => {
  test("names each part of a request that PS3.7 requires, with its table", () => {
    const counts = OPERATIONS.map(({ name }) => {
      const missing = missingParts({ operation: name });
      return `${name}: ${missing.map(({ part }) => part).join(", ")}`;
    });
    assert.deepEqual(counts, [
      "C-STORE: Affected SOP Class UID, Affected SOP Instance UID, Data Set",
      "C-FIND: Affected SOP Class UID, Identifier",
      "C-GET: Affected SOP Class UID, Identifier",
      "C-MOVE: Affected SOP Class UID, Move Destination, Identifier",
      "C-ECHO: ",
      "N-EVENT-REPORT: Affected SOP Class UID, Event Type ID, Affected SOP Instance UID",
      "N-GET: Requested SOP Class UID, Requested SOP Instance UID",
      "N-SET: Requested SOP Class UID, Requested SOP Instance UID, Modification List",
      "N-ACTION: Requested SOP Class UID, Action Type ID, Requested SOP Instance UID",
      "N-CREATE: Affected SOP Class UID",
      "N-DELETE: Requested SOP Class UID, Requested SOP Instance UID",
    ]);
  });
});

describe("requestValues() and responseValues()", () => {
  test("put Affected and Requested where PS3.7 has them", () => {
    const printer = { sopClass: "Printer", sopInstanceUid: "1.2.3" };
    assert.deepEqual(
      requestValues({ operation: "N-GET", ...printer, attributes: ["21100010"] }, 7),
      {
        MessageID: 7,
        RequestedSOPClassUID: "1.2.840.10008.5.1.1.16",
        CommandField: 0x0110,
        RequestedSOPInstanceUID: "1.2.3",
        AttributeIdentifierList: ["21100010"],
      },
    );
    const request = requestValues({ operation: "N-ACTION", ...printer, actionTypeId: 1 }, 8);
    const answer = { status: 0x0110, values: { ErrorComment: "no paper" } };
    assert.deepEqual(responseValues(request, { facts: operation("N-ACTION"), answer }), {
      AffectedSOPClassUID: "1.2.840.10008.5.1.1.16",
      CommandField: 0x8130,
      MessageIDBeingRespondedTo: 8,
      Status: 0x0110,
      AffectedSOPInstanceUID: "1.2.3",
      ActionTypeID: 1,
      ErrorComment: "no paper",
    });
    assert.throws(
      () => requestValues({ operation: "N-DELETE", sopClass: "Printer" }, 1),
      TypeError,
    );
    const unchecked = { operation: "N-DELETE", sopClass: "Printer", unchecked: true } as const;
    assert.equal(requestValues(unchecked, 1)["RequestedSOPInstanceUID"], undefined);
  });
});

describe("missingAttributes()", () => {
  test("asks for what PS3.4 has an SCU always send, once, with table or section", () => {
    const check = (json: object) =>
      missingAttributes({
        operation: "N-CREATE",
        sopClassUid: "1.2.840.10008.5.1.1.2",
        dataSet: dataSetFromJson(json),
      });
    const part = "PS3.4 H.4.2.2.1";
    assert.deepEqual(check({}), [
      { part: "ImageDisplayFormat (2010,0010)", source: part },
      { part: "ReferencedFilmSessionSequence (2010,0500)", source: part },
    ]);
    const session = { ReferencedSOPClassUID: "1.2", ReferencedSOPInstanceUID: "" };
    assert.deepEqual(
      check({ ImageDisplayFormat: "STANDARD\\1,1", ReferencedFilmSessionSequence: [session] }),
      [
        {
          part: "ReferencedFilmSessionSequence.ReferencedSOPInstanceUID (0008,1155)",
          source: part,
        },
      ],
    );
    const film = { operation: "N-CREATE", sopClassUid: "1.2.840.10008.5.1.1.1" } as const;
    assert.deepEqual(missingAttributes({ ...film, dataSet: undefined }), [], "all are U (H.4-2)");
    const mpps = { operation: "N-CREATE", sopClassUid: MPPS, dataSet: undefined } as const;
    assert.equal(missingAttributes(mpps).length, 22);
  });

  test("asks C-MOVE for the unique keys down to its level", () => {
    const check = (json: object) =>
      missingAttributes({
        operation: "C-MOVE",
        sopClassUid: STUDY_MOVE,
        dataSet: dataSetFromJson(json),
      }).map(({ part }) => part.split(" ")[0]);
    assert.deepEqual(check({}), ["QueryRetrieveLevel"]);
    assert.deepEqual(check({ QueryRetrieveLevel: "SERIES", SeriesInstanceUID: "1.2" }), [
      "StudyInstanceUID",
    ]);
    assert.deepEqual(check({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2" }), []);
  });
});

describe("assigned()", () => {
  test("builds a data set from what people type", () => {
    const dataSet = assigned([
      "PatientName=Yamada^Tarou=山田^太郎",
      "0008,0060=CT",
      "ImageType=ORIGINAL\\PRIMARY",
      "Rows=512",
      "FrameIncrementPointer=00181063",
      "ScheduledProcedureStepSequence[0].Modality=MR",
      "ScheduledProcedureStepSequence[0].ScheduledProtocolCodeSequence[0].CodeValue=A=B",
      "ScheduledProcedureStepSequence[1].Modality=CT",
      "ReferencedStudySequence",
      "StudyInstanceUID",
    ]);
    assert.equal(dataSet.text("PatientName"), "Yamada^Tarou=山田^太郎");
    assert.equal(dataSet.text("SpecificCharacterSet"), "ISO_IR 192");
    assert.deepEqual(dataSet.strings("ImageType"), ["ORIGINAL", "PRIMARY"]);
    assert.equal(dataSet.number("Rows"), 512);
    assert.deepEqual(dataSet.strings("FrameIncrementPointer"), ["00181063"]);
    const steps = dataSet.items("ScheduledProcedureStepSequence");
    assert.deepEqual(
      steps.map((step) => step.text("Modality")),
      ["MR", "CT"],
    );
    assert.equal(steps[0]?.text("ScheduledProtocolCodeSequence[0].CodeValue"), "A=B");
    assert.deepEqual(dataSet.items("ReferencedStudySequence"), []);
    assert.ok(dataSet.has("ReferencedStudySequence") && dataSet.has("StudyInstanceUID"));
    const tags = dataSet.elements.map(({ tag }) => tag);
    assert.deepEqual(
      tags,
      [...tags].sort((a, b) => a - b),
    );
  });

  test("wins over what was there and leaves the rest", () => {
    const base = dataSetFromJson({
      PatientName: "Müller^Jörg",
      PatientID: "1",
      ReferencedStudySequence: [{ ReferencedSOPClassUID: "1.2", ReferencedSOPInstanceUID: "1.3" }],
    });
    const changed = assigned(
      ["PatientID=2", "ReferencedStudySequence.ReferencedSOPClassUID=9.9"],
      base,
    );
    assert.equal(changed.text("PatientName"), "Müller^Jörg");
    assert.equal(changed.text("PatientID"), "2");
    assert.equal(changed.text("ReferencedStudySequence[0].ReferencedSOPClassUID"), "9.9");
    assert.equal(changed.text("ReferencedStudySequence[0].ReferencedSOPInstanceUID"), "1.3");
  });

  test("says what cannot be, beginning with what was typed", () => {
    for (const [typed, what] of [
      ["PatientNme=X", /^PatientNme=X: "PatientNme" is neither a keyword of PS3\.6 nor a tag$/],
      ["=X", /is neither/],
      ["Rows=many", /Rows.*many/],
      ["Rows=70000", /Rows.*70000/],
      ["PatientID[0].Rows=1", /VR LO has no items/],
      ["ReferencedStudySequence=1", /a sequence has items/],
      ["ReferencedStudySequence[3].ReferencedSOPClassUID=1", /item 3 comes before item 0/],
      ["AffectedSOPClassUID=1.2", /group 0000 is in no data set/],
      ["0009,1001=1", /PS3\.6 gives no VR/],
      ["PixelData=1", /InlineBinary/],
      ["Modality=Ü", /Modality/],
    ] as const) {
      assert.throws(
        () => assigned([typed]),
        (error: unknown) => error instanceof AssignmentError && what.test(error.message),
        typed,
      );
    }
    assert.equal(tagOf("(0010,0010)"), 0x00100010);
    assert.equal(tagOf("nothing"), undefined);
  });
});

describe("SOP classes by name", () => {
  test("keyword, name and UID give the UID; all keywords of PS3.6 do", () => {
    for (const name of [
      "BasicFilmSession",
      "basic film session",
      "Basic Film Session SOP Class",
      "1.2.840.10008.5.1.1.1",
    ]) {
      assert.equal(sopClassUid(name), "1.2.840.10008.5.1.1.1", name);
    }
    assert.equal(sopClassUid("CTImageStorage"), "1.2.840.10008.5.1.4.1.1.2");
    assert.equal(sopClassUid("CT Image"), "1.2.840.10008.5.1.4.1.1.2");
    assert.equal(sopClassUid("MPPS"), MPPS);
    for (const none of ["mpps", "ups", "storage commitment", "CT", "constructor"]) {
      assert.equal(transferSyntaxUid(none), undefined, `${none} is no transfer syntax`);
    }
    assert.equal(sopClassUid("Verification"), "1.2.840.10008.1.1");
    assert.equal(sopClassUid("1.3.6.1.4.1.1"), "1.3.6.1.4.1.1", "a private one");
    for (const none of ["", "Nothing", "1.2.", "01.2", "1.02"]) {
      assert.equal(sopClassUid(none), undefined, none);
    }
    const wrong = sopClasses().filter(
      ({ uid, keyword }) => keyword && sopClassUid(keyword) !== uid,
    );
    assert.deepEqual(wrong, []);
    assert.equal(transferSyntaxUid("ImplicitVRLittleEndian"), "1.2.840.10008.1.2");
    console.log(`SOP classes by keyword: ${sopClasses().length} found`);
  });

  test("a print class goes by its Meta SOP classes first; others by themselves", () => {
    assert.deepEqual(abstractSyntaxesFor("1.2.840.10008.5.1.1.1"), [
      "1.2.840.10008.5.1.1.9",
      "1.2.840.10008.5.1.1.18",
      "1.2.840.10008.5.1.1.1",
    ]);
    assert.deepEqual(abstractSyntaxesFor("1.2.840.10008.1.1"), ["1.2.840.10008.1.1"]);
    assert.equal(abstractSyntaxesFor("1.2.840.10008.5.1.4.34.6.1").length, 4);
    assert.equal(wellKnownInstance("1.2.840.10008.5.1.1.16"), "1.2.840.10008.5.1.1.17");
    assert.equal(wellKnownInstance(MPPS), undefined);
    assert.ok(storageClasses().length <= 127, `${storageClasses().length} storage classes`);
    assert.ok(storageClasses().includes("1.2.840.10008.5.1.4.1.1.2"));
    assert.equal(isUid(`1.${"2".repeat(63)}`), false);
  });
});
