/**
 * The fragments of one data set between the socket, which pushes, and the program that reads them.
 * How much may wait here is the owner's business: it hears of every octet that is `freed`.
 */
import { timerMs } from "./timer_ms.ts";

export interface FragmentQueueOptions {
  /** Octets that were read, or dropped unread. */
  readonly freed: (octets: number) => void;
  /** Milliseconds to wait for the next fragment while somebody reads; 0 for ever. */
  readonly timeout: number;
  /** The peer was silent for that long: gives the error to read. */
  readonly late: () => Error;
}

/** A data set as it comes; read once, in one of the two ways. */
export interface ReceivedDataSet extends AsyncIterable<Uint8Array> {
  /**
   * Gives all octets to `sink`, as views that are valid until it returns: nothing is copied, and
   * nothing waits, so `sink` has to be quick. Resolves at the end. What it throws ends the reading.
   */
  through(sink: (octets: Uint8Array) => void): Promise<void>;
}

export class FragmentQueue implements ReceivedDataSet {
  readonly #options: FragmentQueueOptions;
  #fragments: Uint8Array[] = [];
  #ended: { readonly error: Error | undefined } | undefined;
  #dropped = false;
  #wake: (() => void) | undefined;
  #sink: ((octets: Uint8Array) => void) | undefined;
  /** Fragments that went through, and what the sink threw at one. */
  #passed = 0;
  #thrown: { readonly error: unknown } | undefined;

  constructor(options: FragmentQueueOptions) {
    this.#options = options;
  }

  push(fragment: Uint8Array): void {
    this.#fragments.push(fragment);
    this.#wake?.();
  }

  /** Gives a view to who reads `through`; false where it has to be copied and pushed. */
  pass(view: Uint8Array): boolean {
    if (this.#sink === undefined) return false;
    this.#passed++;
    try {
      this.#sink(view);
    } catch (error) {
      this.#thrown = { error };
      this.drop();
    }
    return true;
  }

  end(error: Error | undefined): void {
    this.#ended ??= { error };
    this.#wake?.();
  }

  get dropped(): boolean {
    return this.#dropped;
  }

  drop(): void {
    this.#dropped = true;
    const fragments = this.#fragments;
    this.#fragments = [];
    for (const { length } of fragments) this.#options.freed(length);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const fragment = this.#fragments.shift();
      if (fragment !== undefined) {
        this.#options.freed(fragment.length);
        yield fragment;
      } else if (this.#ended !== undefined) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return;
      } else if (this.#dropped) {
        return;
      } else {
        await this.#somethingNew();
      }
    }
  }

  async through(sink: (octets: Uint8Array) => void): Promise<void> {
    for (let next = this.#fragments.shift(); next !== undefined; next = this.#fragments.shift()) {
      this.#options.freed(next.length);
      sink(next);
    }
    this.#sink = sink;
    while (this.#ended === undefined && !this.#dropped) await this.#somethingNew();
    if (this.#thrown !== undefined) throw this.#thrown.error;
    if (this.#ended?.error !== undefined) throw this.#ended.error;
  }

  async #somethingNew(): Promise<void> {
    const { timeout, late } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      const before = this.#passed;
      timer = setTimeout(() => {
        if (this.#passed === before) this.end(late());
        else watch();
      }, timerMs(timeout));
    };
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timeout > 0) watch();
    });
    clearTimeout(timer);
  }
}
