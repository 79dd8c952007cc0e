/**
 * The services on one association: whole messages in, findings out (PS3.4, and what PS3.7 says of
 * requests and responses together). Data sets are seen as far as the owner keeps their heads;
 * without heads the rules on them are silent.
 *
 * Rule: bounded. Of a message nothing is kept but what a later one is compared with.
 */
import type { Exchange } from "../../dimse/exchange.ts";
import type { ObservedMessage } from "../association_sink.ts";
import type { Report } from "../finding.ts";
import type { Negotiation } from "../negotiation.ts";
import { checkAnswer } from "./answer_rules.ts";
import { CommitmentWatch } from "./commitment_watch.ts";
import { checkElements } from "./element_rules.ts";
import { checkEncoding } from "./encoding_rules.ts";
import { MppsWatch } from "./mpps_watch.ts";
import { PrintWatch } from "./print_watch.ts";
import { checkIdentifier } from "./query_rules.ts";
import { RetrieveWatch } from "./retrieve_watch.ts";
import { ServiceLedger } from "./service_ledger.ts";
import { type FollowUp, ServiceMessage, type ServiceMessageOptions } from "./service_message.ts";
import { checkStatus } from "./status_rules.ts";
import { checkStore } from "./store_rules.ts";
import { checkTypes } from "./type_rules.ts";
import { UpsWatch } from "./ups_watch.ts";

export interface ServiceWatchOptions {
  readonly negotiation: Negotiation;
  readonly report: Report;
  /** Shared with other associations; one of its own where absent. */
  readonly ledger: ServiceLedger | undefined;
}

/** C-STOREs of an association whose values are looked at: an AE writes all of them alike. */
const MAX_LOOKED_INTO = 100;

export class ServiceWatch {
  #stored = 0;
  readonly #negotiation: Negotiation;
  readonly #report: Report;
  readonly #options: ServiceMessageOptions;
  readonly #followUps = new WeakMap<Exchange, FollowUp[]>();
  readonly #ledger: ServiceLedger;
  readonly #print = new PrintWatch();
  readonly #retrieve = new RetrieveWatch();
  readonly #mpps: MppsWatch;
  readonly #ups: UpsWatch;
  readonly #commitment: CommitmentWatch;

  constructor(options: ServiceWatchOptions) {
    const ledger = options.ledger ?? new ServiceLedger();
    this.#ledger = ledger;
    this.#negotiation = options.negotiation;
    this.#report = options.report;
    this.#options = {
      report: options.report,
      follow: (exchange, followUp) => this.#follow(exchange, followUp),
    };
    this.#mpps = new MppsWatch(ledger.procedureSteps);
    this.#ups = new UpsWatch(ledger.unifiedSteps);
    this.#commitment = new CommitmentWatch(ledger.commitments);
  }

  /** Octets passed that were not seen: nothing is said of what may have been in them. */
  lost(): void {
    this.#print.lost();
    this.#retrieve.lost();
    this.#ledger.lost();
  }

  /** The message is whole, or as whole as it gets. */
  ended(observed: ObservedMessage): void {
    if (observed.message.undecodable) {
      this.lost();
      return;
    }
    const message = new ServiceMessage(observed, this.#options);
    checkElements(message);
    checkStatus(message);
    checkTypes(message);
    checkAnswer(message);
    if (message.command === "C-STORE-RQ") this.#stored++;
    checkEncoding(message, { values: this.#stored <= MAX_LOOKED_INTO });
    checkStore(message);
    checkIdentifier(message, this.#negotiation);
    this.#retrieve.message(message);
    this.#print.message(message);
    this.#mpps.message(message);
    this.#ups.message(message);
    this.#commitment.message(message);
    this.#answered(message);
    message.done();
  }

  /** The association is over. */
  end(): void {
    this.#print.end(this.#report);
  }

  #follow(exchange: Exchange, followUp: FollowUp): void {
    const waiting = this.#followUps.get(exchange);
    if (waiting === undefined) this.#followUps.set(exchange, [followUp]);
    else waiting.push(followUp);
  }

  #answered(message: ServiceMessage): void {
    const { exchange } = message;
    if (message.isRequest || exchange === undefined || !message.isFinal) return;
    const waiting = this.#followUps.get(exchange);
    this.#followUps.delete(exchange);
    for (const followUp of waiting ?? []) followUp(message);
  }
}
