/** The exchanges of one association in words, read again from the capture as they ended. */

import { Narrator, type Sentence } from "../meaning/narrator.ts";
import { HEAD_LENGTH } from "../meaning/read_head.ts";
import type { TellOptions } from "../meaning/told_message.ts";
import type { ListedAssociation } from "./list_associations.ts";
import type { AssociationReader } from "./read_association.ts";
import { RecordObserver } from "./record_observer.ts";

export interface NarratedExchange {
  readonly sentence: Sentence;
  /** When the request began and when the last response was whole, microseconds since 1970. */
  readonly at: number;
  readonly endAt: number;
}

export function* narrateAssociation(
  association: ListedAssociation,
  options: TellOptions & { readonly reader: AssociationReader },
): Generator<NarratedExchange, void, undefined> {
  const { summary } = association;
  const startedAt = wallMicros(summary.started);
  const found: NarratedExchange[] = [];
  const observer = new RecordObserver({
    capture: summary.capture,
    only: (id) => id === summary.id,
    headLength: HEAD_LENGTH,
    sink: (_id, openedAt) =>
      new Narrator({
        ...options,
        told: (sentence) => {
          const { at, sentAt, lastResponseAt } = sentence.exchange;
          const wall = startedAt - openedAt;
          found.push({ sentence, at: wall + at, endAt: wall + (lastResponseAt ?? sentAt) });
        },
      }),
  });
  for (const record of options.reader.records(association)) {
    observer.consume(record);
    yield* found.splice(0);
  }
  observer.finish();
  yield* found;
}

/** `2026-02-03T14:15:02.123456Z` as microseconds since 1970; 0 where the capture does not tell. */
function wallMicros(started: string | null): number {
  if (started === null) return 0;
  const micros = Number(/\.\d{3}(\d{3})Z$/.exec(started)?.[1] ?? 0);
  return Date.parse(started) * 1000 + micros;
}
