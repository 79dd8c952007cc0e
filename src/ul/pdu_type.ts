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
