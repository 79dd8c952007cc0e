/** DIMSE messages as the octets of one AE, and what a `MessageAssembler` makes of them. */

import type { CommandValue } from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { commandPdus, dataSetPdus } from "../../src/dimse/fragment.ts";
import type { IrregularPdv, Message, PdvIrregularity } from "../../src/dimse/message.ts";
import {
  MessageAssembler,
  type MessageAssemblerOptions,
} from "../../src/dimse/message_assembler.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import type { PduSink } from "../../src/ul/pdu_sink.ts";
import { concat } from "./event_log.ts";

export type Values = Readonly<Record<string, CommandValue>>;

export const COMMAND = 1;
export const LAST = 2;

export const ECHO_RQ: Values = {
  AffectedSOPClassUID: "1.2.840.10008.1.1",
  CommandField: 0x0030,
  MessageID: 1,
  CommandDataSetType: 0x0101,
};

export const STORE_RQ: Values = {
  AffectedSOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
  CommandField: 0x0001,
  MessageID: 2,
  Priority: 0,
  CommandDataSetType: 1,
  AffectedSOPInstanceUID: "2.25.1",
};

/** P-DATA-TF PDUs of a message, one PDV each. */
export function messageBytes(
  values: Values,
  options: { contextId?: number; maximumLength?: number; dataSet?: Uint8Array } = {},
): Uint8Array {
  const { contextId = 1, maximumLength = 16_384, dataSet } = options;
  return concat([
    ...commandPdus(encodeCommandSet(values), { contextId, maximumLength }),
    ...(dataSet === undefined ? [] : dataSetPdus(dataSet, { contextId, maximumLength })),
  ]);
}

/** One P-DATA-TF of the given PDVs. */
export function pDataBytes(
  ...pdvs: readonly (readonly [contextId: number, header: number, fragment: Uint8Array])[]
): Uint8Array {
  return encodePdu({
    type: "P-DATA-TF",
    pdvs: pdvs.map(([contextId, messageControlHeader, fragment]) => ({
      contextId,
      messageControlHeader,
      fragment,
    })),
  });
}

export function dataOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + 7) & 0xff);
}

export interface Assembled {
  readonly framer: PduFramer;
  readonly assembler: MessageAssembler;
  /** "started 0", "ended 0", "irregular odd fragment", in the order told. */
  readonly log: string[];
  readonly ended: Message[];
  readonly irregular: { readonly what: PdvIrregularity; readonly where: IrregularPdv }[];
}

/** An assembler behind a framer; feed `framer.receive`. */
export function assembling(options: Partial<MessageAssemblerOptions> = {}): Assembled {
  const log: string[] = [];
  const ended: Message[] = [];
  const irregular: Assembled["irregular"] = [];
  const assembler = new MessageAssembler(
    {
      messageStarted: (message) => log.push(`started ${message.index}`),
      messageEnded: (message) => {
        log.push(`ended ${message.index}`);
        ended.push(message);
      },
      irregular: (what, where) => {
        log.push(`irregular ${what}`);
        irregular.push({ what, where });
      },
    },
    { sender: "requestor", ...options },
  );
  const sink: PduSink = {
    pdu: () => {},
    pDataStart: (offset, length) => assembler.pDataStart(offset, length),
    pdvStart: (offset, contextId, header, length) =>
      assembler.pdvStart(offset, contextId, header, length),
    fragment: (offset, bytes) => assembler.fragment(offset, bytes),
    skipped: (offset, length) => assembler.skipped(offset, length),
    pdvEnd: () => assembler.pdvEnd(),
    pDataEnd: () => {},
    problem: () => {},
    lost: () => {},
  };
  return { framer: new PduFramer(sink), assembler, log, ended, irregular };
}
