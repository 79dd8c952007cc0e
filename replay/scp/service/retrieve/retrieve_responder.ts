/**
 * Answers C-MOVE and C-GET (PS3.4 C.4.2, C.4.3) by sending what the recorded ones brought; where the
 * captures do not hold those instances, from the archive; and where that has none, with the recorded
 * numbers alone.
 *
 * Rule: no connection but to a destination that was named (`--move-dest`); an unknown one is answered
 * A801H.
 */
import { formatAddress } from "../../../../src/address.ts";
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { statusClass } from "../../../../src/dimse/status.ts";
import type { CommandValues } from "../../../../src/io/association.ts";
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import type { Library, RecordedExchange } from "../../library.ts";
import { liveInstance, liveUids, recordedIdentifier } from "../../live_uids.ts";
import { matchRecorded } from "../../match.ts";
import type { RecordedLevel } from "../../request_facts.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import type { Archive } from "../archive/archive.ts";
import { IdentifierError, retrieveFromArchive } from "../archive/archive_query.ts";
import type { RecordedInstance } from "../archive/recorded_instance.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { NOTHING } from "../query/candidate.ts";
import { performGet, performMove, type Telling } from "./perform_retrieve.ts";
import { recordedStores } from "./recorded_stores.ts";
import { DESTINATION_UNKNOWN, IDENTIFIER_MISMATCH, SubOperations } from "./sub_operations.ts";

export interface RetrieveResponderOptions extends DestinationTimeouts {
  /** By AE title. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** All that the captures hold; retrieves that were not recorded are answered from it. */
  readonly archive?: Promise<Archive> | undefined;
  /** The level that is good enough for a recorded answer. */
  readonly lowest?: RecordedLevel | undefined;
}

export class RetrieveResponder implements Responder {
  readonly #options: RetrieveResponderOptions;

  constructor(options: RetrieveResponderOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "C-MOVE" && request.operation !== "C-GET") return undefined;
    const archive = await this.#options.archive;
    const match = await matchRecorded(request, library, { lowest: this.#options.lowest });
    const identifier = (await recordedIdentifier(request)) ?? NOTHING;
    if (match.by !== undefined) {
      const { exchange, by, missed } = match;
      const instances = recordedInstances(library, { exchange, identifier, archive });
      const isRefusal = instances.length === 0;
      const answers = isRefusal
        ? recordedNumbers(exchange)
        : await this.#performed(instances, { request, tells: recordedTelling(exchange) });
      const reason = isRefusal && broughtAny(exchange) ? NUMBERS_ONLY : undefined;
      // what is performed ends with FE00H by itself, and tells how far it came
      const endsCanceled = !isRefusal || exchange.request.canceledBy !== undefined;
      const told = reason === undefined ? {} : { reason };
      const end = isRefusal && !exchange.isWhole ? { end: exchange.association.end } : {};
      return { by, exchange, missed, answers, endsCanceled, ...told, ...end };
    }
    if (archive === undefined) return undefined;
    const { exchange, missed } = match;
    const found = fromArchive(archive, { request, identifier });
    return {
      by: "archive",
      endsCanceled: true,
      ...(exchange !== undefined && { exchange, missed }),
      answers:
        "refusal" in found
          ? [found.refusal]
          : await this.#performed(found.instances, { request, tells: "all but the last" }),
    };
  }

  async #performed(
    recorded: readonly RecordedInstance[],
    options: { readonly request: LiveRequest; readonly tells: Telling },
  ): Promise<Answered["answers"]> {
    const { request } = options;
    const live = await liveUids(request);
    const instances =
      live === undefined ? recorded : recorded.map((instance) => liveInstance(instance, live));
    if (request.operation === "C-GET") return performGet(instances, options);
    const aeTitle = textValue(request.values, "MoveDestination") ?? "";
    const destination = this.#options.destinations.get(aeTitle);
    if (destination !== undefined) {
      return performMove(instances, { ...options, destination, timeouts: this.#options });
    }
    const known = Array.from(this.#options.destinations.values(), (one) => {
      return `${one.aeTitle}=${formatAddress(one)}`;
    });
    const hint = known.length === 0 ? "none is named" : `known are ${known.join(", ")}`;
    request.server.warn(
      `C-MOVE to ${JSON.stringify(aeTitle)}: no such destination, ${hint} (--move-dest AE=host:port)`,
    );
    return [SubOperations.refused(DESTINATION_UNKNOWN, "Move Destination unknown")];
  }
}

function recordedInstances(
  library: Library,
  asked: {
    readonly exchange: RecordedExchange;
    readonly identifier: DataSet;
    readonly archive: Archive | undefined;
  },
): readonly RecordedInstance[] {
  const { exchange, identifier, archive } = asked;
  const stored = recordedStores(library, exchange);
  if (stored.length > 0 || archive === undefined || !broughtAny(exchange)) return stored;
  const { sopClassUid } = exchange;
  try {
    const found = retrieveFromArchive(archive, { sopClassUid, identifier });
    return Array.from(found, ({ instance }) => instance);
  } catch (error) {
    if (error instanceof IdentifierError) return [];
    throw error;
  }
}

const NUMBERS_ONLY = "The captures do not hold the instances: recorded numbers only";

function fromArchive(
  archive: Archive,
  { request, identifier }: { readonly request: LiveRequest; readonly identifier: DataSet },
): { readonly instances: readonly RecordedInstance[] } | { readonly refusal: LiveAnswer } {
  try {
    const { sopClassUid } = request;
    const found = retrieveFromArchive(archive, { sopClassUid, identifier });
    return { instances: Array.from(found, ({ instance }) => instance) };
  } catch (error) {
    if (!(error instanceof IdentifierError)) throw error;
    return { refusal: SubOperations.refused(IDENTIFIER_MISMATCH, error.message) };
  }
}

/** Whether the recorded one had sub-operations: else it was refused, or found nothing. */
function broughtAny(exchange: RecordedExchange): boolean {
  const last = exchange.responses.at(-1)?.values ?? {};
  return ["NumberOfCompletedSuboperations", "NumberOfWarningSuboperations"].some((keyword) => {
    return (numberValue(last, keyword) ?? 0) > 0;
  });
}

/** As the recorded SCP did it. */
function recordedTelling({ responses }: RecordedExchange): Telling {
  const pending = responses.length - 1;
  const final = responses.at(-1)?.values ?? {};
  const done = ["Completed", "Failed", "Warning"].reduce(
    (sum, which) => sum + (numberValue(final, `NumberOf${which}Suboperations`) ?? 0),
    0,
  );
  if (pending < 1) return "none";
  return pending >= done ? "all" : "all but the last";
}

/** The recorded responses: statuses, numbers of sub-operations, lists of what failed. */
function* recordedNumbers(exchange: RecordedExchange): Generator<LiveAnswer> {
  let before = exchange.request.endedAt;
  for (const response of exchange.responses) {
    const status = numberValue(response.values, "Status") ?? 0x0000;
    const isPending = statusClass(status) === "pending";
    yield {
      status,
      values: numbersOf(response.values),
      after: Math.max(0, response.at - before),
      ...(!isPending && response.dataSet?.complete === true && { dataSet: response.dataSet }),
    };
    before = response.endedAt;
  }
}

function numbersOf(values: CommandValues): CommandValues {
  const kept = Object.entries(values).filter(([keyword]) => {
    return keyword.startsWith("NumberOf") || keyword === "ErrorComment" || keyword === "ErrorID";
  });
  return Object.fromEntries(kept);
}
