/**
 * Messages and PDUs of one association, fetched as they are looked at, for all its panels.
 *
 * Rule: a long association is read by the server while it answers with what it has. It is asked
 * again until all is there.
 */
import type { MessageRow, MessagesJson, PduRow, PdusJson } from "../../api_types.ts";
import { apiPath, getJson, keyPath } from "../api.ts";
import { Paged } from "../paged.ts";

const AGAIN_MS = 1_000;

interface Key {
  readonly capture: string;
  readonly id: number;
}

export class AssociationData {
  readonly key: Key;
  readonly messages: Paged<MessageRow>;
  readonly pdus: Paged<PduRow>;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(key: Key) {
    this.key = key;
    const path = keyPath(key);
    this.messages = new Paged(async (offset, limit) => {
      const page = await getJson<MessagesJson>(apiPath(`${path}/messages`, { offset, limit }));
      if (!page.complete) this.#refreshSoon();
      return { total: page.total, rows: page.messages };
    });
    this.pdus = new Paged(async (offset, limit) => {
      const page = await getJson<PdusJson>(apiPath(`${path}/pdus`, { offset, limit }));
      if (!page.complete) this.#refreshSoon();
      return { total: page.total, rows: page.pdus };
    });
  }

  /** Nobody looks at it any more. */
  close(): void {
    clearTimeout(this.#again);
  }

  /** The association goes on: what is looked at may have grown. */
  refresh(): void {
    for (const paged of [this.messages, this.pdus]) {
      if (paged.total !== undefined) paged.refresh();
    }
  }

  #refreshSoon(): void {
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.refresh();
    }, AGAIN_MS);
  }
}
