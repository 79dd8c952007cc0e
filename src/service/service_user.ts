/**
 * A DIMSE-service-user on an association (PS3.7 6.1): invokes operations and performs those that the
 * peer invokes. Both sides of an association can do both: a requestor of C-GET performs C-STORE.
 *
 * Rule: as many operations at once as the Asynchronous Operations Window allows, one where none was
 * negotiated (PS3.7 D.3.3.3); one more is refused as the caller's mistake.
 * Rule: messages are taken in the order in which they come, the next one when the data set of the one
 * before it was read. A small data set that nobody reads yet is read ahead: who waits for the
 * response behind it, or for one to a request of its own, must not wait for ever.
 */
import { uidName } from "../dictionary/uids.ts";
import { commandField } from "../dimse/command_field.ts";
import type { Association } from "../io/association.ts";
import { AssociationError, timeoutError } from "../io/association_error.ts";
import type { ReceivedMessage } from "../io/message_receiver.ts";
import { timerMs } from "../io/timer_ms.ts";
import { otherRole } from "../role.ts";
import { type AgreedContext, operationsWindow } from "../ul/negotiate.ts";
import { requestedClass, requestValues } from "./command_values.ts";
import { Invocation } from "./invocation.ts";
import { operation, operationOfRequest } from "./operation.ts";
import { Outstanding } from "./outstanding.ts";
import { Performance, type Performers } from "./performance.ts";
import { Performing } from "./performing.ts";
import { type ReadAhead, readAhead } from "./read_ahead.ts";
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
  readonly #outstanding: Outstanding;
  readonly #performing: Performing;
  /** Messages of ours that are going out. */
  #sending = 0;
  /** Nothing is read from the peer, because one of ours has not read what it got. */
  #heldUp = false;
  /** Responses that still come are passed over. */
  #releasing = false;
  /** Counts what was begun, on either side. */
  #order = 0;
  /** When something last happened, in milliseconds of the runtime's monotonic clock. */
  #heard = performance.now();
  #fault: Error | undefined;

  constructor(association: Association, options: ServiceUserOptions = {}) {
    this.association = association;
    this.#options = options;
    const { answer, role } = association;
    this.#outstanding = new Outstanding(operationsWindow(answer, role));
    this.#performing = new Performing(operationsWindow(answer, otherRole(role)));
    // Also while a request that came waits for its turn, and nothing is taken behind it.
    association.untilOver().then(() => this.#performing.cancel());
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

  /** How many operations this side may have outstanding: the negotiated window, or 1. */
  get window(): number {
    return this.#outstanding.window;
  }

  /** How many have no final response yet. */
  get outstanding(): number {
    return this.#outstanding.count;
  }

  /**
   * Sends a request with a Message ID of its own and gives its responses. Throws a TypeError for what
   * PS3.7 requires and is missing, where no accepted context serves the SOP class, and where the
   * window leaves no room for another operation. While its responses are read, an
   * `AssociationError` tells how the association ended.
   */
  invoke(request: OperationRequest): Invocation {
    const facts = operation(request.operation);
    const messageId = this.#outstanding.admit(facts.request, request.messageId);
    const context = this.#contextOf(request);
    const values = requestValues(request, messageId);
    const dataSet = request.dataSet && dataSetOctets(request.dataSet, context);
    const order = ++this.#order;
    const invocation = new Invocation({
      messageId,
      request: facts.request,
      timeout: this.#options.dimseTimeout ?? 0,
      quietFor: () => this.#quietFor(order),
      cancel: facts.cancelable ? () => this.#cancel(messageId, context) : undefined,
      late: (error) => this.#giveUp(error),
    });
    this.#outstanding.add({ invocation, context, operation: request.operation });
    this.#send(context.id, values, { ...request.sending, dataSet }).catch((error: unknown) =>
      this.#giveUp(asError(error)),
    );
    return invocation;
  }

  /** Asks for release and waits until both sides agree (PS3.8 7.2). */
  async release(): Promise<void> {
    this.#releasing = true;
    this.#outstanding.fail(
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
    const stopWatching = this.#watchSilence();
    try {
      for (;;) {
        const message = await this.association.receive({ timeout: 0 });
        if (message === undefined) return;
        this.#heldUp = true;
        await this.#take(message);
        this.#heldUp = false;
        this.#heard = performance.now();
      }
    } catch (error) {
      why = this.#fault ?? asError(error);
      throw why;
    } finally {
      stopWatching();
      this.#performing.cancel();
      this.#outstanding.fail(why);
    }
  }

  /** Ends an association in which nothing is under way and nothing comes; call what it gives to stop. */
  #watchSilence(): () => void {
    const { idleTimeout = 0 } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (left: number): void => {
      timer = setTimeout(() => {
        const busy = this.#performing.busy || this.#outstanding.count > 0;
        const quiet = busy ? 0 : this.#quietFor(this.#order);
        if (quiet < idleTimeout) watch(idleTimeout - quiet);
        else this.#giveUp(timeoutError(idleTimeout, "a message (idle timeout)"));
      }, timerMs(left));
    };
    if (idleTimeout > 0) watch(idleTimeout);
    return () => clearTimeout(timer);
  }

  async #take(message: ReceivedMessage): Promise<void> {
    const { values } = message.commandSet;
    if (message.command === "C-CANCEL-RQ") {
      // One that comes too late, or for what is not there, means nothing (PS3.7 9.3.2.3).
      this.#performing.cancel(numberValue(values, "MessageIDBeingRespondedTo") ?? NO_MESSAGE_ID);
    } else if (((numberValue(values, "CommandField") ?? 0) & RESPONSE) !== 0) {
      await this.#takeResponse(message);
    } else {
      await this.#takeRequest(message);
    }
  }

  async #takeRequest(message: ReceivedMessage): Promise<void> {
    await this.#performing.room();
    if (this.#releasing || this.association.error !== undefined) return;
    const facts = operationOfRequest(message.command);
    // Bulk is read as the performer wants it.
    const ahead = facts?.name === "C-STORE" ? undefined : await aheadOf(message.dataSet);
    const begun = new Performance(withDataSet(message, ahead), {
      facts,
      context: this.#agreed(message.contextId),
      performers: this.#options.perform ?? {},
      user: this,
    });
    this.#performing.add(begun, ++this.#order);
    begun.ended.then(
      () => {
        this.#heard = performance.now();
      },
      (error: unknown) => {
        // What crosses a release is not answered any more (PS3.8 9.2, Sta7); the release goes on.
        if (!this.#releasing) this.#giveUp(asError(error));
      },
    );
    if (ahead?.whole !== true) await begun.proceed;
  }

  async #takeResponse(message: ReceivedMessage): Promise<void> {
    if (this.#releasing) return;
    const { command, contextId } = message;
    const id = numberValue(message.commandSet.values, "MessageIDBeingRespondedTo");
    const invoked = this.#outstanding.find(id);
    if (invoked === undefined) {
      const which = id === undefined ? "no Message ID" : `Message ID ${id}`;
      throw this.#broken(
        `Cannot take ${command} for ${which}: no such request waits for a response`,
      );
    }
    const { invocation, context } = invoked;
    if (command !== operation(invoked.operation).response) {
      throw this.#broken(`Cannot take ${command} as the response to ${invoked.operation}-RQ`);
    }
    if (contextId !== context.id) {
      const where = `on context ${contextId}: the request went out on ${context.id}`;
      throw this.#broken(`Cannot take ${command} for Message ID ${id} ${where}`);
    }
    const unread = this.#outstanding.count > 1 && !invocation.awaited;
    const ahead = unread ? await aheadOf(message.dataSet) : undefined;
    const of = { operation: invoked.operation, context };
    const response = responseOf(withDataSet(message, ahead), of);
    if (response === undefined) throw this.#broken(`Cannot take ${command} without a Status`);
    await invocation.deliver(response, message.dataSet === undefined || ahead?.whole === true);
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
    this.#outstanding.fail(this.#fault);
  }

  async #send(...message: Parameters<Association["send"]>): Promise<void> {
    this.#sending++;
    try {
      await this.association.send(...message);
    } finally {
      this.#sending--;
      this.#heard = performance.now();
    }
  }

  /**
   * While this side works for the peer, the peer is not late: it sends, or performs what the peer
   * asked for since (the C-STORE sub-operations of a C-GET).
   */
  #quietFor(order: number): number {
    const ours = this.#sending > 0 || this.#heldUp || this.#performing.since(order);
    return ours ? 0 : performance.now() - this.#heard;
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

const RESPONSE = 0x8000;
/** Equal to none: a C-CANCEL-RQ that does not say what it ends. */
const NO_MESSAGE_ID = -1;
/** Of a data set that nobody reads yet; far more than an Identifier has. */
const READ_AHEAD = 2 ** 20;

async function aheadOf(dataSet: ReceivedMessage["dataSet"]): Promise<ReadAhead | undefined> {
  return dataSet && (await readAhead(dataSet, READ_AHEAD));
}

function withDataSet(message: ReceivedMessage, ahead: ReadAhead | undefined): ReceivedMessage {
  return ahead === undefined ? message : { ...message, dataSet: ahead.stream };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
