/**
 * One association read from its first record on: what its messages and PDUs are, and where. Goes on
 * from where it stopped when the association has grown.
 *
 * Rule: bounded: `MAX_MESSAGES` messages, as text of some 600 characters each, and `MAX_PDUS` PDUs,
 * as a handful of numbers each. What is beyond is counted.
 */
import { createHash } from "node:crypto";
import { MessageTeller } from "../../inspect/message_teller.ts";
import type { AssociationReader, FoundAssociation } from "../../inspect/read_association.ts";
import { RecordObserver } from "../../inspect/record_observer.ts";
import { StreamPlaces } from "../../inspect/stream_places.ts";
import { pduWords } from "../../meaning/pdu_words.ts";
import { HEAD_LENGTH } from "../../meaning/read_head.ts";
import type { AssociationSink, ObservedMessage, PduEvent } from "../../observe/association_sink.ts";
import type { AssociationJson, MessageJson } from "../../observe/summary.ts";
import type { Role } from "../../role.ts";
import { mayHaveImage } from "./may_have_image.ts";

export const MAX_MESSAGES = 100_000;
export const MAX_PDUS = 1_000_000;

/** Where a message is. Offsets count octets of the sender's stream. */
export interface PassedMessage {
  readonly index: number;
  readonly sender: Role;
  readonly contextId: number;
  /** Index of the request that it answers or cancels. */
  readonly respondsTo: number | undefined;
  readonly offset: number;
  endOffset: number;
  /** Of the first fragment of its data set. */
  dataOffset: number | undefined;
  transferSyntax: string | undefined;
  image: boolean;
  /** JSON of its `MessageJson`; undefined while it has not ended. */
  text: string | undefined;
}

export interface PassedPdu {
  readonly index: number;
  readonly sender: Role;
  /** Milliseconds since the association was opened. */
  readonly atMs: number;
  readonly pduType: number;
  readonly offset: number;
  readonly length: number;
  readonly words: string;
}

export class AssociationPass {
  readonly places = new StreamPlaces();
  /** By index; those that have no command set yet are missing. */
  readonly messages: (PassedMessage | undefined)[] = [];
  readonly pdus: PassedPdu[] = [];
  /** Indices into `pdus` of each sender's, in ascending order of their offsets. */
  readonly pdusOf: Readonly<Record<Role, number[]>> = { requestor: [], acceptor: [] };
  /** Indices of each sender's messages, in ascending order of their offsets. */
  readonly messagesOf: Readonly<Record<Role, number[]>> = { requestor: [], acceptor: [] };
  /** Messages and PDUs that are not kept. */
  left = 0;
  readonly #id: number;
  readonly #observer: RecordObserver;
  readonly #words = new Map<string, string>();
  #openedAt: number | undefined;
  /** Place of the last block that was read. */
  #lastBlock = -1;

  constructor(summary: Pick<AssociationJson, "id" | "capture">) {
    const { id, capture } = summary;
    this.#id = id;
    this.#observer = new RecordObserver({
      capture,
      only: (other) => other === id,
      headLength: HEAD_LENGTH,
      createHash: () => {
        const hash = createHash("sha256");
        return { update: (bytes) => hash.update(bytes), digest: () => hash.digest("hex") };
      },
      sink: (_id, openedAt) => this.#sink(openedAt),
    });
  }

  /** Reads what there is more of it, block by block. */
  *read(found: FoundAssociation, reader: AssociationReader): Generator<void> {
    const last = this.#lastBlock;
    const blocks = last < 0 ? reader.blocks(found) : reader.blocksFrom(found, last);
    for (const block of blocks) {
      if (block.offset <= last) continue;
      let isFirst = true;
      for (const record of block.records) {
        if (!("association" in record)) continue;
        if (isFirst) {
          const before = this.#observer.get(this.#id)?.told ?? NOTHING;
          const { requestor, acceptor } = record.kind === "position" ? record : before;
          this.places.block(block.offset, { requestor, acceptor });
          isFirst = false;
        }
        this.#observer.consume(record);
      }
      this.#lastBlock = block.offset;
      yield;
    }
  }

  /** Nothing more will come: what is open is broken off. */
  finish(): void {
    this.#observer.finish();
  }

  #sink(openedAt: number): AssociationSink {
    this.#openedAt ??= openedAt;
    const teller = new MessageTeller({
      id: this.#id,
      openedAt,
      told: (message, observed) => this.#ended(message, observed),
    });
    return {
      pdu: (event) => this.#pdu(event),
      exchangeEnded: (exchange) => teller.exchangeEnded(exchange),
      messageStarted: (observed) => {
        this.#started(observed);
        teller.messageStarted(observed);
      },
      messageEnded: (observed) => teller.messageEnded(observed),
    };
  }

  #started({ message, respondsTo }: ObservedMessage): void {
    const { index, sender, contextId, offset, endOffset } = message;
    if (index >= MAX_MESSAGES) {
      this.left += 1;
      return;
    }
    this.messagesOf[sender].push(index);
    this.messages[index] = {
      ...{ index, sender, contextId, respondsTo, offset, endOffset },
      dataOffset: undefined,
      transferSyntax: undefined,
      image: false,
      text: undefined,
    };
  }

  #ended(json: MessageJson, observed: ObservedMessage): void {
    const passed = this.messages[json.index];
    if (passed === undefined) return;
    const { message, context } = observed;
    passed.endOffset = message.endOffset;
    passed.dataOffset = message.dataSet?.offset;
    passed.transferSyntax = context?.acceptedTransferSyntax;
    passed.image = mayHaveImage(observed);
    passed.text = JSON.stringify(json);
  }

  #pdu(event: PduEvent): void {
    const { sender, at, pduType, offset, length } = event;
    this.places.pdu(sender, offset);
    const index = this.pdus.length;
    if (index >= MAX_PDUS) {
      this.left += 1;
      return;
    }
    const atMs = Math.round(at - (this.#openedAt ?? at)) / 1000;
    this.pdusOf[sender].push(index);
    const words = this.#once(pduWords(event));
    this.pdus.push({ index, sender, atMs, pduType, offset, length, words });
  }

  /** Most P-DATA-TFs of an association say the same: one text for all of them. */
  #once(words: string): string {
    const known = this.#words.get(words);
    if (known !== undefined || this.#words.size >= MAX_WORDS) return known ?? words;
    this.#words.set(words, words);
    return words;
  }
}

/** Different texts that are shared. */
const MAX_WORDS = 1_000;

const NOTHING = { requestor: 0, acceptor: 0 } as const;
