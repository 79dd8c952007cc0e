/** The patients, procedures and images of the demo: all of them invented. */
import type { Invented } from "./invented_data_set.ts";
import { fan, headSlice } from "./phantom.ts";

export const VERIFICATION = "1.2.840.10008.1.1";
export const WORKLIST = "1.2.840.10008.5.1.4.31";
export const MPPS = "1.2.840.10008.3.1.2.3.3";
export const COMMITMENT = "1.2.840.10008.1.20.1";
export const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
export const GET = "1.2.840.10008.5.1.4.1.2.2.3";
export const CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2";
export const ULTRASOUND_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1";

/** The study that the morning is about. */
export const STUDY = {
  uid: "2.25.20260203001",
  series: "2.25.20260203001001",
  slices: [1, 2, 3] as readonly number[],
  image: (slice: number): string => `2.25.20260203001001${String(slice).padStart(3, "0")}`,
} as const;

export const TRANSACTION = "2.25.20260203777";

const DAY = "20260203";

interface Person extends Invented {
  readonly PatientName: string;
}

const ALPHA: Person = {
  PatientName: "DEMO^ALPHA",
  PatientID: "DEMO-0001",
  PatientBirthDate: "19700101",
  PatientSex: "F",
};
const BRAVO: Person = {
  PatientName: "DEMO^BRAVO",
  PatientID: "DEMO-0002",
  PatientBirthDate: "19800202",
  PatientSex: "M",
};
const CHARLIE: Person = {
  PatientName: "DEMO^CHARLIE",
  PatientID: "DEMO-0003",
  PatientBirthDate: "19900303",
  PatientSex: "O",
};

export function worklistKeys(): Invented {
  return {
    AccessionNumber: "",
    PatientName: "",
    PatientID: "",
    PatientBirthDate: "",
    PatientSex: "",
    StudyInstanceUID: "",
    RequestedProcedureDescription: "",
    RequestedProcedureID: "",
    ScheduledProcedureStepSequence: [
      {
        Modality: "CT",
        ScheduledStationAETitle: "CT1",
        ScheduledProcedureStepStartDate: DAY,
        ScheduledProcedureStepStartTime: "",
        ScheduledProcedureStepDescription: "",
        ScheduledProcedureStepID: "",
      },
    ],
  };
}

export function scheduledSteps(): readonly Invented[] {
  return [ALPHA, BRAVO, CHARLIE].map((person, index) => ({
    ...person,
    AccessionNumber: `ACC${index + 1}`,
    StudyInstanceUID: `2.25.2026020300${index + 1}`,
    RequestedProcedureDescription: "CT of the head",
    RequestedProcedureID: `RP${index + 1}`,
    ScheduledProcedureStepSequence: [
      {
        Modality: "CT",
        ScheduledStationAETitle: "CT1",
        ScheduledProcedureStepStartDate: DAY,
        ScheduledProcedureStepStartTime: `${String(8 + index).padStart(2, "0")}0000`,
        ScheduledProcedureStepDescription: "Head without contrast",
        ScheduledProcedureStepID: `SPS${index + 1}`,
      },
    ],
  }));
}

/** Modality Performed Procedure Step (PS3.4 Table F.7.2-1): how it begins and how it ends. */
export function performedStep(): {
  readonly instance: string;
  readonly created: Invented;
  readonly completed: Invented;
} {
  return {
    instance: "2.25.20260203555",
    created: {
      ...ALPHA,
      ReferencedPatientSequence: [],
      ScheduledStepAttributesSequence: [
        {
          StudyInstanceUID: STUDY.uid,
          ReferencedStudySequence: [],
          AccessionNumber: "ACC1",
          RequestedProcedureID: "RP1",
          RequestedProcedureDescription: "CT of the head",
          ScheduledProcedureStepID: "SPS1",
          ScheduledProcedureStepDescription: "Head without contrast",
          ScheduledProtocolCodeSequence: [],
        },
      ],
      Modality: "CT",
      StudyID: "RP1",
      PerformedProcedureStepID: "PPS1",
      PerformedStationAETitle: "CT1",
      PerformedStationName: "",
      PerformedLocation: "",
      PerformedProcedureStepStartDate: DAY,
      PerformedProcedureStepStartTime: "080200",
      PerformedProcedureStepEndDate: "",
      PerformedProcedureStepEndTime: "",
      PerformedProcedureStepStatus: "IN PROGRESS",
      PerformedProcedureStepDescription: "",
      PerformedProcedureTypeDescription: "",
      ProcedureCodeSequence: [],
      PerformedProtocolCodeSequence: [],
      PerformedSeriesSequence: [],
    },
    completed: {
      PerformedProcedureStepEndDate: DAY,
      PerformedProcedureStepEndTime: "080900",
      PerformedProcedureStepStatus: "COMPLETED",
      PerformedSeriesSequence: [
        {
          SeriesInstanceUID: STUDY.series,
          SeriesDescription: "Axial",
          ProtocolName: "Head",
          PerformingPhysicianName: "",
          OperatorsName: "",
          RetrieveAETitle: "",
          ReferencedImageSequence: STUDY.slices.map((slice) => ({
            ReferencedSOPClassUID: CT_IMAGE,
            ReferencedSOPInstanceUID: STUDY.image(slice),
          })),
          ReferencedNonImageCompositeSOPInstanceSequence: [],
        },
      ],
    },
  };
}

export function studyMatch(): Invented {
  const { PatientName, PatientID = "" } = ALPHA;
  return {
    QueryRetrieveLevel: "STUDY",
    RetrieveAETitle: "PACS01",
    StudyDate: DAY,
    PatientName,
    PatientID,
    AccessionNumber: "ACC1",
    ModalitiesInStudy: "CT",
    StudyDescription: "CT of the head",
    StudyInstanceUID: STUDY.uid,
    NumberOfStudyRelatedInstances: String(STUDY.slices.length),
  };
}

/** Slices 1 to 3 are the study; what has a higher number does not arrive. */
export function ctImage(slice: number) {
  const size = STUDY.slices.includes(slice) ? 160 : 96;
  return {
    sopClassUid: CT_IMAGE,
    sopInstanceUid: STUDY.image(slice),
    values: {
      ...ALPHA,
      ImageType: "ORIGINAL\\PRIMARY\\AXIAL",
      SOPClassUID: CT_IMAGE,
      SOPInstanceUID: STUDY.image(slice),
      StudyDate: DAY,
      SeriesDate: DAY,
      StudyTime: "080200",
      SeriesTime: "080230",
      AccessionNumber: "ACC1",
      Modality: "CT",
      Manufacturer: "dicomtap demo",
      ReferringPhysicianName: "",
      StudyDescription: "CT of the head",
      SeriesDescription: "Axial",
      SliceThickness: 5,
      KVP: 120,
      StudyInstanceUID: STUDY.uid,
      SeriesInstanceUID: STUDY.series,
      StudyID: "RP1",
      SeriesNumber: 1,
      InstanceNumber: slice,
      ImagePositionPatient: `-120\\-120\\${slice * 5}`,
      ImageOrientationPatient: "1\\0\\0\\0\\1\\0",
      FrameOfReferenceUID: "2.25.20260203001009",
      PositionReferenceIndicator: "",
      ...pixelModule({ rows: size, columns: size, bits: 16, stored: 12, samples: 1 }),
      PhotometricInterpretation: "MONOCHROME2",
      PixelSpacing: "1.5\\1.5",
      WindowCenter: 40,
      WindowWidth: 800,
      RescaleIntercept: -1024,
      RescaleSlope: 1,
      PixelData: headSlice(size, (slice - 2) * 0.25),
    } satisfies Invented,
  };
}

export function ultrasoundImage() {
  const sopInstanceUid = "2.25.20260203009001001";
  return {
    sopClassUid: ULTRASOUND_IMAGE,
    sopInstanceUid,
    values: {
      ...BRAVO,
      ImageType: "ORIGINAL\\PRIMARY",
      SOPClassUID: ULTRASOUND_IMAGE,
      SOPInstanceUID: sopInstanceUid,
      StudyDate: DAY,
      StudyTime: "075500",
      AccessionNumber: "ACC9",
      Modality: "US",
      Manufacturer: "dicomtap demo",
      ReferringPhysicianName: "",
      StudyDescription: "Ultrasound of the liver",
      StudyInstanceUID: "2.25.20260203009",
      SeriesInstanceUID: "2.25.20260203009001",
      StudyID: "RP9",
      SeriesNumber: 1,
      InstanceNumber: 1,
      PatientOrientation: "",
      ...pixelModule({ rows: 120, columns: 160, bits: 8, stored: 8, samples: 3 }),
      PhotometricInterpretation: "RGB",
      PlanarConfiguration: 0,
      LossyImageCompression: "00",
      PixelData: fan(160, 120),
    } satisfies Invented,
  };
}

/** Image Pixel Module (PS3.3 C.7.6.3). */
function pixelModule(of: {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly stored: number;
  readonly samples: number;
}): Invented {
  return {
    SamplesPerPixel: of.samples,
    Rows: of.rows,
    Columns: of.columns,
    BitsAllocated: of.bits,
    BitsStored: of.stored,
    HighBit: of.stored - 1,
    PixelRepresentation: 0,
  };
}
