/**
 * What PS3.4 requires of the data set of a request, for the services in which a person composes one
 * by hand: print, performed procedure steps, storage commitment, query and retrieve.
 *
 * Rule: only what an SCU must always send is here. Conditional attributes (1C, 2C) are not judged.
 */
import type { DataSet } from "../dataset/data_set.ts";
import { printTag } from "../dataset/tag.ts";
import { elementByKeyword } from "../dictionary/elements.ts";
import type { MissingPart } from "./command_values.ts";
import type { OperationName } from "./operation.ts";

export interface RequestData {
  readonly operation: OperationName;
  readonly sopClassUid: string;
  readonly dataSet: DataSet | undefined;
}

/** The attributes that are required and missing, or empty where they need a value. */
export function missingAttributes(data: RequestData): readonly MissingPart[] {
  const rule = RULES.get(`${data.operation} ${data.sopClassUid}`) ?? retrieveRule(data);
  if (rule === undefined) return [];
  const { attributes, source } = rule;
  return attributes
    .filter((attribute) => isMissing(attribute, data.dataSet))
    .map(({ path, needsValue }) => ({
      part: printPath(path),
      source,
      ...(!needsValue && { mayBeEmpty: true as const }),
    }));
}

interface Attribute {
  /** Keywords, outermost first; of sequences each item must have it. */
  readonly path: readonly string[];
  /** Type 1: empty will not do. */
  readonly needsValue: boolean;
}

interface Rule {
  readonly source: string;
  readonly attributes: readonly Attribute[];
}

/** `!`: needs a value (type 1, or usage M); without it may be empty (type 2). `>`: in each item. */
const TABLES: readonly (readonly [
  operation: OperationName,
  uid: string,
  source: string,
  string,
])[] = [
  [
    "N-CREATE",
    "1.2.840.10008.5.1.1.2",
    "PS3.4 H.4.2.2.1",
    `ImageDisplayFormat! ReferencedFilmSessionSequence!
       ReferencedFilmSessionSequence>ReferencedSOPClassUID!
       ReferencedFilmSessionSequence>ReferencedSOPInstanceUID!`,
  ],
  [
    "N-SET",
    "1.2.840.10008.5.1.1.4",
    "PS3.4 H.4.3.1.2.1",
    "ImageBoxPosition! BasicGrayscaleImageSequence",
  ],
  [
    "N-SET",
    "1.2.840.10008.5.1.1.4.1",
    "PS3.4 H.4.3.2.2.1",
    "ImageBoxPosition! BasicColorImageSequence",
  ],
  [
    "N-CREATE",
    "1.2.840.10008.3.1.2.3.3",
    "PS3.4 Table F.7.2-1",
    `ScheduledStepAttributesSequence! ScheduledStepAttributesSequence>StudyInstanceUID!
       ScheduledStepAttributesSequence>ReferencedStudySequence
       ScheduledStepAttributesSequence>AccessionNumber
       ScheduledStepAttributesSequence>RequestedProcedureID
       ScheduledStepAttributesSequence>RequestedProcedureDescription
       ScheduledStepAttributesSequence>ScheduledProcedureStepID
       ScheduledStepAttributesSequence>ScheduledProcedureStepDescription
       ScheduledStepAttributesSequence>ScheduledProtocolCodeSequence
       PatientName PatientID PatientBirthDate PatientSex ReferencedPatientSequence
       PerformedProcedureStepID! PerformedStationAETitle! PerformedStationName PerformedLocation
       PerformedProcedureStepStartDate! PerformedProcedureStepStartTime!
       PerformedProcedureStepStatus! PerformedProcedureStepDescription
       PerformedProcedureTypeDescription ProcedureCodeSequence PerformedProcedureStepEndDate
       PerformedProcedureStepEndTime Modality! StudyID PerformedProtocolCodeSequence
       PerformedSeriesSequence`,
  ],
  [
    "N-ACTION",
    "1.2.840.10008.1.20.1",
    "PS3.4 Table J.3-1",
    `TransactionUID! ReferencedSOPSequence! ReferencedSOPSequence>ReferencedSOPClassUID!
       ReferencedSOPSequence>ReferencedSOPInstanceUID!`,
  ],
];

const RULES: ReadonlyMap<string, Rule> = new Map(
  TABLES.map(([operation, uid, source, attributes]) => [
    `${operation} ${uid}`,
    { source, attributes: attributes.split(/\s+/).map(readAttribute) },
  ]),
);

/** C-MOVE and C-GET name what they want by the unique keys from the top to their level. */
function retrieveRule({ operation, sopClassUid, dataSet }: RequestData): Rule | undefined {
  const model = queryModel(sopClassUid);
  if (model === undefined) return undefined;
  if (operation === "C-FIND") {
    return { source: "PS3.4 C.4.1.1.3.1", attributes: [readAttribute("QueryRetrieveLevel!")] };
  }
  const at = model.levels.findIndex(({ level }) => level === dataSet?.text("QueryRetrieveLevel"));
  const keys = model.levels.slice(0, at + 1).map(({ uniqueKey }) => `${uniqueKey}!`);
  return {
    source: "PS3.4 C.4.2.1.4.1",
    attributes: ["QueryRetrieveLevel!", ...keys].map(readAttribute),
  };
}

export interface QueryLevel {
  readonly level: "PATIENT" | "STUDY" | "SERIES" | "IMAGE";
  readonly uniqueKey: string;
}

/**
 * The levels of a Query/Retrieve information model, top first: Patient Root, Study Root, Patient/Study
 * Only (retired), Composite Instance Root (PS3.4 C.6.1.1, C.6.2.1, Y.4.1.1).
 */
export function queryModel(
  sopClassUid: string,
): { readonly levels: readonly QueryLevel[] } | undefined {
  const found = /^1\.2\.840\.10008\.5\.1\.4\.1\.2\.([1-4])\.[123]$/.exec(sopClassUid);
  switch (found?.[1]) {
    case "1":
      return { levels: LEVELS };
    case "2":
      return { levels: LEVELS.slice(1) };
    case "3":
      return { levels: LEVELS.slice(0, 2) };
    case "4":
      return { levels: LEVELS.slice(3) };
    default:
      return undefined;
  }
}

const LEVELS: readonly QueryLevel[] = [
  { level: "PATIENT", uniqueKey: "PatientID" },
  { level: "STUDY", uniqueKey: "StudyInstanceUID" },
  { level: "SERIES", uniqueKey: "SeriesInstanceUID" },
  { level: "IMAGE", uniqueKey: "SOPInstanceUID" },
];

function readAttribute(text: string): Attribute {
  return { path: text.replace("!", "").split(">"), needsValue: text.endsWith("!") };
}

function isMissing({ path, needsValue }: Attribute, dataSet: DataSet | undefined): boolean {
  const [first = "", ...rest] = path;
  if (rest.length > 0) {
    // Where the sequence itself is missing, that is said once.
    const items = dataSet?.items(first) ?? [];
    return items.some((item) => isMissing({ path: rest, needsValue }, item));
  }
  const element = dataSet?.element(first);
  if (element === undefined) return true;
  if (!needsValue) return false;
  if (element.kind === "sequence") return element.items.length === 0;
  return element.kind === "value" && element.bytes.length === 0;
}

/** "ReferencedSOPSequence.ReferencedSOPClassUID (0008,1150)". */
function printPath(path: readonly string[]): string {
  const tag = elementByKeyword(path.at(-1) ?? "")?.tag ?? 0;
  return `${path.join(".")} ${printTag(tag)}`;
}
