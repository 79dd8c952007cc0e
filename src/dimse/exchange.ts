/**
 * Requests paired with all their responses (PS3.7 6.2, 9.1, 10.1), in both directions: the
 * acceptor invokes too (C-STORE sub-operations of a C-GET, N-EVENT-REPORT).
 *
 * A request is outstanding from its command set to the final response, under its Message ID and
 * presentation context. C-CANCEL-RQ refers to an outstanding request of its own sender.
 *
 * Rule: bounded. At most `maxOutstanding` requests wait (the oldest is given up, and said so), and
 * of those that ended the last 64 are remembered, to tell a late response from one to nothing.
 */
import { otherRole, type Role } from "../role.ts";
import { isResponse } from "./command_field.ts";
import { numberOf, textOf } from "./command_set.ts";
import type { Message } from "./message.ts";
import { isFinal } from "./status.ts";

/** Times are microseconds, indices those of the messages. */
export interface Exchange {
  readonly index: number;
  readonly command: string;
  readonly commandField: number | undefined;
  /** Who sent the request. */
  readonly invoker: Role;
  readonly contextId: number;
  readonly messageId: number | undefined;
  readonly sopClassUid: string | undefined;
  /** When the request began. */
  readonly at: number;
  /** When its last octet came; of a request with a data set, the end of that. */
  readonly sentAt: number;
  readonly responses: number;
  readonly firstResponseAt: number | undefined;
  readonly lastResponseAt: number | undefined;
  /** Index of the newest response. */
  readonly response: number | undefined;
  readonly status: number | undefined;
  /** Index of the C-CANCEL-RQ that referred to it. */
  readonly canceledBy: number | undefined;
  readonly state: "outstanding" | "final" | "unanswered";
}

/** What pairing found out about one message. */
export type Pairing =
  | { readonly kind: "request"; readonly exchange: Exchange; readonly reusedId: boolean }
  | {
      readonly kind: "response";
      readonly exchange: Exchange;
      /** The exchange had its final response before this one. */
      readonly afterFinal: boolean;
      readonly otherContext: boolean;
    }
  | { readonly kind: "cancel"; readonly exchange: Exchange; readonly afterFinal: boolean }
  | { readonly kind: "response to nothing" | "cancel of nothing" | "unpaired" };

export interface ExchangeSink {
  /** The final response is whole, or nothing will answer it any more. */
  exchangeEnded(exchange: Exchange): void;
}

type OpenExchange = { -readonly [K in keyof Exchange]: Exchange[K] };

const MAX_OUTSTANDING = 1024;
const MAX_REMEMBERED = 64;
const C_CANCEL_RQ = 0x0fff;

export class ExchangeTracker {
  readonly #sink: ExchangeSink;
  readonly #maxOutstanding: number;
  /** Insertion order is the order of the requests. */
  readonly #outstanding = new Map<string, OpenExchange>();
  readonly #remembered = new Map<string, OpenExchange>();
  /** Messages between their start and their end, by index. */
  readonly #open = new Map<number, OpenExchange>();

  constructor(sink: ExchangeSink, options?: { maxOutstanding?: number }) {
    this.#sink = sink;
    this.#maxOutstanding = options?.maxOutstanding ?? MAX_OUTSTANDING;
  }

  /** Requests of this AE without a final response. */
  outstanding(invoker: Role): number {
    let count = 0;
    for (const exchange of this.#outstanding.values()) if (exchange.invoker === invoker) count++;
    return count;
  }

  /** At `messageStarted`, once a message. */
  started(message: Message): Pairing {
    const field = message.commandField;
    if (field === undefined) return { kind: "unpaired" };
    if (field === C_CANCEL_RQ) return this.#cancel(message);
    return isResponse(field) ? this.#response(message) : this.#request(message);
  }

  /** At `messageEnded` of the same message. */
  ended(message: Message): void {
    const exchange = this.#open.get(message.index);
    if (exchange === undefined) return;
    this.#open.delete(message.index);
    if (message.index === exchange.index) {
      exchange.sentAt = message.lastAt;
      return;
    }
    exchange.lastResponseAt = message.lastAt;
    if (exchange.state === "final" && exchange.response === message.index) {
      this.#sink.exchangeEnded(exchange);
    }
  }

  /** Nothing more will come: what is outstanding stays unanswered. */
  end(): void {
    for (const [key, exchange] of this.#outstanding) this.#giveUp(key, exchange);
    for (const exchange of new Set(this.#open.values())) {
      if (exchange.state === "final") this.#sink.exchangeEnded(exchange);
    }
    this.#open.clear();
    this.#remembered.clear();
  }

  #request(message: Message): Pairing {
    const messageId = numberOf(message.commandSet, "MessageID");
    const exchange: OpenExchange = {
      index: message.index,
      command: message.command,
      commandField: message.commandField,
      invoker: message.sender,
      contextId: message.contextId,
      messageId,
      sopClassUid:
        textOf(message.commandSet, "AffectedSOPClassUID") ??
        textOf(message.commandSet, "RequestedSOPClassUID"),
      at: message.at,
      sentAt: message.lastAt,
      responses: 0,
      firstResponseAt: undefined,
      lastResponseAt: undefined,
      response: undefined,
      status: undefined,
      canceledBy: undefined,
      state: "outstanding",
    };
    this.#open.set(message.index, exchange);
    const key = keyOf(message.sender, message.contextId, messageId);
    const reused = this.#outstanding.get(key);
    if (reused !== undefined) this.#giveUp(key, reused);
    if (this.#outstanding.size === this.#maxOutstanding) {
      const [oldest] = this.#outstanding;
      if (oldest !== undefined) this.#giveUp(oldest[0], oldest[1]);
    }
    this.#outstanding.set(key, exchange);
    return { kind: "request", exchange, reusedId: reused !== undefined };
  }

  #response(message: Message): Pairing {
    const invoker = otherRole(message.sender);
    const messageId = numberOf(message.commandSet, "MessageIDBeingRespondedTo");
    const key = keyOf(invoker, message.contextId, messageId);
    const here = this.#outstanding.get(key);
    const exchange = here ?? this.#remembered.get(key) ?? this.#elsewhere(invoker, messageId);
    if (exchange === undefined) return { kind: "response to nothing" };

    const afterFinal = exchange.state !== "outstanding";
    exchange.responses++;
    exchange.firstResponseAt ??= message.at;
    exchange.lastResponseAt = message.lastAt;
    this.#open.set(message.index, exchange);
    if (!afterFinal) {
      exchange.response = message.index;
      exchange.status = numberOf(message.commandSet, "Status");
      if (exchange.status === undefined || isFinal(exchange.status)) {
        exchange.state = "final";
        const under = keyOf(invoker, exchange.contextId, messageId);
        this.#outstanding.delete(under);
        this.#remember(under, exchange);
      }
    }
    return {
      kind: "response",
      exchange,
      afterFinal,
      otherContext: exchange.contextId !== message.contextId,
    };
  }

  #cancel(message: Message): Pairing {
    const messageId = numberOf(message.commandSet, "MessageIDBeingRespondedTo");
    const key = keyOf(message.sender, message.contextId, messageId);
    const exchange =
      this.#outstanding.get(key) ??
      this.#remembered.get(key) ??
      this.#elsewhere(message.sender, messageId);
    if (exchange === undefined) return { kind: "cancel of nothing" };
    exchange.canceledBy = message.index;
    return { kind: "cancel", exchange, afterFinal: exchange.state !== "outstanding" };
  }

  /** The same Message ID on another presentation context. */
  #elsewhere(invoker: Role, messageId: number | undefined): OpenExchange | undefined {
    if (messageId === undefined) return undefined;
    for (const exchange of this.#outstanding.values()) {
      if (exchange.invoker === invoker && exchange.messageId === messageId) return exchange;
    }
    return undefined;
  }

  #giveUp(key: string, exchange: OpenExchange): void {
    exchange.state = "unanswered";
    this.#outstanding.delete(key);
    this.#remember(key, exchange);
    this.#sink.exchangeEnded(exchange);
  }

  #remember(key: string, exchange: OpenExchange): void {
    this.#remembered.delete(key);
    this.#remembered.set(key, exchange);
    if (this.#remembered.size > MAX_REMEMBERED) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
  }
}

function keyOf(invoker: Role, contextId: number, messageId: number | undefined): string {
  return `${invoker} ${contextId} ${messageId}`;
}
