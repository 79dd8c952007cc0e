/**
 * Messages of a program that takes part itself, on their way to the socket: one after another,
 * fragmented to what the peer is ready to receive (PS3.8 D.1, Annex E).
 *
 * Rule: what comes as a plain iterable goes out without a promise for each piece: those would cost
 * more than reading and sending the octets. Others have their turn after `MOST_AT_ONCE` of it.
 */
import type { CommandValue } from "../dimse/command_set.ts";
import { encodeCommandSet } from "../dimse/encode_command_set.ts";
import type { Fragmentation } from "../dimse/fragment_plan.ts";
import { LARGEST_BATCH, MessageFragmenter } from "../dimse/message_fragmenter.ts";
import { NO_DATA_SET } from "../dimse/open_message.ts";
import { promptly } from "./promptly.ts";
import { giveBuffer, takeBuffer } from "./tcp_buffers.ts";
import type { UlDriver } from "./ul_driver.ts";

export type CommandValues = Readonly<Record<string, CommandValue>>;
/** Pieces are taken one after another; each is needed until the next one is asked for. */
export type DataSetSource = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** How a message goes out. */
export interface SendOptions {
  /** "max" unless told; never longer than the peer allows. */
  readonly fragmentation?: Fragmentation;
  /** Command set and data set may share a PDU; see `FragmentPlanOptions`. */
  readonly pack?: boolean;
  /**
   * Octets of a data set that comes as a stream, where that is known: needed for fragments of more
   * than 256 KiB, and less work for all. A stream of another length ends the association.
   */
  readonly dataSetLength?: number | undefined;
}

export interface Payload extends SendOptions {
  readonly dataSet?: DataSetSource | undefined;
}

export interface MessageSenderOptions {
  readonly transport: Pick<UlDriver, "send" | "drained">;
  readonly isAgreed: (contextId: number) => boolean;
  /** Of a P-DATA-TF to the peer; 0 where it sets no limit (PS3.8 D.1). */
  readonly maximumLength: number;
  /** Throws where nothing can be sent any more. */
  readonly mustLive: () => void;
  /** The same, or a rejection where it takes too long. */
  readonly within: (room: Promise<boolean>) => Promise<boolean>;
  /** A part of a message was sent, and the rest will not be. */
  readonly failed: () => void;
}

type Message = Payload & { readonly values: CommandValues };

export class MessageSender {
  readonly #options: MessageSenderOptions;
  #sending: Promise<void> = Promise.resolve();
  #outgoing: MessageFragmenter | undefined;
  /** Octets that were sent since the event loop turned. */
  #sinceTurn = 0;

  constructor(options: MessageSenderOptions) {
    this.#options = options;
  }

  /** A PDU was sent in part: only its other octets may follow, no A-ABORT. */
  get isInsidePdu(): boolean {
    return this.#outgoing?.isInsidePdu === true;
  }

  /** Resolves when the octets were handed to the system. */
  send(contextId: number, message: Message): Promise<void> {
    const sent = this.#sending.then(() => this.#sendMessage(contextId, message));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Resolves when all messages so far were handed to the system, or will not be. */
  sent(): Promise<void> {
    return this.#sending;
  }

  async #sendMessage(contextId: number, message: Message): Promise<void> {
    const { mustLive, isAgreed, maximumLength, failed } = this.#options;
    mustLive();
    if (!isAgreed(contextId)) {
      throw new RangeError(`Cannot send on context ${contextId}: it was not accepted`);
    }
    const { dataSet, values, ...options } = message;
    const CommandDataSetType = dataSet === undefined ? NO_DATA_SET : DATA_SET;
    const dataSetLength = lengthOf(dataSet) ?? options.dataSetLength;
    const isBulk = dataSetLength === undefined || Number(dataSetLength) > BULK;
    const memory = isBulk ? takeBuffer(LARGEST_BATCH) : undefined;
    const fragmenter = new MessageFragmenter(encodeCommandSet({ ...values, CommandDataSetType }), {
      ...options,
      contextId,
      maximumLength,
      dataSetLength,
      memory,
    });
    this.#outgoing = fragmenter;
    try {
      await this.#sendAll(fragmenter, dataSet);
    } catch (error) {
      failed();
      throw error;
    } finally {
      this.#outgoing = undefined;
      if (memory !== undefined && memory === fragmenter.memory) giveBuffer(memory);
    }
  }

  async #sendAll(fragmenter: MessageFragmenter, dataSet: DataSetSource | undefined): Promise<void> {
    if (dataSet instanceof Uint8Array) {
      await this.#sendBatches(fragmenter.push(dataSet), fragmenter);
    } else if (dataSet !== undefined && Symbol.iterator in dataSet) {
      for (const piece of dataSet) {
        const waiting = this.#sendBatches(fragmenter.push(piece), fragmenter);
        if (waiting !== undefined) await waiting;
      }
    } else if (dataSet !== undefined) {
      for await (const piece of promptly(dataSet)) {
        const batches = piece === undefined ? fragmenter.flush() : fragmenter.push(piece);
        await this.#sendBatches(batches, fragmenter);
      }
    }
    await this.#sendBatches(fragmenter.end(), fragmenter);
  }

  /** Undefined where the system took everything at once. */
  #sendBatches(
    batches: Iterable<Uint8Array>,
    fragmenter: MessageFragmenter,
  ): Promise<void> | undefined {
    const rest = batches[Symbol.iterator]();
    const room = this.#next(rest, fragmenter);
    return room === undefined ? undefined : this.#sendRest(room, { rest, fragmenter });
  }

  async #sendRest(
    room: Promise<boolean>,
    { rest, fragmenter }: { rest: Iterator<Uint8Array>; fragmenter: MessageFragmenter },
  ): Promise<void> {
    let wait: Promise<boolean> | undefined = room;
    for (; wait !== undefined; wait = this.#next(rest, fragmenter)) {
      const isTaken = await this.#options.within(wait);
      this.#sinceTurn = 0;
      if (isTaken) fragmenter.reclaim();
    }
  }

  /** Sends until there is something to wait for; undefined where no batch is left. */
  #next(rest: Iterator<Uint8Array>, fragmenter: MessageFragmenter): Promise<boolean> | undefined {
    const { transport, mustLive } = this.#options;
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      mustLive();
      const isTaken = transport.send(next.value);
      this.#sinceTurn += next.value.length;
      const room = transport.drained() ?? this.#turn(isTaken);
      if (room !== undefined) return room;
      if (isTaken) fragmenter.reclaim();
    }
    return undefined;
  }

  #turn(isTaken: boolean): Promise<boolean> | undefined {
    if (this.#sinceTurn < MOST_AT_ONCE) return undefined;
    return new Promise((resolve) => setImmediate(() => resolve(isTaken)));
  }
}

/** Octets that may go out before others have their turn. */
const MOST_AT_ONCE = 4 * 2 ** 20;
/** PS3.7 E.1-1: any value but 0101H announces one. */
const DATA_SET = 0x0001;
/** Octets of a data set for which it pays to borrow memory. */
const BULK = 16_384;

function lengthOf(dataSet: DataSetSource | undefined): number | "none" | undefined {
  if (dataSet === undefined) return "none";
  return dataSet instanceof Uint8Array ? dataSet.length : undefined;
}
