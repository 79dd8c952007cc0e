/**
 * Octets of one PDU into a value: PS3.8 9.3.
 *
 * Rule: `readPdu` never throws. What can be read is read; what cannot is kept byte for byte, as
 * `OtherItem`, `trailing` or `OtherPdu`, with a problem that names the field, its offset and the
 * section. Problems are what cannot be read (short, overrunning, a wrong fixed length). What is
 * readable and against the rules (an even context ID) is for the findings of `src/observe`.
 */
import { ProtocolError } from "../protocol_error.ts";
import { ByteReader, shortageError, uint32 } from "./byte_reader.ts";
import { hex2 } from "./names.ts";
import type {
  AAbort,
  AAssociateRj,
  AReleaseRp,
  AReleaseRq,
  OtherPdu,
  PDataTf,
  Pdu,
  Pdv,
} from "./pdu.ts";
import { pduNameOf, pduSection } from "./pdu_type.ts";
import { isZero, readAssociate } from "./read_associate.ts";
import { ReadBudget, reservedField } from "./read_items.ts";

export interface ReadPdu {
  readonly pdu: Pdu;
  /** In the order of the octets, 100 at most. */
  readonly problems: readonly ProtocolError[];
}

/**
 * Reads the octets of one PDU, its header included. They are copied once, so that the value stays
 * when a buffer is used again.
 *
 * `offset` is where the PDU begins in its AE's stream; problems count from there.
 */
export function readPdu(bytes: Uint8Array, options: { readonly offset?: number } = {}): ReadPdu {
  const offset = options.offset ?? 0;
  const budget = new ReadBudget();
  const own = new Uint8Array(bytes);
  return { pdu: readOwnPdu(own, offset, budget), problems: budget.problems };
}

/** The strict reader: throws the first problem, a `ProtocolError`. */
export function decodePdu(bytes: Uint8Array): Pdu {
  const { pdu, problems } = readPdu(bytes);
  if (problems[0] !== undefined) throw problems[0];
  return pdu;
}

function readOwnPdu(bytes: Uint8Array, offset: number, budget: ReadBudget): Pdu {
  const pduType = bytes[0] ?? 0;
  if (bytes.length < HEADER) {
    const shortage = { field: "PDU-length", needed: HEADER, left: bytes.length, offset };
    budget.add(() => shortageError(shortage, "PS3.8 9.3.1"));
    return { type: "unknown", pduType, bytes: new Uint8Array(0), partialHeader: bytes };
  }
  const pduLength = uint32(bytes, 2);
  const left = bytes.length - HEADER;
  const header = {
    ...reservedField(bytes[1] ?? 0),
    ...(pduLength !== left && { declaredLength: pduLength }),
  };
  const body = bytes.subarray(HEADER);
  const other: OtherPdu = { type: "unknown", pduType, ...header, bytes: body };
  if (pduLength < left) {
    budget.add(() => wrongLength(`PDU-length ${pduLength}, ${left} octets follow`, offset));
    return other;
  }
  const reader = new ByteReader(body, offset + HEADER);
  const pdu = readBody(pduType, reader, budget);
  const { shortage } = reader;
  if (shortage !== undefined) {
    budget.add(() => shortageError(shortage, pduSection(pduType)));
  } else if (pduLength > left && budget.problems.length === 0) {
    const missing = { field: "PDU", needed: pduLength, left, offset: offset + HEADER };
    budget.add(() => shortageError(missing, "PS3.8 9.3.1"));
  }
  if (pdu === undefined || shortage !== undefined) return other;
  if (reader.left === 0) return { ...pdu, ...header };

  const expected = left - reader.left;
  budget.add(() => wrongLength(`PDU-length ${left}, ${expected} expected`, reader.offset, pduType));
  return { ...pdu, ...header, trailing: reader.rest() };
}

function readBody(pduType: number, reader: ByteReader, budget: ReadBudget): Pdu | undefined {
  const name = pduNameOf(pduType);
  switch (name) {
    case "A-ASSOCIATE-RQ":
      return readAssociate(name, reader, budget);
    case "A-ASSOCIATE-AC":
      return readAssociate(name, reader, budget);
    case "A-ASSOCIATE-RJ":
      return readReject(reader);
    case "P-DATA-TF":
      return readPData(reader, budget);
    case "A-RELEASE-RQ":
    case "A-RELEASE-RP":
      return readRelease(name, reader);
    case "A-ABORT":
      return readAbort(reader);
    case undefined:
      return undefined;
    default:
      return name satisfies never;
  }
}

function readReject(reader: ByteReader): AAssociateRj {
  const octet7 = reader.u8("reserved octet 7");
  return {
    type: "A-ASSOCIATE-RJ",
    ...(octet7 !== 0 && { reservedOctet7: octet7 }),
    result: reader.u8("Result"),
    source: reader.u8("Source"),
    reason: reader.u8("Reason/Diag."),
  };
}

function readPData(reader: ByteReader, budget: ReadBudget): PDataTf {
  const pdvs: Pdv[] = [];
  while (reader.left > 0) {
    const problem = pdvProblem(reader, budget);
    if (problem !== undefined) {
      budget.add(() => problem);
      return { type: "P-DATA-TF", pdvs, trailing: reader.rest() };
    }
    const itemLength = reader.u32("PDV Item-length");
    pdvs.push({
      contextId: reader.u8("Presentation-context-ID"),
      messageControlHeader: reader.u8("Message-control-header"),
      fragment: reader.bytes(itemLength - 2, "Presentation-data-value"),
    });
  }
  return { type: "P-DATA-TF", pdvs };
}

function pdvProblem(reader: ByteReader, budget: ReadBudget): ProtocolError | undefined {
  const { left, offset } = reader;
  const section = "PS3.8 9.3.5.1";
  if (!budget.takeItem()) {
    return new ProtocolError("Cannot read PDV: too many in one PDU", { section, offset });
  }
  if (left < 6) return shortageError({ field: "PDV", needed: 6, left, offset }, section);

  const needed = reader.clone().u32("PDV Item-length");
  if (needed > left - 4) {
    const field = "Presentation-data-value";
    return shortageError({ field, needed, left: left - 4, offset: offset + 4 }, section);
  }
  if (needed >= 2) return undefined;
  return new ProtocolError(`Cannot read PDV: item length ${needed}, 2 is the least`, {
    section,
    abortReason: 6,
    offset,
  });
}

function readRelease<T extends "A-RELEASE-RQ" | "A-RELEASE-RP">(
  type: T,
  reader: ByteReader,
): Omit<AReleaseRq | AReleaseRp, "type"> & { readonly type: T } {
  const octets = reader.bytes(4, "reserved octets 7-10");
  return { type, ...(!isZero(octets) && { reservedOctets7: octets }) };
}

function readAbort(reader: ByteReader): AAbort {
  const octets = reader.bytes(2, "reserved octets 7-8");
  return {
    type: "A-ABORT",
    ...(!isZero(octets) && { reservedOctets7: octets }),
    source: reader.u8("Source"),
    reason: reader.u8("Reason/Diag."),
  };
}

function wrongLength(what: string, offset: number, pduType?: number): ProtocolError {
  const subject = pduType === undefined ? "PDU" : (pduNameOf(pduType) ?? `PDU ${hex2(pduType)}`);
  return new ProtocolError(`Cannot read ${subject}: ${what}`, {
    section: pduSection(pduType ?? 0),
    abortReason: 6,
    offset,
  });
}

/** PDU-type, reserved, PDU-length: PS3.8 9.3.1. */
const HEADER = 6;
