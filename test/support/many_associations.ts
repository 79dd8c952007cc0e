/** A capture of many small associations, closed and with its index, as a busy day leaves it. */
import type { CaptureRecord } from "../../src/capture/record.ts";
import { packSummary } from "../../src/inspect/index_summary.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { STARTED_WALL_US, writeCapture } from "./captures.ts";
import { ac, answer, played, proposal, rq, says } from "./scripted_association.ts";

/** A second lies between the beginnings of two of them. */
export function manyAssociations(count: number): Uint8Array {
  const records: CaptureRecord[] = [];
  for (let association = 1; association <= count; association++) {
    const at = 5_000_000 + association * 1_000_000;
    const facts = {
      requestor: `127.0.0.1:${20_000 + (association % 40_000)}`,
      acceptor: "127.0.0.1:104",
      wall_us: STARTED_WALL_US + association * 1_000_000,
    };
    records.push({ kind: "open", association, at, facts });
    const end = { kind: "close", association, at: at + 5_000, how: "fin" } as const;
    records.push({ ...end, by: "requestor" });
  }
  return writeCapture(records, { summary: (association) => packSummary(summaryOf(association)) });
}

function summaryOf(association: number): AssociationJson {
  const started = new Date(STARTED_WALL_US / 1_000 + association * 1_000).toISOString();
  const calling_ae_title = `MODALITY${association % 20}`;
  return { ...EXAMPLE, id: association, started, calling_ae_title };
}

const echo = { AffectedSOPClassUID: "1.2.840.10008.1.1" };
const EXAMPLE: AssociationJson = played({
  rq: rq({ contexts: [proposal(1, echo.AffectedSOPClassUID)] }),
  ac: ac({ contexts: [answer(1)] }),
  steps: [
    says("requestor", "C-ECHO-RQ", { on: "echo", values: { ...echo, MessageID: 1 } }),
    says("acceptor", "C-ECHO-RSP", {
      on: "echo",
      values: { ...echo, MessageIDBeingRespondedTo: 1, Status: 0 },
    }),
  ],
}).observer.summary();
