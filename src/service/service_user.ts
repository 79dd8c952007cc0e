/**
 * A DIMSE-service-user on an association (PS3.7 6.1): invokes operations and performs those that the
 * peer invokes. Both sides of an association can do both: a requestor of C-GET performs C-STORE.
 *
 * Rule: one operation at a time. Nothing else is negotiated (PS3.7 D.3.3.3), so a second one before
 * the final response is refused as the caller's mistake.
 * Rule: messages are taken in the order in which they come, the next one when the one before it is
 * done with; only a C-CANCEL-RQ is seen while the operation that it ends is performed.
 */
import { uidName } from "../dictionary/uids.ts";
import { commandField } from "../dimse/command_field.ts";
import type { Association } from "../io/association.ts";
import { AssociationError } from "../io/association_error.ts";
import type { ReceivedMessage } from "../io/message_receiver.ts";
import type { AgreedContext } from "../ul/negotiate.ts";
import { requestedClass, requestValues } from "./command_values.ts";
import { Invocation } from "./invocation.ts";
import { type OperationName, operation, operationOfRequest } from "./operation.ts";
import { Performance, type Performers } from "./performance.ts";
import {
  dataSetOctets,
  numberValue,
  type OperationRequest,
  responseOf,
} from "./service_message.ts";
import { abstractSyntaxesFor } from "./sop_class.ts";

export interface ServiceUserOptions {
  /** Milliseconds to wait for each response, and for each part of its data set; 0 for ever. */
  readonly dimseTimeout?: number;
  /** Milliseconds to wait for a message while nothing is under way; for ever (0) unless told. */
  readonly idleTimeout?: number;
  /** What is done for the peer, by operation. C-ECHO is answered unless told; the rest is refused. */
  readonly perform?: Performers;
}

export class ServiceUser implements AsyncDisposable {
  /** What was negotiated, and messages below the level of operations. */
  readonly association: Association;
  readonly #options: ServiceUserOptions;
  readonly #ended: Promise<void>;
  #lastMessageId = 0;
  #invoked: Invoked | undefined;
  #performance: Performance | undefined;
  #sending = false;
  /** Responses that still come are passed over. */
  #releasing = false;
  /** Counts what was begun, on either side. */
  #order = 0;
  #performanceOrder = 0;
  /** When something last happened, in milliseconds of the runtime's monotonic clock. */
  #heard = performance.now();
  #fault: Error | undefined;

  constructor(association: Association, options: ServiceUserOptions = {}) {
    this.association = association;
    this.#options = options;
    this.#ended = this.#takeMessages();
    this.#ended.catch(() => undefined); // Told to who waits, and by `ended`.
  }

  /**
   * The first accepted context that serves a SOP class, by UID, keyword or name: its own, or that of
   * a Meta SOP class that it is a part of. Undefined where there is none.
   */
  contextFor(sopClass: string): AgreedContext | undefined {
    const uid = requestedClass({ operation: "C-ECHO", sopClass });
    if (uid === undefined) return undefined;
    for (const abstractSyntax of abstractSyntaxesFor(uid)) {
      const context = this.association.contextFor(abstractSyntax);
      if (context !== undefined) return context;
    }
    return undefined;
  }

  /**
   * Sends a request with a Message ID of its own and gives its responses. Throws a TypeError for what
   * PS3.7 requires and is missing, where no accepted context serves the SOP class, and where another
   * operation is not over yet. While its responses are read, an `AssociationError` tells how the
   * association ended.
   */
  invoke(request: OperationRequest): Invocation {
    const facts = operation(request.operation);
    const before = this.#invoked?.invocation;
    if (before?.outstanding === true) {
      throw new TypeError(
        `Cannot send ${facts.request}: Message ID ${before.messageId} has no final response yet (PS3.7 D.3.3.3)`,
      );
    }
    before?.finish();
    const context = this.#contextOf(request);
    // 1 to 65535, then from the start again; 0 is legal and looks like a mistake.
    const messageId = request.messageId ?? (this.#lastMessageId % 0xffff) + 1;
    const values = requestValues(request, messageId);
    const octets = request.dataSet && dataSetOctets(request.dataSet, context);
    this.#lastMessageId = messageId;
    const order = ++this.#order;
    const invocation = new Invocation({
      messageId,
      request: facts.request,
      timeout: this.#options.dimseTimeout ?? 0,
      quietFor: () => this.#quietFor(order),
      cancel: facts.cancelable ? () => this.#cancel(messageId, context) : undefined,
      late: (error) => this.#giveUp(error),
    });
    this.#invoked = { invocation, context, operation: request.operation };
    this.#send(context.id, values, octets).catch((error: unknown) => this.#giveUp(asError(error)));
    return invocation;
  }

  /** Asks for release and waits until both sides agree (PS3.8 7.2). */
  async release(): Promise<void> {
    this.#releasing = true;
    this.#invoked?.invocation.fail(
      new AssociationError("released", "The association was released before the final response"),
    );
    await this.association.release();
  }

  /** A-ABORT by this side (PS3.8 7.3). */
  abort(): void {
    this.#giveUp(new AssociationError("aborted", "Association aborted by this side (PS3.8 7.3)"));
  }

  /** Resolves when the association was released; rejects with the reason of any other end. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** Releases where that is possible, else aborts. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => this.abort());
  }

  async #takeMessages(): Promise<void> {
    let why: Error = new AssociationError("released", "The association was released by the peer");
    try {
      for (;;) {
        const busy = this.#performance?.over === false;
        const timeout = busy ? 0 : (this.#options.idleTimeout ?? 0);
        const message = await this.association.receive({ timeout });
        if (message === undefined) return;
        this.#heard = performance.now();
        await this.#take(message);
        this.#heard = performance.now();
      }
    } catch (error) {
      why = this.#fault ?? asError(error);
      throw why;
    } finally {
      this.#performance?.cancel();
      this.#invoked?.invocation.fail(why);
    }
  }

  async #take(message: ReceivedMessage): Promise<void> {
    const { values } = message.commandSet;
    if (message.command === "C-CANCEL-RQ") {
      // One that comes too late, or for what is not there, means nothing (PS3.7 9.3.2.3).
      const id = numberValue(values, "MessageIDBeingRespondedTo");
      if (this.#performance?.messageId === id) this.#performance?.cancel();
    } else if (((numberValue(values, "CommandField") ?? 0) & RESPONSE) !== 0) {
      await this.#takeResponse(message);
    } else {
      await this.#performance?.ended.catch(() => undefined);
      this.#performanceOrder = ++this.#order;
      this.#performance = new Performance(message, {
        facts: operationOfRequest(message.command),
        context: this.#agreed(message.contextId),
        performers: this.#options.perform ?? {},
        user: this,
      });
      this.#performance.ended.then(
        () => {
          this.#heard = performance.now();
        },
        (error: unknown) => this.#giveUp(asError(error)),
      );
      await this.#performance.proceed;
    }
  }

  async #takeResponse(message: ReceivedMessage): Promise<void> {
    if (this.#releasing) return;
    const { command, contextId } = message;
    const invoked = this.#invoked;
    const id = numberValue(message.commandSet.values, "MessageIDBeingRespondedTo");
    if (invoked?.invocation.outstanding !== true || invoked.invocation.messageId !== id) {
      const which = id === undefined ? "no Message ID" : `Message ID ${id}`;
      throw this.#broken(
        `Cannot take ${command} for ${which}: no such request waits for a response`,
      );
    }
    if (command !== operation(invoked.operation).response) {
      throw this.#broken(`Cannot take ${command} as the response to ${invoked.operation}-RQ`);
    }
    const context = this.#agreed(contextId);
    const response = responseOf(message, { operation: invoked.operation, context });
    if (response === undefined) throw this.#broken(`Cannot take ${command} without a Status`);
    await invoked.invocation.deliver(response);
  }

  /** The peer broke PS3.7: ends the association, with the reason for who waits. */
  #broken(what: string): Error {
    const error = new AssociationError("protocol", `${what} (PS3.7 9.3, 10.3)`);
    this.#giveUp(error);
    return error;
  }

  #giveUp(error: Error): void {
    this.#fault ??= error;
    this.association.abort();
    this.#invoked?.invocation.fail(this.#fault);
  }

  async #send(...message: Parameters<Association["send"]>): Promise<void> {
    this.#sending = true;
    try {
      await this.association.send(...message);
    } finally {
      this.#sending = false;
      this.#heard = performance.now();
    }
  }

  /**
   * While this side works for the peer, the peer is not late: it sends, or performs what the peer
   * asked for since (the C-STORE sub-operations of a C-GET).
   */
  #quietFor(order: number): number {
    const performing = this.#performance?.over === false && this.#performanceOrder > order;
    return this.#sending || performing ? 0 : performance.now() - this.#heard;
  }

  async #cancel(messageId: number, context: AgreedContext): Promise<void> {
    const CommandField = commandField("C-CANCEL-RQ");
    const values = { CommandField, MessageIDBeingRespondedTo: messageId };
    await this.association.send(context.id, values);
  }

  #contextOf(request: OperationRequest): AgreedContext {
    if (request.contextId !== undefined) return this.#agreed(request.contextId);
    const { operation: name } = request;
    const uid = requestedClass(request);
    if (uid === undefined) throw new TypeError(`Cannot send ${name}-RQ: no SOP class is named`);
    const context = this.contextFor(uid);
    if (context !== undefined) return context;
    throw new TypeError(
      `Cannot send ${name}-RQ: no context for ${uidName(uid)} was accepted (PS3.8 9.3.3.2)`,
    );
  }

  #agreed(contextId: number): AgreedContext {
    const context = this.association.contexts.find(({ id }) => id === contextId);
    if (context?.result === 0) return context;
    throw new TypeError(`Cannot use context ${contextId}: it was not accepted`);
  }
}

interface Invoked {
  readonly invocation: Invocation;
  readonly context: AgreedContext;
  readonly operation: OperationName;
}

const RESPONSE = 0x8000;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
