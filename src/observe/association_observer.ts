/**
 * One association seen from between its AEs: octets of both in, events, findings and a summary
 * out. Used live beside the relay, and again by every command that reads a capture.
 *
 * Rule: nothing that arrives can throw out of here. What throws while one chunk is looked at ends
 * the decoding of this association (`undecodable`); octets are counted on.
 * Rule: memory is bounded whatever arrives: PDUs of association control (1 MiB), command sets,
 * heads of data sets, findings and outstanding exchanges all have a limit; messages are not kept.
 */
import type { RunningHash } from "../dimse/open_message.ts";
import type { ProtocolError } from "../protocol_error.ts";
import { otherRole, type Role } from "../role.ts";
import type { AAbort, AAssociateRj, Pdu } from "../ul/pdu.ts";
import { readPdu } from "../ul/read_pdu.ts";
import type { AssociationSink } from "./association_sink.ts";
import { AssociationState } from "./association_state.ts";
import { buildSummary } from "./build_summary.ts";
import { checkTransportEnd } from "./end_rules.ts";
import { errorText } from "./error_text.ts";
import { FindingList, finding, type Report } from "./finding.ts";
import { MessageWatch } from "./message_watch.ts";
import { Negotiation } from "./negotiation.ts";
import { ObservedSide, type SideOwner } from "./observed_side.ts";
import { type OutcomeFacts, outcomeOf } from "./outcome.ts";
import { checkPdu } from "./pdu_rules.ts";
import type { AssociationJson, Outcome } from "./summary.ts";

export interface AssociationFacts {
  /** Name of the capture that holds it. */
  readonly capture: string;
  /** Its number there. */
  readonly id: number;
  /** Microseconds on the clock of all other times. */
  readonly at: number;
  /** Wall clock at `at`, microseconds since 1970-01-01 UTC. */
  readonly wallUs?: number | undefined;
  /** "host:port". */
  readonly requestor: string;
  readonly acceptor: string;
}

export interface ObserverOptions {
  /** Octets of each data set that messages keep for display; 64 KiB unless told. */
  readonly headLength?: number;
  /** SHA-256 of data sets; without it only what the capture recorded is known. */
  readonly createHash?: (() => RunningHash) | undefined;
}

export class AssociationObserver {
  readonly #sink: AssociationSink;
  readonly #options: ObserverOptions;
  readonly #negotiation = new Negotiation();
  readonly #state = new AssociationState();
  readonly #findings = new FindingList();
  readonly #watch: MessageWatch;
  readonly #sides: Readonly<Record<Role, ObservedSide>>;
  readonly #ended: Partial<Record<Role, "fin" | "reset">> = {};
  #facts: AssociationFacts = { capture: "", id: 0, at: 0, requestor: "", acceptor: "" };
  #at = 0;
  #gaps = 0;
  #rj: AAssociateRj | undefined;
  #abort: { sender: Role; pdu: AAbort } | undefined;
  #transport: { how: string; reason: string | undefined } | undefined;
  #opaque: "from the start" | "later" | undefined;
  #protocol: string | undefined;
  #dead = false;

  constructor(sink: AssociationSink, options: ObserverOptions = {}) {
    this.#sink = sink;
    this.#options = options;
    this.#watch = new MessageWatch({ sink, negotiation: this.#negotiation, report: this.#report });
    this.#sides = { requestor: this.#side("requestor"), acceptor: this.#side("acceptor") };
  }

  get outcome(): Outcome {
    return outcomeOf(this.#outcomeFacts());
  }

  /** Nothing is decoded any more: octets are only counted. */
  get undecodable(): boolean {
    return this.#dead;
  }

  summary(): AssociationJson {
    return buildSummary({
      facts: this.#facts,
      at: this.#at,
      negotiation: this.#negotiation,
      outcome: this.outcome,
      rj: this.#rj,
      abort: this.#abort,
      protocol: this.#protocol,
      reason: this.#transport?.reason,
      watch: this.#watch,
      sides: this.#sides,
      gaps: this.#gaps,
      findings: this.#findings,
    });
  }

  opened(facts: AssociationFacts): void {
    this.#facts = facts;
    this.#at = facts.at;
  }

  /** The address that really answered, where it differs from the one that was asked for. */
  connected(acceptor: string): void {
    this.#facts = { ...this.#facts, acceptor };
  }

  /** `chunk` is a view that may be reused afterwards; `at` in microseconds, never backwards. */
  bytes(sender: Role, at: number, chunk: Uint8Array): void {
    const side = this.#sides[sender];
    side.octets += chunk.length;
    this.#guard(at, () => side.framer.receive(chunk));
  }

  /** Octets were forwarded and not recorded, against the user's wish. */
  gap(sender: Role, at: number, length: number): void {
    this.#gaps++;
    this.#sides[sender].octets += length;
    this.#guard(at, () => {
      const place = { sender, offset: this.#sides[sender].framer.offset };
      this.#report("octets-not-recorded", `${length} bytes passed and were not recorded`, place);
      this.#sides[sender].framer.skip(length);
    });
  }

  /** Octets of a data set that were left out on request (payload "headers"). */
  cut(sender: Role, at: number, length: number): void {
    this.#sides[sender].octets += length;
    this.#guard(at, () => this.#sides[sender].framer.skip(length));
  }

  /** Of a data set with octets that are not recorded; to be told before its last octets are. */
  digest(sender: Role, length: number, sha256: string): void {
    this.#sides[sender].assembler.digest(length, sha256);
  }

  ended(sender: Role, at: number, how: "fin" | "reset"): void {
    this.#ended[sender] ??= how;
    this.#guard(at, () => {
      this.#endSide(sender);
      if (how === "reset") this.#endSide(otherRole(sender));
      if (this.#ended.requestor && this.#ended.acceptor) this.#sink.changed?.();
    });
  }

  /** `how`: "fin", "closed", "reset", "refused", "timeout", "stopped", ...; `reason` in words. */
  closed(at: number, how: string, reason?: string): void {
    if (this.#transport !== undefined) return;
    this.#transport = { how, reason };
    this.#guard(at, () => {
      this.#endSide("requestor");
      this.#endSide("acceptor");
      this.#watch.end();
      if (this.#opaque === undefined) {
        checkTransportEnd(this.#state, { how, ended: this.#ended, report: this.#report });
      }
      this.#sink.changed?.();
    });
  }

  /** Whatever goes wrong inside costs this association its decoding, and nobody else anything. */
  #guard(at: number, look: () => void): void {
    this.#at = Math.max(this.#at, at);
    if (this.#dead) return;
    for (const side of [this.#sides.requestor, this.#sides.acceptor]) side.assembler.now = at;
    try {
      look();
    } catch (error) {
      this.#dead = true;
      this.#opaque ??= "later";
      this.#watch.drop();
      const name = error instanceof Error ? `${error.name}: ${error.message}` : "unknown error";
      const text = `Cannot decode on, a fault of dicomtap itself (${name.slice(0, 200)})`;
      this.#findings.add(finding("undecodable", text, { sender: "requestor", at }));
    }
  }

  #endSide(sender: Role): void {
    this.#sides[sender].framer.end();
    this.#sides[sender].assembler.end();
  }

  readonly #report: Report = (id, text, place) => {
    const found = finding(id, text, { at: this.#at, ...place });
    if (this.#findings.add(found)) this.#sink.finding?.(found);
  };

  #side(sender: Role): ObservedSide {
    const owner: SideOwner = {
      report: this.#report,
      pdu: (side, offset, bytes) => this.#pdu(side, offset, bytes),
      dataStarted: (side, offset) => this.#sent(side.sender, "P-DATA-TF", offset),
      dataEnded: (side, data) => this.#dataEnded(side, data),
      lost: (side, error, protocol) => this.#lost(side, error, protocol),
      isAccepted: (id) =>
        this.#negotiation.ac === undefined
          ? undefined
          : this.#negotiation.contexts.get(id)?.result === 0,
      messages: this.#watch.sinkOf(sender),
    };
    const side = {
      ...(this.#options.headLength === undefined ? {} : { headLength: this.#options.headLength }),
      createHash: this.#options.createHash,
      nextIndex: () => this.#watch.count++,
      keepPdvs: this.#sink.pdu !== undefined,
    };
    return new ObservedSide(sender, { owner, side });
  }

  #pdu(side: ObservedSide, offset: number, bytes: Uint8Array): void {
    const { sender } = side;
    const { pdu, problems } = readPdu(bytes, { offset });
    for (const problem of problems) {
      const place = { sender, section: problem.section, offset: problem.offset ?? offset };
      this.#report("pdu-unreadable", errorText(problem), place);
    }
    this.#sent(sender, pdu.type, offset);
    this.#learn(sender, pdu);
    checkPdu(pdu, { sender, offset, negotiation: this.#negotiation, report: this.#report });
    const { length } = bytes;
    const pduType = bytes[0] ?? 0;
    this.#sink.pdu?.({ sender, type: pdu.type, pduType, offset, length, at: this.#at, pdu, bytes });
    if (pdu.type !== "unknown") this.#sink.changed?.();
  }

  #sent(sender: Role, type: Pdu["type"], offset: number): void {
    const broken = this.#state.sent(sender, type);
    if (broken !== undefined) this.#report(broken.id, broken.text, { sender, offset });
  }

  #learn(sender: Role, pdu: Pdu): void {
    if (pdu.type === "A-ASSOCIATE-RQ" && sender === "requestor") {
      this.#negotiation.proposed(pdu);
      this.#sides.acceptor.receiverMaximum = this.#negotiation.maximumLength("requestor");
    } else if (pdu.type === "A-ASSOCIATE-AC" && sender === "acceptor") {
      this.#negotiation.answered(pdu);
      this.#sides.requestor.receiverMaximum = this.#negotiation.maximumLength("acceptor");
    } else if (pdu.type === "A-ASSOCIATE-RJ") {
      this.#rj ??= pdu;
    } else if (pdu.type === "A-ABORT") {
      this.#abort ??= { sender, pdu };
    }
  }

  #dataEnded(side: ObservedSide, data: { offset: number; pduLength: number }): void {
    this.#sink.pdu?.({
      sender: side.sender,
      type: "P-DATA-TF",
      pduType: 4,
      offset: data.offset,
      length: 6 + data.pduLength,
      at: this.#at,
      pdvs: side.pdvs,
      pdvCount: side.pdvCount,
    });
  }

  #lost(side: ObservedSide, error: ProtocolError, protocol: string | undefined): void {
    const { sender } = side;
    const place = { sender, section: error.section, offset: error.offset };
    const ended = this.#ended[sender] !== undefined || this.#transport !== undefined;
    if (ended) {
      this.#report("pdu-truncated", errorText(error), place);
      return;
    }
    const known = this.#protocol;
    this.#opaque ??= this.#state.phase === "idle" ? "from the start" : "later";
    this.#protocol ??= protocol;
    if (protocol?.startsWith("TLS")) {
      const text = `${protocol} on this connection: forwarded and recorded, not decoded`;
      if (known === undefined) this.#report("opaque-tls", text, { sender, offset: 0 });
    } else if (protocol !== undefined) {
      if (known === undefined) this.#report("not-dicom", errorText(error), place);
    } else {
      this.#report("framing-lost", errorText(error), place);
    }
    this.#sink.changed?.();
  }

  #outcomeFacts(): OutcomeFacts {
    const bothEnded = this.#ended.requestor !== undefined && this.#ended.acceptor !== undefined;
    const reset = this.#ended.requestor === "reset" || this.#ended.acceptor === "reset";
    return {
      end: this.#state.end,
      opaque: this.#opaque,
      transport: this.#transport?.how ?? (reset ? "reset" : bothEnded ? "fin" : undefined),
    };
  }
}
