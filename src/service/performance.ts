/**
 * An operation that the peer invoked, performed by a handler: its answers go out as they come.
 *
 * Rule: an answer that is not pending is the last one. A handler that gives none, or throws, ends
 * the association: a peer must not wait for ever.
 */

import { statusClass } from "../dimse/status.ts";
import type { ReceivedMessage } from "../io/message_receiver.ts";
import type { AgreedContext } from "../ul/negotiate.ts";
import { responseValues } from "./command_values.ts";
import type { Operation, OperationName } from "./operation.ts";
import {
  type Answer,
  dataSetOctets,
  numberValue,
  type PerformRequest,
  readStream,
  textValue,
} from "./service_message.ts";
import type { ServiceUser } from "./service_user.ts";

/** Gives the answers to one request: one, or several as they come, pending ones before the final. */
export type Performer = (
  request: PerformRequest,
  user: ServiceUser,
) => Answer | Promise<Answer> | AsyncIterable<Answer>;

/** One handler an operation. */
export type Performers = Readonly<Partial<Record<OperationName, Performer>>>;

export interface PerformanceOptions {
  /** Undefined for a request that PS3.7 does not have. */
  readonly facts: Operation | undefined;
  readonly context: AgreedContext;
  readonly performers: Performers;
  readonly user: ServiceUser;
}

export class Performance {
  readonly messageId: number;
  /** Resolves when the next message may be taken: the data set of this one is not needed further. */
  readonly proceed: Promise<void>;
  /** Resolves when the final answer was sent; rejects with what the handler threw. */
  readonly ended: Promise<void>;
  readonly #message: ReceivedMessage;
  readonly #options: PerformanceOptions;
  readonly #canceled = new AbortController();
  #mayProceed: () => void = () => undefined;

  constructor(message: ReceivedMessage, options: PerformanceOptions) {
    this.#message = message;
    this.#options = options;
    this.messageId = numberValue(message.commandSet.values, "MessageID") ?? 0;
    this.proceed = new Promise((resolve) => {
      this.#mayProceed = resolve;
    });
    if (message.dataSet === undefined) this.#mayProceed();
    this.ended = this.#perform().finally(() => this.#mayProceed());
  }

  cancel(): void {
    this.#canceled.abort();
  }

  async #perform(): Promise<void> {
    const { facts, performers, user } = this.#options;
    if (facts === undefined) return; // A request of no kind that we know has no response either.
    const performer = performers[facts.name] ?? DEFAULTS[facts.name];
    if (performer === undefined) return await this.#answer({ status: UNRECOGNIZED }, facts);
    const given = performer(this.#request(facts), user);
    if (!isAsyncIterable(given)) return await this.#answer(await given, facts);
    for await (const answer of given) {
      await this.#answer(answer, facts);
      if (statusClass(answer.status) !== "pending") return;
    }
    throw new TypeError(`Cannot leave ${facts.request} without a final answer`);
  }

  #request(facts: Operation): PerformRequest {
    const { values } = this.#message.commandSet;
    const { context } = this.#options;
    const dataSet = this.#message.dataSet && this.#untilRead(this.#message.dataSet);
    return {
      operation: facts.name,
      messageId: this.messageId,
      sopClassUid: textValue(values, facts.classElement) ?? context.abstractSyntax,
      sopInstanceUid: facts.instanceElement && textValue(values, facts.instanceElement),
      values,
      context,
      dataSet,
      read: () => readStream(dataSet, context),
      through: async (sink) => {
        await this.#message.dataSet?.through(sink).finally(() => this.#mayProceed());
      },
      canceled: this.#canceled.signal,
    };
  }

  async #answer(answer: Answer, facts: Operation): Promise<void> {
    const { context, user } = this.#options;
    const values = responseValues(this.#message.commandSet.values, { facts, answer });
    const dataSet = answer.dataSet && dataSetOctets(answer.dataSet, context);
    await user.association.send(context.id, values, { ...answer.sending, dataSet });
    this.#mayProceed();
  }

  async *#untilRead(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* stream;
    } finally {
      this.#mayProceed();
    }
  }
}

/** PS3.7 C.5.12. */
const UNRECOGNIZED = 0x0211;

/** Verification needs no decision: who accepted its context answers (PS3.4 A.2). */
const DEFAULTS: Performers = { "C-ECHO": () => ({ status: 0x0000 }) };

function isAsyncIterable(given: ReturnType<Performer>): given is AsyncIterable<Answer> {
  return Symbol.asyncIterator in given;
}
