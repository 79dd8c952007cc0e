/**
 * One AE's stream of octets: framer and message assembler joined, P-DATA-TF checked against what
 * was negotiated (PS3.8 9.3.5, Annex D and E).
 */
import type { MessageSink } from "../dimse/message.ts";
import { MessageAssembler } from "../dimse/message_assembler.ts";
import type { RunningHash } from "../dimse/open_message.ts";
import type { ProtocolError } from "../protocol_error.ts";
import type { Role } from "../role.ts";
import { PduFramer } from "../ul/pdu_framer.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import type { AssociationSink, PdvEvent } from "./association_sink.ts";
import type { ControlWatch } from "./control_watch.ts";
import { errorText } from "./error_text.ts";
import type { Report } from "./finding.ts";

export interface SideOptions {
  readonly sender: Role;
  readonly control: ControlWatch;
  readonly sink: AssociationSink;
  readonly messages: MessageSink;
  readonly report: Report;
  readonly lost: (side: ObservedSide, error: ProtocolError, protocol: string | undefined) => void;
  readonly headLength: number | undefined;
  readonly createHash: (() => RunningHash) | undefined;
  readonly nextIndex: () => number;
}

const MAX_PDVS = 64;
const P_DATA_TF = 0x04;
/** Of the message control header: sent as 0 and not checked on receipt (PS3.8 E.2). */
const RESERVED_BITS = 0xfc;

export class ObservedSide implements PduSink {
  readonly sender: Role;
  readonly framer: PduFramer;
  readonly assembler: MessageAssembler;
  /** PDUs that began. */
  pdus = 0;
  /** Octets that passed, recorded or not. */
  octets = 0;
  readonly #options: SideOptions;
  readonly #reportedContexts = new Set<number>();
  /** Of the P-DATA-TF that passes: where it began, its PDU-length, its PDVs. */
  #dataOffset = 0;
  #dataLength = 0;
  #pdvCount = 0;
  #pdvs: PdvEvent[] = [];

  constructor(options: SideOptions) {
    const { sender, headLength, createHash, nextIndex } = options;
    this.sender = sender;
    this.#options = options;
    this.framer = new PduFramer(this);
    this.assembler = new MessageAssembler(options.messages, {
      sender,
      createHash,
      nextIndex,
      ...(headLength === undefined ? {} : { headLength }),
    });
  }

  set now(micros: number) {
    this.assembler.now = micros;
  }

  /** The stream ended: what is not whole will not be. */
  end(): void {
    this.framer.end();
    this.assembler.end();
  }

  pdu(offset: number, bytes: Uint8Array): void {
    this.pdus++;
    const { control, sender } = this.#options;
    control.pdu(bytes, { sender, offset, at: this.assembler.now });
  }

  pDataStart(offset: number, pduLength: number): void {
    const { control, sender, sink, report } = this.#options;
    this.pdus++;
    this.#pdvCount = 0;
    this.#dataOffset = offset;
    this.#dataLength = pduLength;
    if (sink.pdu !== undefined) this.#pdvs = [];
    control.sent(sender, "P-DATA-TF", offset);
    const limit = control.limitOf(sender);
    if (limit !== undefined && limit !== 0 && pduLength > limit) {
      const text = `P-DATA-TF of ${pduLength} bytes; the receiver's maximum length is ${limit}`;
      report("pdata-maximum-length", text, { sender, offset });
    }
    this.assembler.pDataStart(offset, pduLength);
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number, length: number): void {
    const { control, sender, sink, report } = this.#options;
    this.#pdvCount++;
    if (sink.pdu !== undefined && this.#pdvs.length < MAX_PDVS) {
      this.#pdvs.push({ contextId, messageControlHeader, length, offset });
    }
    if (control.isAccepted(contextId) === false && !this.#reportedContexts.has(contextId)) {
      this.#reportedContexts.add(contextId);
      const text = `PDV on presentation context ${contextId}, which was not accepted`;
      report("pdv-context", text, { sender, offset });
    }
    if ((messageControlHeader & RESERVED_BITS) !== 0) {
      const text = `Message control header ${messageControlHeader}: bits 2 to 7 are not 0`;
      report("pdv-reserved-bits", text, { sender, offset });
    }
    this.assembler.pdvStart(offset, contextId, messageControlHeader, length);
  }

  fragment(offset: number, bytes: Uint8Array): void {
    this.assembler.fragment(offset, bytes);
  }

  skipped(offset: number, length: number): void {
    this.assembler.skipped(offset, length);
  }

  pdvEnd(): void {
    this.assembler.pdvEnd();
  }

  pDataEnd(): void {
    const { sender, sink, report } = this.#options;
    const offset = this.#dataOffset;
    if (this.#dataLength === 0) {
      report("pdata-empty", "P-DATA-TF without a PDV; it shall hold one or more", {
        sender,
        offset,
      });
    }
    sink.pdu?.({
      sender,
      type: "P-DATA-TF",
      pduType: P_DATA_TF,
      offset,
      length: 6 + this.#dataLength,
      at: this.assembler.now,
      pdvs: this.#pdvs,
      pdvCount: this.#pdvCount,
    });
  }

  problem(error: ProtocolError): void {
    const { section, offset } = error;
    const { sender, report } = this.#options;
    report("pdata-framing", errorText(error), { sender, section, offset });
  }

  lost(_offset: number, error: ProtocolError, protocol: string | undefined): void {
    this.assembler.end();
    this.#options.lost(this, error, protocol);
  }
}
