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
import type { PdvEvent } from "./association_sink.ts";
import { errorText } from "./error_text.ts";
import type { Report } from "./finding.ts";

export interface SideOwner {
  /** A PDU other than P-DATA-TF; a view that is valid until the method returns. */
  pdu(side: ObservedSide, offset: number, bytes: Uint8Array): void;
  dataStarted(side: ObservedSide, offset: number): void;
  /** `side.pdvs` and `side.pdvCount` tell what was in it, where `keepPdvs` asks for that. */
  dataEnded(side: ObservedSide, data: { offset: number; pduLength: number }): void;
  lost(side: ObservedSide, error: ProtocolError, protocol: string | undefined): void;
  /** undefined before the association is accepted: nothing to judge by. */
  isAccepted(contextId: number): boolean | undefined;
  readonly report: Report;
  readonly messages: MessageSink;
}

export interface SideOptions {
  readonly headLength?: number;
  readonly createHash?: (() => RunningHash) | undefined;
  readonly nextIndex: () => number;
  readonly keepPdvs: boolean;
}

const MAX_PDVS = 64;
/** Of the message control header: "shall be set to 0, not checked" (PS3.8 E.2). */
const RESERVED_BITS = 0xfc;

export class ObservedSide implements PduSink {
  readonly sender: Role;
  readonly framer: PduFramer;
  readonly assembler: MessageAssembler;
  /** PDUs that began. */
  pdus = 0;
  /** Octets that passed, recorded or not. */
  octets = 0;
  /** What the other AE is ready to receive (PS3.8 D.1); 0 or undefined: no limit known. */
  receiverMaximum: number | undefined;
  pdvs: PdvEvent[] = [];
  pdvCount = 0;
  readonly #owner: SideOwner;
  readonly #keepPdvs: boolean;
  readonly #reportedContexts = new Set<number>();
  #dataOffset = 0;
  #dataLength = 0;

  constructor(sender: Role, options: { owner: SideOwner; side: SideOptions }) {
    const { owner, side } = options;
    this.sender = sender;
    this.#owner = owner;
    this.#keepPdvs = side.keepPdvs;
    this.framer = new PduFramer(this);
    this.assembler = new MessageAssembler(owner.messages, { sender, ...side });
  }

  pdu(offset: number, bytes: Uint8Array): void {
    this.pdus++;
    this.#owner.pdu(this, offset, bytes);
  }

  pDataStart(offset: number, pduLength: number): void {
    this.pdus++;
    this.pdvCount = 0;
    this.#dataOffset = offset;
    this.#dataLength = pduLength;
    if (this.#keepPdvs) this.pdvs = [];
    this.#owner.dataStarted(this, offset);
    const limit = this.receiverMaximum;
    if (limit !== undefined && limit !== 0 && pduLength > limit) {
      const text = `P-DATA-TF of ${pduLength} bytes; the receiver's maximum length is ${limit}`;
      this.#owner.report("pdata-maximum-length", text, { sender: this.sender, offset });
    }
    this.assembler.pDataStart(offset, pduLength);
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number, length: number): void {
    this.pdvCount++;
    if (this.#keepPdvs && this.pdvs.length < MAX_PDVS) {
      this.pdvs.push({ contextId, messageControlHeader, length, offset });
    }
    if (this.#owner.isAccepted(contextId) === false && !this.#reportedContexts.has(contextId)) {
      this.#reportedContexts.add(contextId);
      const text = `PDV on presentation context ${contextId}, which was not accepted`;
      this.#owner.report("pdv-context", text, { sender: this.sender, offset });
    }
    if ((messageControlHeader & RESERVED_BITS) !== 0) {
      const text = `Message control header ${messageControlHeader}: bits 2 to 7 are not 0`;
      this.#owner.report("pdv-reserved-bits", text, { sender: this.sender, offset });
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
    if (this.pdvCount === 0 && this.#dataLength === 0) {
      const text = "P-DATA-TF without a PDV; it shall hold one or more";
      this.#owner.report("pdata-empty", text, { sender: this.sender, offset: this.#dataOffset });
    }
    this.#owner.dataEnded(this, { offset: this.#dataOffset, pduLength: this.#dataLength });
  }

  problem(error: ProtocolError): void {
    const { section, offset } = error;
    this.#owner.report("pdata-framing", errorText(error), { sender: this.sender, section, offset });
  }

  lost(_offset: number, error: ProtocolError, protocol: string | undefined): void {
    this.assembler.end();
    this.#owner.lost(this, error, protocol);
  }
}
