/** Messages and PDUs of one association, fetched as they are looked at, for all its panels. */
import type { MessageRow, MessagesJson, PduRow, PdusJson } from "../../api_types.ts";
import { apiPath, getJson, keyPath } from "../api.ts";
import { Paged } from "../paged.ts";

interface Key {
  readonly capture: string;
  readonly id: number;
}

export class AssociationData {
  readonly key: Key;
  readonly messages: Paged<MessageRow>;
  readonly pdus: Paged<PduRow>;

  constructor(key: Key) {
    this.key = key;
    const path = keyPath(key);
    this.messages = new Paged(async (offset, limit) => {
      const page = await getJson<MessagesJson>(apiPath(`${path}/messages`, { offset, limit }));
      return { total: page.total, rows: page.messages };
    });
    this.pdus = new Paged(async (offset, limit) => {
      const page = await getJson<PdusJson>(apiPath(`${path}/pdus`, { offset, limit }));
      return { total: page.total, rows: page.pdus };
    });
  }

  /** The association goes on: what is looked at may have grown. */
  refresh(): void {
    for (const paged of [this.messages, this.pdus]) {
      if (paged.total !== undefined) paged.refresh();
    }
  }
}
