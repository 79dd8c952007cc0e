/**
 * Gathers what replay needs of one association while its records are read from the first to the
 * last: PDUs of association control, messages and their places, how it ended, what is missing.
 */
import type { CaptureRecord, NoteRecord } from "../../src/capture/record.ts";
import type {
  AssociationSink,
  ObservedMessage,
  PduEvent,
} from "../../src/observe/association_sink.ts";
import type { Role } from "../../src/role.ts";
import type { AAbort, AAssociateAc, AAssociateRj, AAssociateRq } from "../../src/ul/pdu.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import type { AssociationLink } from "../recorded.ts";
import type { Recording } from "./captured_data_set.ts";
import { CapturedMessage } from "./captured_message.ts";

/** Messages of one association that are kept; what comes behind them is not replayed. */
export const MAX_MESSAGES = 500_000;

export class AssociationCollector implements AssociationSink {
  readonly messages: CapturedMessage[] = [];
  request: AAssociateRq | undefined;
  answer: { readonly pdu: AAssociateAc | AAssociateRj; readonly at: number } | undefined;
  abort: { readonly pdu: AAbort; readonly by: Role; readonly at: number } | undefined;
  release: { readonly by: Role; readonly at: number } | undefined;
  /** The first AE whose stream ended, and how. */
  ended: { readonly by: Role; readonly how: "fin" | "reset"; readonly at: number } | undefined;
  closed: { readonly by: string; readonly how: string; readonly at: number } | undefined;
  opened: { readonly at: number; readonly wallUs: number | undefined } | undefined;
  replayOf: AssociationLink | undefined;
  lastAt = 0;
  /** Messages that are not kept. */
  more = 0;
  /** Data sets of which octets were left out on request. */
  cut = 0;
  readonly #recording: Recording;
  readonly #maxMessages: number;
  /** Where octets of a stream were lost, and where they were left out on request: the last place. */
  readonly #lastHole: Record<Role, number> = { requestor: -1, acceptor: -1 };
  readonly #lastCut: Record<Role, number> = { requestor: -1, acceptor: -1 };

  constructor(recording: Recording, options: { readonly maxMessages?: number } = {}) {
    this.#recording = recording;
    this.#maxMessages = options.maxMessages ?? MAX_MESSAGES;
  }

  /** Before the observer sees the record. `offset`: of its first octet in the sender's stream. */
  record(record: CaptureRecord & { readonly association: number }, offset: number): void {
    this.opened ??= {
      at: record.at,
      wallUs: record.kind === "open" ? record.facts.wall_us : undefined,
    };
    if (record.kind === "open") this.replayOf = linkOf(record.facts["replay_of"]);
    this.lastAt = Math.max(this.lastAt, record.at);
    const { at } = record;
    if (record.kind === "gap") this.hole(record.sender, offset);
    else if (record.kind === "cut") this.#lastCut[record.sender] = offset;
    else if (record.kind === "end") this.ended ??= { by: record.sender, how: record.how, at };
    else if (record.kind === "close") this.closed ??= { by: record.by, how: record.how, at };
  }

  /** About this association: an acceptor knows only later which recorded one it plays. */
  note({ facts }: NoteRecord): void {
    this.replayOf ??= linkOf(facts["replay_of"]);
  }

  /** Octets passed from here on that are not in the capture. */
  hole(sender: Role, offset: number): void {
    this.#lastHole[sender] = Math.max(this.#lastHole[sender], offset);
  }

  pdu(event: PduEvent): void {
    const { sender, at, offset } = event;
    this.#recording.places.pdu(sender, offset);
    switch (event.pdu?.type) {
      case "A-ASSOCIATE-RQ":
        if (sender === "requestor") this.request ??= copyOf(event) as AAssociateRq;
        return;
      case "A-ASSOCIATE-AC":
      case "A-ASSOCIATE-RJ":
        if (sender === "acceptor") {
          this.answer ??= { pdu: copyOf(event) as AAssociateAc | AAssociateRj, at };
        }
        return;
      case "A-ABORT":
        this.abort ??= { pdu: event.pdu, by: sender, at };
        return;
      case "A-RELEASE-RQ":
        this.release ??= { by: sender, at };
        return;
      default:
        return;
    }
  }

  messageStarted({ message, respondsTo }: ObservedMessage): void {
    const { index } = message;
    if (index >= this.#maxMessages) {
      this.more++;
      return;
    }
    const recording = this.#recording;
    this.messages[index] = new CapturedMessage(message, { recording, respondsTo });
    if (respondsTo === undefined) return;
    const request = this.messages[respondsTo];
    request?.addResponse(index);
    if (message.command === "C-CANCEL-RQ" && request !== undefined) request.canceledBy = index;
  }

  /**
   * Nothing more comes. Where decoding was given up, a message may have begun and not been told:
   * what came behind it cannot be placed and is left out.
   */
  finish(): void {
    const { messages } = this;
    let whole = 0;
    while (whole < messages.length && whole in messages) whole++;
    if (whole === messages.length) return;
    messages.length = whole;
    for (const message of messages) {
      message.responses = message.responses.filter((index) => index < whole);
    }
  }

  messageEnded({ message, context }: ObservedMessage): void {
    const { sender, offset } = message;
    if (message.dataSet !== undefined && this.#lastCut[sender] >= offset) this.cut++;
    this.messages[message.index]?.end(message, {
      transferSyntax: context?.acceptedTransferSyntax ?? "",
      hasAll: this.#lastHole[sender] < offset,
    });
  }
}

/** The octets of an event are a view on a whole block of the file. */
function copyOf({ bytes, pdu }: PduEvent) {
  return bytes === undefined ? pdu : readPdu(bytes.slice()).pdu;
}

/** Which recorded association a replay played, as `replay/record` writes it into `open`. */
function linkOf(link: unknown): AssociationLink | undefined {
  if (typeof link !== "object" || link === null) return undefined;
  const { capture_id: captureId, association } = link as Readonly<Record<string, unknown>>;
  const isWhole = captureId instanceof Uint8Array && typeof association === "number";
  return isWhole ? { captureId, association } : undefined;
}
