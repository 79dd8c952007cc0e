/**
 * What to say where an association has no PDU to show: that nothing passed, or nothing that is DICOM,
 * or that the index knows of PDUs whose records are damaged.
 */
import type { AssociationJson } from "../../../observe/summary.ts";

export function noPduWords({ bytes, pdus }: Pick<AssociationJson, "bytes" | "pdus">): {
  readonly title: string;
  readonly why: string;
} {
  if (pdus.requestor + pdus.acceptor > 0) {
    return {
      title: "No PDU can be read",
      why: "The capture is damaged where this association is recorded; its index tells the rest.",
    };
  }
  const silent = bytes.requestor + bytes.acceptor === 0;
  const why = silent ? "Neither AE sent anything." : "Nothing of this association was DICOM.";
  return { title: "No PDU passed", why };
}
