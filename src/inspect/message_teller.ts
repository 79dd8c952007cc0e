/**
 * The messages of one association as JSON, each with what it means in words, as they end: for
 * `show --json` and the dashboard.
 */
import type { Exchange } from "../dimse/exchange.ts";
import { Narrator } from "../meaning/narrator.ts";
import type { TellOptions } from "../meaning/told_message.ts";
import type { AssociationSink, ObservedMessage } from "../observe/association_sink.ts";
import { buildMessage } from "../observe/build_summary.ts";
import type { MessageJson } from "../observe/summary.ts";

export interface MessageTellerOptions extends TellOptions {
  /** Number of the association in its capture. */
  readonly id: number;
  /** Microseconds on the capture's clock. */
  readonly openedAt: number;
  readonly told: (message: MessageJson, observed: ObservedMessage) => void;
}

export class MessageTeller implements AssociationSink {
  readonly #options: MessageTellerOptions;
  readonly #narrator: Narrator;
  #told: string | undefined;

  constructor(options: MessageTellerOptions) {
    this.#options = options;
    this.#narrator = new Narrator({
      ...options,
      told: ({ text }) => {
        this.#told = text;
      },
    });
  }

  messageStarted(observed: ObservedMessage): void {
    this.#narrator.messageStarted(observed);
  }

  exchangeEnded(exchange: Exchange): void {
    this.#narrator.exchangeEnded(exchange);
  }

  messageEnded(observed: ObservedMessage): void {
    const message = buildMessage(observed, this.#options);
    this.#told = undefined;
    this.#narrator.messageEnded(observed);
    const meaning = this.#told ?? this.#narrator.requestOf(message.index);
    this.#options.told(meaning === undefined ? message : { ...message, meaning }, observed);
  }
}
