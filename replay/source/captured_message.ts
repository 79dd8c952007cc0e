/**
 * A message of a recorded association: what its command set says, and where the rest of it is.
 *
 * Rule: nothing of the data set is kept here, and of the command set its values only: an association
 * may have very many messages.
 */
import type { CommandValue } from "../../src/dimse/command_set.ts";
import type { Message } from "../../src/dimse/message.ts";
import { messageParts } from "../../src/inspect/message_parts.ts";
import type { Role } from "../../src/role.ts";
import type { RecordedDataSet, RecordedFragment, RecordedMessage } from "../recorded.ts";
import { CapturedDataSet, type Recording } from "./captured_data_set.ts";

export class CapturedMessage implements RecordedMessage {
  readonly index: number;
  readonly sender: Role;
  readonly contextId: number;
  readonly command: string;
  readonly values: Readonly<Record<string, CommandValue>>;
  readonly at: number;
  readonly respondsTo: number | undefined;
  endedAt: number;
  responses: readonly number[] = NONE;
  canceledBy: number | undefined = undefined;
  dataSet: RecordedDataSet | undefined = undefined;
  complete = false;
  readonly #recording: Recording;
  readonly #offset: number;
  #endOffset: number;

  /** When its command set is whole. */
  constructor(
    message: Message,
    options: { readonly recording: Recording; readonly respondsTo: number | undefined },
  ) {
    this.index = message.index;
    this.sender = message.sender;
    this.contextId = message.contextId;
    this.command = message.command;
    this.values = message.commandSet.values;
    this.at = message.at;
    this.endedAt = message.lastAt;
    this.respondsTo = options.respondsTo;
    this.#recording = options.recording;
    this.#offset = message.offset;
    this.#endOffset = message.endOffset;
  }

  /** `hasAll`: no octet between its first and its last is missing in the capture. */
  end(message: Message, options: { readonly transferSyntax: string; hasAll: boolean }): void {
    const { dataSet } = message;
    const { hasAll } = options;
    this.endedAt = message.lastAt;
    this.#endOffset = message.endOffset;
    const isWhole = hasAll && (dataSet === undefined || dataSet.skipped === 0);
    this.complete = message.complete && isWhole;
    if (dataSet === undefined) return;
    const { sender, contextId } = this;
    // a fragment begins six octets behind its PDV
    const place = { sender, contextId, offset: dataSet.offset - 6, endOffset: message.endOffset };
    this.dataSet = new CapturedDataSet(dataSet, {
      recording: this.#recording,
      place,
      transferSyntax: options.transferSyntax,
      complete: dataSet.complete && isWhole,
    });
  }

  addResponse(index: number): void {
    if (this.responses === NONE) this.responses = [index];
    else (this.responses as number[]).push(index);
  }

  *fragmentLengths(): Generator<readonly RecordedFragment[], void, undefined> {
    const { sender, contextId } = this;
    const place = { sender, contextId, offset: this.#offset, endOffset: this.#endOffset };
    let pdu: RecordedFragment[] = [];
    for (const found of messageParts(this.#recording, place, { passing: true })) {
      if (found.part === "PDU") {
        if (pdu.length > 0) yield pdu;
        pdu = [];
      } else if (found.part === "fragment") {
        pdu.push({ isCommand: found.isCommand, length: found.length });
      }
    }
    if (pdu.length > 0) yield pdu;
  }
}

const NONE: readonly number[] = [];
