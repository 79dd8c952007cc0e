/** The partners of the scenarios, and which of them this machine has. */
import { partner } from "../support/partner.ts";
import { type PartnerName, SCENARIOS } from "./scenarios.ts";

export const PARTNERS: readonly PartnerName[] = [
  ...new Set(SCENARIOS.map((scenario) => scenario.partner)),
];

/** Those that answer to the end: what is replayed. */
export const ANSWERING: readonly PartnerName[] = PARTNERS.filter(
  (name) => name !== "storescp that aborts",
);

const dcmtk = ["dump2dcm", "storescu", "storescp", "dcmqrscp", "wlmscpfs"].map((program) =>
  partner(program, "dcmtk"),
);

export const hasDcmtk = !dcmtk.includes(undefined);

/** Its path; undefined where it is missing. */
export const orthanc = partner("Orthanc", "orthanc");

/** Every scenario needs DCMTK, for its SCU or its files. */
export function isAbsent(name: PartnerName): boolean {
  return !hasDcmtk || (name === "Orthanc" && orthanc === undefined);
}
