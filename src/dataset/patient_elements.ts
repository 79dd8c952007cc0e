/**
 * Elements that say who a patient is: what text output shows as `***` unless it is asked for. For
 * reading over a shoulder and for logs; it is no de-identification (PS3.15 E has some 600 rows).
 */
import { isPrivate, isPrivateCreator } from "./tag.ts";

/** True for a person's name, for identifiers and addresses, and for private values of any kind. */
export function isPatientElement(tag: number, vr: string): boolean {
  if (vr === "PN") return true;
  if (isPrivate(tag)) return !isPrivateCreator(tag) && (tag & 0xffff) !== 0 && vr !== "SQ";
  return TAGS.has(tag);
}

const TAGS: ReadonlySet<number> = new Set([
  0x00080050, // Accession Number
  0x00100020, // Patient ID
  0x00100021, // Issuer of Patient ID
  0x00100030, // Patient's Birth Date
  0x00100032, // Patient's Birth Time
  0x00100033, // Patient's Birth Date in Alternative Calendar
  0x00100034, // Patient's Death Date in Alternative Calendar
  0x00100050, // Patient's Insurance Plan Code Sequence
  0x00101000, // Other Patient IDs
  0x00101002, // Other Patient IDs Sequence
  0x00101040, // Patient's Address
  0x00101050, // Insurance Plan Identification
  0x00101080, // Military Rank
  0x00101081, // Branch of Service
  0x00101090, // Medical Record Locator
  0x00101100, // Referenced Patient Photo Sequence
  0x00102150, // Country of Residence
  0x00102152, // Region of Residence
  0x00102154, // Patient's Telephone Numbers
  0x00102155, // Patient's Telecom Information
  0x001021b0, // Additional Patient History
  0x001021f0, // Patient's Religious Preference
  0x00104000, // Patient Comments
  0x00380010, // Admission ID
  0x00380060, // Service Episode ID
  0x00380300, // Current Patient Location
  0x00380400, // Patient's Institution Residence
  0x00380500, // Patient State
  0x00384000, // Visit Comments
]);
