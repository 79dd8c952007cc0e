/**
 * One association in full, as lines of text or as JSON: read again from the capture, message by
 * message, in bounded memory.
 */
import { createHash } from "node:crypto";
import type { ListedAssociation } from "../inspect/list_associations.ts";
import { MessageTeller } from "../inspect/message_teller.ts";
import type { AssociationReader } from "../inspect/read_association.ts";
import { RecordObserver } from "../inspect/record_observer.ts";
import { associationMeaning } from "../meaning/association_meaning.ts";
import { Narrator } from "../meaning/narrator.ts";
import { HEAD_LENGTH } from "../meaning/read_head.ts";
import type { StepStates } from "../meaning/step_states.ts";
import type { AssociationSink, PduEvent } from "../observe/association_sink.ts";
import { buildMessage } from "../observe/build_summary.ts";
import type { AssociationJson, MessageJson } from "../observe/summary.ts";
import type { Paint } from "./paint.ts";
import { dumpLines, withJsonModel } from "./show_data_set.ts";
import {
  commandLines,
  contextLines,
  dataSetLines,
  findingLine,
  headLines,
  messageLine,
  sentenceLine,
} from "./show_detail.ts";
import { HexDump } from "./show_hex.ts";
import { pduLine } from "./show_pdus.ts";

interface JsonOptions {
  readonly reader: AssociationReader;
  readonly verbose: number;
  readonly "show-phi": boolean;
  readonly states: StepStates;
}

export function* jsonLines(
  association: ListedAssociation,
  { reader, verbose, states, "show-phi": showPatient }: JsonOptions,
): Generator<AssociationJson | MessageJson> {
  const { summary } = association;
  const meaning = associationMeaning(summary);
  yield meaning === undefined ? summary : { ...summary, meaning };
  if (verbose === 0) return;
  const found: MessageJson[] = [];
  const observer = observe(
    association,
    (openedAt) =>
      new MessageTeller({
        id: summary.id,
        openedAt,
        showPatient,
        states,
        told: (message, observed) => {
          const { data_set } = message;
          const withModel = verbose >= 2 && data_set !== null;
          found.push(
            withModel
              ? { ...message, data_set: withJsonModel(data_set, observed, { showPatient }) }
              : message,
          );
        },
      }),
  );
  for (const record of reader.records(association)) {
    observer.consume(record);
    yield* found.splice(0);
  }
  observer.finish();
  yield* found;
}

export interface TextOptions extends JsonOptions {
  readonly paint: Paint;
  readonly hex: boolean;
}

export function* textLines(
  association: ListedAssociation,
  options: TextOptions,
): Generator<string> {
  const { summary } = association;
  const { paint, verbose, reader, states, "show-phi": showPatient } = options;
  yield* headLines(summary, paint);
  yield* contextLines(summary, { all: verbose >= 2, paint });
  const lines: string[] = [];
  const pdus = verbose >= 2 || options.hex;
  const hex = options.hex ? new HexDump({ lines, paint, phi: showPatient }) : undefined;
  const observer = observe(association, (openedAt) => {
    const narrator = new Narrator({
      showPatient,
      states,
      told: (sentence) => lines.push(sentenceLine(sentence, paint)),
    });
    const sink: AssociationSink = {
      messageStarted: (observed) => narrator.messageStarted(observed),
      exchangeEnded: (exchange) => narrator.exchangeEnded(exchange),
      messageEnded: (observed) => {
        const message = buildMessage(observed, { id: summary.id, openedAt });
        lines.push(messageLine(message, paint));
        lines.push(...commandLines(message, { all: verbose >= 2, paint }));
        if (verbose >= 2) {
          lines.push(...dataSetLines(message, paint));
          lines.push(...dumpLines(observed, { showPatient, paint }));
        }
        narrator.messageEnded(observed);
      },
    };
    if (!pdus) return sink;
    const pdu = (event: PduEvent) => {
      lines.push(pduLine(event, { openedAt, paint }));
      hex?.flush(event.sender);
    };
    return { ...sink, pdu };
  });
  for (const record of reader.records(association)) {
    hex?.consume(record);
    observer.consume(record);
    yield* lines.splice(0);
  }
  observer.finish();
  yield* lines;
  for (const found of summary.findings) yield findingLine(found, paint);
  const more = summary.more_findings ?? 0;
  if (more > 0) yield paint.dim(`    and ${more} more findings`);
}

function observe(
  association: ListedAssociation,
  sink: (openedAt: number) => AssociationSink,
): RecordObserver {
  const { summary } = association;
  return new RecordObserver({
    capture: summary.capture,
    only: (id) => id === summary.id,
    headLength: HEAD_LENGTH,
    createHash: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => hash.update(bytes), digest: () => hash.digest("hex") };
    },
    sink: (_id, openedAt) => sink(openedAt),
  });
}
