/**
 * An association that this program takes part in, as requestor or as acceptor: messages out,
 * messages in, release or abort. Made by `requestAssociation` and `acceptAssociations`.
 *
 * Rule: whatever ends the association, everyone who waits learns it as an `AssociationError`, in
 * words; after a release `receive` gives undefined.
 */
import type { ProtocolError } from "../protocol_error.ts";
import type { Role } from "../role.ts";
import { type UserInformation, userInformation } from "../ul/associate_view.ts";
import { type AgreedContext, agreedContexts } from "../ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq } from "../ul/pdu.ts";
import type { Primitive } from "../ul/upper_layer.ts";
import { type Abort, AssociationError, abortedError, timeoutError } from "./association_error.ts";
import { MessageReceiver, type ReceivedMessage } from "./message_receiver.ts";
import { type CommandValues, MessageSender, type Payload } from "./message_sender.ts";
import { timerMs } from "./timer_ms.ts";
import type { UlDriver, UlUser } from "./ul_driver.ts";

export interface AssociationLimits {
  /** Milliseconds for the peer to answer an A-ASSOCIATE-RQ or an A-RELEASE-RQ. */
  readonly acseTimeout: number;
  /**
   * Milliseconds to wait for a message, for each part of its data set, and for the peer to take more
   * octets of ours; 0 waits for ever.
   */
  readonly dimseTimeout: number;
}

export type { CommandValues, DataSetSource, Payload, SendOptions } from "./message_sender.ts";

export class Association implements AsyncIterable<ReceivedMessage>, AsyncDisposable {
  readonly request: AAssociateRq;
  readonly answer: AAssociateAc;
  /** Every proposed context and what became of it. */
  readonly contexts: readonly AgreedContext[];
  /** What the peer said of itself. */
  readonly peer: UserInformation;
  /** What this side is in the association. */
  readonly role: Role;
  readonly #driver: UlDriver;
  readonly #limits: AssociationLimits;
  readonly #receiver: MessageReceiver;
  readonly #sender: MessageSender;
  readonly #agreed: ReadonlySet<number>;
  #over: { readonly error: AssociationError | undefined } | undefined;
  #overWaiters: (() => void)[] = [];
  #releaseAsked = false;
  #peerAsked = false;
  #fault: ProtocolError | undefined;

  constructor(
    driver: UlDriver,
    negotiated: { readonly request: AAssociateRq; readonly answer: AAssociateAc },
    limits: AssociationLimits,
  ) {
    this.#driver = driver;
    this.#limits = limits;
    this.role = driver.layer.role;
    this.request = negotiated.request;
    this.answer = negotiated.answer;
    this.contexts = agreedContexts(this.request, this.answer);
    this.peer = userInformation(this.role === "requestor" ? this.answer : this.request);
    this.#agreed = new Set(this.contexts.flatMap(({ id, result }) => (result === 0 ? [id] : [])));
    this.#sender = new MessageSender({
      transport: driver,
      isAgreed: (contextId) => this.#agreed.has(contextId),
      maximumLength: this.peer.maximumLength ?? 0,
      mustLive: () => this.#mustLive(),
      // A peer that reads no more would hold us up for ever.
      within: (room) => this.#within(limits.dimseTimeout, room, READING),
      // A part of a message was sent: the peer cannot be told but by an abort.
      failed: () => this.abort(),
    });
    this.#receiver = new MessageReceiver({
      fault: (error) => {
        this.fault(error);
        driver.give({ kind: "invalid PDU", abortReason: error.abortReason });
      },
      pause: () => driver.pause(),
      resume: () => driver.resume(),
      isAgreed: (contextId) => this.#agreed.has(contextId),
      timeout: limits.dimseTimeout,
      late: () => {
        const error = timeoutError(limits.dimseTimeout, "the rest of a data set (DIMSE timeout)");
        this.#abortWith(error);
        return error;
      },
    });
  }

  /** PDU-length of the longest P-DATA-TF that came; our own 51H should be no less (PS3.8 D.1). */
  get longestReceived(): number {
    return this.#driver.longestReceived;
  }

  /** For the driver. */
  get data(): UlUser["data"] {
    return this.#receiver;
  }

  /** Why the association ended; undefined while it lives and after a release. */
  get error(): AssociationError | undefined {
    return this.#over?.error;
  }

  /** Resolves when the association has ended, in whatever way; `error` says which. */
  untilOver(): Promise<void> {
    if (this.#over !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#overWaiters.push(resolve));
  }

  /** The accepted context for an abstract syntax, the first one. */
  contextFor(abstractSyntax: string): AgreedContext | undefined {
    return this.contexts.find(
      (context) => context.result === 0 && context.abstractSyntax === abstractSyntax,
    );
  }

  /**
   * Sends one message, fragmented to what the peer is ready to receive (PS3.8 D.1). `values` are
   * those of the command set by keyword, without CommandDataSetType, which is set by `dataSet`.
   * Resolves when the octets were handed to the system. Messages do not interleave (E.2).
   */
  send(contextId: number, values: CommandValues, payload: Payload = {}): Promise<void> {
    return this.#sender.send(contextId, { ...payload, values });
  }

  /** Resolves when all messages so far were handed to the system, or will not be. */
  sent(): Promise<void> {
    return this.#sender.sent();
  }

  /** The next message; undefined when the association was released. */
  async receive(options: { readonly timeout?: number } = {}): Promise<ReceivedMessage | undefined> {
    const timeout = options.timeout ?? this.#limits.dimseTimeout;
    const message = await this.#within(timeout, this.#receiver.next(), "a message (DIMSE timeout)");
    if (message === undefined && this.#peerAsked) await this.#answerRelease();
    return message;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ReceivedMessage> {
    for (;;) {
      const message = await this.receive();
      if (message === undefined) return;
      yield message;
    }
  }

  /** Asks for release and waits until both sides agree (PS3.8 7.2). Drops unread messages. */
  async release(): Promise<void> {
    if (this.#over !== undefined) {
      if (this.#over.error === undefined) return;
      throw this.#over.error;
    }
    await this.#sender.sent();
    this.#receiver.discard();
    if (this.#peerAsked) return await this.#answerRelease();
    if (!this.#releaseAsked) {
      this.#releaseAsked = true;
      this.#give({ kind: "A-RELEASE request" });
    }
    await this.#within(this.#limits.acseTimeout, this.#ended(), "A-RELEASE-RP (ACSE timeout)");
  }

  /** A-ABORT by the service-user (PS3.8 7.3), unless another source and reason are to be sent. */
  abort(abort: Partial<Abort> = {}): void {
    this.#abortWith(
      new AssociationError("aborted", "Association aborted by this side (PS3.8 7.3)"),
      abort,
    );
  }

  /** Ends the connection without a release, by FIN after what was sent. */
  close(): void {
    this.#leave("closed");
    this.#driver.close();
  }

  /** Ends the connection without a release, by RST. */
  reset(): void {
    this.#leave("reset");
    this.#driver.reset();
  }

  /** Releases where that is possible, else aborts. Never rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => this.abort());
  }

  /** For the driver: what the peer did wrong, before the A-P-ABORT indication that follows. */
  fault(error: ProtocolError): void {
    this.#fault ??= error;
  }

  /** For the driver. */
  primitive(primitive: Primitive): void {
    switch (primitive.name) {
      case "A-RELEASE indication":
        this.#releaseIndicated();
        return;
      case "A-RELEASE confirmation":
        // Release collision, the acceptor's side: its own answer is still due (AR-10, AR-4).
        if (this.#driver.layer.state === "Sta12") this.#driver.give({ kind: "A-RELEASE response" });
        this.#end(undefined);
        return;
      case "A-ABORT indication":
        this.#end(abortedError(this.#driver.abortReceived ?? { source: 0, reason: 0 }));
        return;
      case "A-P-ABORT indication":
        this.#end(this.#providerAbort(primitive));
        return;
      default: // Associate and data: not here any more, or taken by `data`.
    }
  }

  #abortWith(error: AssociationError, abort: Partial<Abort> = {}): void {
    if (this.#over !== undefined) return;
    this.#receiver.discard();
    this.#end(error);
    // Inside a PDU the octets of an A-ABORT would be taken for those that are missing.
    if (this.#sender.isInsidePdu) this.#driver.reset();
    else this.#driver.give({ kind: "A-ABORT request", ...abort });
  }

  #leave(how: "closed" | "reset"): void {
    this.#receiver.discard();
    this.#end(new AssociationError("closed", `Connection ${how} by this side, without a release`));
  }

  #releaseIndicated(): void {
    this.#peerAsked = true;
    // Release collision, the requestor's side answers first (AR-9); the acceptor's waits.
    if (this.#driver.layer.state === "Sta9") this.#driver.give({ kind: "A-RELEASE response" });
    if (!this.#releaseAsked) this.#receiver.end(undefined);
  }

  async #answerRelease(): Promise<void> {
    await this.#sender.sent();
    if (this.#over !== undefined || this.#driver.layer.state !== "Sta8") return;
    this.#driver.give({ kind: "A-RELEASE response" });
    this.#end(undefined);
  }

  #providerAbort(
    primitive: Extract<Primitive, { readonly name: "A-P-ABORT indication" }>,
  ): AssociationError {
    if (primitive.by === "transport") {
      const why = this.#driver.failure?.message;
      const how = why === undefined ? "closed by the peer" : `lost: ${why}`;
      const text = `Connection ${how}, without a release (PS3.8 9.2.3)`;
      return new AssociationError("closed", text, { reset: this.#driver.wasReset });
    }
    if (primitive.by !== this.role) {
      return abortedError(this.#driver.abortReceived ?? { source: 2, reason: primitive.reason });
    }
    const fault = this.#fault?.message ?? "a PDU that is not expected now (PS3.8 9.2.3)";
    return new AssociationError("protocol", `Association aborted by this side: ${fault}`, {
      cause: this.#fault,
    });
  }

  #mustLive(): void {
    if (this.#over?.error !== undefined) throw this.#over.error;
    if (this.#over !== undefined || this.#releaseAsked) {
      throw new AssociationError("released", "Cannot send: the association is released");
    }
  }

  #give(event: { readonly kind: "A-RELEASE request" }): void {
    this.#mustBeIn("Sta6");
    this.#driver.give(event);
  }

  #mustBeIn(state: string): void {
    if (this.#driver.layer.state !== state) {
      throw this.#over?.error ?? new AssociationError("closed", "The association has ended");
    }
  }

  #end(error: AssociationError | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { error };
    this.#receiver.end(error);
    const waiters = this.#overWaiters;
    this.#overWaiters = [];
    for (const wake of waiters) wake();
  }

  async #ended(): Promise<void> {
    await this.untilOver();
    if (this.#over?.error !== undefined) throw this.#over.error;
  }

  async #within<T>(milliseconds: number, work: Promise<T>, what: string): Promise<T> {
    if (milliseconds === 0) return await work;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timeoutError(milliseconds, what)), timerMs(milliseconds));
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      work.catch(() => undefined);
      if (error instanceof AssociationError && error.kind === "timeout") this.#abortWith(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

const READING = "the peer to read on (DIMSE timeout)";
