/**
 * A capture made of a script instead of traffic: associations with messages, each at its time on a
 * clock of the script, as the recorder would have seen them. The same script gives the same octets.
 */
import { CaptureWriter } from "../capture/capture_writer.ts";
import type { CaptureFacts } from "../capture/header.ts";
import { type CaptureRecord, encodeRecord } from "../capture/record.ts";
import { joined } from "../dataset/octets.ts";
import type { CommandValue } from "../dimse/command_set.ts";
import { encodeCommandSet } from "../dimse/encode_command_set.ts";
import { commandPdus, dataSetPdus } from "../dimse/fragment.ts";
import { NO_DATA_SET } from "../dimse/open_message.ts";
import { packSummary } from "../inspect/index_summary.ts";
import { RecordObserver, SUMMARY_HEAD_LENGTH } from "../inspect/record_observer.ts";
import { otherRole, type Role } from "../role.ts";
import { encodePdu } from "../ul/encode_pdu.ts";
import type { Pdu } from "../ul/pdu.ts";

export interface ScriptedAssociation {
  /** Milliseconds after the capture's begin. */
  readonly at: number;
  /** "192.0.2.21:50312". */
  readonly requestor: string;
  readonly steps: readonly ScriptedStep[];
}

export type ScriptedStep =
  | { readonly sender: Role; readonly pdu: Pdu; readonly after?: number }
  | {
      readonly sender: Role;
      readonly contextId: number;
      readonly values: Readonly<Record<string, CommandValue>>;
      readonly dataSet?: Uint8Array;
      /** Milliseconds since the step before it; 4 unless told. */
      readonly after?: number;
    };

export interface Script {
  readonly facts: CaptureFacts;
  readonly acceptor: string;
  readonly associations: readonly ScriptedAssociation[];
}

/** The octets of the capture, index and trailer included. */
export function scriptedCapture(script: Script): Uint8Array {
  const records = script.associations
    .flatMap((association, index) => recordsOf(association, { id: index + 1, script }))
    .sort((a, b) => a.at - b.at);
  const writer = new CaptureWriter(script.facts, { blockSize: BLOCK_SIZE });
  const parts: Uint8Array[] = [];
  const put = (bytes: Uint8Array | undefined): void => {
    if (bytes === undefined) return;
    parts.push(bytes.slice());
    writer.written();
  };
  const observer = new RecordObserver({
    capture: "demo",
    headLength: SUMMARY_HEAD_LENGTH,
    ended: (association) => {
      const { id, openedAt } = association;
      const summary = packSummary(association.summary());
      writer.close(id, { openedAt, closedAt: closings.get(id) ?? openedAt, summary });
    },
  });
  const closings = new Map<number, number>();
  put(writer.take());
  for (const record of records) {
    const bytes = encodeRecord(record);
    if (!writer.hasRoom(bytes.length)) put(writer.take());
    writer.add(record, bytes);
    if (record.kind === "close") closings.set(record.association, record.at);
    observer.consume(record);
  }
  put(writer.take());
  while (writer.indexSize > 0) put(writer.takeIndex());
  put(writer.takeTrailer(0));
  return joined(parts);
}

type AssociationRecord = Extract<CaptureRecord, { readonly association: number }>;

function recordsOf(
  { at: start, requestor, steps }: ScriptedAssociation,
  { id: association, script }: { readonly id: number; readonly script: Script },
): AssociationRecord[] {
  const { acceptor, facts } = script;
  let at = facts.started_at_us + start * 1_000;
  const wall_us = facts.started_wall_us + start * 1_000;
  const records: AssociationRecord[] = [
    { kind: "open", association, at, facts: { requestor, acceptor, wall_us } },
  ];
  let last: Role = "requestor";
  for (const step of steps) {
    at += Math.round((step.after ?? USUAL_PAUSE) * 1_000);
    last = step.sender;
    for (const bytes of octetsOf(step)) {
      records.push({ kind: "data", association, sender: step.sender, at, bytes });
      at += PDU_TIME;
    }
  }
  // Who hears the last word closes the connection (PS3.8 9.1.4)
  const by = otherRole(last);
  records.push({ kind: "end", association, sender: by, at: at + 300, how: "fin" });
  records.push({ kind: "end", association, sender: last, at: at + 500, how: "fin" });
  records.push({ kind: "close", association, at: at + 600, how: "fin", by });
  return records;
}

function octetsOf(step: ScriptedStep): Iterable<Uint8Array> {
  if ("pdu" in step) return [encodePdu(step.pdu)];
  const { contextId, values, dataSet } = step;
  const options = { contextId, maximumLength: MAXIMUM_LENGTH };
  const command = encodeCommandSet({
    ...values,
    CommandDataSetType: dataSet === undefined ? NO_DATA_SET : A_DATA_SET,
  });
  const pdus = [...commandPdus(command, options)];
  return dataSet === undefined ? pdus : [...pdus, ...dataSetPdus(dataSet, options)];
}

export const MAXIMUM_LENGTH = 16_384;
/** PS3.7 E.1-1: any value but 0101H announces one. */
const A_DATA_SET = 0x0001;
const BLOCK_SIZE = 262_144;
/** Milliseconds. */
const USUAL_PAUSE = 4;
/** Microseconds from one PDU of a message to the next. */
const PDU_TIME = 250;
