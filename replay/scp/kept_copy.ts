/**
 * A C-STORE's data set that passes through to somebody else and is kept on its way: who keeps it gets
 * each piece before it goes on, so that neither side holds more than one.
 *
 * Rule: what is kept is whole when `finish` says so, after the final status; else it is dropped.
 */
import type { PerformRequest } from "../../src/service/service_message.ts";

/** Keeps an instance; gives the status of that, 0000H where nothing failed. */
export type Keep = (request: PerformRequest) => Promise<number>;

export class KeptCopy {
  /** To be read once; what reads it makes the copy begin. */
  readonly dataSet: AsyncIterable<Uint8Array> | undefined;
  readonly #request: PerformRequest;
  readonly #keep: Keep;
  #status: Promise<number> | undefined;
  /** Undefined in place of a piece: there are no more. */
  #offered: { readonly piece: Uint8Array | undefined; readonly taken: () => void } | undefined;
  #wake: (() => void) | undefined;
  #isDone = false;
  #isDropped = false;

  constructor(request: PerformRequest, keep: Keep) {
    this.#request = request;
    this.#keep = keep;
    const { dataSet } = request;
    this.dataSet = dataSet && { [Symbol.asyncIterator]: () => this.#passing(dataSet) };
  }

  /** Somebody has begun to read the data set. */
  get begun(): boolean {
    return this.#status !== undefined;
  }

  /** Keeps what passed; gives the status of that. */
  async finish(): Promise<number> {
    await this.#offer(undefined);
    return (await this.#status) ?? 0x0000;
  }

  /** Drops what passed. Never rejects. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    await this.#offer(undefined);
    await this.#status?.catch(() => undefined);
  }

  async *#passing(dataSet: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const kept = this.#keep({ ...this.#request, dataSet: this.#pieces() });
    this.#status = kept;
    const over = (): void => {
      this.#isDone = true;
      this.#offered?.taken();
    };
    kept.then(over, over);
    for await (const piece of dataSet) {
      await this.#offer(piece);
      yield piece;
    }
  }

  /** Resolves when the piece was taken, or nobody takes any more. */
  #offer(piece: Uint8Array | undefined): Promise<void> {
    if (this.#isDone || !this.begun) return Promise.resolve();
    return new Promise((taken) => {
      this.#offered = { piece, taken };
      this.#wake?.();
    });
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.#offered === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const { piece, taken } = this.#offered;
      if (this.#isDropped) throw new Error("The instance was not taken");
      if (piece === undefined) return;
      yield piece;
      this.#offered = undefined;
      taken();
    }
  }
}
