/**
 * The operations of one side that have no final response yet, by Message ID: no more of them than
 * the Asynchronous Operations Window allows (PS3.7 D.3.3.3).
 */
import type { AgreedContext } from "../ul/negotiate.ts";
import type { Invocation } from "./invocation.ts";
import type { OperationName } from "./operation.ts";

export interface Invoked {
  readonly invocation: Invocation;
  readonly context: AgreedContext;
  readonly operation: OperationName;
}

export class Outstanding {
  /** How many there may be at once. */
  readonly window: number;
  readonly #invoked = new Map<number, Invoked>();
  #lastMessageId = 0;

  constructor(window: number) {
    this.window = window;
  }

  get count(): number {
    let count = 0;
    for (const { invocation } of this.#invoked.values()) if (invocation.outstanding) count++;
    return count;
  }

  /**
   * The Message ID for one operation more: the wanted one, or the next that no outstanding one has.
   * Throws a TypeError where there may be none.
   */
  admit(request: string, wanted: number | undefined): number {
    this.#forgetOver();
    const [first] = this.#invoked.keys();
    if (this.#invoked.size >= Math.min(this.window, MOST)) {
      const which =
        this.window === 1 ? `Message ID ${first} has` : `${this.window} operations have`;
      throw new TypeError(`Cannot send ${request}: ${which} no final response yet (PS3.7 D.3.3.3)`);
    }
    if (wanted !== undefined && this.#invoked.has(wanted)) {
      throw new TypeError(
        `Cannot send ${request}: Message ID ${wanted} has no final response yet (PS3.7 9.1)`,
      );
    }
    return wanted ?? this.#nextMessageId();
  }

  add(invoked: Invoked): void {
    this.#lastMessageId = invoked.invocation.messageId;
    this.#invoked.set(invoked.invocation.messageId, invoked);
  }

  /** The one that a response to this Message ID belongs to. */
  find(messageId: number | undefined): Invoked | undefined {
    const invoked = messageId === undefined ? undefined : this.#invoked.get(messageId);
    return invoked?.invocation.outstanding === true ? invoked : undefined;
  }

  /** No response will come any more. */
  fail(error: Error): void {
    for (const { invocation } of this.#invoked.values()) invocation.fail(error);
  }

  /** 1 to 65535, then from the start again; 0 is legal and looks like a mistake. */
  #nextMessageId(): number {
    let id = (this.#lastMessageId % 0xffff) + 1;
    while (this.#invoked.has(id)) id = (id % 0xffff) + 1;
    return id;
  }

  /** What is over and was not read to its end holds up nobody. */
  #forgetOver(): void {
    for (const [id, { invocation }] of this.#invoked) {
      if (invocation.outstanding) continue;
      invocation.finish();
      this.#invoked.delete(id);
    }
  }
}

/** Where any number is allowed; Message IDs end at 65,535. */
const MOST = 10_000;
