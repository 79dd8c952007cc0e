/**
 * The DIMSE half of the observer: messages of both AEs in, exchanges, counts, findings and the
 * sink's events out. It keeps open messages and outstanding exchanges only.
 */
import { type Exchange, ExchangeTracker, type Pairing } from "../dimse/exchange.ts";
import type { IrregularPdv, Message, MessageSink, PdvIrregularity } from "../dimse/message.ts";
import { printStatus } from "../dimse/status.ts";
import { otherRole, type Role } from "../role.ts";
import type { AssociationSink, ObservedMessage } from "./association_sink.ts";
import { checkPairing, SuboperationTotals } from "./exchange_rules.ts";
import type { Report } from "./finding.ts";
import { checkMessageEnd, checkMessageStart, irregularText } from "./message_rules.ts";
import type { Negotiation } from "./negotiation.ts";
import type { ServiceLedger } from "./service/service_ledger.ts";
import { ServiceWatch } from "./service/service_watch.ts";
import { StallWatch } from "./stall_watch.ts";

export interface MessageWatchOptions {
  readonly sink: AssociationSink;
  readonly negotiation: Negotiation;
  readonly report: Report;
  readonly ledger?: ServiceLedger | undefined;
  /** Whether rules are checked. */
  readonly checks: boolean;
}

/** Names from the wire that are counted apart; the rest is "other". */
const MAX_COUNTED = 64;

export class MessageWatch {
  /** Messages that began. */
  count = 0;
  readonly commands = new Map<string, number>();
  /** Messages by presentation context ID: at most 256 of them. */
  readonly contexts = new Map<number, number>();
  /** Final responses by Status, "A700". */
  readonly statuses = new Map<string, number>();
  readonly #sink: AssociationSink;
  readonly #negotiation: Negotiation;
  readonly #report: Report;
  readonly #checks: boolean;
  readonly #exchanges: ExchangeTracker;
  readonly #stalls: StallWatch;
  readonly #services: ServiceWatch;
  readonly #totals = new SuboperationTotals();
  readonly #observed = new Map<number, ObservedMessage>();

  constructor(options: MessageWatchOptions) {
    this.#sink = options.sink;
    this.#negotiation = options.negotiation;
    this.#report = options.report;
    this.#checks = options.checks;
    this.#stalls = new StallWatch(options.report);
    const { negotiation, report, ledger } = options;
    this.#services = new ServiceWatch({ negotiation, report, ledger });
    this.#exchanges = new ExchangeTracker({ exchangeEnded: (ended) => this.#exchangeEnded(ended) });
  }

  /** What the assembler of this AE tells. */
  sinkOf(sender: Role): MessageSink {
    return {
      messageStarted: (message) => this.#started(message),
      messageEnded: (message) => this.#ended(message),
      irregular: (what, where) => this.#irregular(sender, what, where),
    };
  }

  /** Octets passed that were not seen. */
  lost(): void {
    this.#services.lost();
  }

  /** Nothing more will come. */
  end(): void {
    this.#exchanges.end();
    this.#stalls.end();
    this.#services.end();
    this.#observed.clear();
  }

  /** Decoding was given up: what is kept is let go, nothing is told. */
  drop(): void {
    this.#observed.clear();
  }

  #started(message: Message): void {
    const pairing = this.#exchanges.started(message);
    add(this.commands, message.command);
    this.contexts.set(message.contextId, (this.contexts.get(message.contextId) ?? 0) + 1);
    const exchange = "exchange" in pairing ? pairing.exchange : undefined;
    const observed: ObservedMessage = {
      message,
      context: this.#negotiation.contexts.get(message.contextId),
      exchange,
      respondsTo: pairing.kind === "request" ? undefined : exchange?.index,
    };
    this.#observed.set(message.index, observed);
    if (this.#checks) this.#checkStart(observed, pairing);
    this.#sink.messageStarted?.(observed);
  }

  #ended(message: Message): void {
    const observed = this.#observed.get(message.index);
    if (observed === undefined) return;
    this.#observed.delete(message.index);
    if (this.#checks) {
      checkMessageEnd(observed, this.#report);
      this.#services.ended(observed);
      this.#stalls.ended(message);
    }
    this.#exchanges.ended(message);
    this.#sink.messageEnded?.(observed);
  }

  #checkStart(observed: ObservedMessage, pairing: Pairing): void {
    checkMessageStart(observed, this.#report);
    checkPairing(observed, {
      pairing,
      negotiation: this.#negotiation,
      outstanding: (invoker) => this.#exchanges.outstanding(invoker),
      totals: this.#totals,
      report: this.#report,
    });
  }

  #exchangeEnded(exchange: Exchange): void {
    const { status, invoker } = exchange;
    if (exchange.state === "final" && status !== undefined) {
      add(this.statuses, printStatus(status).slice(0, 4));
    }
    if (exchange.state === "unanswered") {
      const text = `${exchange.command} with Message ID ${exchange.messageId} got no final response`;
      const place = { sender: otherRole(invoker), message: exchange.index };
      this.#report("request-unanswered", text, place);
    }
    this.#sink.exchangeEnded?.(exchange);
  }

  #irregular(sender: Role, what: PdvIrregularity, where: IrregularPdv): void {
    const { id, text } = irregularText(what, where);
    this.#report(id, text, { sender, offset: where.offset, message: where.message?.index });
  }
}

function add(counts: Map<string, number>, name: string): void {
  const key = counts.has(name) || counts.size < MAX_COUNTED ? name : "other";
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
