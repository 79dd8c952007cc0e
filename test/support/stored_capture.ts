/** A capture with one association on which data sets were stored, made without a network. */
import type { CaptureRecord } from "../../src/capture/record.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { STARTED_WALL_US, writeCapture } from "./captures.ts";
import { messageBytes } from "./dimse_stream.ts";
import { ac, answer, CT, proposal, rq } from "./scripted_association.ts";

/** Octets that come at once. */
const CHUNK = 65_536;

export interface StoredDataSet {
  readonly dataSet: Uint8Array;
  readonly transferSyntax: string;
  readonly sopClass?: string;
  readonly sopInstance?: string;
}

/** Each data set on a context of its own, in the order given; all are answered with success. */
export function storedCapture(stored: readonly StoredDataSet[]): Uint8Array {
  const records: CaptureRecord[] = [];
  let at = 5_000_000;
  const later = () => {
    at += 1_000;
    return at;
  };
  const says = (sender: Role, bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; from += CHUNK) {
      const chunk = bytes.subarray(from, from + CHUNK);
      records.push({ kind: "data", association: 1, sender, at: later(), bytes: chunk });
    }
  };
  const facts = {
    requestor: "127.0.0.1:50001",
    acceptor: "127.0.0.1:104",
    wall_us: STARTED_WALL_US,
  };
  records.push({ kind: "open", association: 1, at, facts });
  const contexts = stored.map(({ transferSyntax, sopClass = CT }, i) => ({
    rq: proposal(2 * i + 1, sopClass, [transferSyntax]),
    ac: answer(2 * i + 1, 0, [transferSyntax]),
  }));
  says("requestor", encodePdu(rq({ contexts: contexts.map((context) => context.rq) })));
  says("acceptor", encodePdu(ac({ contexts: contexts.map((context) => context.ac) })));
  for (const [i, { dataSet, sopClass = CT, sopInstance = `2.25.${i + 1}` }] of stored.entries()) {
    const common = { AffectedSOPClassUID: sopClass, AffectedSOPInstanceUID: sopInstance };
    const contextId = 2 * i + 1;
    const request = { ...common, CommandField: 1, MessageID: i + 1, Priority: 0 };
    says("requestor", messageBytes({ ...request, CommandDataSetType: 1 }, { contextId, dataSet }));
    const response = { ...common, CommandField: 0x8001, MessageIDBeingRespondedTo: i + 1 };
    says(
      "acceptor",
      messageBytes({ ...response, CommandDataSetType: 0x0101, Status: 0 }, { contextId }),
    );
  }
  says("requestor", encodePdu({ type: "A-RELEASE-RQ" }));
  says("acceptor", encodePdu({ type: "A-RELEASE-RP" }));
  records.push({ kind: "end", association: 1, sender: "requestor", at: later(), how: "fin" });
  records.push({ kind: "close", association: 1, at: later(), how: "fin", by: "requestor" });
  return writeCapture(records);
}
