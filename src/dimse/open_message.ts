/**
 * One message while its PDVs come in: what `MessageAssembler` fills and hands out as `Message`.
 */
import type { Role } from "../role.ts";
import { commandFieldName } from "./command_field.ts";
import { type CommandSet, numberOf, readCommandSet } from "./command_set.ts";
import type { Message, MessageDataSet } from "./message.ts";
import { OctetBuffer } from "./octet_buffer.ts";

export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** In hexadecimal. */
  digest(): string;
}

/** No data set present (PS3.7 Table E.1-1); every other value means that one follows. */
export const NO_DATA_SET = 0x0101;

/** Of all open messages of one sender together. */
export const MAX_COMMAND_LENGTH = 1024 * 1024;

export interface OpenMessageStart {
  readonly index: number;
  readonly sender: Role;
  readonly contextId: number;
  /** Microseconds. */
  readonly at: number;
  /** Of the first PDV in the sender's stream. */
  readonly offset: number;
}

export class OpenMessage {
  readonly message: Writable<Message>;
  /** Number of the newest P-DATA-TF that carries a part of it. */
  pdu = -1;
  interleaved = false;
  #command: OctetBuffer | undefined = new OctetBuffer(MAX_COMMAND_LENGTH);
  #dataSet: Writable<MessageDataSet> | undefined;
  #head: OctetBuffer | undefined;
  #hash: RunningHash | undefined;

  constructor(start: OpenMessageStart) {
    // every member by name and `dataSet` too: one shape of object, made in one go
    this.message = {
      index: start.index,
      sender: start.sender,
      contextId: start.contextId,
      at: start.at,
      offset: start.offset,
      commandAt: -1,
      lastAt: start.at,
      endOffset: start.offset,
      pdus: 0,
      command: "unknown",
      commandField: undefined,
      commandSet: NO_COMMAND_SET,
      commandBytes: EMPTY,
      dataSet: undefined,
      dataSetAnnounced: false,
      complete: false,
      undecodable: false,
      problems: [],
    };
  }

  get inCommandSet(): boolean {
    return this.message.commandAt < 0;
  }

  get dataSet(): Writable<MessageDataSet> | undefined {
    return this.#dataSet;
  }

  /** Octets of the command set that are held. */
  get held(): number {
    return this.#command?.length ?? 0;
  }

  appendCommand(bytes: Uint8Array): void {
    this.#command?.append(bytes);
  }

  /** The command set will not be read: its octets are let go, its PDVs are still counted. */
  giveUp(): void {
    this.#command = undefined;
    this.message.undecodable = true;
  }

  endCommandSet(at: number): void {
    const { message } = this;
    message.commandAt = at;
    if (this.#command === undefined) return;
    message.commandBytes = this.#command.toBytes();
    this.#command = undefined;
    message.commandSet = readCommandSet(message.commandBytes, { offset: message.offset + 6 });
    message.problems = message.commandSet.problems;
    message.commandField = numberOf(message.commandSet, "CommandField");
    if (message.commandField !== undefined) {
      message.command = commandFieldName(message.commandField);
    }
    const type = numberOf(message.commandSet, "CommandDataSetType");
    message.dataSetAnnounced = type !== undefined && type !== NO_DATA_SET;
  }

  beginDataSet(
    offset: number,
    options: { at: number; headLength: number; hash: RunningHash | undefined },
  ): void {
    this.#hash = options.hash;
    this.#head = new OctetBuffer(options.headLength);
    this.#dataSet = {
      at: options.at,
      offset,
      length: 0,
      head: EMPTY,
      sha256: undefined,
      complete: false,
      skipped: 0,
    };
    this.message.dataSet = this.#dataSet;
  }

  appendData(bytes: Uint8Array): void {
    const dataSet = this.#dataSet;
    if (dataSet === undefined) return;
    dataSet.length += bytes.length;
    if (dataSet.skipped === 0) this.#head?.append(bytes);
    this.#hash?.update(bytes);
  }

  skipData(length: number): void {
    const dataSet = this.#dataSet;
    if (dataSet === undefined) return;
    dataSet.length += length;
    dataSet.skipped += length;
    this.#hash = undefined;
  }

  /** Returns the hash where it could be computed. */
  endDataSet(): string | undefined {
    if (this.#dataSet !== undefined) this.#dataSet.complete = true;
    return this.#hash?.digest();
  }

  /** No more octets: the head becomes visible, buffers are let go. */
  close(): void {
    if (this.#dataSet !== undefined && this.#head !== undefined) {
      this.#dataSet.head = this.#head.toBytes();
    }
    this.#head = undefined;
    this.#hash = undefined;
  }
}

/** `Message` as it is written here. */
type Writable<T> = { -readonly [K in keyof T]: T[K] };

const EMPTY = new Uint8Array(0);
const NO_COMMAND_SET: CommandSet = { elements: [], values: {}, problems: [] };
