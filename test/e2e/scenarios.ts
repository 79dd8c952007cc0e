/**
 * What DCMTK's SCUs do with real partners, as data. Each scenario runs twice: straight to the
 * partner, and through the proxy; the results are compared, not the scenario with an expectation,
 * except for the exit code and the number of files, so that a scenario that does nothing fails.
 */
import {
  type DatasetFiles,
  FIRST_IMAGE_UID,
  FIRST_SERIES_UID,
  STUDY_IMAGES,
  STUDY_UIDS,
  SYNTAXES,
  type SyntaxName,
} from "../support/dataset_files.ts";

export type PartnerName =
  | "storescp"
  | "storescp that rejects"
  | "storescp that aborts"
  | "dcmqrscp"
  | "wlmscpfs"
  | "Orthanc";

/** Of the user identity; no part of it may ever be printed (PS3.7 D.3.3.7). */
export const PASSCODE = "xQ7vJ2kW9zR4";

export interface Scenario {
  readonly name: string;
  readonly partner: PartnerName;
  /** The program with its arguments but for `-v -aec AE host port`, and what follows the port. */
  readonly command: (files: DatasetFiles) => readonly string[];
  readonly input?: (files: DatasetFiles) => readonly string[];
  readonly exit: number | "not 0";
  /** Files that arrive anywhere: at the partner, at the move destination, at the SCU. */
  readonly files: number;
  /** What the SCU says depends on how far it got before the other end answered. */
  readonly timingDecides?: true;
}

const PROPOSE: Readonly<Record<SyntaxName, string>> = {
  implicit: "-xi",
  explicit: "-xe",
  bigEndian: "-xb",
  deflated: "-xd",
  rle: "-xr",
  jpegBaseline: "-xy",
  jpegLossless: "-xs",
  jpegLs: "-xt",
};
const STUDIES = "-k QueryRetrieveLevel=STUDY -k StudyDate";
const FIRST_STUDY = `-k QueryRetrieveLevel=STUDY -k StudyInstanceUID=${STUDY_UIDS[0]}`;
const SERIES = `-k QueryRetrieveLevel=SERIES -k StudyInstanceUID=${STUDY_UIDS[0]}`;
const FIRST_SERIES = `${SERIES} -k SeriesInstanceUID=${FIRST_SERIES_UID}`;
const FIRST_IMAGE = `-k QueryRetrieveLevel=IMAGE -k StudyInstanceUID=${STUDY_UIDS[0]} -k SeriesInstanceUID=${FIRST_SERIES_UID} -k SOPInstanceUID=${FIRST_IMAGE_UID}`;

const STORE_SCENARIOS: readonly Scenario[] = (Object.keys(SYNTAXES) as SyntaxName[]).map(
  (syntax) => ({
    name: `storescu sends ${syntax}`,
    partner: "storescp",
    command: () => ["storescu", "-R", PROPOSE[syntax]],
    input: (files) => [files.bySyntax[syntax]],
    exit: 0,
    files: 1,
  }),
);

/** What both archives are asked; their names keep the scenarios apart. */
function archiveScenarios(archive: "dcmqrscp" | "Orthanc"): readonly Scenario[] {
  const ask = (name: string, command: string, rest: Partial<Scenario> = {}): Scenario => ({
    name: `${name}, ${archive}`,
    partner: archive,
    command: () => command.split(" "),
    exit: 0,
    files: 0,
    ...rest,
  });
  const matches = { files: 3 };
  const images = { files: STUDY_IMAGES.first };
  return [
    ask("echoscu", "echoscu"),
    ask("storescu sends two syntaxes on one association", "storescu -xe", {
      input: (files) => [files.bySyntax.explicit, files.bySyntax.implicit],
      files: 2,
    }),
    ask("findscu, all studies", `findscu -S -X ${STUDIES} -k PatientName`, matches),
    ask("findscu, series of a study", `findscu -S -X ${SERIES} -k SeriesInstanceUID`, matches),
    ask("findscu, nothing matches", "findscu -P -X -k QueryRetrieveLevel=PATIENT -k PatientID=X"),
    ask("getscu, a study", `getscu -S ${FIRST_STUDY}`, images),
    ask("getscu, one image, bit preserving", `getscu -S +B ${FIRST_IMAGE}`, { files: 1 }),
    ask("movescu, a study", `movescu -S -aem MOVEDEST ${FIRST_STUDY}`, images),
    ask("movescu, a series by a second route", `movescu -S -aem MOVEVIA ${FIRST_SERIES}`, matches),
    ask("movescu, destination unknown", `movescu -S -aem NOBODY ${FIRST_STUDY}`, { exit: 69 }),
  ];
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "echoscu, five times on one association",
    partner: "storescp",
    command: () => ["echoscu", "--repeat", "5"],
    exit: 0,
    files: 0,
  },
  {
    name: "echoscu proposes 128 contexts",
    partner: "storescp",
    command: () => ["echoscu", "-ppc", "128", "-pts", "30"],
    exit: 0,
    files: 0,
  },
  {
    name: "echoscu aborts instead of releasing",
    partner: "storescp",
    command: () => ["echoscu", "--abort"],
    exit: 0,
    files: 0,
  },
  ...STORE_SCENARIOS,
  {
    name: "storescu sends a study on one association",
    partner: "storescp",
    command: () => ["storescu"],
    input: (files) => files.study,
    exit: 0,
    files: 11,
  },
  {
    name: "dcmsend sends eight syntaxes on one association",
    partner: "storescp",
    command: () => ["dcmsend"],
    input: (files) => Object.values(files.bySyntax),
    exit: 0,
    files: 8,
  },
  {
    name: "storescu --max-pdu 4096",
    partner: "storescp",
    command: () => ["storescu", "--max-pdu", "4096", "--max-send-pdu", "4096"],
    input: (files) => [files.bySyntax.explicit, ...files.study],
    exit: 0,
    files: 12,
  },
  {
    name: "storescu --max-pdu 131072 sends 8 MiB",
    partner: "storescp",
    command: () => ["storescu", "--max-pdu", "131072", "--max-send-pdu", "131072"],
    input: (files) => [files.big],
    exit: 0,
    files: 1,
  },
  {
    name: "storescu with user name and passcode",
    partner: "storescp",
    command: () => ["storescu", "-usr", "canary-user", "-pwd", PASSCODE],
    input: (files) => [files.bySyntax.explicit],
    exit: 0,
    files: 1,
  },
  {
    name: "storescu proposes what storescp does not take",
    partner: "storescp that rejects",
    command: () => ["storescu"],
    input: (files) => [files.bySyntax.explicit],
    exit: 1,
    files: 0,
  },
  {
    name: "storescu is aborted during C-STORE",
    partner: "storescp that aborts",
    command: () => ["storescu"],
    input: (files) => [files.big],
    exit: "not 0",
    files: 0,
    timingDecides: true,
  },
  ...archiveScenarios("dcmqrscp"),
  {
    // Not with Orthanc 1.10.1: its answer announces a data set that does not come (PS3.7 9.1.2.1).
    name: "findscu cancels after one response",
    partner: "dcmqrscp",
    command: () => `findscu -S --cancel 1 ${STUDIES}`.split(" "),
    exit: 0,
    files: 0,
    timingDecides: true,
  },
  {
    name: "findscu, worklist",
    partner: "wlmscpfs",
    command: () => [
      "findscu",
      "-W",
      "-X",
      "-k",
      "PatientName",
      "-k",
      "AccessionNumber",
      "-k",
      "0040,0100[0].Modality",
    ],
    exit: 0,
    files: 3,
  },
  {
    name: "findscu, worklist of one patient",
    partner: "wlmscpfs",
    command: () => [
      "findscu",
      "-W",
      "-X",
      "-k",
      "PatientName=Worklist^Patient 2",
      "-k",
      "PatientID",
    ],
    exit: 0,
    files: 1,
  },
  ...archiveScenarios("Orthanc"),
];
