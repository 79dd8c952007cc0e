/**
 * The upper-layer half of the observer: PDUs of association control of both AEs in, what was
 * negotiated, the state of the association, findings and the sink's PDU events out.
 */
import { otherRole, type Role } from "../role.ts";
import type { AAbort, AAssociateRj, Pdu } from "../ul/pdu.ts";
import { readPdu } from "../ul/read_pdu.ts";
import type { AssociationSink } from "./association_sink.ts";
import { AssociationState } from "./association_state.ts";
import { errorText } from "./error_text.ts";
import type { Report } from "./finding.ts";
import { Negotiation } from "./negotiation.ts";
import { checkPdu } from "./pdu_rules.ts";

export interface ControlWatchOptions {
  readonly sink: AssociationSink;
  readonly report: Report;
}

export class ControlWatch {
  readonly negotiation = new Negotiation();
  readonly state = new AssociationState();
  readonly #sink: AssociationSink;
  readonly #report: Report;
  readonly #maximumLengths: Partial<Record<Role, number>> = {};
  #rj: AAssociateRj | undefined;
  #abort: { readonly sender: Role; readonly pdu: AAbort } | undefined;

  constructor(options: ControlWatchOptions) {
    this.#sink = options.sink;
    this.#report = options.report;
  }

  /** The first A-ASSOCIATE-RJ. */
  get rj(): AAssociateRj | undefined {
    return this.#rj;
  }

  /** The first A-ABORT. */
  get abort(): { readonly sender: Role; readonly pdu: AAbort } | undefined {
    return this.#abort;
  }

  /** Octets of a P-DATA-TF that this sender may use (PS3.8 D.1); 0 or undefined: no limit known. */
  limitOf(sender: Role): number | undefined {
    return this.#maximumLengths[otherRole(sender)];
  }

  /** undefined before the association is accepted: nothing to judge by. */
  isAccepted(contextId: number): boolean | undefined {
    if (this.negotiation.ac === undefined) return undefined;
    return this.negotiation.contexts.get(contextId)?.result === 0;
  }

  /** Any PDU began; what it breaks of Table 9-10. */
  sent(sender: Role, type: Pdu["type"], offset: number): void {
    const broken = this.state.sent(sender, type);
    if (broken !== undefined) this.#report(broken.id, broken.text, { sender, offset });
  }

  /** A whole PDU other than P-DATA-TF; `bytes` is a view that is valid until this returns. */
  pdu(bytes: Uint8Array, where: { sender: Role; offset: number; at: number }): void {
    const { sender, offset } = where;
    const { pdu, problems } = readPdu(bytes, { offset });
    for (const problem of problems) {
      const place = { sender, section: problem.section, offset: problem.offset ?? offset };
      this.#report("pdu-unreadable", errorText(problem), place);
    }
    this.sent(sender, pdu.type, offset);
    this.#learn(sender, pdu);
    const { negotiation } = this;
    checkPdu(pdu, { sender, offset, negotiation, report: this.#report });
    const { length } = bytes;
    this.#sink.pdu?.({ ...where, type: pdu.type, pduType: bytes[0] ?? 0, length, pdu, bytes });
    if (pdu.type !== "unknown") this.#sink.changed?.();
  }

  #learn(sender: Role, pdu: Pdu): void {
    if (pdu.type === "A-ASSOCIATE-RQ" && sender === "requestor") {
      this.negotiation.proposed(pdu);
      this.#learnMaximumLength(sender);
    } else if (pdu.type === "A-ASSOCIATE-AC" && sender === "acceptor") {
      this.negotiation.answered(pdu);
      this.#learnMaximumLength(sender);
    } else if (pdu.type === "A-ASSOCIATE-RJ") {
      this.#rj ??= pdu;
    } else if (pdu.type === "A-ABORT") {
      this.#abort ??= { sender, pdu };
    }
  }

  #learnMaximumLength(receiver: Role): void {
    const maximum = this.negotiation.maximumLength(receiver);
    if (maximum !== undefined) this.#maximumLengths[receiver] = maximum;
  }
}
