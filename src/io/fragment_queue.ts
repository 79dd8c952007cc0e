/**
 * The fragments of one data set between the socket, which pushes, and the program that reads them.
 * How much may wait here is the owner's business: it hears of every octet that is `freed`.
 */

export interface FragmentQueueOptions {
  /** Octets that were read, or dropped unread. */
  readonly freed: (octets: number) => void;
  /** Milliseconds to wait for the next fragment while somebody reads; 0 for ever. */
  readonly timeout: number;
  /** The peer was silent for that long: gives the error to read. */
  readonly late: () => Error;
}

export class FragmentQueue implements AsyncIterable<Uint8Array> {
  readonly #options: FragmentQueueOptions;
  #fragments: Uint8Array[] = [];
  #ended: { readonly error: Error | undefined } | undefined;
  #dropped = false;
  #wake: (() => void) | undefined;

  constructor(options: FragmentQueueOptions) {
    this.#options = options;
  }

  push(fragment: Uint8Array): void {
    this.#fragments.push(fragment);
    this.#wake?.();
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

  async #somethingNew(): Promise<void> {
    const { timeout, late } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (timeout > 0) timer = setTimeout(() => this.end(late()), timeout);
    });
    clearTimeout(timer);
  }
}
