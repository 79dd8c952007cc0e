/**
 * A message as the words about it need it: its command set, and of its data set what the head says.
 *
 * Rule: heads are bounded by their owner, so what is counted in one may be a lower bound (`cut`).
 */
import { DataSet } from "../dataset/data_set.ts";
import { type CommandSet, textOf } from "../dimse/command_set.ts";
import type { ObservedMessage } from "../observe/association_sink.ts";
import { readHead } from "./read_head.ts";
import type { StepStates } from "./step_states.ts";

export interface ToldMessage {
  /** "C-STORE-RQ". */
  readonly command: string;
  /** Of the request, also in its responses; "" where nobody says. */
  readonly sopClassUid: string;
  /** Affected or Requested SOP Instance UID. */
  readonly instanceUid: string | undefined;
  readonly commandSet: CommandSet;
  /** Empty where there is none, or its transfer syntax is not known. */
  readonly data: DataSet;
  /** Octets of the data set on the wire. */
  readonly length: number;
  readonly transferSyntax: string | undefined;
  /** Not all elements of the data set were at hand; bulk that was left out does not count. */
  readonly cut: boolean;
  /** Names and identifiers of patients may be told. */
  readonly showPatient: boolean;
  /** Of a procedure step: its state before this message, where that was seen. */
  readonly stateBefore: string | undefined;
}

export interface TellOptions {
  readonly showPatient?: boolean;
  /** Shared by associations whose procedure steps are told together. */
  readonly states?: StepStates;
}

const EMPTY = new DataSet([]);

export function tellMessage(observed: ObservedMessage, options: TellOptions): ToldMessage {
  const { message, context, exchange } = observed;
  const { commandSet, dataSet } = message;
  const read = readHead(observed);
  const instanceUid =
    textOf(commandSet, "AffectedSOPInstanceUID") ?? textOf(commandSet, "RequestedSOPInstanceUID");
  return {
    command: message.command,
    sopClassUid:
      exchange?.sopClassUid ??
      textOf(commandSet, "AffectedSOPClassUID") ??
      textOf(commandSet, "RequestedSOPClassUID") ??
      "",
    instanceUid,
    commandSet,
    data: read?.dataSet ?? EMPTY,
    length: dataSet?.length ?? 0,
    transferSyntax: context?.acceptedTransferSyntax,
    cut: dataSet !== undefined && read?.counted !== true,
    showPatient: options.showPatient === true,
    stateBefore: instanceUid === undefined ? undefined : options.states?.of(instanceUid),
  };
}
