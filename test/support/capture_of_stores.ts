/** Records of an association that only stores, of any length. */
import type { CaptureRecord } from "../../src/capture/record.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { STARTED_WALL_US } from "./captures.ts";
import { dataOf, messageBytes, STORE_RQ } from "./dimse_stream.ts";
import { ac, rq } from "./scripted_association.ts";

/** An association that stores `count` data sets of `size` octets, in records of 16 KiB. */
export function storing(
  count: number,
  options: { size: number; association?: number; wallUs?: number } = { size: 100 },
): CaptureRecord[] {
  const { size, association = 1, wallUs = STARTED_WALL_US } = options;
  const facts = { requestor: "127.0.0.1:50001", acceptor: "127.0.0.1:104", wall_us: wallUs };
  let at = 5_000_000;
  const records: CaptureRecord[] = [{ kind: "open", association, at, facts }];
  const says = (sender: "requestor" | "acceptor", bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; from += 16_384) {
      const part = bytes.subarray(from, from + 16_384);
      records.push({ kind: "data", association, sender, at: at++, bytes: part });
    }
  };
  says("requestor", encodePdu(rq()));
  says("acceptor", encodePdu(ac()));
  for (let number = 1; number <= count; number++) {
    const values = { ...STORE_RQ, MessageID: number, AffectedSOPInstanceUID: `2.25.${number}` };
    const dataSet = dataOf(size).fill(number & 0xff, 0, 4);
    says("requestor", messageBytes(values, { contextId: 3, dataSet }));
    const answer = { CommandField: 0x8001, MessageIDBeingRespondedTo: number, Status: 0 };
    says("acceptor", messageBytes({ ...answer, CommandDataSetType: 0x0101 }, { contextId: 3 }));
  }
  says("requestor", encodePdu({ type: "A-RELEASE-RQ" }));
  says("acceptor", encodePdu({ type: "A-RELEASE-RP" }));
  records.push({ kind: "close", association, at: at++, how: "closed", by: "requestor" });
  return records;
}
