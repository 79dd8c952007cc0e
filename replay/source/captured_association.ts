/**
 * One association of a capture as replay needs it. Its records are read when the first of its
 * details is asked for: whoever only wants to know when and between whom it was reads nothing.
 *
 * Memory: its messages, without their data sets, from then on.
 */
import type { ListedAssociation } from "../../src/inspect/list_associations.ts";
import type { AssociationReader } from "../../src/inspect/read_association.ts";
import { type ObservedAssociation, RecordObserver } from "../../src/inspect/record_observer.ts";
import { StreamPlaces } from "../../src/inspect/stream_places.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { type AgreedContext, agreedContexts } from "../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRj, AAssociateRq } from "../../src/ul/pdu.ts";
import type {
  AssociationLink,
  RecordedAssociation,
  RecordedEnd,
  RecordedMessage,
} from "../recorded.ts";
import { AssociationCollector } from "./association_collector.ts";
import type { OctetCache } from "./octet_cache.ts";
import { recordedEnd } from "./recorded_end.ts";
import { recordedProblems } from "./recorded_problems.ts";

export interface CapturedAssociationOptions {
  readonly reader: AssociationReader;
  readonly cache: OctetCache;
  /** What the header says of what was taken out; undefined without a header. */
  readonly redaction: string | undefined;
  /** Messages that are kept. */
  readonly maxMessages?: number;
}

type Details = Pick<
  RecordedAssociation,
  | "openedAt"
  | "wallUs"
  | "replayOf"
  | "request"
  | "answer"
  | "answeredAt"
  | "contexts"
  | "messages"
  | "end"
  | "problems"
>;

export class CapturedAssociation implements RecordedAssociation {
  readonly capture: string;
  readonly id: number;
  readonly captureId: Uint8Array;
  readonly summary: AssociationJson;
  readonly redaction?: string;
  readonly #found: ListedAssociation;
  readonly #options: CapturedAssociationOptions;
  #details: Details | undefined;

  constructor(found: ListedAssociation, options: CapturedAssociationOptions) {
    this.capture = found.summary.capture;
    this.id = found.id;
    this.captureId = found.captureId;
    this.summary = found.summary;
    if (options.redaction !== undefined) this.redaction = options.redaction;
    this.#found = found;
    this.#options = options;
  }

  get openedAt(): number {
    return this.#read().openedAt;
  }

  get wallUs(): number | undefined {
    return this.#read().wallUs;
  }

  get replayOf(): AssociationLink | undefined {
    return this.#read().replayOf;
  }

  get request(): AAssociateRq | undefined {
    return this.#read().request;
  }

  get answer(): AAssociateAc | AAssociateRj | undefined {
    return this.#read().answer;
  }

  get answeredAt(): number | undefined {
    return this.#read().answeredAt;
  }

  get contexts(): readonly AgreedContext[] {
    return this.#read().contexts;
  }

  get messages(): readonly RecordedMessage[] {
    return this.#read().messages;
  }

  get end(): RecordedEnd {
    return this.#read().end;
  }

  get problems(): readonly string[] {
    return this.#read().problems;
  }

  release(): void {
    this.#details = undefined;
  }

  #read(): Details {
    this.#details ??= readDetails(this.#found, this.#options);
    return this.#details;
  }
}

function readDetails(found: ListedAssociation, options: CapturedAssociationOptions): Details {
  const { id } = found;
  const { capture } = found.summary;
  const { cache, maxMessages } = options;
  const places = new StreamPlaces();
  const name = `${capture}, association ${id}`;
  const collector = new AssociationCollector(
    {
      // asked for each time: it may be another one by then
      get reader() {
        return options.reader;
      },
      ...{ found, places, cache, name },
    },
    maxMessages === undefined ? {} : { maxMessages },
  );
  let observed: ObservedAssociation | undefined;
  const observer = new RecordObserver({
    capture,
    only: (other) => other === id,
    headLength: 0,
    checksMessages: false,
    sink: () => collector,
    ended: (association) => {
      observed ??= association;
    },
  });
  for (const block of options.reader.blocks(found, { passing: true })) {
    let isFirst = true;
    for (const record of block.records) {
      if (record.kind === "note") collector.note(record);
      if (!("association" in record) || observed !== undefined) continue;
      const before = observer.get(id)?.told ?? NOTHING;
      const { requestor, acceptor } = record.kind === "position" ? record : before;
      if (isFirst) places.block(block.offset, { requestor, acceptor });
      isFirst = false;
      if (requestor > before.requestor) collector.hole("requestor", before.requestor);
      if (acceptor > before.acceptor) collector.hole("acceptor", before.acceptor);
      collector.record(record, "sender" in record ? before[record.sender] : 0);
      observer.consume(record);
    }
  }
  observer.finish();
  collector.finish();
  return detailsOf(collector, observed);
}

const NOTHING = { requestor: 0, acceptor: 0 } as const;

function detailsOf(
  collected: AssociationCollector,
  observed: ObservedAssociation | undefined,
): Details {
  const { request, answer } = collected;
  const facts = {
    openedAt: collected.opened?.at ?? 0,
    wallUs: collected.opened?.wallUs,
    replayOf: collected.replayOf,
    request,
    answer: answer?.pdu,
    answeredAt: answer?.at,
    messages: collected.messages,
    contexts:
      request !== undefined && answer?.pdu.type === "A-ASSOCIATE-AC"
        ? agreedContexts(request, answer.pdu)
        : [],
  };
  if (observed === undefined) {
    const end: RecordedEnd = { how: "open", by: undefined, at: 0 };
    return { ...facts, end, problems: ["The capture holds no record of it that can be read"] };
  }
  const { observer } = observed;
  const summary = observed.summary();
  const end = recordedEnd(observer.outcome, collected);
  const { undecodable } = observer;
  return { ...facts, end, problems: recordedProblems({ collected, summary, undecodable }) };
}
