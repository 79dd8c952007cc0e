/**
 * The head of a DICOM file (PS3.10 7.1): preamble, prefix and File Meta Information. A data set as
 * it came from an association follows it unaltered: both have the same transfer syntax.
 */
import { DataSet } from "./data_set.ts";
import { encodeDataSet } from "./encode_data_set.ts";
import { makeElement, makeOctets } from "./make_element.ts";
import { EXPLICIT_LITTLE } from "./transfer_syntax.ts";

export interface FileMeta {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** Of who writes the file. */
  readonly implementationClassUid: string;
  readonly implementationVersionName?: string;
  /** AE that sent the data set, and AE that it was sent to. */
  readonly sendingAeTitle?: string;
  readonly receivingAeTitle?: string;
}

const PREAMBLE = 128;

/** The octets before the data set. The preamble is zeros: nothing of the source is carried (P-10). */
export function part10Head(meta: FileMeta): Uint8Array {
  const elements = [makeOctets(0x00020001, Uint8Array.of(0, 1), "OB")];
  for (const [tag, vr, value] of [
    [0x00020002, "UI", meta.sopClassUid],
    [0x00020003, "UI", meta.sopInstanceUid],
    [0x00020010, "UI", meta.transferSyntaxUid],
    [0x00020012, "UI", meta.implementationClassUid],
    [0x00020013, "SH", meta.implementationVersionName],
    [0x00020017, "AE", meta.sendingAeTitle],
    [0x00020018, "AE", meta.receivingAeTitle],
  ] as const) {
    if (value !== undefined) elements.push(makeElement(tag, [value], { vr }));
  }
  const body = encodeDataSet(new DataSet(elements), { syntax: EXPLICIT_LITTLE });
  const length = makeElement(0x00020000, [body.length], { vr: "UL" });
  const first = encodeDataSet(new DataSet([length]), { syntax: EXPLICIT_LITTLE });
  const head = new Uint8Array(PREAMBLE + 4 + first.length + body.length);
  head.set([0x44, 0x49, 0x43, 0x4d], PREAMBLE); // DICM
  head.set(first, PREAMBLE + 4);
  head.set(body, PREAMBLE + 4 + first.length);
  return head;
}
