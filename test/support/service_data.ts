/** Small data sets of the services, as octets in Implicit VR Little Endian. Nobody's data. */
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { makeElement, makeOctets, makeSequence } from "../../src/dataset/make_element.ts";
import { IMPLICIT_LITTLE, type TransferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { elementByKeyword } from "../../src/dictionary/elements.ts";

type Value = string | number;

/** By keyword: one value, several, octets, or the items of a sequence. undefined: left out. */
export interface Content {
  readonly [keyword: string]:
    | Value
    | readonly Value[]
    | Uint8Array
    | readonly Content[]
    | undefined;
}

export function dataSetOf(content: Content, syntax: TransferSyntax = IMPLICIT_LITTLE): Uint8Array {
  return encodeDataSet(madeOf(content), { syntax });
}

function madeOf(content: Content): DataSet {
  const elements = Object.entries(content).flatMap(([keyword, value]): DataElement[] => {
    const entry = elementByKeyword(keyword);
    if (entry === undefined) throw new TypeError(`Cannot find the element "${keyword}"`);
    if (value === undefined) return [];
    const { tag } = entry;
    const vr = entry.vr.slice(0, 2);
    if (vr === "SQ") return [makeSequence(tag, (value as readonly Content[]).map(madeOf))];
    if (value instanceof Uint8Array) return [makeOctets(tag, value, vr)];
    if (value === "") return [makeElement(tag, [], { vr })];
    return [makeElement(tag, [value].flat() as readonly Value[], { vr })];
  });
  return new DataSet(elements.sort((a, b) => a.tag - b.tag));
}

/** What `STORE_RQ` names: an instance of CT Image Storage, 48 octets. */
export const STORE_DATA = dataSetOf({
  SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
  SOPInstanceUID: "2.25.1",
});

/** The same with pixel data, `length` octets in all: an even number from 56 on. */
export function storeDataOf(length: number): Uint8Array {
  const pixels = new Uint8Array(length - STORE_DATA.length - 8);
  const bytes = dataSetOf({
    SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
    SOPInstanceUID: "2.25.1",
    PixelData: pixels,
  });
  if (bytes.length !== length) throw new RangeError(`Cannot make ${length} octets`);
  return bytes;
}

/** An Identifier for one study. */
export const STUDY_IDENTIFIER = dataSetOf({
  QueryRetrieveLevel: "STUDY",
  StudyInstanceUID: "2.25.9",
});

/** An MPPS N-CREATE, as the modality begins. */
export const STEP_BEGIN: Content = {
  ScheduledStepAttributesSequence: [{ StudyInstanceUID: "2.25.9", AccessionNumber: "" }],
  PatientName: "DOE^JANE",
  PatientID: "SYN-1",
  PerformedProcedureStepID: "P1",
  PerformedStationAETitle: "CT1",
  PerformedProcedureStepStartDate: "20260203",
  PerformedProcedureStepStartTime: "141502",
  PerformedProcedureStepStatus: "IN PROGRESS",
  PerformedProcedureStepEndDate: "",
  PerformedProcedureStepEndTime: "",
  PerformedSeriesSequence: [],
  Modality: "CT",
};

/** An MPPS N-SET, as the modality ends. */
export const STEP_END: Content = {
  PerformedProcedureStepStatus: "COMPLETED",
  PerformedProcedureStepEndDate: "20260203",
  PerformedProcedureStepEndTime: "142000",
  PerformedSeriesSequence: [{ SeriesInstanceUID: "2.25.10" }],
};
