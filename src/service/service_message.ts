/**
 * Messages of a DIMSE-service-user as values: what is invoked, what comes back, what is asked of us
 * and what we answer (PS3.7 9.1, 10.1).
 */
import { DataSet } from "../dataset/data_set.ts";
import { DataSetBuilder } from "../dataset/data_set_builder.ts";
import { DataSetReader } from "../dataset/data_set_reader.ts";
import { encodeDataSet } from "../dataset/encode_data_set.ts";
import { transferSyntax } from "../dataset/transfer_syntax.ts";
import { serviceStatusMeaning } from "../dictionary/statuses.ts";
import { generalStatusMeaning, type StatusClass, statusClass } from "../dimse/status.ts";
import type { CommandValues, DataSetSource, SendOptions } from "../io/association.ts";
import type { ReceivedMessage } from "../io/message_receiver.ts";
import type { AgreedContext } from "../ul/negotiate.ts";
import type { OperationName } from "./operation.ts";

/** What is to be invoked. What the operation needs and is missing is a TypeError (`commandValues`). */
export interface OperationRequest {
  readonly operation: OperationName;
  /** UID, keyword or name of the SOP class; Verification where the operation is C-ECHO. */
  readonly sopClass?: string;
  readonly sopInstanceUid?: string;
  /** 0 medium, 1 high, 2 low (PS3.7 E.1-1); 0 unless told. For C-STORE, C-FIND, C-GET, C-MOVE. */
  readonly priority?: 0 | 1 | 2;
  /** AE title to which a C-MOVE sends. */
  readonly moveDestination?: string;
  readonly actionTypeId?: number;
  readonly eventTypeId?: number;
  /** Tags as eight hexadecimal digits, "00100010": what an N-GET asks for; all, unless told. */
  readonly attributes?: readonly string[];
  /**
   * A `DataSet` is encoded in the context's transfer syntax; octets and streams of octets go out as
   * they are, and must be in it.
   */
  readonly dataSet?: DataSet | DataSetSource;
  /** 0 to 65535; counted from 1 unless told. */
  readonly messageId?: number;
  /** Presentation context ID; by default the first accepted one that serves the SOP class. */
  readonly contextId?: number;
  /** Further elements of the command set by keyword (PS3.7 Annex E); they win over all but MessageID. */
  readonly values?: CommandValues;
  /** Into which PDUs it is cut. */
  readonly sending?: SendOptions;
  /** Send it even where PS3.7 asks for parts that are missing: to see what the peer says to that. */
  readonly unchecked?: boolean;
}

/** One response. Its data set can be read until the next one is asked for. */
export interface OperationResponse {
  readonly operation: OperationName;
  readonly messageId: number;
  /** As in the command set, 0 to 65535; what it means in the service that answers, in words. */
  readonly status: number;
  readonly statusClass: StatusClass;
  readonly meaning: string;
  /** No further response follows. */
  readonly final: boolean;
  /** The command set by keyword of PS3.7 Annex E. */
  readonly values: CommandValues;
  readonly context: AgreedContext;
  /** Octets of the data set as they came, in the context's transfer syntax. */
  readonly dataSet: AsyncIterable<Uint8Array> | undefined;
  /** The data set read; undefined where the response has none. Values beyond 64 MiB are left out. */
  read(): Promise<DataSet | undefined>;
}

/** What the peer asks of this side. Its data set can be read until it is answered. */
export interface PerformRequest {
  readonly operation: OperationName;
  readonly messageId: number;
  readonly sopClassUid: string;
  /** Undefined where the request has none: always in C-FIND, and in an N-CREATE that leaves it to us. */
  readonly sopInstanceUid: string | undefined;
  readonly values: CommandValues;
  readonly context: AgreedContext;
  readonly dataSet: AsyncIterable<Uint8Array> | undefined;
  /**
   * In place of `dataSet` and `read`: all octets go to `sink`, as views that are valid until it
   * returns. The quickest way to a hash, a file, or to nowhere.
   */
  through(sink: (octets: Uint8Array) => void): Promise<void>;
  read(): Promise<DataSet | undefined>;
  /** Aborts when the peer cancels the operation (C-CANCEL-RQ), and when the association ends. */
  readonly canceled: AbortSignal;
}

/** A response to give. What every response needs is added from the request. */
export interface Answer {
  readonly status: number;
  readonly dataSet?: DataSet | DataSetSource;
  /** Further elements of the command set by keyword: ErrorComment, sub-operation counts, ... */
  readonly values?: CommandValues;
  /** Elements repeated from the request that this response goes without, by keyword. */
  readonly omit?: readonly string[];
  /** Into which PDUs it is cut. */
  readonly sending?: SendOptions;
}

/** The octets of a data set for a context. Throws a RangeError where they cannot be made. */
export function dataSetOctets(
  dataSet: DataSet | DataSetSource,
  context: AgreedContext,
): DataSetSource {
  if (!(dataSet instanceof DataSet)) return dataSet;
  const uid = context.transferSyntax ?? "";
  const syntax = transferSyntax(uid);
  if (syntax === undefined) {
    throw new RangeError(`Cannot encode a data set: transfer syntax ${uid} is not known`);
  }
  return encodeDataSet(dataSet, { syntax });
}

/** Reads a data set as it comes, in bounded memory. Undefined where there is none. */
export async function readStream(
  stream: AsyncIterable<Uint8Array> | undefined,
  context: AgreedContext,
): Promise<DataSet | undefined> {
  if (stream === undefined) return undefined;
  const syntax = transferSyntax(context.transferSyntax ?? "");
  if (syntax === undefined) return undefined;
  const builder = new DataSetBuilder({ syntax });
  const reader = new DataSetReader(builder, { syntax });
  for await (const fragment of stream) reader.receive(fragment);
  reader.end();
  return builder.dataSet;
}

/** The response as the program sees it; undefined where the command set has no Status. */
export function responseOf(
  message: ReceivedMessage,
  { operation, context }: { readonly operation: OperationName; readonly context: AgreedContext },
): OperationResponse | undefined {
  const { values } = message.commandSet;
  const { Status: status, MessageIDBeingRespondedTo: messageId } = values;
  if (typeof status !== "number" || typeof messageId !== "number") return undefined;
  const sopClassUid = textValue(values, "AffectedSOPClassUID") ?? context.abstractSyntax;
  let read: Promise<DataSet | undefined> | undefined;
  return {
    operation,
    messageId,
    status,
    statusClass: statusClass(status),
    meaning: statusMeaning(status, { operation, sopClassUid }),
    final: statusClass(status) !== "pending",
    values,
    context,
    dataSet: message.dataSet,
    read: () => {
      read ??= readStream(message.dataSet, context);
      return read;
    },
  };
}

/** What a status means in the service that answers (PS3.4), or in general (PS3.7 Annex C). */
export function statusMeaning(
  status: number,
  of: { readonly operation: OperationName; readonly sopClassUid: string },
): string {
  const command = `${of.operation}-RSP`;
  return (
    serviceStatusMeaning(status, { command, sopClassUid: of.sopClassUid }) ??
    generalStatusMeaning(status) ??
    `${statusClass(status)} that neither PS3.4 nor PS3.7 names`
  );
}

export function textValue(values: CommandValues, keyword: string): string | undefined {
  const value = values[keyword];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberValue(values: CommandValues, keyword: string): number | undefined {
  const value = values[keyword];
  return typeof value === "number" ? value : undefined;
}
