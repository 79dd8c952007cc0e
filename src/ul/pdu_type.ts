/** PDU-types of PS3.8 9.3 and their names. */
import type { PduName } from "./pdu.ts";

export const PDU_TYPES = {
  "A-ASSOCIATE-RQ": 0x01,
  "A-ASSOCIATE-AC": 0x02,
  "A-ASSOCIATE-RJ": 0x03,
  "P-DATA-TF": 0x04,
  "A-RELEASE-RQ": 0x05,
  "A-RELEASE-RP": 0x06,
  "A-ABORT": 0x07,
} as const satisfies Record<PduName, number>;

/** The name of one of the seven, else undefined. */
export function pduNameOf(pduType: number): PduName | undefined {
  return NAMES[pduType];
}

/** Where PS3.8 has the structure of a PDU; where it has that of all, for another type. */
export function pduSection(pduType: number): string {
  return SECTIONS[pduType] ?? "PS3.8 9.3.1";
}

const NAMES: readonly (PduName | undefined)[] = [
  undefined,
  "A-ASSOCIATE-RQ",
  "A-ASSOCIATE-AC",
  "A-ASSOCIATE-RJ",
  "P-DATA-TF",
  "A-RELEASE-RQ",
  "A-RELEASE-RP",
  "A-ABORT",
];

const SECTIONS: readonly (string | undefined)[] = [
  undefined,
  "PS3.8 9.3.2",
  "PS3.8 9.3.3",
  "PS3.8 9.3.4",
  "PS3.8 9.3.5",
  "PS3.8 9.3.6",
  "PS3.8 9.3.7",
  "PS3.8 9.3.8",
];
