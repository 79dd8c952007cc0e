/**
 * What the captures hold for an SCP to answer with: recorded exchanges by operation and SOP class,
 * and which of them were used.
 *
 * Rule: repeated requests walk through the recorded answers in their order; when all were used,
 * `reuse` decides: the last one again, all of them from the start, or none.
 * Rule: a live association that is like a recorded one walks through that one's exchanges; those of
 * other associations are asked only where that one has none.
 */
import { isFinal } from "../../src/dimse/status.ts";
import { type OperationName, operationOfRequest } from "../../src/service/operation.ts";
import { numberValue, textValue } from "../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { ExchangeIndex } from "./exchange_index.ts";

export type Reuse = "last" | "cycle" | "none";

/** A recorded request of the requestor with what the acceptor answered. */
export interface RecordedExchange {
  readonly association: RecordedAssociation;
  readonly operation: OperationName;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string | undefined;
  readonly request: RecordedMessage;
  /** In order, the C-CANCEL-RQ not among them; the last is final where the recording has it. */
  readonly responses: readonly RecordedMessage[];
  /** The recording has the final response. */
  readonly isWhole: boolean;
}

export class Library {
  readonly #associations: RecordedAssociation[] = [];
  readonly reuse: Reuse;
  /** Names are the same keys in any case. */
  readonly anyCase: boolean;
  readonly #byClass = new Map<string, RecordedExchange[]>();
  /** Of what no live association has for itself. */
  readonly #cursors = new Cursors();
  readonly #cursorsOf = new Map<RecordedAssociation, Cursors>();
  readonly #spent = new Set<object>();
  readonly #indexes = new Map<string, ExchangeIndex>();

  constructor(
    associations: Iterable<RecordedAssociation>,
    options: { readonly reuse?: Reuse; readonly anyCase?: boolean } = {},
  ) {
    this.reuse = options.reuse ?? "last";
    this.anyCase = options.anyCase ?? false;
    for (const association of associations) this.add(association);
  }

  get associations(): readonly RecordedAssociation[] {
    return this.#associations;
  }

  /** Reads one more, before anything is asked. */
  add(association: RecordedAssociation): void {
    this.#associations.push(association);
    for (const exchange of exchangesOf(association)) {
      const key = classKey(exchange.operation, exchange.sopClassUid);
      const others = this.#byClass.get(key);
      if (others === undefined) this.#byClass.set(key, [exchange]);
      else others.push(exchange);
    }
  }

  /** All recorded exchanges of an operation with a SOP class, in order. */
  exchanges(name: OperationName, sopClassUid: string): readonly RecordedExchange[] {
    return this.#byClass.get(classKey(name, sopClassUid)) ?? [];
  }

  /** The same by what they are compared by; made when it is first asked for. */
  index(name: OperationName, sopClassUid: string): ExchangeIndex {
    const key = classKey(name, sopClassUid);
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = new ExchangeIndex(this.exchanges(name, sopClassUid), { anyCase: this.anyCase });
      this.#indexes.set(key, index);
    }
    return index;
  }

  /**
   * The next one of `all`, which are as good as one another. Undefined where all were used and none
   * is used again.
   */
  next<T extends object>(all: readonly T[], cursors: Cursors = this.#cursors): T | undefined {
    const [first] = all;
    if (first === undefined) return undefined;
    let used = cursors.advance(first);
    switch (this.reuse) {
      case "last":
        return all[used] ?? all.at(-1);
      case "cycle":
        return all[used % all.length];
      case "none": {
        // Another list or cursor may have used it.
        for (; used < all.length; used = cursors.advance(first)) {
          const one = all[used];
          if (one === undefined || this.#spent.has(one)) continue;
          this.#spent.add(one);
          return one;
        }
        return undefined;
      }
      default:
        return this.reuse satisfies never;
    }
  }

  /**
   * The cursors for a live association that is like a recorded one. Where the recording is played
   * over and over, each live association begins at the start; else it goes on where the one before it
   * left off.
   */
  cursorsFor(recorded: RecordedAssociation): Cursors {
    if (this.reuse === "cycle") return new Cursors();
    let cursors = this.#cursorsOf.get(recorded);
    if (cursors === undefined) {
      cursors = new Cursors();
      this.#cursorsOf.set(recorded, cursors);
    }
    return cursors;
  }
}

/** How many of a list of equals were used, by the first of the list. */
export class Cursors {
  readonly #used = new Map<object, number>();

  /** How often it was called for this list before. */
  advance(first: object): number {
    const used = this.#used.get(first) ?? 0;
    this.#used.set(first, used + 1);
    return used;
  }
}

/** The requests of the requestor that can be answered, with their responses. */
export function* exchangesOf(association: RecordedAssociation): Generator<RecordedExchange> {
  for (const request of association.messages) {
    const facts = operationOfRequest(request.command);
    if (facts === undefined || request.sender !== "requestor") continue;
    const responses = request.responses.flatMap((index) => {
      const message = association.messages[index];
      return message?.command === facts.response ? [message] : [];
    });
    const last = responses.at(-1);
    yield {
      association,
      operation: facts.name,
      sopClassUid: classOf(association, request),
      sopInstanceUid: facts.instanceElement && textValue(request.values, facts.instanceElement),
      request,
      responses,
      isWhole: last?.complete === true && isFinal(statusOf(last)),
    };
  }
}

/** Microseconds of the wall clock for a time of the capture's, where it tells that. */
export function wallTime(
  { association }: Pick<RecordedExchange, "association">,
  at: number,
): number {
  return (association.wallUs ?? association.openedAt) + at - association.openedAt;
}

function classOf(association: RecordedAssociation, request: RecordedMessage): string {
  const named =
    textValue(request.values, "AffectedSOPClassUID") ??
    textValue(request.values, "RequestedSOPClassUID");
  if (named !== undefined) return named;
  const context = association.contexts.find(({ id }) => id === request.contextId);
  return context?.abstractSyntax ?? "";
}

function statusOf(response: RecordedMessage): number {
  return numberValue(response.values, "Status") ?? 0x0000;
}

function classKey(name: OperationName, sopClassUid: string): string {
  return `${name} ${sopClassUid}`;
}
