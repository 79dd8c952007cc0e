/**
 * A morning between two modalities, a workstation and their PACS, and what goes wrong in it: the
 * traffic of the demo. Everybody and everything in it is invented; addresses are those that are kept
 * for documentation (RFC 5737).
 */
import { associateAc, associateRq, type ContextProposal } from "../ul/negotiate.ts";
import type { Pdu } from "../ul/pdu.ts";
import { EXPLICIT, IMPLICIT, invented } from "./invented_data_set.ts";
import {
  COMMITMENT,
  CT_IMAGE,
  ctImage,
  FIND,
  GET,
  MPPS,
  performedStep,
  STUDY,
  scheduledSteps,
  studyMatch,
  TRANSACTION,
  ULTRASOUND_IMAGE,
  ultrasoundImage,
  VERIFICATION,
  WORKLIST,
  worklistKeys,
} from "./invented_hospital.ts";
import { MAXIMUM_LENGTH, type Script, type ScriptedStep } from "./scripted_capture.ts";
import { ScriptedSteps } from "./scripted_steps.ts";

/** The AE title under which the PACS knows itself. */
export const PACS_AE_TITLE = "PACS01";

/** What the PACS takes. */
const SUPPORTED: readonly ContextProposal[] = [
  ...[VERIFICATION, WORKLIST, MPPS, COMMITMENT, FIND, GET].map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes: [IMPLICIT, EXPLICIT],
  })),
  ...[CT_IMAGE, ULTRASOUND_IMAGE].map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes: [EXPLICIT, IMPLICIT],
    roles: { scu: true, scp: true },
  })),
];

/** Microseconds: 2026-02-03T07:58:00Z. */
const STARTED = Date.UTC(2026, 1, 3, 7, 58) * 1_000;

export function inventedDay(product: string): Script {
  return {
    facts: {
      capture_id: Uint8Array.from("dicomtap demo #1", (letter) => letter.charCodeAt(0)),
      product,
      runtime: "synthetic",
      host: "demo",
      routes: [{ listen: "192.0.2.10:104", to: "192.0.2.20:104" }],
      payload: "full",
      started_wall_us: STARTED,
      started_at_us: 0,
      part: 1,
      redaction: "none",
    },
    acceptor: "192.0.2.20:104",
    associations: [
      { at: 300, requestor: `${CT}:50101`, steps: echo() },
      { at: 900, requestor: `${CT}:50102`, steps: worklist() },
      { at: 1_600, requestor: `${CT}:50103`, steps: stepBegins() },
      { at: 2_200, requestor: `${CT}:50104`, steps: storeStudy() },
      { at: 2_400, requestor: `${US}:61220`, steps: storeUltrasound() },
      { at: 3_500, requestor: `${CT}:50105`, steps: stepEnds() },
      { at: 3_900, requestor: `${CT}:50106`, steps: commit() },
      { at: 4_600, requestor: `${DESK}:40018`, steps: queryStudies() },
      { at: 5_000, requestor: `${DESK}:40019`, steps: getStudy() },
      { at: 5_900, requestor: `${US}:61221`, steps: wrongTitle() },
      { at: 6_300, requestor: `${US}:61222`, steps: nothingAccepted() },
      { at: 6_700, requestor: `${CT}:50107`, steps: archiveFull() },
      { at: 8_900, requestor: `${CT}:50108`, steps: wrongState() },
      { at: 9_300, requestor: `${CT}:50109`, steps: brokenOff() },
    ],
  };
}

const CT = "192.0.2.31";
const US = "192.0.2.32";
const DESK = "192.0.2.51";

function echo(): readonly ScriptedStep[] {
  const steps = begin("CT1", [{ abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }]);
  steps.ask(1, { CommandField: 0x0030, AffectedSOPClassUID: VERIFICATION });
  return steps.released();
}

function worklist(): readonly ScriptedStep[] {
  const steps = begin("CT1", [{ abstractSyntax: WORKLIST, transferSyntaxes: [IMPLICIT] }]);
  const request = { CommandField: 0x0020, AffectedSOPClassUID: WORKLIST, Priority: 0 };
  const pending = scheduledSteps().map((step) => invented(step, IMPLICIT));
  steps.ask(1, request, { dataSet: invented(worklistKeys(), IMPLICIT), pending, after: 60 });
  return steps.released();
}

function stepBegins(): readonly ScriptedStep[] {
  const { instance, created } = performedStep();
  const steps = begin("CT1", [{ abstractSyntax: MPPS, transferSyntaxes: [IMPLICIT] }]);
  steps.ask(
    1,
    { CommandField: 0x0140, AffectedSOPClassUID: MPPS, AffectedSOPInstanceUID: instance },
    { dataSet: invented(created, IMPLICIT), after: 35 },
  );
  return steps.released();
}

function storeStudy(): readonly ScriptedStep[] {
  const steps = begin("CT1", [
    { abstractSyntax: CT_IMAGE, transferSyntaxes: [EXPLICIT, IMPLICIT] },
    { abstractSyntax: CT_IMAGE, transferSyntaxes: [HTJ2K_LOSSLESS] },
  ]);
  for (const slice of STUDY.slices) steps.store(1, ctImage(slice), { after: 90 + 12 * slice });
  return steps.released();
}

function storeUltrasound(): readonly ScriptedStep[] {
  const steps = begin("US1", [
    { abstractSyntax: ULTRASOUND_IMAGE, transferSyntaxes: [EXPLICIT, IMPLICIT] },
    { abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] },
  ]);
  steps.store(1, ultrasoundImage(), { after: 140 });
  return steps.released();
}

function stepEnds(): readonly ScriptedStep[] {
  const { instance, completed } = performedStep();
  const steps = begin("CT1", [{ abstractSyntax: MPPS, transferSyntaxes: [IMPLICIT] }]);
  steps.ask(
    1,
    { CommandField: 0x0120, RequestedSOPClassUID: MPPS, RequestedSOPInstanceUID: instance },
    { dataSet: invented(completed, IMPLICIT), after: 30 },
  );
  return steps.released();
}

function commit(): readonly ScriptedStep[] {
  const steps = begin("CT1", [{ abstractSyntax: COMMITMENT, transferSyntaxes: [IMPLICIT] }]);
  const references = STUDY.slices.map((slice) => ({
    ReferencedSOPClassUID: CT_IMAGE,
    ReferencedSOPInstanceUID: STUDY.image(slice),
  }));
  const about = invented(
    { TransactionUID: TRANSACTION, ReferencedSOPSequence: references },
    IMPLICIT,
  );
  const action = {
    CommandField: 0x0130,
    RequestedSOPClassUID: COMMITMENT,
    RequestedSOPInstanceUID: COMMITMENT_INSTANCE,
    ActionTypeID: 1,
  };
  steps.ask(1, action, { dataSet: about, after: 25 });
  const report = {
    CommandField: 0x0100,
    AffectedSOPClassUID: COMMITMENT,
    AffectedSOPInstanceUID: COMMITMENT_INSTANCE,
    EventTypeID: 1,
  };
  steps.report(1, report, { dataSet: about, after: 220 });
  return steps.released();
}

function queryStudies(): readonly ScriptedStep[] {
  const steps = begin("DESK1", [{ abstractSyntax: FIND, transferSyntaxes: [IMPLICIT, EXPLICIT] }]);
  const keys = {
    QueryRetrieveLevel: "STUDY",
    StudyDate: "",
    PatientName: "DEMO^*",
    PatientID: "",
    AccessionNumber: "",
    ModalitiesInStudy: "",
    StudyDescription: "",
    StudyInstanceUID: "",
    NumberOfStudyRelatedInstances: "",
  };
  const request = { CommandField: 0x0020, AffectedSOPClassUID: FIND, Priority: 0 };
  const pending = [invented(studyMatch(), IMPLICIT)];
  steps.ask(1, request, { dataSet: invented(keys, IMPLICIT), pending, after: 45 });
  return steps.released();
}

function getStudy(): readonly ScriptedStep[] {
  const steps = begin("DESK1", [
    { abstractSyntax: GET, transferSyntaxes: [IMPLICIT] },
    {
      abstractSyntax: CT_IMAGE,
      transferSyntaxes: [EXPLICIT, IMPLICIT],
      roles: { scu: false, scp: true },
    },
  ]);
  const keys = invented({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: STUDY.uid }, IMPLICIT);
  const request = { CommandField: 0x0010, AffectedSOPClassUID: GET, Priority: 0 };
  steps.get(1, request, { dataSet: keys, images: STUDY.slices.map(ctImage) });
  return steps.released();
}

/** The modality was given another name for the PACS than the PACS has. */
function wrongTitle(): readonly ScriptedStep[] {
  const request = associateRq({ ...introduction("US1"), calledAeTitle: "PACS1" }, [
    { abstractSyntax: ULTRASOUND_IMAGE, transferSyntaxes: [EXPLICIT] },
  ]);
  const reject: Pdu = { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 7 };
  return [
    { sender: "requestor", pdu: request },
    { sender: "acceptor", pdu: reject, after: 9 },
  ];
}

/** A transfer syntax that the PACS does not know, and a SOP class that it does not know. */
function nothingAccepted(): readonly ScriptedStep[] {
  const steps = begin("US1", [
    { abstractSyntax: ULTRASOUND_IMAGE, transferSyntaxes: [JPEG_XL_LOSSLESS] },
    { abstractSyntax: LABEL_MAP, transferSyntaxes: [EXPLICIT, IMPLICIT] },
  ]);
  return steps.released();
}

/** The PACS thinks for long, and has no room left (A700H, PS3.4 B.2.3). */
function archiveFull(): readonly ScriptedStep[] {
  const steps = begin("CT1", [{ abstractSyntax: CT_IMAGE, transferSyntaxes: [EXPLICIT] }]);
  const comment = { ErrorComment: "No space left on archive volume" };
  steps.store(1, ctImage(4), { status: 0xa700, more: comment, after: 1_600 });
  return steps.released();
}

/** A procedure step that is to begin with its end: 0106H (PS3.4 F.7.2.1.3). */
function wrongState(): readonly ScriptedStep[] {
  const { created } = performedStep();
  const steps = begin("CT1", [{ abstractSyntax: MPPS, transferSyntaxes: [IMPLICIT] }]);
  const wrong = { ...created, PerformedProcedureStepStatus: "COMPLETED" };
  steps.ask(
    1,
    { CommandField: 0x0140, AffectedSOPClassUID: MPPS, AffectedSOPInstanceUID: WRONG_STEP },
    { dataSet: invented(wrong, IMPLICIT), status: 0x0106, after: 30 },
  );
  return steps.released();
}

/** Somebody switches the modality off. */
function brokenOff(): readonly ScriptedStep[] {
  const steps = begin("CT1", [{ abstractSyntax: CT_IMAGE, transferSyntaxes: [EXPLICIT] }]);
  steps.store(1, ctImage(5), { after: 80 });
  return steps.aborted();
}

function begin(callingAeTitle: string, contexts: readonly ContextProposal[]): ScriptedSteps {
  const request = associateRq(introduction(callingAeTitle), contexts);
  return new ScriptedSteps(
    request,
    associateAc(request, { introduction: PACS, supported: SUPPORTED }),
  );
}

function introduction(callingAeTitle: string) {
  return {
    callingAeTitle,
    calledAeTitle: PACS_AE_TITLE,
    maximumLength: MAXIMUM_LENGTH,
    implementationClassUid: `2.25.1000000000${callingAeTitle.length}`,
    implementationVersionName: `DEMO_${callingAeTitle}`,
  };
}

const PACS = {
  maximumLength: MAXIMUM_LENGTH,
  implementationClassUid: "2.25.10000000001",
  implementationVersionName: "DEMO_PACS",
};

/** PS3.4 J.3.5. */
const COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1";
const WRONG_STEP = "2.25.2026020300099";
const HTJ2K_LOSSLESS = "1.2.840.10008.1.2.4.201";
const JPEG_XL_LOSSLESS = "1.2.840.10008.1.2.4.110";
/** Label Map Segmentation Storage: younger than the PACS. */
const LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7";
