/**
 * An operation under way: its responses, one after another, until the final one (PS3.7 9.1.2.1).
 *
 * Rule: a response with a data set that is still coming is done with before anything else is read
 * from the peer, so that a slow reader slows the peer down; of those that are whole a few may wait.
 * Rule: who stops reading before the final response ends the operation: a C-CANCEL-RQ where there is
 * one for it, and what still comes is passed over, for as long as a response may take.
 */
import { timeoutError } from "../io/association_error.ts";
import { timerMs } from "../io/timer_ms.ts";
import type { OperationResponse } from "./service_message.ts";

export interface InvocationOptions {
  readonly messageId: number;
  readonly request: string;
  /** Milliseconds to wait for each response; 0 for ever. */
  readonly timeout: number;
  /** Milliseconds since the peer was last heard of, or 0 while this side works for it. */
  readonly quietFor: () => number;
  /** Sends the C-CANCEL-RQ; undefined where the operation cannot be canceled. */
  readonly cancel: (() => Promise<void>) | undefined;
  /** The peer did not answer in time, and is told so. */
  readonly late: (error: Error) => void;
}

export class Invocation implements AsyncIterable<OperationResponse> {
  readonly messageId: number;
  readonly #options: InvocationOptions;
  readonly #inbox: { readonly response: OperationResponse; readonly done: () => void }[] = [];
  #done: (() => void) | undefined;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #over = false;
  #canceled: Promise<void> | undefined;
  #reading = false;

  constructor(options: InvocationOptions) {
    this.messageId = options.messageId;
    this.#options = options;
  }

  /** No final response was seen yet. */
  get outstanding(): boolean {
    return !this.#over && this.#error === undefined;
  }

  /** Whether a C-CANCEL-RQ can end the operation early. */
  get cancelable(): boolean {
    return this.#options.cancel !== undefined;
  }

  /**
   * Asks the peer to end the operation early; the responses go on until the final one, which need
   * not be Canceled (PS3.7 9.3.2.3). It is asked once, however often this is called; nothing happens
   * where the operation knows no C-CANCEL.
   */
  async cancel(): Promise<void> {
    if (this.outstanding) this.#canceled ??= this.#options.cancel?.();
    await this.#canceled;
  }

  /** The final response, with its data set read; those before it are passed over. */
  async final(): Promise<OperationResponse> {
    for await (const response of this) {
      if (!response.final) continue;
      await response.read();
      return response;
    }
    throw new TypeError("Cannot be: the responses ended without a final one");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OperationResponse> {
    if (this.#reading) throw new TypeError("Cannot read the responses of an operation twice");
    this.#reading = true;
    try {
      for (;;) {
        const response = await this.#next();
        yield response;
        if (response.final) return;
      }
    } finally {
      if (this.outstanding) await this.#abandon();
      this.#handBack();
    }
  }

  /** Somebody waits for the next response. */
  get awaited(): boolean {
    return this.#wake !== undefined;
  }

  /**
   * For the service user: resolves when the next message may be read. `whole`: nothing of this one
   * is still to come from the peer.
   */
  deliver(response: OperationResponse, whole: boolean): Promise<void> {
    if (response.final) this.#over = true;
    if (this.#error !== undefined) return Promise.resolve();
    const holdsUp = !whole || this.#inbox.length >= MOST_WAITING;
    return new Promise((resolve) => {
      this.#inbox.push({ response, done: resolve });
      this.#wake?.();
      if (!holdsUp) resolve();
    });
  }

  /** For the service user: nothing more will come. */
  fail(error: Error): void {
    this.#error ??= error;
    this.finish();
    this.#wake?.();
  }

  /** For the service user: the response that was handed over last is done with. */
  finish(): void {
    this.#handBack();
    if (this.outstanding) return;
    for (const { done } of this.#inbox) done();
  }

  async #next(): Promise<OperationResponse> {
    this.#handBack();
    for (;;) {
      const oldest = this.#inbox.shift();
      if (oldest !== undefined) {
        this.#done = oldest.done;
        return oldest.response;
      }
      if (this.#error !== undefined) throw this.#error;
      await this.#somethingNew();
    }
  }

  /** Lets the next message come. */
  #handBack(): void {
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }

  async #abandon(): Promise<void> {
    const { timeout, late, request } = this.#options;
    await this.cancel().catch(() => undefined);
    const began = performance.now();
    for (let over = false; !over; ) {
      over = (await this.#next()).final;
      if (over || timeout === 0 || performance.now() - began < timeout) continue;
      late(timeoutError(timeout, `the final response to ${request} (DIMSE timeout)`));
    }
  }

  async #somethingNew(): Promise<void> {
    const { timeout, quietFor, late, request } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (left: number): void => {
      timer = setTimeout(() => {
        const quiet = quietFor();
        if (quiet < timeout) watch(timeout - quiet);
        else late(timeoutError(timeout, `the response to ${request} (DIMSE timeout)`));
      }, timerMs(left));
    };
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timeout > 0) watch(timeout);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

/** Responses that nobody has read yet. */
const MOST_WAITING = 64;
