/**
 * What the simulated PACS finds (PS3.4 C.4.1, K.4.1): a few invented studies and scheduled steps,
 * matched by the keys that are text, with wild cards; ranges and sequences match everything.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";
import { wildCardMatches } from "../../src/wild_card.ts";
import type { SyntheticDataSet } from "./synthetic_data_set.ts";

/** Matches with the keys that were asked for, and no others. */
export function* findMatches(sopClassUid: string, keys: DataSet): Generator<SyntheticDataSet> {
  const candidates = sopClassUid === WORKLIST ? SCHEDULED : STUDIES;
  const asked = keys.elements.flatMap(({ tag }) => {
    const entry = elementByTag(tag);
    return entry === undefined || entry.keyword === ""
      ? []
      : [{ keyword: entry.keyword, vr: entry.vr }];
  });
  for (const candidate of candidates) {
    const fits = asked.every(({ keyword }) => matches(candidate[keyword], keys.strings(keyword)));
    if (!fits) continue;
    yield Object.fromEntries(
      asked.map(({ keyword, vr }): [string, SyntheticDataSet[string]] => {
        if (keyword === "QueryRetrieveLevel") return [keyword, keys.strings(keyword)[0] ?? ""];
        return [keyword, candidate[keyword] ?? (vr === "SQ" ? [] : "")];
      }),
    );
  }
}

function matches(value: SyntheticDataSet[string] | undefined, wanted: readonly string[]): boolean {
  const [pattern] = wanted;
  if (typeof value !== "string" || pattern === undefined || pattern === "") return true;
  if (/^\d{8}-|-\d{8}$/.test(pattern)) return true; // A range of dates.
  return wanted.some((one) => wildCardMatches(value.toLowerCase(), one.trim().toLowerCase()));
}

const WORKLIST = "1.2.840.10008.5.1.4.31";

/** Invented: no such people, no such studies. */
const PEOPLE = [
  {
    PatientName: "DEMO^ALPHA",
    PatientID: "DEMO-0001",
    PatientSex: "F",
    PatientBirthDate: "19700101",
  },
  {
    PatientName: "DEMO^BRAVO",
    PatientID: "DEMO-0002",
    PatientSex: "M",
    PatientBirthDate: "19800202",
  },
  {
    PatientName: "DEMO^CHARLIE",
    PatientID: "DEMO-0003",
    PatientSex: "O",
    PatientBirthDate: "19900303",
  },
] as const;

const STUDIES: readonly SyntheticDataSet[] = PEOPLE.map((person, index) => ({
  ...person,
  QueryRetrieveLevel: "STUDY",
  StudyDate: `2026010${index + 1}`,
  StudyTime: "101500",
  AccessionNumber: `ACC${index + 1}`,
  StudyID: String(index + 1),
  StudyDescription: "Demonstration",
  StudyInstanceUID: `2.25.1000${index + 1}`,
  SeriesInstanceUID: `2.25.2000${index + 1}`,
  SOPInstanceUID: `2.25.3000${index + 1}`,
  Modality: "CT",
  ModalitiesInStudy: "CT",
  NumberOfStudyRelatedSeries: "1",
  NumberOfStudyRelatedInstances: "3",
}));

const SCHEDULED: readonly SyntheticDataSet[] = PEOPLE.map((person, index) => ({
  ...person,
  AccessionNumber: `ACC${index + 1}`,
  StudyInstanceUID: `2.25.4000${index + 1}`,
  RequestedProcedureID: `RP${index + 1}`,
  RequestedProcedureDescription: "Demonstration",
  ScheduledProcedureStepSequence: [
    {
      Modality: "CT",
      ScheduledStationAETitle: "MODALITY",
      ScheduledProcedureStepStartDate: "20260110",
      ScheduledProcedureStepStartTime: `1${index}0000`,
      ScheduledProcedureStepDescription: "Demonstration",
      ScheduledProcedureStepID: `SPS${index + 1}`,
    },
  ],
}));
