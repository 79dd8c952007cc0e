/**
 * PDVs of one sender into messages (PS3.7 6.3, PS3.8 Annex E).
 *
 * The framer's P-DATA-TF events go in; `MessageSink` hears of a message when its command set is
 * whole and when the message is whole or broken off. Any fragmentation gives the same messages.
 *
 * Rule: nothing is held but command sets (1 MiB of all open ones together) and heads of data sets.
 * Rule: messages that interleave (forbidden by PS3.8 E.1) are told apart by presentation context.
 */

import type { Role } from "../role.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import type { MessageSink, PdvIrregularity } from "./message.ts";
import { MAX_COMMAND_LENGTH, OpenMessage, type RunningHash } from "./open_message.ts";

export interface MessageAssemblerOptions {
  readonly sender: Role;
  /** Octets of each data set kept for display; 64 KiB unless told. */
  readonly headLength?: number;
  /** SHA-256 of the data sets; they have no hash without it. */
  readonly createHash?: (() => RunningHash) | undefined;
  /** Numbers the messages of both senders of an association; from 0 unless told. */
  readonly nextIndex?: () => number;
}

const MAX_OPEN_MESSAGES = 8;
const MAX_PENDING_DIGESTS = 64;
const HEAD_LENGTH = 64 * 1024;
/** Message control header, PS3.8 E.2. */
const COMMAND = 1;
const LAST = 2;

type PdvPart = Pick<PduSink, "pDataStart" | "pdvStart" | "fragment" | "skipped" | "pdvEnd">;

export class MessageAssembler implements PdvPart {
  /** Microseconds; the owner sets it before each chunk. */
  now = 0;
  readonly #sink: MessageSink;
  readonly #sender: Role;
  readonly #headLength: number;
  readonly #createHash: (() => RunningHash) | undefined;
  readonly #nextIndex: () => number;
  readonly #open = new Map<number, OpenMessage>();
  /** Contexts in the middle of a data set that belongs to no message. */
  readonly #orphans = new Set<number>();
  readonly #digests: { length: number; sha256: string }[] = [];
  #held = 0;
  #pdu = 0;
  #messageOfPdu: OpenMessage | undefined;
  #current: OpenMessage | undefined;
  #pdv = { offset: 0, contextId: 0, header: 0, length: 0 };

  constructor(sink: MessageSink, options: MessageAssemblerOptions) {
    this.#sink = sink;
    this.#sender = options.sender;
    this.#headLength = options.headLength ?? HEAD_LENGTH;
    this.#createHash = options.createHash;
    let index = 0;
    this.#nextIndex = options.nextIndex ?? (() => index++);
  }

  pDataStart(_offset: number, _pduLength: number): void {
    this.#pdu++;
    this.#messageOfPdu = undefined;
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number, length: number): void {
    this.#pdv = { offset, contextId, header: messageControlHeader, length };
    if (length % 2 !== 0) this.#irregular("odd fragment", this.#open.get(contextId));
    const isCommand = (messageControlHeader & COMMAND) !== 0;
    const open = isCommand ? this.#commandPdv() : this.#dataPdv();
    this.#current = open;
    if (open === undefined) return;
    if (this.#messageOfPdu !== undefined && this.#messageOfPdu !== open) {
      this.#irregular("two messages in one PDU", open);
    }
    this.#messageOfPdu = open;
    if (open.pdu !== this.#pdu) {
      open.pdu = this.#pdu;
      open.message.pdus++;
    }
    open.message.lastAt = this.now;
    open.message.endOffset = offset + 6;
    if (this.#open.size > 1 && !open.interleaved) {
      open.interleaved = true;
      this.#irregular("interleaved message", open);
    }
  }

  fragment(offset: number, bytes: Uint8Array): void {
    const open = this.#current;
    if (open === undefined) return;
    open.message.lastAt = this.now;
    open.message.endOffset = offset + bytes.length;
    if (!open.inCommandSet) {
      open.appendData(bytes);
    } else if (!open.message.undecodable) {
      this.#held += bytes.length;
      if (this.#held > MAX_COMMAND_LENGTH) this.#giveUp(open, bytes.length);
      else open.appendCommand(bytes);
    }
  }

  /** Octets of this fragment passed but are not available. */
  skipped(offset: number, length: number): void {
    const open = this.#current;
    if (open === undefined) return;
    open.message.lastAt = this.now;
    open.message.endOffset = offset + length;
    if (!open.inCommandSet) {
      open.skipData(length);
    } else {
      this.#held -= open.held;
      open.giveUp();
    }
  }

  pdvEnd(): void {
    const open = this.#current;
    this.#current = undefined;
    if ((this.#pdv.header & LAST) === 0) return;
    if (open === undefined) this.#orphans.delete(this.#pdv.contextId);
    else if (open.inCommandSet) this.#endCommandSet(open);
    else this.#endDataSet(open);
  }

  /**
   * The SHA-256 of a data set whose octets were not recorded, from the record that stands in for
   * them; it goes to the next data set of that length that ends.
   */
  digest(length: number, sha256: string): void {
    if (this.#digests.length === MAX_PENDING_DIGESTS) this.#digests.shift();
    this.#digests.push({ length, sha256 });
  }

  /** Nothing more will come: what is open is broken off. */
  end(): void {
    this.#current = undefined;
    for (const open of [...this.#open.values()]) this.#breakOff(open);
    this.#orphans.clear();
  }

  #commandPdv(): OpenMessage {
    const { contextId, offset } = this.#pdv;
    const open = this.#open.get(contextId);
    if (open?.inCommandSet) return open;
    this.#orphans.delete(contextId);
    if (open !== undefined) {
      this.#irregular("command inside data set", open);
      this.#breakOff(open);
    }
    if (this.#open.size === MAX_OPEN_MESSAGES) {
      const [oldest] = this.#open.values();
      this.#irregular("too many open messages", oldest);
      if (oldest !== undefined) this.#breakOff(oldest);
    }
    const started = new OpenMessage({
      index: this.#nextIndex(),
      sender: this.#sender,
      contextId,
      at: this.now,
      offset,
    });
    this.#open.set(contextId, started);
    return started;
  }

  #dataPdv(): OpenMessage | undefined {
    const { contextId, offset } = this.#pdv;
    const open = this.#open.get(contextId);
    if (open !== undefined && !open.inCommandSet) {
      if (open.dataSet === undefined) {
        const hash = this.#createHash?.();
        open.beginDataSet(offset + 6, { at: this.now, headLength: this.#headLength, hash });
      }
      return open;
    }
    if (open !== undefined) {
      this.#irregular("data inside command set", open);
      this.#breakOff(open);
    } else if (!this.#orphans.has(contextId)) {
      this.#irregular("data set without command set", undefined);
    }
    this.#orphans.add(contextId);
    return undefined;
  }

  #endCommandSet(open: OpenMessage): void {
    this.#held -= open.held;
    open.endCommandSet(this.now);
    const { message } = open;
    this.#sink.messageStarted(message);
    if (message.dataSetAnnounced) return;
    // What follows a command set that was not read is not known: no irregularity of the sender
    if (message.undecodable) this.#orphans.add(message.contextId);
    message.complete = !message.undecodable;
    this.#close(open);
  }

  #endDataSet(open: OpenMessage): void {
    const sha256 = open.endDataSet();
    const { dataSet, message } = open;
    if (dataSet !== undefined) {
      const hash = sha256 ?? this.#recordedDigest(dataSet.length);
      if (hash !== undefined) dataSet.sha256 = hash;
    }
    message.complete = true;
    this.#close(open);
  }

  #recordedDigest(length: number): string | undefined {
    const found = this.#digests.findIndex((digest) => digest.length === length);
    return found < 0 ? undefined : this.#digests.splice(0, found + 1).at(-1)?.sha256;
  }

  #giveUp(open: OpenMessage, tooMuch: number): void {
    this.#held -= open.held + tooMuch;
    open.giveUp();
    this.#irregular("command set too long", open);
  }

  #breakOff(open: OpenMessage): void {
    if (open.inCommandSet) {
      this.#held -= open.held;
      open.endCommandSet(open.message.lastAt);
      open.message.undecodable = true;
      this.#sink.messageStarted(open.message);
    }
    this.#close(open);
  }

  #close(open: OpenMessage): void {
    open.close();
    this.#open.delete(open.message.contextId);
    if (this.#current === open) this.#current = undefined;
    this.#sink.messageEnded(open.message);
  }

  #irregular(what: PdvIrregularity, open: OpenMessage | undefined): void {
    const { offset, contextId, length } = this.#pdv;
    this.#sink.irregular(what, { offset, contextId, length, message: open?.message });
  }
}
