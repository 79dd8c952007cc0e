/**
 * PDVs of the peer into messages for a program that takes part itself (PS3.8 Annex E). A message is
 * given when its command set is whole; its data set is read as it comes.
 *
 * Rule: what nobody has read yet is bounded: above `HIGH` octets the socket is paused until less
 * than `LOW` are left.
 * Rule: as a partner, unlike as an observer, we insist on the order of Annex E: what breaks it is
 * reported to `fault` and ends the association.
 */
import { commandFieldName } from "../dimse/command_field.ts";
import { type CommandSet, readCommandSet } from "../dimse/command_set.ts";
import { NO_DATA_SET } from "../dimse/open_message.ts";
import { ProtocolError } from "../protocol_error.ts";
import {
  FragmentQueue,
  type FragmentQueueOptions,
  type ReceivedDataSet,
} from "./fragment_queue.ts";

export interface ReceivedMessage {
  readonly contextId: number;
  /** "C-FIND-RQ". */
  readonly command: string;
  readonly commandSet: CommandSet;
  /**
   * Fragments in order, each a copy; undefined where the command set announces none. Reading the
   * next message drops what is left of it. It ends early with the association's error.
   */
  readonly dataSet: ReceivedDataSet | undefined;
}

export interface MessageReceiverOptions extends Pick<FragmentQueueOptions, "timeout" | "late"> {
  readonly fault: (error: ProtocolError) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Whether PDVs on this context are to be expected. */
  readonly isAgreed: (contextId: number) => boolean;
}

export class MessageReceiver {
  readonly #options: MessageReceiverOptions;
  readonly #messages: (ReceivedMessage & { readonly stream: FragmentQueue | undefined })[] = [];
  #waiting: (() => void)[] = [];
  #command: Uint8Array[] = [];
  #commandLength = 0;
  #contextId: number | undefined;
  #stream: FragmentQueue | undefined;
  #header = 0;
  #held = 0;
  #paused = false;
  /** Undefined while the association lives; `error` is undefined after a release. */
  #ended: { readonly error: Error | undefined } | undefined;
  #current: FragmentQueue | undefined;
  #discarding = false;
  /** What is left of the memory that copies are made in. */
  #shared: Uint8Array = new Uint8Array(0);

  constructor(options: MessageReceiverOptions) {
    this.#options = options;
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number): void {
    const isCommand = (messageControlHeader & COMMAND) !== 0;
    this.#header = messageControlHeader;
    if (!this.#options.isAgreed(contextId)) {
      this.#fault(`a fragment on context ${contextId}, which was not accepted`, offset);
    } else if (this.#contextId !== undefined && this.#contextId !== contextId) {
      this.#fault(
        `a fragment on context ${contextId} inside a message on ${this.#contextId}`,
        offset,
      );
    } else if (isCommand && this.#stream !== undefined) {
      this.#fault("a command fragment inside a data set", offset);
    } else if (!isCommand && this.#stream === undefined) {
      this.#fault("a data set fragment where a command set is due", offset);
    } else {
      this.#contextId = contextId;
    }
  }

  fragment(offset: number, bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    if (this.#stream !== undefined) {
      if (this.#discarding || this.#stream.dropped) return;
      if (this.#stream.pass(bytes)) return;
      this.#stream.push(this.#copy(bytes));
      this.#hold(bytes.length + HELD_BY_FRAGMENT);
      return;
    }
    this.#commandLength += bytes.length;
    if (this.#commandLength > MAX_COMMAND) {
      this.#fault(`a command set of more than ${MAX_COMMAND} octets`, offset);
      return;
    }
    this.#command.push(new Uint8Array(bytes));
  }

  pdvEnd(): void {
    if ((this.#header & LAST) === 0 || this.#ended !== undefined) return;
    if (this.#stream !== undefined) {
      this.#stream.end(undefined);
      this.#stream = undefined;
      this.#contextId = undefined;
      return;
    }
    this.#endCommandSet();
  }

  /** The next message; undefined when the association was released. Rejects with its error. */
  async next(): Promise<ReceivedMessage | undefined> {
    this.#current?.drop();
    this.#current = undefined;
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        this.#current = message.stream;
        this.#hold(-HELD_BY_MESSAGE);
        return message;
      }
      if (this.#ended !== undefined) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return undefined;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Nothing more will come. Messages that are whole can still be read. */
  end(error: Error | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#stream?.end(error ?? new Error("The association was released inside a data set"));
    this.#stream = undefined;
    this.#wake();
  }

  /** Drops what comes from now on: nobody will read it, but the release has to come through. */
  discard(): void {
    this.#discarding = true;
    for (const { stream } of this.#messages) stream?.drop();
    this.#current?.drop();
    this.#held = 0;
    this.#hold(0);
  }

  /** Of memory that is read into again. Fragments of bulk share pieces of memory. */
  #copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (length < SHARED_FROM || length > SHARED / 2) return new Uint8Array(bytes);
    if (this.#shared.length < length) this.#shared = newMemory(SHARED);
    const copy = this.#shared.subarray(0, length);
    this.#shared = this.#shared.subarray(length);
    copy.set(bytes);
    return copy;
  }

  #endCommandSet(): void {
    const bytes = new Uint8Array(this.#commandLength);
    let at = 0;
    for (const part of this.#command) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#command = [];
    this.#commandLength = 0;
    const commandSet = readCommandSet(bytes);
    const { CommandField: field, CommandDataSetType: dataSetType } = commandSet.values;
    if (typeof field !== "number") {
      this.#fault("a command set without a Command Field", 0);
      return;
    }
    const hasDataSet = dataSetType !== undefined && dataSetType !== NO_DATA_SET;
    const stream = hasDataSet
      ? new FragmentQueue({
          ...this.#options,
          freed: (length) => this.#hold(-length - HELD_BY_FRAGMENT),
        })
      : undefined;
    const contextId = this.#contextId ?? 0;
    if (stream === undefined) this.#contextId = undefined;
    this.#stream = stream;
    if (this.#discarding) return;
    this.#messages.push({
      contextId,
      command: commandFieldName(field),
      commandSet,
      dataSet: stream,
      stream,
    });
    this.#hold(HELD_BY_MESSAGE);
    this.#wake();
  }

  #hold(octets: number): void {
    this.#held = Math.max(0, this.#held + octets);
    if (!this.#paused && this.#held > HIGH && !this.#discarding) {
      this.#paused = true;
      this.#options.pause();
    } else if (this.#paused && (this.#held < LOW || this.#discarding)) {
      this.#paused = false;
      this.#options.resume();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #fault(what: string, offset: number): void {
    if (this.#ended !== undefined) return;
    this.#options.fault(
      new ProtocolError(`Cannot take ${what}`, {
        section: "PS3.8 E.2",
        abortReason: INVALID_PARAMETER_VALUE,
        offset,
      }),
    );
  }
}

/** Message control header, PS3.8 E.2. */
const COMMAND = 1;
const LAST = 2;
/** PS3.8 Table 9-26. */
const INVALID_PARAMETER_VALUE = 6;
const MAX_COMMAND = 2 ** 20;
const HIGH = 2 ** 20;
const LOW = 2 ** 18;
/** What a message without a data set counts for, so that a flood of them pauses the socket too. */
const HELD_BY_MESSAGE = 1024;
/** And what a fragment costs us beside its octets: a peer may send them one octet each. */
const HELD_BY_FRAGMENT = 128;
/** Octets of memory that several fragments share; shorter ones are not worth to hold on to it. */
const SHARED = 131_072;
const SHARED_FROM = 8_192;

/** Not filled with zeros: it is written before it is read. */
function newMemory(octets: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(octets).buffer);
}
