/**
 * Which instances a recorded C-MOVE or C-GET brought: those of its recorded C-STOREs, on the same
 * association or on the one to its Move Destination (src/meaning/move_links.ts has the rules).
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { type LinkLine, moveLinks } from "../../../../src/meaning/move_links.ts";
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../recorded.ts";
import { type Library, type RecordedExchange, wallTime } from "../../library.ts";
import { instanceOf, type RecordedInstance } from "../archive/recorded_instance.ts";
import { textOf } from "../query/candidate.ts";

/** In the order in which they were sent; empty where the captures do not have them. */
export function recordedStores(
  library: Library,
  exchange: RecordedExchange,
): readonly RecordedInstance[] {
  let linked = LINKED.get(library);
  if (linked === undefined) {
    linked = linkedStores(library.associations);
    LINKED.set(library, linked);
  }
  return linked.get(exchange.request) ?? [];
}

type Linked = ReadonlyMap<RecordedMessage, readonly RecordedInstance[]>;

/** Looked for once a library. */
const LINKED = new WeakMap<Library, Linked>();

interface Line extends LinkLine {
  readonly message: RecordedMessage;
  readonly on: RecordedAssociation;
}

function linkedStores(associations: readonly RecordedAssociation[]): Linked {
  const lines = associations.flatMap((association) => [...linesOf(association)]);
  const found = new Map<RecordedMessage, RecordedInstance[]>();
  for (const { store, cause } of moveLinks(lines)) {
    const stored = instanceOf(store.message);
    if (stored === undefined) continue;
    const isMoved = cause.message.command === "C-MOVE-RQ";
    const instance = isMoved ? { ...stored, broughtOn: store.on } : stored;
    const list = found.get(cause.message);
    if (list === undefined) found.set(cause.message, [instance]);
    else list.push(instance);
  }
  return found;
}

function* linesOf(association: RecordedAssociation): Generator<Line> {
  const { summary, messages, captureId } = association;
  const titles = { requestor: summary.calling_ae_title, acceptor: summary.called_ae_title };
  for (const message of messages) {
    if (!RELEVANT.has(message.command)) continue;
    const last = messages[message.responses.at(-1) ?? -1];
    const isRequestor = message.sender === "requestor";
    yield {
      message,
      on: association,
      captureId: Buffer.from(captureId).toString("hex"),
      association: association.id,
      invoker: message.sender,
      from: (isRequestor ? titles.requestor : titles.acceptor) ?? "",
      to: (isRequestor ? titles.acceptor : titles.requestor) ?? "",
      at: wallTime({ association }, message.at),
      endAt: wallTime({ association }, last?.endedAt ?? message.endedAt),
      sentence: {
        exchange: {
          command: message.command,
          messageId: numberValue(message.values, "MessageID"),
        },
        links: new LazyLinks(message),
      },
    };
  }
}

const RELEVANT: ReadonlySet<string> = new Set(["C-STORE-RQ", "C-MOVE-RQ", "C-GET-RQ"]);

/** Data sets are read only where the command sets do not say which belongs to which. */
class LazyLinks {
  readonly #message: RecordedMessage;
  #read: DataSet | undefined;

  constructor(message: RecordedMessage) {
    this.#message = message;
  }

  get originator(): LinkLine["sentence"]["links"]["originator"] {
    const { values } = this.#message;
    const aeTitle = textValue(values, "MoveOriginatorApplicationEntityTitle");
    const messageId = numberValue(values, "MoveOriginatorMessageID");
    return aeTitle === undefined || messageId === undefined ? undefined : { aeTitle, messageId };
  }

  get destination(): string | undefined {
    return textValue(this.#message.values, "MoveDestination");
  }

  get studies(): readonly string[] {
    return this.#uids(0x0020000d);
  }

  get series(): readonly string[] {
    return this.#uids(0x0020000e);
  }

  get instances(): readonly string[] {
    const stored = textValue(this.#message.values, "AffectedSOPInstanceUID");
    return stored === undefined ? this.#uids(0x00080018) : [stored];
  }

  #uids(tag: number): readonly string[] {
    this.#read ??= this.#message.dataSet?.read();
    if (this.#read === undefined) return [];
    if (this.#message.command === "C-STORE-RQ")
      return [textOf(this.#read, tag) ?? ""].filter(Boolean);
    return this.#read.strings(tag).filter((uid) => uid !== "" && !/[*?]/.test(uid));
  }
}
